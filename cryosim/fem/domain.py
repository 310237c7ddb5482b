"""A meshed piece of tissue: cells of each layer, facets of each surface, depth of each node."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

Values = npt.NDArray[np.float64]
LocalIndices = npt.NDArray[np.int32]


PLUS = " + "
"""Stands between the names of applicators that share a piece of skin, or a shape."""


@dataclass(frozen=True)
class Footprint:
    """Rectangle under an applicator on one face of a block; one interval (m) per lateral axis."""

    name: str
    face: str
    intervals: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Domain:
    """A mesh with its layers and surfaces; index arrays are local to this rank."""

    mesh: dmesh.Mesh
    layer: LocalIndices
    """Layer of every local cell, owned then ghosts."""
    surfaces: dict[str, LocalIndices]
    """Owned facets of each named surface."""
    depth: Values
    """Depth (m) below the skin of every local geometry node."""
    covered: Mapping[str, npt.NDArray[np.bool_]] | None = None
    """Surface under an applicator -> whether it is the nearest skin of every local geometry node;
    None for a block, where footprints tell."""

    @property
    def dimension(self) -> int:
        """Topological dimension."""
        return int(self.mesh.topology.dim)


def block(
    comm: MPI.Comm,
    axes: Sequence[Values],
    interfaces: Values,
    footprints: Sequence[Footprint],
    moved: Callable[[Values], Values] | None = None,
) -> Domain:
    """Layered block with planes ``axes`` (x, y, z or fewer; m); z is 0 at the skin and points up.

    ``interfaces`` are the z of the layer boundaries from 0 down.  Surfaces are the names of the
    ``footprints`` and, for what they leave uncovered, the faces ``top``, ``bottom``, ``x_min`` ...
    ``moved`` gives the z where nodes (n, 3) go in the end; layers and surfaces go with them, and
    the skin must stay.  Collective.
    """
    mesh = _lattice(comm, [a.size - 1 for a in axes])
    x = mesh.geometry.x
    for axis, planes in enumerate(axes):
        x[:, axis] = planes[np.rint(x[:, axis]).astype(int)]
    up = len(axes) - 1
    cells = mesh.topology.index_map(up + 1)
    everything = np.arange(cells.size_local + cells.num_ghosts, dtype=np.int32)
    middle = dmesh.compute_midpoints(mesh, up + 1, everything)[:, up]
    layer = np.searchsorted(-interfaces, -middle) - 1
    surfaces = _faces(mesh, axes, footprints)
    if moved is not None:
        x[:, up] = moved(x)
    return Domain(mesh, layer.astype(np.int32), surfaces, -x[:, up].copy())


def _lattice(comm: MPI.Comm, n: list[int]) -> dmesh.Mesh:
    """Mesh of unit cells with ``n`` cells along each axis."""
    if len(n) == 1:
        return dmesh.create_interval(comm, n[0], [0.0, float(n[0])])
    corners = [[0.0] * len(n), [float(k) for k in n]]
    if len(n) == 2:
        return dmesh.create_rectangle(comm, corners, n, dmesh.CellType.quadrilateral)
    return dmesh.create_box(comm, corners, n, dmesh.CellType.hexahedron)


def _faces(
    mesh: dmesh.Mesh, axes: Sequence[Values], footprints: Sequence[Footprint]
) -> dict[str, LocalIndices]:
    """Owned boundary facets by face, footprints first."""
    dim = len(axes)
    mesh.topology.create_connectivity(dim - 1, dim)
    facets = dmesh.exterior_facet_indices(mesh.topology)
    middle = dmesh.compute_midpoints(mesh, dim - 1, facets)
    names = [*("x_min", "x_max", "y_min", "y_max")[: 2 * (dim - 1)], "bottom", "top"]
    surfaces = {together(names): facets[:0] for names in pieces_of(footprints)}
    for k, name in enumerate(names):
        axis, end = divmod(k, 2)
        plane = axes[axis][-1 if end else 0]
        small = 1e-3 * np.diff(axes[axis]).min()
        on_face = np.flatnonzero(np.abs(middle[:, axis] - plane) < small)
        here = [f for f in footprints if f.face == name]
        under = np.stack([_under(f, middle[on_face]) for f in here]) if here else np.empty((0, 0))
        for mask in np.unique(under, axis=1).T if here else ():
            piece = together([f.name for f, covers in zip(here, mask, strict=True) if covers])
            surfaces[piece or name] = facets[on_face[(under == mask[:, None]).all(axis=0)]]
        surfaces.setdefault(name, facets[on_face] if not here else facets[:0])
    return surfaces


def pieces_of(footprints: Sequence[Footprint]) -> list[tuple[str, ...]]:
    """Names of the footprints over every piece of skin that differs by them, single ones first."""
    pieces: dict[tuple[str, ...], None] = {}
    for face in dict.fromkeys(f.face for f in footprints):
        here = [f for f in footprints if f.face == face]
        rims = [sorted({edge for f in here for edge in f.intervals[axis]})
                for axis in range(len(here[0].intervals))]  # fmt: skip
        middles = [[(a + b) / 2 for a, b in pairwise(edges)] for edges in rims]
        place = np.array(list(product(*middles)), dtype=float)
        covers = np.stack([_under(f, place) for f in here])
        for mask in covers.T:
            names = tuple(f.name for f, under in zip(here, mask, strict=True) if under)
            if names:
                pieces[names] = None
    return sorted(pieces, key=len)


def compute_midpoints(mesh: dmesh.Mesh, dim: int, entities: LocalIndices) -> Values:
    """Middle (m) of each of the ``entities`` of a dimension, shape (n, 3)."""
    return np.asarray(dmesh.compute_midpoints(mesh, dim, entities))


def together(names: Sequence[str]) -> str:
    """Name of the surface that lies under the applicators ``names``."""
    return PLUS.join(names)


def _under(footprint: Footprint, middle: Values) -> npt.NDArray[np.bool_]:
    """Which of the points ``middle`` (m) lie under the ``footprint``."""
    under = np.ones(len(middle), dtype=bool)
    for lateral, (low, high) in enumerate(footprint.intervals):
        under &= (middle[:, lateral] > low) & (middle[:, lateral] < high)
    return under
