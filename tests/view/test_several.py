"""Several applicators and layers by other names than their tissues'; parts of a symmetric whole."""

import itertools
import re

import h5py
import numpy as np
import pytest
from matplotlib.text import Text
from view.synthetic import BLOCK, HALF, make, make_fold, retag

from cryosim.view import charts, cut, depth, overlay, style
from cryosim.view.pads import pads_of
from cryosim.view.pictures import draw, scale_of
from cryosim.view.placement import place
from cryosim.view.result import Result
from cryosim.view.section import section_of


@pytest.fixture(scope="module")
def folds(tmp_path_factory) -> dict[str, Result]:
    root = tmp_path_factory.mktemp("folds")
    kinds = {"block": "hexahedron", "plane": "quadrilateral"}
    return {name: Result.open(make_fold(root / name, kind)) for name, kind in kinds.items()}


def texts(figure) -> list[Text]:
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def words(figure) -> set[str]:
    return {t.get_text() for t in texts(figure)}


@pytest.mark.parametrize("name", ["block", "plane"])
def test_each_applicator_is_a_bar_on_its_side(folds, name):
    section = section_of(folds[name], folds[name].coldest_step())
    near, far = section.bars
    assert (near.name, far.name) == ("near plate", "far plate")
    for bar, height, away in ((near, 0.0, 1.0), (far, -37.2, -1.0)):
        assert bar.length == pytest.approx(2e3 * HALF)
        assert bar.line[:, 1] == pytest.approx(height, abs=1e-3)
        assert (np.diff(bar.line[:, 0]) > 0).all() or (np.diff(bar.line[:, 0]) < 0).all()
        np.testing.assert_allclose(bar.outward, [[0.0, away]] * len(bar.line), atol=1e-9)


@pytest.mark.parametrize("name", ["block", "plane"])
def test_layers_and_applicators_are_named_in_full(folds, name):
    result = folds[name]
    assert [k.title for k in result.layers] == ["Near skin", "Subcutaneous fat", "Far skin"]
    step = result.coldest_step()
    scale = scale_of(result, step)
    with style.typography():
        figure = cut.layers_cut(result, step, scale)
        shown = words(figure)
        assert {"near plate, 60 mm", "far plate, 60 mm"} <= shown
        assert {"Near skin", "Subcutaneous fat", "Far skin"} <= shown
        assert not [t for t in shown if t.endswith("…")]
        figure.draw_without_rendering()
        for t in texts(figure):
            box = t.get_window_extent()
            assert 0 <= box.x0 <= box.x1 <= style.PAGE[0], t.get_text()
        shown = words(depth.depth_over_time(result, scale))
        assert {"depth below the near skin [mm]", "Near skin", "Far skin"} <= shown
        shown = words(charts.layers_over_time(result))
        assert {"near plate", "far plate", "coldest skin, far plate"} <= shown


def test_a_narrow_cut_has_its_names_beside_it(tmp_path):
    folder = make_fold(tmp_path / "narrow", "quadrilateral")
    with h5py.File(folder / "fields.h5", "r+") as file:
        file["mesh/points"][:] *= [0.3, 1.0, 1.0]
    result = Result.open(folder)
    with style.typography():
        figure = cut.layers_cut(result, 5, scale_of(result, 5))
        figure.draw_without_rendering()
        ends = figure.axes[0].get_window_extent()
        names = [t for t in figure.axes[0].texts if t.get_text() in {"Near skin", "Far skin"}]
        boxes = [Text.get_window_extent(t) for t in names]
    assert [t.get_fontsize() for t in names] == [style.TEXT] * 2
    assert min(box.x0 for box in boxes) > ends.x1
    assert max(box.x1 for box in boxes) < 1260


def test_no_two_numbers_of_the_axes_touch(folds, folders):
    for result in (folds["block"], Result.open(folders["block"])):
        step = result.coldest_step()
        with style.typography():
            figure = overlay.tissue_3d(result, step, scale_of(result, step))
            figure.draw_without_rendering()
            numbers = [t for t in figure.axes[0].texts if re.fullmatch("−?[0-9.]+", t.get_text())]
            boxes = [t.get_window_extent() for t in numbers]
        assert len(numbers) > 12
        for (a, one), (b, other) in itertools.combinations(zip(boxes, numbers, strict=True), 2):
            assert not a.overlaps(b), (one.get_text(), other.get_text())


def test_plates_side_by_side_are_apart_and_go_without_name(tmp_path):
    folder = make(tmp_path / "pair", across=20)
    plates = [{"name": n, "kind": "plate", "face": "top"} for n in ("left", "right")]
    retag(folder, plates, lambda m: (np.abs(np.abs(m[:, 0]) - 0.03) < 0.016)
          & (np.abs(m[:, 1]) < HALF) & (m[:, 2] > -1e-9), only=True)  # fmt: skip
    result = Result.open(folder)
    assert [pad.name for pad in pads_of(result)] == ["applicator", "applicator"]
    section = section_of(result, 0)
    assert [bar.length for bar in section.bars] == pytest.approx([30.0, 30.0])
    assert len(draw(folder)) == 4


def test_an_applicator_at_a_side_of_the_block_is_a_bar_there(tmp_path):
    folder = make(tmp_path / "side", "quadrilateral", across=20)
    plates = [{"name": "crest plate", "kind": "plate", "face": "x_max"}]
    retag(folder, plates, lambda m: m[:, 0] > BLOCK - 1e-9, only=True)
    result = Result.open(folder)
    (bar,) = section_of(result, 0).bars
    assert bar.name == "crest plate"
    assert bar.away == pytest.approx([1.0, 0.0])
    with style.typography():
        assert "crest plate, 37 mm" in words(cut.flat_temperature(result, 0, scale_of(result, 0)))


def test_half_of_a_symmetric_whole_is_mirrored(tmp_path):
    folder = make(tmp_path / "half", across=20)
    retag(folder, [{"name": "applicator", "kind": "plate", "face": "pad"}],
          lambda m: (m[:, 0] < -HALF) & (np.abs(m[:, 1]) < HALF) & (m[:, 2] > -1e-9),
          only=True)  # fmt: skip
    result = Result.open(folder)
    placed = place(result, 5)
    assert placed.mirrored
    assert placed.centre == pytest.approx([-1e3 * BLOCK, 0.0, 0.0], abs=1e-6)
    assert placed.grid.n_cells == 2 * result.grid.n_cells
    assert placed.grid.n_points < 2 * result.grid.n_points
    assert placed.grid.bounds[:2] == pytest.approx((-3e3 * BLOCK, 1e3 * BLOCK))
    assert section_of(result, 5).bars[0].length == pytest.approx(2e3 * (BLOCK - HALF))


def test_a_whole_block_is_not_mirrored(folds):
    result = folds["block"]
    placed = place(result, 5)
    assert (placed.mirrored, placed.flat, placed.owner) == (False, True, "the near plate")


def test_plain_letters_are_set_in_print():
    assert style.readable("Plate at -11 degC, 2-D, x -1.5") == "Plate at −11 °C, 2-D, x −1.5"
