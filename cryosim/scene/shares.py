"""How much of each layer is colder than a temperature: exact for a field linear in simplices."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_SIMPLICES = {
    "tetrahedron": ((0, 1, 2, 3),),
    "triangle": ((0, 1, 2),),
    "quadrilateral": ((0, 1, 2), (0, 2, 3)),
    "hexahedron": ((0, 1, 2, 6), (0, 2, 3, 6), (0, 3, 7, 6), (0, 7, 4, 6), (0, 4, 5, 6),
                     (0, 5, 1, 6)),
}  # fmt: skip
"""A cell as triangles or tetrahedra, by its corners in VTK's order."""


@dataclass(frozen=True)
class Volumes:
    """Cells of a run, all of them, with what each holds at rest."""

    cells: Integers
    layer: Integers
    simplices: Integers
    """Corners of the parts of a cell."""
    sizes: Floats
    """mm^3 (mm^2 in a section) of the parts of each cell, shape (cells, parts)."""
    count: int
    """Of layers."""

    @classmethod
    def of(cls, grid: Any, cell_type: str, layers: int) -> Self:
        """The volumes of ``grid`` (mm)."""
        cells = np.asarray(grid.cell_connectivity, dtype=np.int64).reshape(grid.n_cells, -1)
        simplices = np.array(_SIMPLICES[cell_type])
        points = np.asarray(grid.points, dtype=float)
        sizes = _sizes(points, cells, simplices)
        layer = np.asarray(grid.cell_data["layer"], dtype=np.int64)
        return cls(cells, layer, simplices, sizes, layers)

    def shares(self, values: Floats, level: float) -> Floats:
        """Share of each layer's volume where the nodal ``values`` are below ``level``, 0 to 1."""
        below = (values < level)[self.cells]
        whole, some = below.all(axis=1), below.any(axis=1)
        split = np.flatnonzero(some & ~whole)
        cold = np.bincount(self.layer[whole], self._whole[whole], minlength=self.count)
        parts = values[self.cells[split][:, self.simplices]].astype(float)
        share = share_below(parts.reshape(-1, parts.shape[-1]), level)
        share = share.reshape(len(split), len(self.simplices))
        inside = (share * self.sizes[split]).sum(axis=1)
        cold += np.bincount(self.layer[split], inside, minlength=self.count)
        return np.asarray(cold / self._total)

    def coldest(self, values: Floats) -> Floats:
        """The lowest of the nodal ``values`` in each layer."""
        return np.array([values[nodes].min() for nodes in self._nodes])

    @cached_property
    def _total(self) -> Floats:
        return np.bincount(self.layer, self._whole, minlength=self.count)

    @cached_property
    def _whole(self) -> Floats:
        return np.asarray(self.sizes.sum(axis=1))

    @cached_property
    def _nodes(self) -> list[Integers]:
        """Nodes of each layer."""
        found = []
        for k in range(self.count):
            mark = np.zeros(int(self.cells.max()) + 1, dtype=bool)
            mark[self.cells[self.layer == k]] = True
            found.append(np.flatnonzero(mark))
        return found


def share_below(corners: Floats, level: float) -> Floats:
    """Share of triangles (M, 3) or tetrahedra (M, 4) where a linear field is below ``level``.

    For tetrahedra: Bloechl, Jepsen and Andersen (1994), Phys. Rev. B 49, 16223, appendix A.
    """
    t = np.sort(np.asarray(corners, dtype=float), axis=1)
    n = t.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        d = level - t
        low = d[:, 0] ** (n - 1) / np.prod(t[:, 1:] - t[:, :1], axis=1)
        high = 1.0 - (-d[:, -1]) ** (n - 1) / np.prod(t[:, -1:] - t[:, :-1], axis=1)
        share = np.where(level < t[:, 1], low, high)
        if n == 4:
            middle = _middle(t, d)
            share = np.where((level >= t[:, 1]) & (level < t[:, 2]), middle, share)
    share = np.where(level <= t[:, 0], 0.0, np.where(level >= t[:, -1], 1.0, share))
    return np.asarray(np.clip(share, 0.0, 1.0))


def _middle(t: Floats, d: Floats) -> Floats:
    """A tetrahedron with two corners on either side."""
    a21, a31, a41 = (t[:, k] - t[:, 0] for k in (1, 2, 3))
    a32, a42 = t[:, 2] - t[:, 1], t[:, 3] - t[:, 1]
    e = d[:, 1]
    return np.asarray(
        (a21**2 + 3.0 * a21 * e + 3.0 * e**2 - (a31 + a42) / (a32 * a42) * e**3) / (a31 * a41)
    )


def _sizes(points: Floats, cells: Integers, simplices: Integers) -> Floats:
    """Sizes of the ``simplices`` of ``cells``, all of which begin at the first corner."""
    columns = [np.ascontiguousarray(column) for column in points.T]
    first = [column[cells[:, 0]] for column in columns]
    sides = {int(k): [c[cells[:, k]] - f for c, f in zip(columns, first, strict=True)]
             for k in np.unique(simplices) if k}  # fmt: skip
    return np.stack([_size(*(sides[int(k)] for k in corners[1:])) for corners in simplices], axis=1)


def _size(a: list[Floats], b: list[Floats], c: list[Floats] | None = None) -> Floats:
    """Of the triangle or tetrahedron between sides given by their components."""
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    z = a[0] * b[1] - a[1] * b[0]
    if c is None:
        return np.asarray(np.sqrt(x * x + y * y + z * z) / 2.0)
    return np.asarray(np.abs(x * c[0] + y * c[1] + z * c[2]) / 6.0)
