"""A meshed piece of tissue: cells of each layer, facets of each surface, depth of each node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from mpi4py import MPI

Values = npt.NDArray[np.float64]
LocalIndices = npt.NDArray[np.int32]


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
    covered: npt.NDArray[np.bool_] | None = None
    """Whether the nearest skin of every local geometry node is under an applicator; None for a
    block, where footprints tell."""

    @property
    def dimension(self) -> int:
        """Topological dimension."""
        return int(self.mesh.topology.dim)


def block(
    comm: MPI.Comm, axes: Sequence[Values], interfaces: Values, footprints: Sequence[Footprint]
) -> Domain:
    """Layered block with planes ``axes`` (x, y, z or fewer; m); z is 0 at the skin and points up.

    ``interfaces`` are the z of the layer boundaries from 0 down.  Surfaces are the names of the
    ``footprints`` and, for what they leave uncovered, the faces ``top``, ``bottom``, ``x_min`` ...
    Collective.
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
    surfaces: dict[str, LocalIndices] = {f.name: facets[:0] for f in footprints}
    for k, name in enumerate(names):
        axis, end = divmod(k, 2)
        plane = axes[axis][-1 if end else 0]
        small = 1e-3 * np.diff(axes[axis]).min()
        on_face = np.abs(middle[:, axis] - plane) < small
        for footprint in (f for f in footprints if f.face == name):
            under = on_face.copy()
            for lateral, (low, high) in enumerate(footprint.intervals):
                under &= (middle[:, lateral] > low) & (middle[:, lateral] < high)
            surfaces[footprint.name] = facets[under]
            on_face &= ~under
        surfaces[name] = facets[on_face]
    return surfaces
