"""Surfaces of the tissue, cut open, layer by layer; a field comes onto them by one product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from cryosim.scene.body import Body
from cryosim.scene.choice import Cut
from cryosim.scene.patch import Patch, Plane, joined, sliced
from cryosim.view.result import Layer

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_SURFACE = 1e-3
"""Share of the depth of the tissue up to which an outer face is skin."""


class Side(StrEnum):
    """Which part of the rim of a layer a sheet is."""

    skin = "skin"
    outer = "side"
    """An outer face other than the skin, or where tissue farther off is left out."""
    cut = "cut"
    inner = "towards"
    """Where it meets another layer."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One surface of a layer; lengths in mm."""

    name: str
    layer: str
    side: Side
    beside: str
    """Name of the layer beyond, of an inner face: it is hidden unless that is switched off."""
    points: Floats
    """Shape (N, 3)."""
    triangles: Integers
    """Shape (M, 3)."""
    weights: Any
    """Sparse matrix (N, nodes of the run): every point is a weighted mean of nodes."""

    def values(self, nodal: npt.ArrayLike) -> Floats:
        """``nodal`` values of the run on the points."""
        return np.asarray(self.weights @ np.asarray(nodal))

    def seen(self, hidden: frozenset[str]) -> bool:
        """Whether it can be seen with the layers ``hidden`` switched off."""
        return self.layer not in hidden and (not self.beside or self.beside in hidden)


@dataclass(frozen=True)
class Opening:
    """A cut, with the planes that it takes."""

    cut: Cut
    centre: Floats
    """Of the quarter that is taken out (mm)."""
    at: float
    """Coordinate of a single plane (mm)."""

    @classmethod
    def of(cls, cut: Cut, share: float, centre: Floats, bounds: Floats) -> "Opening":
        """``cut`` at a ``share`` of the ``bounds`` (mm) of the tissue."""
        axis = {Cut.x: 0, Cut.y: 1, Cut.z: 2}.get(cut, 0)
        low, high = bounds[:, axis]
        return cls(cut, centre, float(low + share * (high - low)))

    def kept(self, patch: Patch) -> Patch:
        """The part of ``patch`` that is not taken out."""
        if self.cut is Cut.none:
            return patch
        if self.cut is not Cut.quarter:
            return patch.clipped(self._plane)
        left, behind = self._quarter
        before, back = patch.clipped(behind.turned), patch.clipped(behind)
        astride = back.astride(left)  # or its sides would be longer than those they meet in front
        halves = back.chosen(astride)
        return joined([back.chosen(~astride), halves.clipped(left), halves.clipped(left.turned),
                       before.clipped(left)])  # fmt: skip

    def removed(self, patch: Patch) -> Patch:
        """The part of ``patch`` that is taken out; all of it where nothing is cut."""
        if self.cut is Cut.none:
            return patch
        if self.cut is not Cut.quarter:
            return patch.clipped(self._plane.turned)
        left, behind = self._quarter
        return patch.clipped(left.turned).clipped(behind.turned)

    def faces(self, points: Floats, cells: Integers, layer: Integers) -> Patch:
        """The faces that the cut makes."""
        if self.cut is not Cut.quarter:
            return sliced(points, cells, layer, self._plane)
        left, behind = self._quarter
        return joined([sliced(points, cells, layer, behind).clipped(left.turned),
                       sliced(points, cells, layer, left).clipped(behind.turned)])  # fmt: skip

    @property
    def _quarter(self) -> tuple[Plane, Plane]:
        """What stays is left of the first plane or behind the second; the eye is to the right."""
        return Plane(0, float(self.centre[0]), -1.0), Plane(1, float(self.centre[1]), 1.0)

    @property
    def _plane(self) -> Plane:
        """Of a single plane: the eye is on the side of larger x, smaller y and larger z."""
        axis = {Cut.x: 0, Cut.y: 1, Cut.z: 2}[self.cut]
        return Plane(axis, self.at, 1.0 if axis == 1 else -1.0)


def sheets_of(
    body: Body, points: Floats, layers: Sequence[Layer], opening: Opening
) -> tuple[Sheet, ...]:
    """Surfaces of ``body`` with its nodes at ``points`` (mm), cut open."""
    corners, layer, beyond = body.faces
    patch = opening.kept(body.within(Patch.of_nodes(points, corners, np.arange(len(corners)))))
    ends = _ends(body, points, opening)
    shallow = body.depth < _SURFACE * body.depth.max()
    on_skin = shallow[corners].all(axis=1) & (beyond < 0)
    found: list[Sheet] = []
    for k in layers:
        mine = layer == k.index
        kinds = [(Side.skin, -1, mine & on_skin), (Side.outer, -1, mine & ~on_skin & (beyond < 0))]
        kinds += [(Side.inner, other.index, mine & (beyond == other.index)) for other in layers]
        for side, other_index, chosen in kinds:
            beside = layers[other_index].name if other_index >= 0 else ""
            part = patch.chosen(chosen[patch.tag])
            if side is Side.outer and ends is not None:
                part = joined([part, ends.chosen(ends.tag == k.index)])
            found += _sheet(k.name, side, beside, part, body.node)
    if opening.cut is not Cut.none:
        cut = body.within(opening.faces(points, body.cells, body.layer))
        for k in layers:
            found += _sheet(k.name, Side.cut, "", cut.chosen(cut.tag == k.index), body.node)
    return tuple(found)


def _ends(body: Body, points: Floats, opening: Opening) -> Patch | None:
    """Faces where the tissue goes on but is not shown."""
    faces = [
        opening.kept(body.within(sliced(points, body.cells, body.layer, plane), but=plane))
        for plane in body.box
    ]
    return joined(faces) if faces else None


def flat_sheets(body: Body, points: Floats, layers: Sequence[Layer]) -> tuple[Sheet, ...]:
    """The layers of a plane mesh."""
    patch = Patch.of_nodes(points, body.cells, body.layer)
    return tuple(
        sheet
        for k in layers
        for sheet in _sheet(k.name, Side.cut, "", patch.chosen(patch.tag == k.index), body.node)
    )


def _sheet(layer: str, side: Side, beside: str, patch: Patch, node: Integers) -> Iterator[Sheet]:
    """``patch`` as a sheet, if there is anything of it."""
    triangles, _ = patch.triangles()
    if not len(triangles):
        return
    old = patch.weights
    shape = (old.shape[0], int(node.max()) + 1)
    weights = csr_array((old.data, node[old.indices], old.indptr), shape=shape)
    name = " ".join(word for word in (layer, str(side), beside) if word)
    yield Sheet(name, layer, side, beside, patch.points, triangles, weights)
