"""A small layered block as a meshio mesh with groups, and the domain read from a file of it."""

from itertools import product

import meshio
import numpy as np

from cryosim.fem.meshfile import read
from cryosim.parallel import MPI

AXES = [
    np.array([0.0, 4.0, 7.0, 9.0]),
    np.array([0.0, 2.0, 5.0]),
    np.array([-6.0, -3.0, -2.0, -1.0, 0.0]),
]
NAMES = {"skin": (1, 3), "fat": (2, 3), "top": (11, 2), "bottom": (12, 2), "between": (13, 2)}
TOP_BOTTOM = {"surfaces": ["top", "bottom"], "unit": 1e-3, "skin": ["top"]}


def brick(dim=3):
    """The planes ``AXES`` as hexahedra, quadrilaterals or lines: skin above z = -2, fat below."""
    axes = AXES[3 - dim :]
    shape = [a.size for a in axes]
    number = np.arange(np.prod(shape)).reshape(shape)
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, dim)
    points = np.pad(points, ((0, 0), (0, 3 - dim)))
    around = {1: [(0,), (1,)], 2: [(0, 0), (1, 0), (1, 1), (0, 1)]}
    around[3] = [(*c, z) for z in (0, 1) for c in around[2]]
    cells = [
        [number[tuple(np.add(at, c))] for c in around[dim]]
        for at in product(*(range(n - 1) for n in shape))
    ]
    depth = points[np.array(cells)].mean(axis=1)[:, dim - 1]
    lateral = [range(n - 1) for n in shape[:-1]]
    faces = [
        [
            [number[(*np.add(at, c), k)] for c in around.get(dim - 1, [()])]
            for at in product(*lateral)
        ]
        for k in (-1, 0, axes[-1].tolist().index(-2.0))
    ]
    kinds = {1: ("line", "vertex"), 2: ("quad", "line"), 3: ("hexahedron", "quad")}[dim]
    facets = np.concatenate([np.array(f).reshape(len(f), -1) for f in faces])
    tags = [np.where(depth > -2.0, 1, 2), np.repeat([11, 12, 13], [len(f) for f in faces])]
    return meshio.Mesh(
        points, [(kinds[0], np.array(cells)), (kinds[1], facets)],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={n: np.array([t, d - 3 + dim]) for n, (t, d) in NAMES.items()},
    )  # fmt: skip


def tagged(mesh, **arrays):
    """``mesh`` with the ``arrays`` of cell data and nothing else."""
    return meshio.Mesh(mesh.points, mesh.cells, cell_data=arrays)


def written(folder, mesh, name="brick.msh"):
    path = folder / name
    mesh.write(path, **({"file_format": "gmsh22"} if name.endswith(".msh") else {}))
    return path


def read_brick(folder, mesh, name="brick.msh", regions=("skin", "fat"), **changes):
    return read(MPI.COMM_WORLD, written(folder, mesh, name), regions, **(TOP_BOTTOM | changes))
