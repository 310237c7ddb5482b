"""Conduction, volumes and areas of a domain, assembled once with vertex quadrature.

Vertex (Gauss-Lobatto) quadrature for every term lumps storage, sources and exchange at the nodes
and leaves 7 entries a row on a block of hexahedra, none of them positive off the diagonal, with
the same error as full quadrature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import common, fem, la
from dolfinx import mesh as dmesh
from mpi4py import MPI

from cryosim.fem.domain import Domain, LocalIndices
from cryosim.fem.pullback import Deformation
from cryosim.thermal.network import Surface, TissueStencil, Values

_VERTEX_RULE = {"quadrature_rule": "vertex", "quadrature_degree": 1}

_NEGLIGIBLE = 1e-13
"""Entries below this fraction of the largest one are zeros of the vertex rule."""


class RankTeam:
    """The ranks that share a domain: sums, extremes and ghost temperatures."""

    def __init__(self, comm: MPI.Comm, n_mesh: int, ghosts: npt.NDArray[np.int64]) -> None:
        """Share ``n_mesh`` owned nodes and the ``ghosts`` (global indices).  Collective."""
        self.comm, self._n_mesh = comm, n_mesh
        starts = np.cumsum([0, *comm.allgather(n_mesh)])
        owners = (np.searchsorted(starts, ghosts, side="right") - 1).astype(np.int32)
        self._map = common.IndexMap(comm, n_mesh, ghosts, owners, 4711)
        self._buffer = la.vector(self._map, 1)

    def total(self, local: Values) -> Values:
        """Sum over all ranks.  Collective."""
        if self.comm.size == 1:
            return local
        result = np.empty_like(local)
        self.comm.Allreduce(local, result, MPI.SUM)
        return result

    def largest(self, local: float) -> float:
        """Largest over all ranks.  Collective."""
        return float(self.comm.allreduce(local, MPI.MAX))

    def first(self, message: str | None) -> str:
        """The first message that a rank has.  Collective."""
        return next((m for m in self.comm.allgather(message) if m), "")

    def update_ghosts(self, x: Values, n_owned: int) -> None:
        """Copy temperatures of owned mesh nodes to ghosts, from ``n_owned`` on.  Collective."""
        if self.comm.size == 1:
            return
        values, n = self._buffer.array, self._n_mesh
        values[:n] = x[:n]
        self._buffer.scatter_forward()
        x[n_owned : n_owned + values.size - n] = values[n:]


@dataclass(frozen=True)
class Operators:
    """Stencils of every layer and surfaces of a domain, on this rank's nodes (dofs)."""

    space: fem.FunctionSpace
    stencils: list[TissueStencil]
    surfaces: list[Surface]
    team: RankTeam
    ghosts: npt.NDArray[np.int64]
    """Global nodes that owned rows refer to and other ranks own."""

    @property
    def n_mesh(self) -> int:
        """Owned nodes."""
        return int(self.space.dofmap.index_map.size_local)

    def volume_of(self, cells: LocalIndices) -> Values:
        """Volume (m^3) of the local ``cells`` lumped at owned nodes, as of tissues.  Collective."""
        mesh = self.space.mesh
        dx = _measure("dx", mesh, mesh.topology.dim, cells)
        return _lumped(fem.form(ufl.TestFunction(self.space) * dx), self.n_mesh)

    @property
    def input_node(self) -> npt.NDArray[np.int64]:
        """Number of every local node in the mesh as it was made or read, on any partition."""
        geometry = self.space.mesh.geometry
        node = np.empty(self.space.tabulate_dof_coordinates().shape[0], dtype=np.int64)
        number = np.asarray(geometry.input_global_indices)
        node[self.space.dofmap.list.ravel()] = number[geometry.dofmaps[0].ravel()]
        return node

    def with_ghosts(self, owned: Values) -> Values:
        """Values of all local nodes (dofs) from those of owned ones.  Collective."""
        vector = la.vector(self.space.dofmap.index_map, 1)
        vector.array[: self.n_mesh] = owned
        vector.scatter_forward()
        result: Values = vector.array
        return result


