"""How good a mesh is: number of cells, smallest edge, worst shape of a cell."""

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.fem.domain import Domain

Values = npt.NDArray[np.float64]

SIMPLICES = ("interval", "triangle", "tetrahedron")


def quality(domain: Domain) -> dict[str, Any]:
    """Cells of each layer, nodes, smallest edge (m), and the worst shape of a cell.

    A shape is 1 at best and 0 for a cell without volume; ``shape_measure`` says what it is.
    Collective.
    """
    mesh, comm = domain.mesh, domain.mesh.comm
    kind, owned = mesh.topology.cell_name(), mesh.topology.index_map(domain.dimension).size_local
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0][:owned], : domain.dimension]
    n_layers = comm.allreduce(int(domain.layer.max(initial=-1)), MPI.MAX) + 1
    cells = np.bincount(domain.layer[:owned], minlength=n_layers)
    return {
        "cell": kind,
        "cells": comm.allreduce(cells).tolist(),
        "nodes": int(mesh.geometry.index_map().size_global),
        "smallest_edge": comm.allreduce(float(_edges(corners, kind).min(initial=np.inf)), MPI.MIN),
        "worst_shape": comm.allreduce(float(shapes(corners, kind).min(initial=np.inf)), MPI.MIN),
        "shape_measure": "radius ratio" if kind in SIMPLICES else "scaled Jacobian",
    }


def shapes(corners: Values, kind: str) -> Values:
    """Shape of each cell from its ``corners`` (cells, corners, dimension) in DOLFINx order.

    For simplices it is the ratio of the radii of inscribed and circumscribed sphere, scaled to 1
    for the regular one; for the others the smallest scaled Jacobian at a corner, negative where
    the cell is turned inside out.
    """
    if kind == "interval":
        return (np.ptp(corners[:, :, 0], axis=1) > 0.0).astype(float)
    if kind == "triangle":
        return _triangle_shapes(corners)
    return _tetrahedron_shapes(corners) if kind == "tetrahedron" else _scaled_jacobians(corners)


def _triangle_shapes(corners: Values) -> Values:
    """``2 r / R`` with the inradius ``r = A / s`` and the circumradius ``R = a b c / 4 A``."""
    sides = _edges(corners, "triangle")
    twice_area = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    return _ratio(4.0 * twice_area**2, sides.sum(axis=1) * sides.prod(axis=1))


def _tetrahedron_shapes(corners: Values) -> Values:
    """``3 r / R`` with ``r = 3 V / S`` and ``R`` from the products of opposite edges."""
    a, b, c = np.moveaxis(corners[:, 1:] - corners[:, :1], 1, 0)
    bc, ca, ab = np.cross(b, c), np.cross(c, a), np.cross(a, b)
    six_volumes = np.abs((a * bc).sum(axis=1))
    twice_faces = sum(np.linalg.norm(face, axis=1) for face in (bc, ca, ab, bc + ca + ab))
    squares = ((side**2).sum(axis=1, keepdims=True) for side in (a, b, c))
    reach = sum(s * face for s, face in zip(squares, (bc, ca, ab), strict=True))
    return _ratio(6.0 * six_volumes**2, twice_faces * np.linalg.norm(reach, axis=1))


def _scaled_jacobians(corners: Values) -> Values:
    """Smallest determinant of the unit edges at a corner; positive if all corners agree."""
    n = corners.shape[1]
    bits = 2 ** np.arange(corners.shape[2])
    from_, to = np.arange(n)[:, None] & ~bits, np.arange(n)[:, None] | bits
    edges = corners[:, to] - corners[:, from_]
    lengths = np.linalg.norm(edges, axis=-1).prod(axis=-1)
    scaled = _ratio(np.linalg.det(edges), lengths)
    handed = np.where(scaled.sum(axis=1, keepdims=True) < 0.0, -1.0, 1.0)
    return (handed * scaled).min(axis=1)


def _edges(corners: Values, kind: str) -> Values:
    """Lengths of the edges of each cell."""
    pairs = np.array(list(combinations(range(corners.shape[1]), 2)))
    if kind not in SIMPLICES:  # neighbours differ in one bit of the corner's number
        pairs = pairs[np.isin(pairs[:, 0] ^ pairs[:, 1], (1, 2, 4))]
    return np.linalg.norm(corners[:, pairs[:, 1]] - corners[:, pairs[:, 0]], axis=2)


def _ratio(part: Values, whole: Values) -> Values:
    """``part / whole``, 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
