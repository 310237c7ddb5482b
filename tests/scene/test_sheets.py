"""Surfaces of the tissue: where they are, what they enclose, and what is on them."""

import numpy as np
import pytest
import pyvista as pv

from cryosim.scene.choice import Cut
from cryosim.scene.front import front_of

HALF = 45.0
"""What is shown of a block round a plate of 60 mm (mm): half as far again as it reaches."""
DEPTHS = {"skin": (0.0, 2.2), "fat": (2.2, 22.2), "muscle": (22.2, 37.2)}


def area(sheet) -> float:
    a, b, c = (sheet.points[sheet.triangles[:, k]] for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0)


def body_of(sheets, layer) -> pv.PolyData:
    """All sheets of ``layer`` as one surface."""
    parts = [pv.PolyData.from_regular_faces(s.points, s.triangles) for s in sheets
             if s.layer == layer]  # fmt: skip
    joined = pv.merge(parts).extract_surface(algorithm="dataset_surface").clean(tolerance=1e-7)
    return joined.compute_normals(auto_orient_normals=True, point_normals=False)


@pytest.mark.parametrize("name", ["block", "tets", "cup", "curved"])
@pytest.mark.parametrize("cut", list(Cut))
def test_a_linear_field_is_linear_on_every_sheet(tissues, name, cut):
    tissue = tissues[name]
    nodes = tissue.points(1)
    way = np.array([0.3, -0.7, 1.9])
    sheets = tissue.sheets(1, cut, 0.37)
    assert sheets
    for sheet in sheets:
        assert np.abs(sheet.values(nodes @ way + 4.0) - sheet.points @ way - 4.0).max() < 1e-9


@pytest.mark.parametrize(("name", "half"), [("block", HALF), ("tets", 75.0)])
@pytest.mark.parametrize(("cut", "at"), [(Cut.x, 0.5), (Cut.y, 0.37), (Cut.z, 0.8)])
def test_a_cut_of_a_block_has_its_area_and_leaves_its_volume(tissues, name, half, cut, at):
    sheets = tissues[name].sheets(0, cut, at)
    across = sum(area(s) for s in sheets if s.side == "cut")
    tall = DEPTHS["muscle"][1]
    assert across == pytest.approx((2 * half) ** 2 if cut is Cut.z else 2 * half * tall, rel=1e-5)
    stays = {Cut.x: at, Cut.y: 1.0 - at, Cut.z: at}[cut]
    volume = sum(body_of(sheets, layer).volume for layer in DEPTHS if any(
        s.layer == layer for s in sheets))  # fmt: skip
    assert volume == pytest.approx((2 * half) ** 2 * tall * stays, rel=1e-4)


@pytest.mark.parametrize("name", ["block", "tets", "cup", "curved"])
@pytest.mark.parametrize("cut", [Cut.none, Cut.quarter, Cut.x])
def test_a_layer_alone_is_closed(tissues, name, cut):
    sheets = tissues[name].sheets(1, cut, 0.41)
    for layer in DEPTHS:
        assert body_of(sheets, layer).n_open_edges == 0


def test_the_quarter_in_front_is_taken_out(tissues):
    sheets = tissues["block"].sheets(0, Cut.quarter, 0.5)
    for layer, (top, bottom) in DEPTHS.items():
        whole = (2 * HALF) ** 2 * (bottom - top)
        assert body_of(sheets, layer).volume == pytest.approx(0.75 * whole, rel=1e-4)
    points = np.vstack([s.points for s in sheets])
    assert not ((points[:, 0] > 1e-6) & (points[:, 1] < -1e-6)).any()


def test_an_inner_face_is_seen_where_the_layer_beyond_is_off(tissues):
    sheets = {s.name: s for s in tissues["block"].sheets(0, Cut.quarter, 0.5)}
    inner = sheets["fat towards skin"]
    assert not inner.seen(frozenset())
    assert inner.seen(frozenset({"skin"}))
    assert not inner.seen(frozenset({"skin", "fat"}))


def test_sheets_stay_the_same_while_shape_and_cut_do(tissues):
    tissue = tissues["cup"]
    assert tissue.sheets(0, Cut.x, 0.5) is tissue.sheets(1, Cut.x, 0.5)
    assert tissue.sheets(1, Cut.x, 0.5) is not tissue.sheets(1, Cut.x, 0.6)
    assert tissue.shape(1) != tissue.shape(2)
    assert tissue.sheets(1, Cut.x, 0.5) is not tissue.sheets(2, Cut.x, 0.5)


@pytest.mark.parametrize("name", ["block", "tets"])
def test_the_front_of_a_linear_field_is_a_plane_in_its_layers(tissues, name):
    tissue = tissues[name]
    points = tissue.places
    level = 7.3
    front = front_of(tissue.body, points, tissue.depth + 0.05 * points[:, 0], level, None)
    at = np.asarray(front.points)
    assert np.abs(-at[:, 2] + 0.05 * at[:, 0] - level).max() < 1e-4
    layer = np.asarray(front.point_data["layer"])
    for k, (top, bottom) in enumerate(DEPTHS.values()):
        deep = -at[layer == k, 2]
        assert ((deep >= top - 1e-4) & (deep <= bottom + 1e-4)).all()
    half = HALF if name == "block" else 75.0
    assert front.area == pytest.approx((2 * half) ** 2 * np.sqrt(1.0025), rel=1e-4)


def test_the_front_is_shown_in_the_opening_and_without_hidden_layers(tissues):
    tissue = tissues["block"]
    shown = tissue.front(1, 10.4, Cut.quarter, 0.5)
    at = np.asarray(shown.points)
    assert shown.n_cells
    assert (at[:, 0] > -1e-6).all()
    assert (at[:, 1] < 1e-6).all()
    alone = tissue.front(1, 10.4, Cut.quarter, 0.5, frozenset({"fat"}))
    assert set(np.asarray(alone.point_data["layer"]).tolist()) == {0}
    assert np.asarray(alone.points)[:, 0].min() < -20.0
    assert tissue.front(1, -80.0, Cut.none, 0.5).n_cells == 0


def test_the_isoline_lies_on_the_front(tissues):
    tissue = tissues["block"]
    sheets = [s for s in tissue.sheets(1, Cut.x, 0.5) if s.side == "cut"]
    line = tissue.isoline(1, 10.4, sheets)
    assert len(line.pieces)
    assert np.abs(line.points[:, 0]).max() < 1e-6
