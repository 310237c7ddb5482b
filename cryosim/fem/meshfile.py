"""Reads the anatomy of a mesh file: groups of cells are layers, groups of facets are surfaces.

Rank 0 reads and checks; the cells are then spread over the ranks.  Layers follow by the number a
cell had in the file, surfaces by the numbers of the nodes of a facet, so nothing depends on how
many ranks there are.
"""

from collections.abc import Sequence
from pathlib import Path

import basix.ufl
import numpy as np
from dolfinx import mesh as dmesh
from mpi4py import MPI

from cryosim.errors import CaseError
from cryosim.fem.distance import distances
from cryosim.fem.domain import Domain, LocalIndices, Values
from cryosim.fem.meshcontent import Content, content
from cryosim.parallel import Indices, on_root

_SAME = 1e-9
"""Distances (m, or relative) that differ by less are the same."""


def read(
    comm: MPI.Comm,
    path: Path,
    regions: Sequence[int | str],
    surfaces: Sequence[str | int],
    *,
    unit: float,
    skin: Sequence[str | int],
    applicators: Sequence[str] = (),
) -> Domain:
    """Domain from the mesh file at ``path``; one unit of its coordinates is ``unit`` (m).

    Layer ``i`` is the region with the name or tag ``regions[i]``.  The domain has the ``surfaces``
    and the ``skin``, under the names or tags given; depth is the distance from the latter.  Of a
    surface only facets on the boundary count; ``applicators`` are surfaces under one.  Collective.
    """
    names = list(dict.fromkeys(str(s) for s in [*surfaces, *skin]))
    kept: list[Content] = []

    if not skin:
        raise CaseError(f"{path}: no surface is open to the room or under an applicator")

    def head() -> tuple[str, int, LocalIndices, Indices, LocalIndices]:
        found = content(path, regions, names, unit=unit, skin=[str(s) for s in skin])
        kept.append(found)
        return found.kind, found.x.shape[1], found.layer, found.facets, found.surface

    kind, dim, layer, facets, surface = on_root(comm, head)
    mesh = _spread(comm, kind, dim, kept)
    found = _matched(mesh, facets, surface, names)
    for name, its in found.items():
        if comm.allreduce(its.size) == 0:
            raise CaseError(f'{path}: no facet of the surface "{name}" is on the boundary')
    depth = _distance(mesh, [found[str(s)] for s in skin])
    reach = depth * (1.0 + _SAME) + _SAME
    covered = {name: _distance(mesh, [found[name]]) <= reach for name in applicators}
    return Domain(mesh, layer[mesh.topology.original_cell_index], found, depth, covered)


def _spread(comm: MPI.Comm, kind: str, dim: int, kept: list[Content]) -> dmesh.Mesh:
    """Mesh of the cells that rank 0 has kept.  Collective."""
    element = basix.ufl.element("Lagrange", kind, 1, shape=(dim,))
    cells = np.empty((0, element.basix_element.dim), dtype=np.int64)
    x = np.empty((0, dim))
    if kept:
        cells, x = kept[0].cells, kept[0].x
    ghosts = dmesh.create_cell_partitioner(dmesh.GhostMode.shared_facet, 2)
    return dmesh.create_mesh(comm, cells, element, x, ghosts if comm.size > 1 else None)


def _matched(
    mesh: dmesh.Mesh, facets: Indices, surface: LocalIndices, names: Sequence[str]
) -> dict[str, LocalIndices]:
    """Owned boundary facets with the same input nodes as ``facets``, by the name of their surface.

    Collective.
    """
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, dim)
    boundary = dmesh.exterior_facet_indices(mesh.topology)
    nodes = mesh.geometry.input_global_indices[_nodes(mesh, boundary)]
    rows = np.concatenate([facets, np.sort(nodes, axis=1)])
    _, key = np.unique(rows, axis=0, return_inverse=True)
    given, here = np.split(key.ravel(), [len(facets)])
    surface_of = np.full(len(rows), -1, dtype=np.int32)
    surface_of[given] = surface
    return {name: boundary[surface_of[here] == i] for i, name in enumerate(names)}


def _nodes(mesh: dmesh.Mesh, facets: LocalIndices) -> LocalIndices:
    """Geometry nodes of ``facets``."""
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, 0)
    mesh.topology.create_connectivity(dim, dim - 1)
    return dmesh.entities_to_geometry(mesh, dim - 1, facets)


def _distance(mesh: dmesh.Mesh, skin: Sequence[LocalIndices]) -> Values:
    """Distance (m) of every local node from the skin of all ranks.  Collective."""
    corners = mesh.geometry.x[_nodes(mesh, np.concatenate(skin))]
    n = corners.shape[1]
    if n == 4:  # corners 1 and 2 of a quadrilateral face each other
        triangles = np.concatenate([corners[:, [0, 1, 2]], corners[:, [1, 2, 3]]])
    else:
        triangles = corners[:, [0, min(1, n - 1), n - 1]]
    everywhere = np.concatenate(mesh.comm.allgather(triangles))
    return distances(mesh.geometry.x, everywhere)
