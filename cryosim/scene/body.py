"""The cells that are shown of a run, the same at every time, and the faces between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cryosim.scene.patch import Patch, Plane
from cryosim.view.bodies import extent
from cryosim.view.placement import Placement

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_FACES = {
    4: ((0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3)),
    8: ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)),
}
"""Faces of a cell by its count of corners, in VTK's order."""


@dataclass(frozen=True)
class Body:
    """Cells round the applicators, in nodes of the placed mesh."""

    cells: Integers
    layer: Integers
    """Of each cell."""
    depth: Floats
    """Of every node (mm)."""
    node: Integers
    """Node of the run that each node of the placed mesh is, or is the mirror image of."""
    box: tuple[Plane, ...] = ()
    """Ends of what is shown, where the tissue goes on."""

    @classmethod
    def of(cls, placed: Placement, shapes: Sequence[Floats]) -> "Body":
        """What is shown of ``placed`` when its nodes take ``shapes`` (mm)."""
        whole = cls.whole(placed.grid)
        if whole.cells.shape[1] != 8:
            return whole  # few cells: nothing is gained
        low, high = extent(placed)
        box = [Plane(k, float(at[k]), sign) for k in (0, 1)
               for at, sign in ((low, 1.0), (high, -1.0)) if np.isfinite(at[k])]  # fmt: skip
        near = np.zeros(len(whole.cells), dtype=bool)
        for points in shapes:
            inside = ((points >= low) & (points <= high)).all(axis=1)
            near |= inside[whole.cells].any(axis=1)
        return replace(whole, cells=whole.cells[near], layer=whole.layer[near], box=tuple(box))

    @classmethod
    def whole(cls, grid: Any) -> "Body":
        """All cells of ``grid``."""
        return cls(
            np.asarray(grid.cell_connectivity, dtype=np.int64).reshape(grid.n_cells, -1),
            np.asarray(grid.cell_data["layer"], dtype=np.int64),
            np.asarray(grid.point_data["depth"], dtype=float),
            np.asarray(grid.point_data["node"], dtype=np.int64),
        )  # fmt: skip

    def without(self, layers: Sequence[int]) -> "Body":
        """The cells of all layers but those with an index in ``layers``."""
        if not layers:
            return self
        stays = ~np.isin(self.layer, layers)
        return replace(self, cells=self.cells[stays], layer=self.layer[stays])

    def within(self, patch: Patch, but: Plane | None = None) -> Patch:
        """The part of ``patch`` that is shown; not clipped by the plane ``but``."""
        for plane in self.box:
            patch = patch if plane is but else patch.clipped(plane)
        return patch

    def bounds(self, points: Floats) -> Floats:
        """Low and high corner (mm) with the nodes at ``points``."""
        columns = [points[self.used, k] for k in range(3)]
        bounds = np.array([[c.min() for c in columns], [c.max() for c in columns]])
        for plane in self.box:
            bounds[0 if plane.sign > 0.0 else 1, plane.axis] = plane.at
        return bounds

    @cached_property
    def used(self) -> Integers:
        """Nodes of the cells."""
        mark = np.zeros(len(self.depth), dtype=bool)
        mark[self.cells.ravel()] = True
        return np.flatnonzero(mark)

    @cached_property
    def faces(self) -> tuple[Integers, Integers, Integers]:
        """Faces on the outside and between layers: corners, layer, and the layer beyond.

        The layer beyond is -1 on the outside; a face between two layers is there once for each.
        """
        kinds = np.array(_FACES[self.cells.shape[1]])
        faces = np.concatenate([self.cells[:, kind] for kind in kinds])
        layer = np.tile(self.layer, len(kinds))
        order, last = _alike(faces)
        single = np.append(True, last[:-1]) & last
        first = np.flatnonzero(~last)
        a, b = order[first], order[first + 1]
        apart = layer[a] != layer[b]
        a, b, outer = a[apart], b[apart], order[single]
        chosen = np.concatenate([outer, a, b])
        beyond = np.concatenate([np.full(len(outer), -1), layer[b], layer[a]])
        return faces[chosen], layer[chosen], beyond


def _alike(faces: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """An order in which the same face comes twice in a row, and where the last of each is."""
    nodes = np.sort(faces, axis=1).astype(np.int64)
    count = int(nodes.max(initial=0)) + 1
    pair = nodes[:, 0] * count + nodes[:, 1]  # with a third node these tell a face
    if count < 2_000_000:
        key = pair * count + nodes[:, 2]
        order = np.argsort(key, kind="stable")
        return order, np.append(np.diff(key[order]) != 0, True)
    order = np.lexsort((nodes[:, 2], pair))
    changed = (np.diff(pair[order]) != 0) | (np.diff(nodes[order, 2]) != 0)
    return order, np.append(changed, True)
