"""What a mesh file gives to a run, read with meshio and checked; for rank 0 only, without DOLFINx.

Cells of higher order lose their midside nodes, so a curved surface becomes flat between corners.
Points in messages are in the coordinates of the file, where the user looks for them.
"""

import contextlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import meshio
import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.fem.meshchecks import check_cells, check_extent, check_joined, place
from cryosim.fem.meshgroups import Groups, groups_of

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

KINDS = {
    "line": ("interval", "vertex", [0, 1]),
    "triangle": ("triangle", "line", [0, 1, 2]),
    "quad": ("quadrilateral", "line", [0, 1, 3, 2]),
    "tetra": ("tetrahedron", "triangle", [0, 1, 2, 3]),
    "hexahedron": ("hexahedron", "quad", [0, 1, 3, 2, 4, 5, 7, 6]),
}
"""For meshio's name of a cell: DOLFINx's, meshio's name of its facets, corners in DOLFINx order."""


@dataclass(frozen=True)
class Content:
    """Cells and tagged facets of a mesh file; node and cell numbers are those of the input."""

    kind: str
    """Kind of cell, as DOLFINx calls it."""
    x: Values
    """Coordinates (m) of the nodes, (nodes, dimension)."""
    cells: Indices
    """Nodes of each cell in DOLFINx order."""
    layer: npt.NDArray[np.int32]
    facets: Indices
    """Nodes of each tagged facet, in rising order."""
    surface: npt.NDArray[np.int32]
    """Surface of each tagged facet."""


def content(
    path: Path,
    regions: Sequence[int | str],
    surfaces: Sequence[str],
    *,
    unit: float,
    skin: Sequence[str],
) -> Content:
    """Read and check the mesh file at ``path``; layer ``i`` is ``regions[i]``."""
    try:
        given = _read(path)
        cell, blocks = _main_cells(given)
        kind, facet, order = KINDS[cell]
        dim = given.cells[blocks[0]].dim
        x, cells, number = _used(given, _corners(given, blocks, len(order))[:, order], dim)
        check_extent(np.ptp(x, axis=0).max() * unit)
        check_cells(x, cells, kind)
        layer = _layers(groups_of(path, "region", given, blocks, dim), regions, x, cells)
        edge = [i for i, block in enumerate(given.cells) if _linear(block.type) == facet]
        groups = groups_of(path, "surface", given, edge, dim - 1)
        n_corners = len(KINDS[facet][2]) if dim > 1 else 1
        nodes = number[_corners(given, edge, n_corners)]
        facets, surface = _surfaces(groups, surfaces, np.sort(nodes, axis=1))
        check_joined(x, cells, facets[np.isin(surface, [surfaces.index(s) for s in skin])])
    except CaseError as error:
        raise CaseError(f"{path}: {error}") from error
    return Content(kind, x * unit, cells, layer, facets, surface)


def _read(path: Path) -> meshio.Mesh:
    """What meshio makes of the file; it prints, exits and raises in many ways when it cannot."""
    if not path.is_file():
        raise CaseError("no such mesh file")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            return meshio.read(path)
    except (Exception, SystemExit) as error:
        reason = " ".join(said.getvalue().split()) or str(error) or type(error).__name__
        if "gmsh:physical" in reason:
            reason = "elements in no physical group; in Gmsh save with Mesh.SaveAll = 0"
        raise CaseError(f"cannot be read as a mesh: {reason}") from error


def _linear(cell: str) -> str:
    """Name of the cell of first order with the corners of ``cell``, both as meshio says it."""
    return re.sub(r"\d+$", "", cell)


