"""Lines on the tissue: rims of layers, edges of the block, outlines of what touches it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.scene.patch import Patch
from cryosim.scene.sheet import Opening, Sheet, Side

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_BEND = 40.0
"""Angle (degrees) from which two faces of the block meet in an edge."""


@dataclass(frozen=True, eq=False)
class Line:
    """Straight pieces; lengths in mm."""

    name: str
    layer: str
    """With which it is switched off; empty: with none."""
    points: Floats
    """Shape (N, 3)."""
    pieces: Integers
    """Ends of each piece, shape (M, 2)."""

    def mesh(self) -> pv.PolyData:
        """As VTK wants it."""
        two = np.full((len(self.pieces), 1), 2)
        return pv.PolyData(self.points, lines=np.hstack([two, self.pieces]).ravel())


def rims_of(sheets: Sequence[Sheet]) -> tuple[Line, ...]:
    """Rims of every layer where it is seen from outside or cut."""
    found: dict[str, list[Floats]] = {}
    for sheet in sheets:
        if sheet.side is not Side.inner:
            rim = _rim(sheet.points, sheet.triangles, bends=sheet.side is Side.outer)
            found.setdefault(sheet.layer, []).append(sheet.points[rim].reshape(-1, 3))
    return tuple(
        _pieces(f"rims {layer}", layer, np.vstack(parts)) for layer, parts in found.items()
    )


def outline(name: str, mesh: pv.PolyData) -> Line:
    """Rim of ``mesh``, or the whole of it where it is a line."""
    if mesh.n_lines:
        return _line(name, "", mesh)
    edges = mesh.extract_feature_edges(
        boundary_edges=True, feature_edges=False, non_manifold_edges=False, manifold_edges=False
    )
    return _line(name, "", edges)


def kept(line: Line, opening: Opening) -> Line:
    """The part of ``line`` that the cut leaves."""
    patch = opening.kept(Patch.of_nodes(line.points, line.pieces, np.arange(len(line.pieces))))
    ends = patch.corners
    whole = (ends[:, :2] >= 0).all(axis=1)
    return Line(line.name, line.layer, patch.points, ends[whole, :2])


def _rim(points: Floats, triangles: Integers, *, bends: bool) -> Integers:
    """Sides (as points) that one triangle has, or with ``bends`` two that meet at an angle."""
    if not len(triangles):
        return np.empty((0, 2), dtype=np.int64)
    _, first, number = np.unique(_keys(points), return_index=True, return_inverse=True)
    sides = number[triangles][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    solid = sides[:, 0] != sides[:, 1]  # points that coincide make no side
    owner = np.repeat(np.arange(len(triangles)), 3)[solid]
    sides = np.sort(sides[solid], axis=1)
    key = sides[:, 0] * len(first) + sides[:, 1]
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
    count = np.diff(np.append(starts, len(order)))
    rim = order[starts[count == 1]]
    if bends:
        pair = starts[count == 2]
        a, b = (_normals(points, triangles[owner[order[pair + k]]]) for k in (0, 1))
        sharp = np.abs((a * b).sum(axis=1)) < np.cos(np.deg2rad(_BEND))
        rim = np.concatenate([rim, order[pair[sharp]]])
    return np.asarray(first[sides[rim]])


def _keys(points: Floats) -> Integers:
    """A whole number for every place, the same for points that coincide."""
    low = points.min(axis=0)
    grain = max(float(np.ptp(points, axis=0).max()), 1e-9) * 1e-6
    x, y, z = np.rint((points - low) / grain).astype(np.int64).T
    return np.asarray((x * 2_000_000 + y) * 2_000_000 + z)


def _normals(points: Floats, triangles: Integers) -> Floats:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-30)[:, None])


def _pieces(name: str, layer: str, ends: Floats) -> Line:
    """Pieces of line that share no points, from their ends in turn."""
    return Line(name, layer, ends, np.arange(len(ends)).reshape(-1, 2))


def surface(points: Floats, triangles: Integers) -> pv.PolyData:
    """Triangles as VTK wants them."""
    mesh: pv.PolyData = pv.PolyData.from_regular_faces(points, triangles)
    return mesh


def _line(name: str, layer: str, mesh: pv.PolyData) -> Line:
    ends = np.asarray(mesh.lines)
    if ends.size and not (ends[::3] == 2).all():
        mesh = mesh.extract_all_edges()
        ends = np.asarray(mesh.lines)
    pieces = ends.reshape(-1, 3)[:, 1:].astype(np.int64)
    return Line(name, layer, np.asarray(mesh.points, dtype=float), pieces)
