r"""Small mesh files of round bodies in hexahedra: an octant of a ball, an eighth of a cylinder.

A core that is half cube, half ball lies within blocks that lead from its faces to the sphere.  A
cube :math:`u_i \in [0, 1]` is mapped to the ball by

.. math:: x_i = u_i \sqrt{1 - \frac{u_j^2 + u_k^2}{2} + \frac{u_j^2 u_k^2}{3}},

which takes its outer faces to the sphere.  The planes of symmetry are in no group, hence insulated.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryosim.parallel import Values
from cryosim.verify.meshes import Nodes, lattice_cells, write_mesh

CORE = 0.5
"""Reach of the core along the axes, relative to the radius."""

_REGION, _SKIN = 1, 11


@dataclass(frozen=True)
class _Sector:
    """The part of a unit disk or ball with no negative coordinate, and the facets of its rim."""

    points: Values
    cells: Nodes
    rim: Nodes


def ball_file(folder: Path, radius: float, core: int, shell: int) -> str:
    """Write the octant of a ball of ``radius`` (m); its sphere is the group ``skin``.  Collective.

    ``core`` and ``shell`` are the numbers of cells along an axis within the core and around it.
    """
    ball = _sector(3, core, shell)
    return _written(folder, radius * ball.points, ball.cells, ball.rim)


def cylinder_file(
    folder: Path, radius: float, half_length: float, core: int, shell: int, along: int
) -> str:
    """Write an eighth of a cylinder (m); curved face and end are ``skin``.  Collective."""
    disk = _sector(2, core, shell)
    n, levels = len(disk.points), np.linspace(0.0, half_length, along + 1)
    points = np.column_stack([np.tile(radius * disk.points, (along + 1, 1)), np.repeat(levels, n)])
    floors = n * np.arange(along)
    cells = np.concatenate([np.hstack([disk.cells + o, disk.cells + o + n]) for o in floors])
    sides = [np.hstack([disk.rim + o, disk.rim[:, ::-1] + o + n]) for o in floors]
    return _written(folder, points, cells, np.concatenate([*sides, disk.cells + n * along]))


def _sector(dim: int, core: int, shell: int) -> _Sector:
    """Sector of a disk or a ball, its blocks joined where they touch."""
    lines = [np.linspace(0.0, 1.0, core + 1)] * dim
    u = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1)
    blocks, cells, rims, first = [_core(u)], [], [], 0
    for axis in range(dim):
        face = np.take(u, [-1], axis=axis)
        s = np.linspace(0.0, 1.0, shell + 1).reshape([-1 if i == axis else 1 for i in range(dim)])
        s = s[..., None]
        blocks.append((1.0 - s) * _core(face) + s * _to_ball(face))
    for axis, block in enumerate(blocks, start=-1):
        number = first + np.arange(block[..., 0].size).reshape(block.shape[:-1])
        first += number.size
        cells.append(lattice_cells(number, dim))
        if axis >= 0:
            rims.append(lattice_cells(np.take(number, -1, axis=axis), dim - 1))
    everything = np.concatenate([block.reshape(-1, dim) for block in blocks])
    _, kept, joined = np.unique(everything.round(9), axis=0, return_index=True, return_inverse=True)
    joined = joined.ravel()
    return _Sector(everything[kept], joined[np.concatenate(cells)], joined[np.concatenate(rims)])


def _core(u: Values) -> Values:
    """Points of the core."""
    return np.asarray(CORE * 0.5 * (u + _to_ball(u)))


def _to_ball(u: Values) -> Values:
    """Cube to ball, or square to disk."""
    dim = u.shape[-1]
    squares = np.pad(u**2, [(0, 0)] * (u.ndim - 1) + [(0, 3 - dim)])
    a, b = (np.roll(squares, n, axis=-1)[..., :dim] for n in (1, 2))
    return np.asarray(u * np.sqrt(1.0 - (a + b) / 2.0 + a * b / 3.0))


def _written(folder: Path, points: Values, cells: Nodes, skin: Nodes) -> str:
    """Write hexahedra whose ``skin`` is a group; return the file's name."""
    return write_mesh(
        folder, points, ("hexahedron", cells, np.full(len(cells), _REGION)),
        ("quad", skin, np.full(len(skin), _SKIN)), {"skin": (_SKIN, 2), "body": (_REGION, 3)},
    )  # fmt: skip
