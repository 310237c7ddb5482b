"""Numbers taken from fields: values at points, volumes below a threshold, depth of a front."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import basix
import numba
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, geometry
from dolfinx.mesh import compute_midpoints
from mpi4py import MPI

from cryosim.errors import CaseError
from cryosim.fem.domain import Domain
from cryosim.fem.pullback import Deformation
from cryosim.thermal.network import Values

_jit: Any = numba.njit(cache=True)

SIMPLICES = {
    "interval": [[0, 1]],
    "triangle": [[0, 1, 2]],
    "quadrilateral": [[0, 1, 3], [0, 2, 3]],
    "tetrahedron": [[0, 1, 2, 3]],
    "hexahedron": [[0, 1 << a, (1 << a) | (1 << b), 7] for a, b in permutations(range(3), 2)],
}
"""Simplices of equal volume that make up a cell (Kuhn's, for a hexahedron), by its corners."""


class Sampler:
    """Nodal values at fixed points; every point has one owner."""

    def __init__(self, space: fem.FunctionSpace, points: Values, names: list[str]) -> None:
        """Find ``points`` (m, shape (n, 3)); raises CaseError if one is outside.  Collective."""
        mesh = space.mesh
        self._comm = mesh.comm
        cells = self._cells(mesh, points)
        holder = np.where(cells >= 0, self._comm.rank, self._comm.size).astype(np.int64)
        owner = np.empty_like(holder)
        self._comm.Allreduce(holder, owner, MPI.MIN)
        outside = [n for n, o in zip(names, owner, strict=True) if o == self._comm.size]
        if outside:
            raise CaseError(f'probe "{outside[0]}" lies outside the tissue')
        self._mine = np.flatnonzero(owner == self._comm.rank)
        self._size = len(names)
        self._dofs, self._weights = _interpolation(space, points[self._mine], cells[self._mine])

    @staticmethod
    def _cells(mesh: Any, points: Values) -> npt.NDArray[np.int64]:
        """A cell of this rank that holds each point, or -1."""
        owned = mesh.topology.index_map(mesh.topology.dim).size_local
        tree = geometry.bb_tree(mesh, mesh.topology.dim, padding=1e-9)
        near = geometry.compute_collisions_points(tree, points)
        hits = geometry.compute_colliding_cells(mesh, near, points)
        found = [next((c for c in hits.links(i) if c < owned), -1) for i in range(len(points))]
        return np.array(found, dtype=np.int64)

    def __call__(self, nodal: Values) -> Values:
        """Values at the points, on every rank, of owned and ghost ``nodal`` values.  Collective."""
        local = np.zeros(self._size)
        local[self._mine] = (self._weights * nodal[self._dofs]).sum(axis=1)
        total = np.empty_like(local)
        self._comm.Allreduce(local, total, MPI.SUM)
        return total


def _interpolation(
    space: fem.FunctionSpace, points: Values, cells: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Values]:
    """Dofs and weights that interpolate at ``points`` within ``cells``."""
    mesh = space.mesh
    gdim = mesh.geometry.dim
    dofs = space.dofmap.list[cells].astype(np.int64)
    weights = np.empty(dofs.shape)
    for i, (point, cell) in enumerate(zip(points, cells, strict=True)):
        corners = mesh.geometry.x[mesh.geometry.dofmaps[0][cell]][:, :gdim]
        reference = mesh.geometry.cmaps[0].pull_back(point[None, :gdim], corners)
        weights[i] = space.element.basix_element.tabulate(0, reference)[0, 0, :, 0]
    return dofs, weights


@dataclass(frozen=True)
class CellSamples:
    """Cells of this rank as simplices, for volumes below a threshold."""

    dofs: npt.NDArray[np.int32]
    volume: Values
    layer: npt.NDArray[np.int32]
    edges: npt.NDArray[np.int64]
    simplices: npt.NDArray[np.int64]
    depth: Values
    """Depth (m) of every local node (dof)."""
    middle: Values
    """Middle of every cell (m), shape (cells, 3)."""

    @classmethod
    def of(
        cls, domain: Domain, space: fem.FunctionSpace, displacement: Values | None = None
    ) -> "CellSamples":
        """Samples of the owned cells of ``domain``.  Collective.

        ``displacement`` (m) of every local geometry node, shape (n, dimension), gives each cell
        its drawn volume; depths and middles stay those at rest.
        """
        mesh = domain.mesh
        n = mesh.topology.index_map(mesh.topology.dim).size_local
        constant = fem.functionspace(mesh, ("DG", 0))
        v = ufl.TestFunction(constant)
        if displacement is not None:
            v = Deformation.of(domain, displacement).volume * v
        volume = fem.assemble_vector(fem.form(v * ufl.dx)).array
        depth = np.empty(space.dofmap.index_map.size_local + space.dofmap.index_map.num_ghosts)
        depth[space.dofmap.list.ravel()] = domain.depth[mesh.geometry.dofmaps[0].ravel()]
        edges = np.array(basix.topology(space.element.basix_element.cell_type)[1])
        return cls(
            space.dofmap.list[:n], volume[:n].copy(), domain.layer[:n], edges,
            np.array(SIMPLICES[mesh.topology.cell_name()]), depth,
            compute_midpoints(mesh, mesh.topology.dim, np.arange(n, dtype=np.int32)),
        )  # fmt: skip

    def below(self, nodal: Values, threshold: float, n_layers: int) -> tuple[Values, float]:
        """Volume (m^3) of each layer below ``threshold``, and the deepest such point (m).

        Local: sum the volumes and take the largest depth over ranks.
        """
        volumes = np.zeros(n_layers)
        front = _below(
            self.dofs, self.volume, self.layer, self.edges, self.simplices, self.depth,
            nodal, threshold, volumes,
        )  # fmt: skip
        return volumes, float(front)


@_jit
def _below(dofs, volume, layer, edges, simplices, depth, nodal, threshold, volumes):  # type: ignore[no-untyped-def]
    """Fill ``volumes`` below ``threshold`` by layer; return the greatest depth of that tissue."""
    front = 0.0
    for c in range(dofs.shape[0]):
        T, d = nodal[dofs[c]], depth[dofs[c]]
        if T.max() < threshold:
            volumes[layer[c]] += volume[c]
            front = max(front, d.max())
        elif T.min() < threshold:
            share = 0.0
            for s in range(simplices.shape[0]):
                share += _share_below(T[simplices[s]], threshold) / simplices.shape[0]
            volumes[layer[c]] += share * volume[c]
            front = max(front, _deepest_crossing(edges, T, d, threshold))
    return front


@_jit
def _share_below(T, threshold):  # type: ignore[no-untyped-def]
    """Share of a simplex with corner values ``T``, linear between, that is below ``threshold``.

    The distribution of a linear function over a simplex is a divided difference of a truncated
    power (Curry & Schoenberg 1966); its recursion takes weighted means only, so nothing cancels.
    """
    T = np.sort(T)
    share = np.where(T < threshold, 1.0, 0.0)
    for k in range(1, T.size):
        for i in range(T.size - k):
            low, high = T[i], T[i + k]
            if threshold > low and threshold < high:
                below, above = (threshold - low) * share[i], (high - threshold) * share[i + 1]
                share[i] = (below + above) / (high - low)
            else:
                share[i] = 1.0 if high < threshold or low < threshold else 0.0
    return share[0]


@_jit
def _deepest_crossing(edges, T, depth, threshold):  # type: ignore[no-untyped-def]
    """Greatest depth at which an edge of a cell crosses ``threshold``."""
    deepest = 0.0
    for e in range(edges.shape[0]):
        a, b = edges[e]
        if (T[a] < threshold) != (T[b] < threshold):
            s = (threshold - T[a]) / (T[b] - T[a])
            deepest = max(deepest, depth[a] + s * (depth[b] - depth[a]))
    return deepest
