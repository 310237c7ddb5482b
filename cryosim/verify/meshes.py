"""Small mesh files: blocks of any kind of cell, and a disk of triangles; no mesh generator needed.

They are read by cryosim like any mesh file, so cells that no block has are verified too.
"""

from itertools import permutations, product
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.parallel import Values, on_root

Nodes = npt.NDArray[np.int64]

_AROUND: dict[int, list[tuple[int, ...]]] = {
    1: [(0,), (1,)],
    2: [(0, 0), (1, 0), (1, 1), (0, 1)],
    3: [(*c, z) for z in (0, 1) for c in ((0, 0), (1, 0), (1, 1), (0, 1))],
}
"""Corners of a cell in the order of mesh files."""

_BOXES = {1: "line", 2: "quad", 3: "hexahedron"}
_SIMPLICES = {1: "line", 2: "triangle", 3: "tetra"}
_REGION, _TOP, _BOTTOM = 1, 11, 12


def block_file(folder: Path, axes: list[Values], *, simplices: bool, layers: Any = ()) -> str:
    """Write a block with the planes ``axes`` (m; the last one upwards); return the file's name.

    Cells above the heights ``layers`` (falling) are region 1, 2, ...; the surfaces are the groups
    ``top`` and ``bottom``.  ``simplices`` splits every box by its diagonal (Kuhn).  Collective.
    """
    dim, shape = len(axes), [a.size for a in axes]
    number = np.arange(np.prod(shape)).reshape(shape)
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dim)
    cells = lattice_cells(number, dim, simplices=simplices)
    middle = points[cells].mean(axis=1)[:, -1]
    region = _REGION + sum((middle < z for z in layers), np.zeros(middle.size, dtype=int))
    top = lattice_cells(number[..., -1], dim - 1, simplices=simplices)
    bottom = lattice_cells(number[..., 0], dim - 1, simplices=simplices)
    names = {"top": (_TOP, dim - 1), "bottom": (_BOTTOM, dim - 1)}
    names |= {f"layer{n}": (n, dim) for n in range(1, len(layers) + 2)}
    kinds = _SIMPLICES if simplices else _BOXES
    facets = np.concatenate([top, bottom])
    tags = np.repeat([_TOP, _BOTTOM], [len(top), len(bottom)])
    return write_mesh(
        folder, points, (kinds[dim], cells, region), (kinds[dim - 1], facets, tags), names
    )


def lattice_cells(number: Nodes, dim: int, *, simplices: bool = False) -> Nodes:
    """Nodes of the cells of a lattice of nodes with the given ``number``."""
    paths: list[list[tuple[int, ...]]] = [_AROUND[dim]]
    if simplices:
        steps = np.eye(dim, dtype=int)
        paths = [
            [tuple(int(v) for v in sum(steps[list(p[:n])], np.zeros(dim, int))) for n in
             range(dim + 1)]
            for p in permutations(range(dim))
        ]  # fmt: skip
    whole = [n - 1 for n in number.shape]
    return np.concatenate([
        np.stack([_shifted(number, corner, whole) for corner in path], axis=1) for path in paths
    ])  # fmt: skip


def _shifted(number: Nodes, by: tuple[int, ...], shape: list[int]) -> Nodes:
    """Part of ``number`` of the given ``shape`` that begins at ``by``, in one row."""
    return number[tuple(slice(o, o + n) for o, n in zip(by, shape, strict=True))].ravel()


def disk_file(folder: Path, radius: float, rings: int) -> str:
    """Write a disk of triangles in concentric rings; its edge is the group ``rim``.  Collective."""
    first = [0, *(1 + 3 * n * (n - 1) for n in range(1, rings + 2))]
    points = [[0.0, 0.0]]
    for n in range(1, rings + 1):
        angle = np.pi / 3.0 * np.arange(6 * n) / n
        points += (radius * n / rings * np.column_stack([np.cos(angle), np.sin(angle)])).tolist()
    cells = []
    for n in range(1, rings + 1):
        for sector, j in product(range(6), range(n)):
            outer = [first[n] + (sector * n + j + k) % (6 * n) for k in (0, 1)]
            inner = [
                first[n - 1] + ((sector * (n - 1) + j + k) % (6 * (n - 1)) if n > 1 else 0)
                for k in (0, 1)
            ]
            cells.append([inner[0], *outer])
            if j < n - 1:
                cells.append([inner[0], outer[1], inner[1]])
    edge = first[rings] + np.arange(6 * rings)
    rim = np.column_stack([edge, np.roll(edge, -1)])
    names = {"rim": (_TOP, 1), "layer1": (_REGION, 2)}
    inside = ("triangle", np.array(cells), np.full(len(cells), _REGION))
    return write_mesh(
        folder, np.array(points), inside, ("line", rim, np.full(len(rim), _TOP)), names
    )  # fmt: skip


def write_mesh(
    folder: Path,
    points: Values,
    cells: tuple[str, Nodes, Nodes],
    facets: tuple[str, Nodes, Nodes],
    names: dict[str, tuple[int, int]],
) -> str:
    """Write cells and facets (kind, nodes, tags) with their groups; return the file's name."""
    tags = [cells[2], facets[2]]
    mesh = meshio.Mesh(
        np.pad(points, ((0, 0), (0, 3 - points.shape[1]))),
        [cells[:2], facets[:2]],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={name: np.array(value) for name, value in names.items()},
    )

    def write() -> None:
        mesh.write(Path(folder) / "mesh.msh", file_format="gmsh22")

    on_root(MPI.COMM_WORLD, write)
    return "mesh.msh"
