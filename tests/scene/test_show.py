"""A show as front ends use it: what is seen, asked about and written."""

import os
from dataclasses import replace

import numpy as np
import pytest
import pyvista as pv
from PIL import Image
from view.synthetic import make

from cryosim.errors import CaseError
from cryosim.scene.choice import LAYER, Cut
from cryosim.scene.kept import Kept
from cryosim.scene.probe import _crossing
from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue


def image(show):
    show.stage.plotter.render()
    return np.asarray(show.stage.plotter.screenshot(None, return_img=True)).astype(int)


def different(a, b) -> float:
    """Share of pixels that are not the same."""
    return float((np.abs(a - b).max(axis=2) > 2).mean())


def picked(show, count=1):
    """The first pixels of a coarse grid that tissue is under, from the middle, with its probe."""
    width, height = show.stage.plotter.window_size
    image(show)
    found = []
    for dy in (0.5, 0.55, 0.6, 0.65):
        for dx in (0.5, 0.45, 0.55, 0.4, 0.6):
            probe = show.pick(dx * width, dy * height) if len(found) < count else None
            found += [((dx * width, dy * height), probe)] if probe else []
    assert len(found) == count
    return found


CHANGES = (
    {"step": 2},
    {"step": 1, "colour": "survival"},
    {"cut": Cut.x, "at": 0.6},
    {"colour": LAYER, "threshold": 5.0},
    {"hidden": frozenset({"skin"})},
    {"colour": "temperature", "applicators": False, "isosurface": False},
    {"step": 0, "cut": Cut.quarter, "hidden": frozenset(), "applicators": True},
)


def test_what_changes_in_place_looks_as_if_drawn_anew(show):
    first = show("cup")
    seen = [image(first)]
    for change in CHANGES:
        choice = first.choose(**change)
        seen.append(image(first))
        anew = show("cup")
        anew.choose(**{name: getattr(choice, name) for name in choice.__dataclass_fields__})
        assert different(seen[-1], image(anew)) < 1e-4
        assert different(seen[-1], seen[-2]) > 2e-3


@pytest.mark.parametrize("name", ["curved", "once", "bare", "plane", "cup_2d"])
def test_every_kind_of_run_is_seen_in_every_way(show, name):
    seen = show(name, (240, 180))
    pictures = []
    for cut in seen.tissue.cuts() or (Cut.none,):
        seen.choose(cut=cut)
        pictures.append(image(seen))
    for kind in (*(field.name for field in seen.tissue.fields), LAYER):
        seen.choose(colour=kind)
        pictures.append(image(seen))
    for picture in pictures:
        assert (picture.min(axis=2) < 230).mean() > 0.05
    hidden = frozenset(k.name for k in seen.tissue.layers)
    seen.choose(hidden=hidden, applicators=False)
    assert (image(seen).min(axis=2) < 230).mean() < 0.15  # the key alone
    assert seen.pick(120, 90) is None


@pytest.mark.parametrize("name", ["block", "curved"])
def test_a_plane_at_the_end_takes_all_or_nothing(show, name):
    seen = show(name, (240, 180))
    whole = image(seen)
    for cut, (all_of_it, nothing) in {
        Cut.x: (0.0, 1.0),
        Cut.y: (1.0, 0.0),
        Cut.z: (0.0, 1.0),
    }.items():
        seen.choose(cut=cut, at=all_of_it)
        assert (image(seen).min(axis=2) < 230).mean() < (whole.min(axis=2) < 230).mean()
        assert not [s for s in seen.tissue.sheets(1, cut, all_of_it) if s.side != "side"]
        seen.choose(cut=cut, at=nothing)
        image(seen)
        sheets = seen.tissue.sheets(1, cut, nothing)
        assert {s.layer for s in sheets} == {"skin", "fat", "muscle"}


@pytest.mark.parametrize("size", [(1280, 800), (390, 700)])
def test_the_whole_is_seen_beside_the_key(show, size):
    seen = show("block", size)
    for name in ("temperature", "crystallised", LAYER):
        seen.choose(colour=name)
        drawn = image(seen).min(axis=2) < 250
        for rim in (drawn[:3], drawn[-3:], drawn[:, :3], drawn[:, -3:]):
            assert not rim.any()


