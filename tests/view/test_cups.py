"""Tissue drawn into a cup: what the files tell of it, and pictures of it as it stands."""

import json
import shutil

import h5py
import numpy as np
import pytest
import pyvista as pv
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.text import Text
from view.synthetic import END, FOLD, HALF, TIMES, Kind, fields, in_cup, make, make_mesh

from cryosim.output.fields import FieldFile
from cryosim.shape.cavity import Cavity
from cryosim.shape.cup import Cup as SolverCup
from cryosim.view import depth, fold, style
from cryosim.view.cups import Cup, cups_of, touched_by
from cryosim.view.pads import pads_of
from cryosim.view.pictures import draw, scale_of
from cryosim.view.placement import place
from cryosim.view.result import Result
from cryosim.view.section import section_of

COLD, WARM = 5, 7
"""Steps at the end of cooling, drawn, and after it, at rest."""


@pytest.fixture(scope="module")
def folds(tmp_path_factory):
    root = tmp_path_factory.mktemp("folds")
    return {name: Result.open(make(root / name, kind, cup=True, across=20))
            for name, kind in (("plane", "quadrilateral"), ("block", "hexahedron"))}  # fmt: skip


@pytest.fixture(scope="module")
def pictures(folds):
    return {name: {f.stem: imread(f)[:, :, :3] for f in draw(result.folder)}
            for name, result in folds.items()}  # fmt: skip


def pixels_of(image, colour):
    return int((np.abs(image - to_rgb(colour)) < 0.02).all(axis=2).sum())


@pytest.mark.parametrize("reopened", [False, True])
def test_paraview_can_warp_by_the_displacement(tmp_path, reopened):
    mesh = in_cup(make_mesh(Kind("hexahedron", across=4, down=(1, 2, 1))))
    with FieldFile.create(tmp_path, mesh) as file:
        for t in (0.0, END, END + 60.0):
            file.append(t, fields(mesh, t))
    if reopened:
        with FieldFile.reopen(tmp_path, END) as file:
            file.append(END + 30.0, fields(mesh, END + 30.0))
    reader = pv.get_reader(str(tmp_path / "fields.xdmf"))
    for t, drawn in zip(reader.time_values, (1.0, 1.0, 0.0), strict=True):
        reader.set_active_time_value(t)
        found = reader.read()["Displacement [m]"]
        np.testing.assert_allclose(found, drawn * mesh.shapes["cup"], rtol=1e-6, atol=1e-12)
    assert np.max(mesh.shapes["cup"]) > 0.5 * FOLD
    with h5py.File(tmp_path / "fields.h5") as file:
        assert len(file["shapes"]) == 2, "one for each shape, not for each time"


def test_phases_without_their_shape_are_refused():
    mesh = in_cup(make_mesh(Kind("triangle", across=4)))
    with pytest.raises(ValueError, match="no such shape"):
        type(mesh)(**{**vars(mesh), "shapes": {"other": mesh.shapes["cup"]}})
    with pytest.raises(ValueError, match="shape cup has shape"):
        type(mesh)(**{**vars(mesh), "shapes": {"cup": mesh.shapes["cup"][1:]}})


def test_results_without_shapes_and_phases_are_read(folders, tmp_path):
    shutil.copytree(folders["plane"], tmp_path / "old")
    with h5py.File(tmp_path / "old" / "fields.h5", "r+") as file:
        del file.attrs["phases"]
    result = Result.open(tmp_path / "old")
    assert (result.phase(0), result.drawing(0), cups_of(result)) == (None, (), ())
    assert result.standing(0) is result.grid
    with FieldFile.reopen(tmp_path / "old", END) as file:
        assert file.times[-1] == END


@pytest.mark.parametrize("name", ["plane", "block"])
def test_tissue_stands_drawn_while_the_vacuum_is_on(folds, name):
    result = folds[name]
    up = result.dimension - 1
    for step, height in ((0, 1e3 * FOLD), (COLD, 1e3 * FOLD), (WARM, 0.0)):
        top = np.asarray(result.standing(step).points)[:, up].max()
        assert top == pytest.approx(height, abs=0.01)
    assert [result.phase(step)["name"] for step in (0, COLD, COLD + 1)] == [
        "cool", "cool", "remove"
    ]  # fmt: skip
    assert pads_of(result) == []


@pytest.mark.parametrize("name", ["plane", "block"])
def test_a_section_shows_the_cup_and_the_skin_on_its_wall(folds, name):
    section = section_of(folds[name], COLD)
    (cut,) = section.cups
    assert section.up.max() == pytest.approx(1e3 * FOLD, abs=0.1)
    assert section.top == pytest.approx(-2.0 + 45.0 + 2.5)
    x = np.abs(cut.contact[..., 0])
    assert (x.min(), x.max()) == pytest.approx((22.5, 1e3 * HALF))
    assert cut.touching > 2 * 7.5
    assert np.abs(cut.outline[:, 0]).max() == pytest.approx(32.0 + 18.0)
    at_rest = section_of(folds[name], WARM)
    assert at_rest.cups == ()
    assert at_rest.top == pytest.approx(0.0, abs=1e-6)


