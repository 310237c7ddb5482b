"""Walls of vacuum cups, cut as the tissue is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.scene.choice import Cut
from cryosim.scene.patch import Patch
from cryosim.scene.sheet import Opening
from cryosim.view.cups import Cup

Floats = npt.NDArray[np.float64]

_SIDES = {
    Cut.quarter: ((0, 1.0), (1, -1.0)),
    Cut.x: ((1, 1.0), (1, -1.0)),
    Cut.y: ((0, 1.0), (0, -1.0)),
}
"""Along which axis, and on which side of its centre, a cut through the middle meets a wall."""


def walls_of(
    cups: Sequence[Cup], opening: Opening | None = None
) -> tuple[tuple[str, pv.PolyData], ...]:
    """The insides of the walls of ``cups``, by name; those that the cut leaves something of."""
    found = []
    for cup in cups:
        wall = cup.surface().triangulate()
        if opening is not None:
            points, faces = np.asarray(wall.points, dtype=float), np.asarray(wall.regular_faces)
            none = np.zeros(len(faces), dtype=np.int64)
            patch = opening.kept(Patch.of_nodes(points, faces.astype(np.int64), none))
            triangles, _ = patch.triangles()
            if not len(triangles):
                continue
            wall = pv.PolyData.from_regular_faces(patch.points, triangles)
        found.append((cup.name, wall))
    return tuple(found)


def cut_outlines(
    cups: Sequence[Cup], opening: Opening, *, flat: bool
) -> tuple[tuple[str, pv.PolyData], ...]:
    """The walls of ``cups`` where a cut goes through their middle, by name."""
    found = []
    for cup in cups:
        sides = ((0, 1.0), (0, -1.0)) if flat else _SIDES.get(opening.cut, ())
        faces = [cup.face(axis, side) for axis, side in sides
                 if flat or _through(cup, opening)]  # fmt: skip
        if faces:
            mesh = pv.merge(faces).extract_surface(algorithm="dataset_surface")
            if flat:
                points = np.array(mesh.points, dtype=float)
                mesh.points = np.column_stack([points[:, 0], points[:, 2], 0.0 * points[:, 0]])
            found.append((cup.name, mesh))
    return tuple(found)


def _through(cup: Cup, opening: Opening) -> bool:
    """Whether the planes of the cut go through the middle of ``cup``."""
    if opening.cut is Cut.quarter:
        return bool(np.allclose(cup.centre, opening.centre[:2]))
    axis = 0 if opening.cut is Cut.x else 1
    return bool(abs(cup.centre[axis] - opening.at) < 1e-3)
