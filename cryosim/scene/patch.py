"""Polygons of a mesh, clipped and sliced by planes, that remember of which nodes they are made.

VTK clips faster than it can be told apart: it says where a new point lies, not between which
nodes.  Here every point is a weighted mean of nodes, so that a field is brought onto it by one
product, however often it was cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_HAIR = 1e-6
"""Share of the extent below which a point lies in a plane; that of rounding in float32 files."""

_EDGES = {
    3: ((0, 1), (1, 2), (2, 0)),
    4: ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
    8: ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4),
        (0, 4), (1, 5), (2, 6), (3, 7)),
}  # fmt: skip
"""Edges of a cell by its count of corners, in VTK's order."""


@dataclass(frozen=True)
class Plane:
    """What is on its far side stays."""

    axis: int
    at: float
    """mm."""
    sign: float = 1.0
    """1: larger coordinates stay; -1: smaller ones."""

    @property
    def turned(self) -> "Plane":
        """The plane that leaves the other side."""
        return replace(self, sign=-self.sign)

    def height(self, points: Floats) -> Floats:
        """Distance (mm) of ``points`` on the side that stays; 0 where they lie in the plane."""
        away = self.sign * (points[:, self.axis] - self.at)
        size = _size(points)
        return np.asarray(np.where(np.abs(away) <= _HAIR * size, 0.0, away))


def _size(points: Floats) -> float:
    """Greatest extent (mm); column by column, which is ten times as fast."""
    return max((float(np.ptp(points[:, k])) for k in range(3)), default=0.0) if len(points) else 0.0


