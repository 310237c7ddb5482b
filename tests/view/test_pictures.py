"""The pictures exist, have the size and the content they should, and come quickly."""

import dataclasses
import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from view.synthetic import THRESHOLD, make

from cryosim.errors import MissingTool
from cryosim.view import lettering, pictures, style
from cryosim.view.pictures import scale_of
from cryosim.view.result import Layer, Result
from cryosim.view.style import Scale

EXPECTED = {
    "block": {"temperature_3d", "layers_cut", "layers_over_time", "depth_time"},
    "curved": {"temperature_3d", "layers_cut", "layers_over_time"},
    "plane": {"temperature_2d", "layers_cut", "layers_over_time", "depth_time"},
    "triangles": {"temperature_2d", "layers_cut", "layers_over_time", "depth_time"},
    "line": {"layers_cut", "layers_over_time", "depth_time"},
}
FIELD_PICTURES = {"temperature_3d", "temperature_2d", "layers_cut", "depth_time"}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_picture_is_there_and_shows_something(drawn, name):
    assert set(drawn[name]) == EXPECTED[name]
    for title, file in drawn[name].items():
        image = imread(file)
        assert image.shape[:2] == (900, 1400)
        red, green, blue = (255 * image[::2, ::2, :3]).astype(np.uint32).reshape(-1, 3).T
        colours = np.unique(65536 * red + 256 * green + blue)
        least = 1000 if title in FIELD_PICTURES and name != "line" else 100
        assert len(colours) > least, (title, len(colours))
        ink = (image[:, :, :3] < 0.97).any(axis=2)
        assert ink.mean() > 0.03
        margin = np.concatenate([ink[:6].ravel(), ink[-6:].ravel(), ink[:, :6].ravel(),
                                 ink[:, -6:].ravel()])  # fmt: skip
        assert not margin.any(), f"{title} touches the edge of the page"


def test_nothing_else_is_left_in_the_folder(drawn):
    for files in drawn.values():
        folder = next(iter(files.values())).parent
        assert {p.name for p in folder.iterdir()} == {p.name for p in files.values()}


def test_cold_and_warm_tissue_are_seen_in_three_dimensions(drawn, folders):
    result = Result.open(folders["block"])
    scale = scale_of(result, result.coldest_step())
    image = imread(drawn["block"]["temperature_3d"])[:, :, :3]
    for T in (-6.0, 5.0, 25.0, 33.0):
        colour = np.array(scale.colours(scale.norm(T)))[:3]
        near = (np.abs(image[150:800, 100:1010] - colour) < 0.03).all(axis=2)
        assert near.sum() > 300, T


def test_the_scale_is_round_and_white_at_the_threshold():
    scale = Scale.over(-8.3, 36.9, THRESHOLD)
    assert (scale.low, scale.high) == (-10.0, 40.0)
    white = np.array(scale.colours(scale.norm(THRESHOLD))[:3])
    assert white.min() > 0.93
    below, above = (np.array(scale.colours(scale.norm(THRESHOLD + d))[:3]) for d in (-8, 8))
    assert below[2] > below[0]
    assert above[0] > above[2]
    warm = Scale.over(20.0, 37.0, THRESHOLD)
    assert warm.low < THRESHOLD < warm.high


def test_layers_have_colours_of_their_own():
    names = ["epidermis", "dermis", "fat", "deep fat", "fascia", "muscle", "stroma", "tumour"]
    layers = [Layer(i, n, n, n.title()) for i, n in enumerate(names)]
    assert len(set(style.layer_colours(layers).values())) == len(names)


def test_labels_keep_off_each_other_near_where_they_belong():
    places = lettering.spread([0.0, 1.0, 2.0, 50.0], [10.0] * 4, 2.0)
    assert np.diff(places).min() >= 12.0 - 1e-9
    assert places[:3].mean() == pytest.approx(1.0)
    assert places[3] == 50.0
    assert lettering.spread([0.0, 1.0], [10.0, 10.0], 2.0, low=0.0)[0] == pytest.approx(5.0)
    assert lettering.spread([9.0, 9.0], [4.0, 4.0], 1.0, high=10.0)[1] == pytest.approx(8.0)


def test_titles_are_shortened_to_their_room():
    title = "Superficial subcutaneous adipose tissue"
    shown, size = lettering.fitted(title, 150.0, 12.0, bold=True)
    assert shown.endswith("…")
    assert lettering.width_of(shown, size, bold=True) <= 151.0
    assert lettering.fitted("Skin", 150.0, 12.0) == ("Skin", 12.0)


def test_times_and_temperatures_are_written_with_units():
    assert [style.clock(t) for t in (0.0, 90.0, 2100.0, 36000.0)] == ["0 s", "90 s", "35 min",
                                                                    "10 h"]  # fmt: skip
    assert style.degrees(-11.04) == "−11.0 °C"


def test_a_run_that_never_crosses_and_has_no_device_is_drawn_too(folders, tmp_path):
    from cryosim.view import cut, depth

    result = dataclasses.replace(Result.open(folders["plane"]), threshold=-60.0)
    with style.typography():
        for figure in (cut.layers_cut(result, 0, Scale.over(-10, 37, -60.0)),
                       depth.depth_over_time(result, Scale.over(-10, 37, -60.0))):  # fmt: skip
            assert style.save(figure, tmp_path / "picture.png").stat().st_size > 10_000


def test_a_run_with_one_output_is_drawn_too(tmp_path):
    from cryosim.view.pictures import draw

    folder = make(tmp_path / "run", "interval", times=np.array([0.0]))
    assert {p.stem for p in draw(folder)} == {"layers_cut", "layers_over_time"}


def test_where_nothing_can_be_rendered_the_charts_are_there(folders, tmp_path, monkeypatch):
    def missing():
        raise MissingTool("install it")

    monkeypatch.setattr(pictures, "require_rendering", missing)
    with pytest.raises(MissingTool):
        pictures.draw(folders["block"], tmp_path)
    assert {p.stem for p in tmp_path.iterdir()} == EXPECTED["block"] - {"temperature_3d"}


def test_pictures_need_no_solver():
    code = (
        "import sys, cryosim.view.pictures; "
        "bad = [m for m in sys.modules if m.split('.')[0] in "
        "('dolfinx', 'dolfinx_solver', 'petsc4py', 'mpi4py', 'ufl') "
        "or m.startswith(('cryosim.fem', 'cryosim.simulate', 'cryosim.solve', 'cryosim.case'))]; "
        "sys.exit(str(bad) if bad else 0)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_vtk_is_told_early_where_there_is_no_screen():
    importlib.import_module("cryosim.view")
    assert os.environ.get("DISPLAY") or os.environ.get("VTK_DEFAULT_OPENGL_WINDOW")