def test_a_window_of_another_size_is_filled_again(show):
    seen = show("block")
    before = image(seen)
    seen.stage.plotter.window_size = (300, 600)
    seen.stage.fit(300, 600)
    small = image(seen)
    assert small.shape[:2] == (600, 300)
    seen.stage.plotter.window_size = (480, 360)
    seen.stage.fit(480, 360)
    assert different(image(seen), before) < 1e-4
    seen.stage.plotter.camera.zoom(1.3)
    scale = seen.stage.plotter.camera.parallel_scale
    seen.stage.fit(480, 340)
    assert seen.stage.plotter.camera.parallel_scale == scale


def test_crossings_agree_with_the_table_of_the_run(show):
    seen = show("block")
    fat = next(c for c in seen.crossings() if c.layer == "fat")
    assert 0.0 < fat.share < 1.0
    assert fat.coldest == pytest.approx(float(np.min([
        seen.tissue.nodal("temperature", 1)[k] for k in np.flatnonzero(
            (seen.tissue.depth >= 2.2 - 1e-6) & (seen.tissue.depth <= 22.2 + 1e-6))])))  # fmt: skip
    seen.choose(threshold=-80.0)
    assert [c.share for c in seen.crossings()] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["cup", "curved", "plane"])
def test_a_probe_is_under_the_pixel_and_stays_in_the_tissue(show, name):
    seen = show(name)
    renderer = seen.stage.plotter.renderer
    (((x, y), probe),) = picked(seen)
    renderer.SetWorldPoint(*probe.point, 1.0)
    renderer.WorldToDisplay()
    assert renderer.GetDisplayPoint()[:2] == pytest.approx((x, y), abs=0.01)
    assert seen.pick(5.0, 5.0) is None
    (spot,) = seen._spots
    assert spot.weights.sum() == pytest.approx(1.0)
    course = seen.tissue.course("temperature", spot.nodes) @ spot.weights
    for step in range(len(seen.tissue.times)):
        assert course[step] == pytest.approx(float(spot.of(seen.tissue.nodal("temperature", step))))


def test_probes_are_numbered_moved_with_the_tissue_and_forgotten(show):
    seen = show("cup")
    (_, first), (_, second) = picked(seen, 2)
    assert (first.name, second.name) == ("1", "2")
    drawn = [p.point for p in seen.probes]
    seen.choose(step=2)
    moved = [p.point for p in seen.probes]
    assert max(np.abs(a - b).max() for a, b in zip(drawn, moved, strict=True)) > 0.5
    seen.forget("1")
    assert [p.name for p in seen.probes] == ["2"]


def test_curves_show_every_probe_the_threshold_and_the_time(show):
    seen = show("block")
    assert not seen.curves(4.0, 3.0).axes[0].get_legend()
    picked(seen, 2)
    axes = seen.curves(3.9, 2.4).axes[0]
    assert len(axes.get_legend().get_texts()) == 2
    styles = {line.get_linestyle() for line in axes.lines if len(line.get_xdata()) == 3}
    assert len(styles) == 2
    assert axes.get_ylabel() == "Temperature [°C]"
    now = float(seen.tissue.times[seen.choice.step]) / 60.0
    assert any(list(line.get_xdata()) == [now, now] for line in axes.lines)


@pytest.mark.parametrize("name", ["block", "plane"])
def test_the_months_after_are_seen_at_rest(show, name):
    seen = show(name)
    before = image(seen)
    seen.choose(day=90, exaggeration=5.0)
    after = image(seen)
    assert different(before, after) > 0.05
    assert seen.moment() == "90 days after the last session"
    assert seen.pick(200, 200) is None
    seen.choose(day=0)
    assert different(image(seen), after) > 0.005
    seen.choose(day=None)
    assert different(image(seen), before) < 1e-4


def test_a_picture_is_written_with_its_headline(show, tmp_path):
    seen = show("block")
    seen.choose(day=90, exaggeration=4.0)
    file = seen.save(tmp_path / "new" / "day.png")
    with Image.open(file) as picture:
        assert picture.size == (1400, 900)
        pixels = np.asarray(picture.convert("RGB"))
    assert (pixels[:80, :700].min(axis=2) < 120).sum() > 500
    assert (pixels[80:].min(axis=2) < 230).mean() > 0.1
    with pytest.raises(CaseError, match=r"ends in \.png"):
        seen.save(tmp_path / "day.jpg")