@dataclass(frozen=True)
class Patch:
    """Plane or nearly plane convex polygons."""

    points: Floats
    """mm, shape (N, 3)."""
    weights: Any
    """Sparse matrix (N, nodes) that brings nodal values onto the points."""
    corners: Integers
    """Points of each polygon in turn, shape (M, most); -1 after the last."""
    tag: Integers
    """Whatever tells the polygons apart, shape (M,)."""

    @classmethod
    def of_nodes(cls, points: Floats, corners: Integers, tag: Integers) -> "Patch":
        """Polygons whose corners are nodes."""
        count = len(points)
        weights = csr_array((np.ones(count), np.arange(count), np.arange(count + 1)),
                            shape=(count, count))  # fmt: skip
        return cls(points, weights, corners, tag).compact()

    def compact(self) -> "Patch":
        """Without points that no polygon uses."""
        used = np.zeros(len(self.points) + 1, dtype=bool)
        used[self.corners.ravel()] = True
        used[-1] = False  # that of the -1
        if used[:-1].all():
            return self
        kept = np.flatnonzero(used)
        number = np.full(len(used), -1)
        number[kept] = np.arange(len(kept))
        return Patch(self.points[kept], self.weights[kept], number[self.corners], self.tag)

    def chosen(self, kept: npt.NDArray[np.bool_]) -> "Patch":
        """The polygons that are ``kept``."""
        return Patch(self.points, self.weights, self.corners[kept], self.tag[kept]).compact()

    def astride(self, plane: Plane) -> npt.NDArray[np.bool_]:
        """Which polygons are on both sides of ``plane``."""
        high = np.append(plane.height(self.points), np.nan)[self.corners]
        return np.asarray((high > 0.0).any(axis=1) & (high < 0.0).any(axis=1))

    def clipped(self, plane: Plane) -> "Patch":
        """The part on the side of ``plane`` that stays; polygons in the plane go."""
        high = np.append(plane.height(self.points), np.nan)[self.corners]
        above, below = (high > 0.0).any(axis=1), (high < 0.0).any(axis=1)
        if not (below | ~above).any():
            return self
        whole = self.corners[above & ~below]
        split = above & below
        loops, (first, second, share) = _halved(self.corners[split], high[split], len(self.points))
        mixed = _between(first, second, share, len(self.points))
        width = max(whole.shape[1], loops.shape[1])
        corners = np.vstack([_padded(whole, width), _padded(loops, width)])
        points = np.vstack([self.points, mixed @ self.points])
        tag = np.concatenate([self.tag[above & ~below], self.tag[split]])
        return Patch(points, _stacked(self.weights, mixed @ self.weights), corners, tag).compact()

    def triangles(self) -> tuple[Integers, Integers]:
        """Corners (K, 3) of triangles that cover the polygons, and the polygon each is of."""
        found, owner = [], []
        for k in range(1, self.corners.shape[1] - 1):
            there = np.flatnonzero(self.corners[:, k + 1] >= 0)
            found.append(self.corners[there][:, [0, k, k + 1]])
            owner.append(there)
        if not found:
            return np.empty((0, 3), dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate(found), np.concatenate(owner)


def sliced(points: Floats, cells: Integers, tag: Integers, plane: Plane) -> Patch:
    """Where ``plane`` cuts ``cells`` (corners as nodes), in the cells on the side that stays.

    A face of cells that lies in the plane is that of the cell which stays.
    """
    high = plane.height(points)
    above = (high > 0.0)[cells]
    met = above.any(axis=1) & ~above.all(axis=1)
    cells, tag = cells[met], tag[met]
    edges = np.array(_EDGES[cells.shape[1]])
    first, second = cells[:, edges[:, 0]], cells[:, edges[:, 1]]
    crossed = (high[first] > 0.0) != (high[second] > 0.0)
    a, b = first[crossed], second[crossed]
    share = high[a] / (high[a] - high[b])
    # A point in a node is that node's, whatever edge led to it.
    a, b = np.where(share >= 1.0, b, a), np.where(share <= 0.0, a, b)
    pairs, inverse = _pairs(a, b, len(points))
    apart = high[pairs[:, 0]] - high[pairs[:, 1]]
    share = np.divide(high[pairs[:, 0]], apart, out=np.zeros(len(pairs)), where=apart != 0.0)
    weights = _between(pairs[:, 0], pairs[:, 1], share, len(points))
    number = np.full(crossed.shape, -1)
    number[crossed] = inverse
    at = np.asarray(weights @ points)
    corners, solid = _rings(at, number, plane.axis)
    return Patch(at, weights, corners[solid], tag[solid]).compact()


def joined(patches: Sequence[Patch]) -> Patch:
    """Several patches as one; points are not merged."""
    if len(patches) == 1:
        return patches[0]
    width = max(patch.corners.shape[1] for patch in patches)
    start, corners, weights = 0, [], patches[0].weights
    for k, patch in enumerate(patches):
        moved = _padded(patch.corners, width)
        corners.append(np.where(moved >= 0, moved + start, -1))
        start += len(patch.points)
        weights = _stacked(weights, patch.weights) if k else weights
    return Patch(np.vstack([patch.points for patch in patches]), weights, np.vstack(corners),
                 np.concatenate([patch.tag for patch in patches]))  # fmt: skip


def _halved(
    corners: Integers, high: Floats, count: int
) -> tuple[Integers, tuple[Integers, Integers, Floats]]:
    """Loops of what is above, and the new points between two old ones that they need."""
    size = (corners >= 0).sum(axis=1)
    slot = np.arange(corners.shape[1])
    after = np.where(slot + 1 < size[:, None], slot + 1, 0)
    following = np.take_along_axis(corners, after, axis=1)
    rises = np.take_along_axis(high, after, axis=1)
    stays = (corners >= 0) & (high >= 0.0)
    crossed = (corners >= 0) & (high * rises < 0.0)
    a, b = corners[crossed], following[crossed]
    pairs, inverse = _pairs(a, b, count)
    level = np.full(count, np.nan)
    level[corners[corners >= 0]] = high[corners >= 0]
    share = level[pairs[:, 0]] / (level[pairs[:, 0]] - level[pairs[:, 1]])
    fresh = np.full(corners.shape, -1)
    fresh[crossed] = count + inverse
    row = np.stack([np.where(stays, corners, -1), fresh], axis=2)
    row = row.reshape(len(corners), 2 * corners.shape[1])
    return _pushed_left(row), (pairs[:, 0], pairs[:, 1], share)


def _pushed_left(rows: Integers) -> Integers:
    """Entries of each row in turn, the -1 last."""
    order = np.argsort(rows < 0, axis=1, kind="stable")
    rows = np.take_along_axis(rows, order, axis=1)
    width = int((rows >= 0).sum(axis=1).max(initial=3))
    return rows[:, :width]


def _rings(points: Floats, number: Integers, axis: int) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Points of each row in turn about their middle, each once; which rows enclose an area."""
    u, v = (points[:, k] for k in range(3) if k != axis)
    there = number >= 0
    count = there.sum(axis=1)
    x, y = np.where(there, u[number], 0.0), np.where(there, v[number], 0.0)
    x -= (x.sum(axis=1) / count)[:, None]
    y -= (y.sum(axis=1) / count)[:, None]
    angle = np.where(there, np.arctan2(y, x), np.inf)
    order = np.argsort(angle, axis=1, kind="stable")
    ring = np.take_along_axis(number, order, axis=1)
    again = (ring[:, 1:] == ring[:, :-1]) & (ring[:, 1:] >= 0)
    ring[:, 1:][again] = -1
    ring = _pushed_left(ring)
    return ring, (ring >= 0).sum(axis=1) >= 3


def _pairs(a: Integers, b: Integers, count: int) -> tuple[Integers, Integers]:
    """Every pair of points once, the smaller first, and which of them each given one is."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    keys, inverse = np.unique(low * count + high, return_inverse=True)
    return np.stack([keys // count, keys % count], axis=1), inverse


def _between(a: Integers, b: Integers, share: Floats, count: int) -> Any:
    """Matrix of points that lie a ``share`` of the way from ``a`` to ``b``; no zero is kept."""
    n = len(a)
    values = np.stack([1.0 - share, share], axis=1).ravel()
    columns = np.stack([a, b], axis=1).ravel()
    rows = np.repeat(np.arange(n), 2)
    kept = values != 0.0
    return csr_array((values[kept], (rows[kept], columns[kept])), shape=(n, count))


def _stacked(first: Any, second: Any) -> Any:
    """The rows of two matrices."""
    return csr_array(
        (
            np.concatenate([first.data, second.data]),
            np.concatenate([first.indices, second.indices]),
            np.concatenate([first.indptr, first.indptr[-1] + second.indptr[1:]]),
        ),
        shape=(first.shape[0] + second.shape[0], first.shape[1]),
    )


def _padded(corners: Integers, width: int) -> Integers:
    more = np.full((len(corners), width - corners.shape[1]), -1)
    return np.hstack([corners, more])