def assemble(
    domain: Domain,
    n_layers: int,
    surfaces: Sequence[str],
    displacement: Values | None = None,
) -> Operators:
    """Operators of ``domain`` with the named ``surfaces``.  Collective.

    ``displacement`` (m) of every local geometry node, shape (n, dimension), deforms the domain.
    """
    V = fem.functionspace(domain.mesh, ("Lagrange", 1))
    u, v = ufl.TrialFunction(V), ufl.TestFunction(V)
    owned = V.dofmap.index_map.size_local
    conduction, volume, area = ufl.grad(u), v, v
    if displacement is not None:
        deformation = Deformation.of(domain, displacement)
        conduction = deformation.conduction * conduction
        volume, area = deformation.volume * v, deformation.area * v
    pieces = []
    for layer in range(n_layers):
        cells = np.flatnonzero(domain.layer == layer).astype(np.int32)
        dx = _measure("dx", domain.mesh, domain.dimension, cells)
        matrix = _entries(fem.form(ufl.inner(conduction, ufl.grad(v)) * dx), owned)
        pieces.append((*matrix, _lumped(fem.form(volume * dx), owned)))
    ghosts = _ghosts_of([column for _, column, _, _ in pieces], V.dofmap.index_map)
    stencils = [
        TissueStencil(row, _local(column, V.dofmap.index_map, ghosts), value, lumped)
        for row, column, value, lumped in pieces
    ]
    areas = {}
    for name in surfaces:
        ds = _measure("ds", domain.mesh, domain.dimension - 1, domain.surfaces[name])
        areas[name] = _lumped(fem.form(area * ds), owned)
    team = RankTeam(domain.mesh.comm, owned, ghosts)
    return Operators(V, stencils, _surfaces(areas), team, ghosts)


def united(several: Sequence[Operators]) -> list[Operators]:
    """The same operators of one mesh, all with the ghosts that any of them needs.  Collective.

    A deformed block has neighbours that a straight one lacks.
    """
    first = several[0]
    ghosts = np.unique(np.concatenate([one.ghosts for one in several]))
    team = RankTeam(first.space.mesh.comm, first.n_mesh, ghosts)
    return [
        replace(
            one,
            team=team,
            ghosts=ghosts,
            stencils=[_renumbered(s, one, ghosts) for s in one.stencils],
        )
        for one in several
    ]


def _renumbered(
    stencil: TissueStencil, own: Operators, ghosts: npt.NDArray[np.int64]
) -> TissueStencil:
    """A stencil of ``own`` with its ghosts in the order of ``ghosts``."""
    place = np.concatenate(
        [np.arange(own.n_mesh), own.n_mesh + np.searchsorted(ghosts, own.ghosts)]
    )
    return replace(stencil, column=place[stencil.column])


def _surfaces(areas: Mapping[str, Values]) -> list[Surface]:
    """Surfaces of the nodes that have an area."""
    nodes = {name: np.flatnonzero(area > 0.0) for name, area in areas.items()}
    return [Surface(name, nodes[name], area[nodes[name]]) for name, area in areas.items()]


def _measure(kind: str, mesh: dmesh.Mesh, dim: int, entities: LocalIndices) -> ufl.Measure:
    """Measure over the ``entities`` only."""
    tags = dmesh.meshtags(mesh, dim, np.sort(entities), 1)
    rule = _VERTEX_RULE if dim > 0 else {"quadrature_degree": 0}
    return ufl.Measure(kind, domain=mesh, subdomain_data=tags, metadata=rule)(1)


def _entries(
    form: fem.Form, owned: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Values]:
    """Row (local), column (global) and value of the entries of owned rows.  Collective."""
    matrix = fem.assemble_matrix(form)
    matrix.scatter_reverse()
    end = int(matrix.indptr[owned])
    value = matrix.data[:end]
    keep = np.abs(value) > _NEGLIGIBLE * np.abs(value).max(initial=0.0)
    row = np.repeat(np.arange(owned), np.diff(matrix.indptr[: owned + 1]))
    column = matrix.index_map(1).local_to_global(matrix.indices[:end][keep].astype(np.int32))
    return row[keep], column, value[keep].copy()


def _lumped(form: fem.Form, owned: int) -> Values:
    """Owned entries of an assembled vector.  Collective."""
    vector = fem.assemble_vector(form)
    vector.scatter_reverse(la.InsertMode.add)
    result: Values = vector.array[:owned].copy()
    return result


def _ghosts_of(
    columns: Sequence[npt.NDArray[np.int64]], owned: common.IndexMap
) -> npt.NDArray[np.int64]:
    """Global indices of all columns that other ranks own."""
    low, high = owned.local_range
    everything = np.unique(np.concatenate(columns))
    return everything[(everything < low) | (everything >= high)]


def _local(
    column: npt.NDArray[np.int64], owned: common.IndexMap, ghosts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Local index of global ``column``: owned first, then in the order of ``ghosts``."""
    low, high = owned.local_range
    mine = (column >= low) & (column < high)
    return np.where(mine, column - low, owned.size_local + np.searchsorted(ghosts, column))
