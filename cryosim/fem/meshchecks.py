"""What a mesh file must not be, lest it silently computes something else than it shows."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from cryosim.errors import CaseError
from cryosim.fem.quality import shapes

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_PLAUSIBLE = (1e-4, 10.0)
"""Greatest extent (m) of a piece of tissue; beyond it the unit of length must be wrong."""

_SAME_PLACE = 1e-7
"""Nodes closer than this, relative to the extent of the mesh, are in one place."""

_FLAT = 1e-6
"""Cells of a lower shape have no volume to speak of."""


def place(corners: Values) -> str:
    """Where the middle of ``corners`` is, in the coordinates of the file."""
    return f"({', '.join(f'{c:.6g}' for c in np.atleast_2d(corners).mean(axis=0))})"


def check_extent(extent: float) -> None:
    """A body is neither microscopic nor a house."""
    low, high = _PLAUSIBLE
    if not low <= extent <= high:
        raise CaseError(
            f"is {extent:.3g} m across; expected {low:g} to {high:g} m. "
            'Give the length of one unit of the file, such as mesh.unit = "1 mm"'
        )


def check_cells(x: Values, cells: Indices, kind: str) -> None:
    """No cell is there twice, none is flat or turned inside out, and no place has two nodes."""
    _, first, times = np.unique(
        np.sort(cells, axis=1), axis=0, return_index=True, return_counts=True
    )
    if np.any(times > 1):
        cell = first[times > 1][0]
        raise CaseError(
            f"{np.sum(times > 1)} cells are there more than once; the first is at "
            f"{place(x[cells[cell]])}"
        )
    bad = np.flatnonzero(shapes(x[cells], kind) < _FLAT)
    if bad.size:
        raise CaseError(
            f"{bad.size} cells are flat or turned inside out; the first is at "
            f"{place(x[cells[bad[0]]])}"
        )
    near = _SAME_PLACE * np.ptp(x, axis=0).max()
    pairs = cKDTree(x).query_pairs(near, output_type="ndarray")
    if len(pairs):
        raise CaseError(
            f"{len(pairs)} pairs of nodes are in one place but not joined, so no heat would pass "
            f"between them; the first is at {place(x[pairs[0, 0]])}. Merge them, in Gmsh for "
            "instance with BooleanFragments before or Coherence Mesh after meshing"
        )


def check_joined(x: Values, cells: Indices, skin: Indices) -> None:
    """Every piece of the mesh reaches the skin: layers meshed apart share no nodes."""
    from_, to = cells[:, :-1].ravel(), cells[:, 1:].ravel()
    links = coo_array((np.ones(from_.size), (from_, to)), shape=(len(x), len(x)))
    n, piece = connected_components(links, directed=False)
    reached = np.zeros(n, dtype=bool)
    reached[piece[skin[skin >= 0]]] = True
    apart = np.flatnonzero(~reached[piece[cells[:, 0]]])
    if apart.size:
        raise CaseError(
            f"{apart.size} of {len(cells)} cells are cut off from the skin, the first at "
            f"{place(x[cells[apart[0]]])}: neighbouring layers must share the nodes between them. "
            "Mesh them together, in Gmsh for instance after BooleanFragments"
        )