def test_a_film_is_written(show, tmp_path):
    seen = show("once", (240, 180))
    with Image.open(seen.film(tmp_path / "film.gif")) as film:
        assert film.n_frames == 1
        assert (np.asarray(film.convert("L")) < 230).mean() > 0.1
    with pytest.raises(CaseError, match=r"ends in \.mp4 or \.gif"):
        seen.film(tmp_path / "film.avi")


def test_a_film_has_a_frame_for_every_time(show, tmp_path, monkeypatch):
    frames = []
    monkeypatch.setattr("cryosim.scene.picture.write_film",
                        lambda _, given, count: frames.extend([*given, count]))  # fmt: skip
    seen = show("cup", (240, 180))
    seen.film(tmp_path / "film.gif")
    *pictures, count = (np.asarray(frame).astype(int) for frame in frames)
    assert len(pictures) == count == 3
    assert different(pictures[0], pictures[1]) > 0.05
    assert different(pictures[1], pictures[2]) > 0.05


def test_a_column_has_nothing_to_look_at(tmp_path):
    from view.synthetic import make

    folder = make(tmp_path / "line", "interval", times=np.array([0.0]))
    with pytest.raises(CaseError, match="cryosim report"):
        Tissue.open(folder)


def test_fields_in_memory_are_bounded(tissues, monkeypatch):
    kept = Kept(tissues["block"].result)
    monkeypatch.setattr("cryosim.scene.kept._ROOM", 2 * kept.nodal("temperature", 0).nbytes)
    for step in range(3):
        kept.nodal("temperature", step)
    assert [step for _, step in kept.read] == [1, 2]


def test_two_runs_are_never_shown_as_one(folders):
    plotter = pv.Plotter(off_screen=True, window_size=(320, 240))
    first = Show(Tissue.open(folders["bare"]), plotter)
    before, seen = first.choice, image(first)
    file = folders["bare"] / "fields.h5"
    os.utime(file, ns=(0, 0))  # as if the case had been run again into the same folder
    with pytest.raises(CaseError, match="written anew"):
        first.choose(step=2)
    assert first.choice == before
    assert different(seen, image(first)) == 0.0
    assert first.crossings(), "what was read before can still be looked at"
    with pytest.raises(CaseError, match="written anew"):
        first.tissue.check()
    plotter.close()


def test_rims_end_where_the_cut_does_though_cells_are_astride_of_it(tmp_path):
    tissue = Tissue.open(make(tmp_path, "hexahedron", across=7, times=np.array([0.0])))
    centre = tissue.placed(0).centre
    for line in tissue.lines(0, Cut.quarter, 0.5):
        ends = line.points[line.pieces]
        on_front = np.abs(ends[..., 1] - centre[1]).max(axis=1) < 1e-6
        low, high = np.sort(ends[on_front, :, 0], axis=1).T
        assert not ((low < centre[0] - 1e-3) & (high > centre[0] + 1e-3)).any(), line.name


def test_curves_tell_of_tissue_without_lipid_and_keep_long_names_short(show):
    shown = show("block")
    picked(shown)
    shown.choose(colour="crystallised")
    long = "epidermis and upper dermis of the lower abdomen"
    shown._spots = [replace(spot, layer=long) for spot in shown._spots]
    words = shown.curves(4.0, 3.0).axes[0].get_legend().get_texts()[0].get_text()
    assert "epidermis and upper …," in words
    here = shown._spots[0].of(shown.tissue.nodal("crystallised", 1))
    assert words.endswith("no lipid") == bool(np.isnan(here))


def test_triangles_seen_edge_on_are_passed_by_without_a_word():
    corners = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    a, b, c = corners[:, None]
    start, way = np.array([0.0, -5.0, 0.0]), np.array([0.0, 1.0, 0.0])
    assert _crossing(a, b - a, c - a, start, way)[1] == 5.0
    inside = np.array([-5.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    assert _crossing(a, b - a, c - a, *inside)[1] == np.inf