def test_a_section_along_the_fold_sees_the_length_of_the_cup(folds):
    (cut,) = section_of(folds["block"], COLD, axis=1).cups
    assert np.abs(cut.outline[:, 0]).max() == pytest.approx(40.0 + 18.0)
    assert len(cut.contact) == 0


def test_a_block_is_seen_about_the_centre_of_its_cup(folds):
    placed = place(folds["block"], COLD)
    ((cup, touching),) = placed.cups
    assert (placed.owner, cup.name) == ("the cup", "cup")
    assert placed.centre == pytest.approx([0.0, 0.0, 0.0])
    assert touching.n_cells == len(touched_by(folds["block"], cup))
    assert place(folds["block"], WARM).cups == ()


@pytest.mark.parametrize(("form", "draft"), [("plates", 0.0), ("plates", 8.0), ("trough", 0.0)])
def test_the_wall_is_that_of_the_solver(form, draft):
    """The inside of the wall shown is where contact is sought in a draw.

    Only the draw rounds off the edge of a trough (over 4 mm), and the roof between plates.
    """
    lengths = {"gap": 0.04, "length": 0.08, "depth": 0.05, "lip": 0.006, "rim": 0.01}
    solver = SolverCup(form=form, draft=draft, **lengths)
    told = {"form": form, "draft": draft, "corner": solver.corner, **lengths}
    cup = Cup.of({"name": "cup", "cup": told, "centre": [0.003, 0.0], "mouth": -0.004})
    points = np.asarray(cup.surface().points, dtype=float) - [3.0, 0.0, -4.0]
    above, within = (15.0, 0.25) if form == "trough" else (-1.0, 0.01)
    wall = points[(points[:, 2] > above) & (points[:, 2] < 48.0)]
    gap = Cavity(solver, np, unit=1e-3).distance(tuple(wall.T))
    assert len(wall) > 500
    assert np.abs(gap).max() < within
    assert points[:, 2].max() == pytest.approx(50.0)
    inner, outer = cup.half(0, 1.0)
    assert (outer[:-1, 1] - inner[:-1, 1]).min() > -1e-9, "the wall has a thickness"


@pytest.mark.parametrize("name", ["plane", "block"])
def test_the_end_of_each_kind_of_phase_has_a_picture(folds, pictures, name):
    assert fold.ends_of_phases(folds[name]) == {"cool": COLD, "remove": WARM}
    cool, remove = (pictures[name][f"phase_{phase}"] for phase in ("cool", "remove"))
    assert cool.shape[:2] == (900, 1400)
    assert pixels_of(cool, style.WALL) > 3000 > 300 > pixels_of(remove, style.WALL)
    assert (np.abs(cool - remove) > 0.1).any(axis=2).mean() > 0.03
    for layer, colour in style.layer_colours(folds[name].layers).items():
        assert pixels_of(cool, style.lighter(colour, 0.3)) > 1000, layer
    ink = (cool < 0.97).any(axis=2)
    assert not np.concatenate([ink[:6].ravel(), ink[-6:].ravel(), ink[:, :6].ravel(),
                               ink[:, -6:].ravel()]).any()  # fmt: skip


def test_the_fold_is_seen_in_every_picture_of_a_field(pictures):
    for name, title in (("plane", "layers_cut"), ("plane", "temperature_2d"),
                        ("block", "layers_cut"), ("block", "temperature_3d")):  # fmt: skip
        assert pixels_of(pictures[name][title], style.WALL) > 500, (name, title)


def test_phases_that_differ_by_their_cups_are_told_apart(folds, tmp_path):
    shutil.copytree(folds["plane"].folder, tmp_path / "run")
    with h5py.File(tmp_path / "run" / "fields.h5", "r+") as file:
        phases = json.loads(file.attrs["phases"])
        phases[1]["name"] = "cool"
        file.attrs["phases"] = json.dumps(phases)
    found = fold.ends_of_phases(Result.open(tmp_path / "run"))
    assert found == {"cool_cup": COLD, "cool_at_rest": WARM}


def test_the_frame_is_the_same_drawn_and_at_rest(folds):
    result = folds["block"]
    scale, panels = scale_of(result, COLD), fold.panels_of(result)
    with style.typography():
        figures = [fold.standing(result, step, scale, panels) for step in (COLD, WARM)]
    for a, b in zip(figures[0].axes[:2], figures[1].axes[:2], strict=True):
        assert a.get_xlim() == pytest.approx(b.get_xlim())
        assert a.get_ylim() == pytest.approx(b.get_ylim())
        assert a.get_position().bounds == pytest.approx(b.get_position().bounds)


def test_depth_over_time_says_that_it_is_that_at_rest(folds, folders):
    for result, said in ((folds["plane"], True), (Result.open(folders["plane"]), False)):
        with style.typography():
            figure = depth.depth_over_time(result, scale_of(result, COLD))
        words = " ".join(t.get_text() for t in figure.findobj(Text))
        assert ("tissue at rest [mm]" in words) is said


def test_times_of_the_synthetic_treatment_reach_both_phases():
    assert (TIMES[COLD], TIMES[WARM]) == (END, 3000.0)
