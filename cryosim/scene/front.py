"""The surface of one temperature inside the tissue, told apart by the layers it lies in."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.scene.body import Body
from cryosim.scene.lines import Line
from cryosim.scene.patch import Patch
from cryosim.scene.sheet import Opening, Sheet

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def front_of(
    body: Body, points: Floats, values: Floats, level: float, opening: Opening | None
) -> Any:
    """Where ``values`` of the nodes of the placed mesh are ``level``.

    With an ``opening`` only the part in what is taken out: elsewhere it is inside the tissue.

    Triangles with the point arrays ``layer`` (index) and ``Normals``; points are not shared
    between layers.
    """
    above = (values > level)[body.cells]
    met = above.any(axis=1) & ~above.all(axis=1)
    if not met.any():
        return _empty()
    kind = pv.CellType.TETRA if body.cells.shape[1] == 4 else pv.CellType.HEXAHEDRON
    nodes, cells = np.unique(body.cells[met], return_inverse=True)
    grid = pv.UnstructuredGrid({kind: cells.reshape(-1, body.cells.shape[1])}, points[nodes])
    grid.point_data["value"] = values[nodes]
    grid.cell_data["layer"] = body.layer[met]
    found = grid.contour([level], scalars="value").triangulate()
    if not found.n_cells:
        return _empty()
    found = found.compute_normals(split_vertices=False, consistent_normals=True)
    return _told_apart(found, body, opening)


def isoline(sheets: list[Sheet], nodal: Floats, level: float) -> Line:
    """Where ``nodal`` values are ``level`` on ``sheets``."""
    points, pieces, start = [np.empty((0, 3))], [np.empty((0, 2), dtype=np.int64)], 0
    for sheet in sheets:
        high = sheet.values(nodal) - level
        ends, line = _crossed(sheet.points, sheet.triangles, high)
        points.append(ends)
        pieces.append(line + start)
        start += len(ends)
    return Line("isoline", "", np.vstack(points), np.vstack(pieces))


def _crossed(points: Floats, triangles: Integers, high: Floats) -> tuple[Floats, Integers]:
    """Pieces of line on which ``high`` is zero; NaN is on no side of it."""
    above = (high > 0.0)[triangles]
    known = np.isfinite(high)[triangles].all(axis=1)
    met = triangles[known & above.any(axis=1) & ~above.all(axis=1)]
    edges = met[:, [[0, 1], [1, 2], [2, 0]]]
    a, b = edges[..., 0], edges[..., 1]
    crossed = (high[a] > 0.0) != (high[b] > 0.0)
    a, b = a[crossed], b[crossed]
    share = (high[a] / (high[a] - high[b]))[:, None]
    ends = (1.0 - share) * points[a] + share * points[b]
    return ends, np.arange(len(ends)).reshape(-1, 2)


def _told_apart(found: pv.PolyData, body: Body, opening: Opening | None) -> pv.PolyData:
    """Each layer with points of its own."""
    corners = np.asarray(found.regular_faces, dtype=np.int64)
    layer = np.asarray(found.cell_data["layer"], dtype=np.int64)
    patch = body.within(Patch.of_nodes(np.asarray(found.points, dtype=float), corners, layer))
    patch = patch if opening is None else opening.removed(patch)
    triangles, owner = patch.triangles()
    if not len(triangles):
        return _empty()
    mine = patch.tag[owner]
    keys, corner = np.unique(mine[:, None] * len(patch.points) + triangles, return_inverse=True)
    at = keys % len(patch.points)
    front = pv.PolyData.from_regular_faces(patch.points[at], corner.reshape(-1, 3))
    normals = np.asarray(patch.weights @ np.asarray(found.point_data["Normals"], dtype=float))
    front.point_data["Normals"] = normals[at]
    front.point_data["layer"] = keys // len(patch.points)
    return front


def _empty() -> pv.PolyData:
    front = pv.PolyData()
    front.point_data["layer"] = np.empty(0, dtype=np.int64)
    return front