def _main_cells(mesh: meshio.Mesh) -> tuple[str, list[int]]:
    """The one kind of cell of highest dimension, and its blocks."""
    dims = [block.dim for block in mesh.cells if len(block.data)]
    top = max(dims, default=0)
    blocks = [i for i, block in enumerate(mesh.cells) if block.dim == top and len(block.data)]
    kinds = sorted({_linear(mesh.cells[i].type) for i in blocks})
    if top == 0:
        raise CaseError("there are no cells in it")
    if len(kinds) > 1:
        raise CaseError(f"has cells of several kinds: {', '.join(kinds)}; expected one kind")
    if kinds[0] not in KINDS:
        raise CaseError(f"has {kinds[0]} cells; expected one of {', '.join(KINDS)}")
    return kinds[0], blocks


def _corners(mesh: meshio.Mesh, blocks: Sequence[int], n: int) -> Indices:
    """Corners of the elements of ``blocks``; they come before midside nodes, which are dropped."""
    parts = [np.asarray(mesh.cells[b].data, dtype=np.int64)[:, :n] for b in blocks]
    return np.concatenate([np.empty((0, n), dtype=np.int64), *parts])


def _used(mesh: meshio.Mesh, cells: Indices, dim: int) -> tuple[Values, Indices, Indices]:
    """Coordinates of the nodes of ``cells``, the cells in their numbers, new number of each node.

    The number is -1 for a node that no cell uses.
    """
    used, renumbered = np.unique(cells, return_inverse=True)
    number = np.full(len(mesh.points), -1, dtype=np.int64)
    number[used] = np.arange(used.size)
    points = np.asarray(mesh.points, dtype=np.float64).reshape(len(mesh.points), -1)[used]
    if not np.all(np.isfinite(points)):
        raise CaseError("has nodes without finite coordinates")
    x, rest = points[:, :dim], points[:, dim:]
    if rest.size and np.ptp(rest, axis=0).max() > 1e-6 * np.ptp(x, axis=0).max():
        axes = "y and z" if dim == 1 else "z"
        raise CaseError(f"is a mesh of dimension {dim}; expected {axes} to be constant")
    return np.ascontiguousarray(x), renumbered.reshape(cells.shape), number


def _layers(
    groups: Groups, regions: Sequence[int | str], x: Values, cells: Indices
) -> npt.NDArray[np.int32]:
    """Layer of each cell; every cell has one."""
    layer = np.full(len(cells), -1, dtype=np.int32)
    for i, region in enumerate(regions):
        members = groups.members(region)
        twice = members[layer[members] >= 0]
        if twice.size:
            raise CaseError(
                f"{twice.size} cells are in both regions {_shown(regions[layer[twice[0]]])} and "
                f"{_shown(region)}; the first is at {place(x[cells[twice[0]]])}"
            )
        layer[members] = i
    left = np.flatnonzero(layer < 0)
    if left.size:
        raise CaseError(
            f"{left.size} of {len(cells)} cells are in none of the regions "
            f"{', '.join(map(_shown, regions))}; the first is at {place(x[cells[left[0]]])}, "
            f"{groups.label_of(int(left[0]))}: make a layer of them, or leave them out of the mesh"
        )
    return layer


def _surfaces(
    groups: Groups, surfaces: Sequence[str], facets: Indices
) -> tuple[Indices, npt.NDArray[np.int32]]:
    """Facets (nodes in rising order) in any of the ``surfaces``, and which."""
    rows, which = [facets[:0]], [np.empty(0, dtype=np.int32)]
    for i, surface in enumerate(surfaces):
        rows.append(np.unique(facets[groups.members(surface)], axis=0))
        which.append(np.full(len(rows[-1]), i, dtype=np.int32))
    all_rows, all_which = np.concatenate(rows), np.concatenate(which)
    _, first, times = np.unique(all_rows, axis=0, return_index=True, return_counts=True)
    twice = np.flatnonzero(times > 1)
    if twice.size:
        row = all_rows[first[twice[0]]]
        shared = all_which[np.all(all_rows == row, axis=1)]
        names = " and ".join(_shown(surfaces[i]) for i in shared)
        raise CaseError(f"{twice.size} facets are in surfaces {names}; expected them in one")
    return all_rows, all_which


def _shown(group: int | str) -> str:
    return str(group) if isinstance(group, int) else f'"{group}"'
