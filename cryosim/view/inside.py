"""Values of a field between the nodes, by the shape functions that the run computed with."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv
import vtk

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OUTSIDE = -1
"""Cell of a point that lies in none."""

_ROUNDING = 1e-7
"""Of the tissue's extent: a point that far outside lies on the boundary."""

_NOTHING = 1e-7
"""A node with less weight does not count, so that it may lack a value."""


@dataclass(frozen=True)
class Inside:
    """Where points lie in a mesh."""

    cell: Integers
    """Cell of each point, `OUTSIDE` where there is none; shape (n,)."""
    nodes: Integers
    """Nodes of that cell, shape (n, nodes of a cell)."""
    weights: Floats
    """Shape functions there, of the same shape; they sum to 1."""

    def of(self, nodal: npt.ArrayLike) -> Floats:
        """Values at the points of the last axis of ``nodal``; NaN where a node has none."""
        return self.weighted(np.asarray(nodal, dtype=float)[..., self.nodes])

    def weighted(self, values: Floats) -> Floats:
        """The same from ``values`` at `nodes` alone, of shape (..., n, nodes of a cell)."""
        counts = np.abs(self.weights) > _NOTHING
        found = np.where(counts, values * self.weights, 0.0).sum(axis=-1)
        return np.asarray(np.where(self.cell != OUTSIDE, found, np.nan))


def located(grid: pv.UnstructuredGrid, points: npt.ArrayLike) -> Inside:
    """The cell of ``grid``, whose cells are all of one type, and the weights at each of ``points``.

    ``points``: shape (n, 3), in the unit of the grid.
    """
    connectivity = np.asarray(grid.cell_connectivity).reshape(grid.n_cells, -1)
    where = np.asarray(points, dtype=float).reshape(-1, 3)
    locator = vtk.vtkStaticCellLocator()
    locator.SetDataSet(grid)
    locator.BuildLocator()
    near, cell = _ROUNDING * grid.length, vtk.vtkGenericCell()
    cells = np.full(len(where), OUTSIDE)
    weights = np.zeros((len(where), connectivity.shape[1]))
    local, row = [0.0, 0.0, 0.0], [0.0] * connectivity.shape[1]
    for i, point in enumerate(where):
        found = locator.FindCell(point, near**2, cell, local, row)
        if found < 0:
            found = _beside(locator, grid, point, near, row)
        cells[i] = found
        if found >= 0:
            weights[i] = row
    return Inside(cells, connectivity[np.maximum(cells, 0)].astype(np.int64), weights)


def _beside(
    locator: vtk.vtkStaticCellLocator, grid: pv.UnstructuredGrid, point: Floats, near: float,
    row: list[float],
) -> int:  # fmt: skip
    """The cell that ``point`` misses by rounding alone, with the weights in ``row``; or none."""
    closest, number, part = [0.0, 0.0, 0.0], vtk.reference(0), vtk.reference(0)
    apart = vtk.reference(0.0)
    locator.FindClosestPoint(point, closest, number, part, apart)
    if float(apart) > near**2:
        return OUTSIDE
    grid.GetCell(int(number)).EvaluatePosition(closest, [0.0] * 3, part, [0.0] * 3, apart, row)
    return int(number)
