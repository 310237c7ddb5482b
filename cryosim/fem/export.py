"""The mesh as plain arrays on rank 0, in the order in which it was made or read."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

from cryosim.fem.domain import Domain
from cryosim.fem.operators import Operators
from cryosim.parallel import Gather

VTK_ORDER = {
    "interval": [0, 1],
    "triangle": [0, 1, 2],
    "quadrilateral": [0, 1, 3, 2],
    "tetrahedron": [0, 1, 2, 3],
    "hexahedron": [0, 1, 3, 2, 4, 5, 7, 6],
    "point": [0],
}
"""Place in DOLFINx's order of each node in VTK's order."""


def node_gather(operators: Operators) -> Gather:
    """Gathers values of owned nodes in input order.  Collective."""
    return Gather(operators.team.comm, operators.input_node[: operators.n_mesh])


def mesh_arrays(
    domain: Domain, operators: Operators, depth: npt.NDArray[np.float64], names: Mapping[str, str]
) -> dict[str, Any] | None:
    """Points, cells, layers, depth and boundary facets on rank 0, None elsewhere.  Collective.

    ``depth`` (m) is that of owned nodes, ``names`` maps surfaces to what holds on them.
    """
    gather = node_gather(operators)
    n = operators.n_mesh
    x = operators.space.tabulate_dof_coordinates()[:n]
    points = [gather(np.ascontiguousarray(x[:, k])) for k in range(3)]
    depths = gather(depth)
    cells = _cells(domain)
    facets = _facets(domain, names)
    if points[0] is None:
        return None
    return {
        "cell_type": domain.mesh.topology.cell_name(),
        "points": np.column_stack(points),  # type: ignore[arg-type]
        "depth": depths,
        **cells,
        **facets,
    }


def _whole(comm: MPI.Comm, local: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows of all ranks, on rank 0; empty elsewhere."""
    pieces = comm.gather(local)
    return local[:0] if pieces is None else np.concatenate(pieces)


def _cells(domain: Domain) -> dict[str, npt.NDArray[np.int64]]:
    """Nodes and layer of every cell in input order.  Collective."""
    mesh = domain.mesh
    n = mesh.topology.index_map(domain.dimension).size_local
    order = VTK_ORDER[mesh.topology.cell_name()]
    number = np.asarray(mesh.geometry.input_global_indices)
    nodes = number[mesh.geometry.dofmaps[0][:n]][:, order]
    key = np.asarray(mesh.topology.original_cell_index[:n], dtype=np.int64)
    rows = np.column_stack([key, domain.layer[:n].astype(np.int64), nodes])
    whole = _whole(mesh.comm, rows)
    whole = whole[np.argsort(whole[:, 0])]
    return {"cells": whole[:, 2:], "layer": whole[:, 1]}


def _facets(domain: Domain, names: Mapping[str, str]) -> dict[str, Any]:
    """Nodes and tag of every boundary facet, and what the tags mean.  Collective."""
    mesh, dim = domain.mesh, domain.dimension - 1
    mesh.topology.create_connectivity(dim, domain.dimension)
    mesh.topology.create_connectivity(domain.dimension, dim)
    outside = dmesh.exterior_facet_indices(mesh.topology)
    meanings = sorted({*names.values(), "insulated"})
    tag = np.full(outside.size, meanings.index("insulated"), dtype=np.int64)
    for surface, meaning in names.items():
        tag[np.isin(outside, domain.surfaces[surface])] = meanings.index(meaning)
    number = np.asarray(mesh.geometry.input_global_indices)
    vertices = dmesh.entities_to_geometry(mesh, dim, outside)
    kind = {1: "point", 2: "interval", 3: "triangle", 4: "quadrilateral"}[vertices.shape[1]]
    nodes = number[vertices][:, VTK_ORDER[kind]].reshape(outside.size, -1)
    whole = _whole(mesh.comm, np.column_stack([tag, nodes]))
    whole = whole[np.lexsort(whole.T[::-1])]
    return {
        "surface": whole[:, 1:],
        "surface_tag": whole[:, 0],
        "surface_names": dict(enumerate(meanings)),
    }
