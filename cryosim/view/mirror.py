"""A part of a symmetric whole made whole again, for the eye only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MOST = 1_500_000
"""Cells of a mirrored mesh; a larger one is shown as it is."""


@dataclass(frozen=True)
class Plane:
    """A plane of symmetry (mm)."""

    normal: Floats
    origin: Floats


def planes_of_symmetry(result: Result, pads: list[Integers]) -> list[Plane]:
    """Flat insulated sides of a mesh of the user's own that an applicator reaches.

    Heat does not cross them, so the mirrored fields solve the mirrored problem.
    """
    facets, kinds = result.facets
    closed = facets[np.array([k == "insulated" for k in kinds], dtype=bool)]
    if not pads or not len(closed):
        return []
    points = np.asarray(result.grid.points, dtype=float)
    touching = np.isin(closed, np.unique(np.concatenate([p.ravel() for p in pads])))
    a, b, c = (points[closed[touching.sum(axis=1) >= 2][:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    found: list[Plane] = []
    for normal, origin in zip(normals, a, strict=True):
        if any(abs(normal @ plane.normal) > 1.0 - 1e-6 for plane in found):
            continue
        side = (points - origin) @ normal
        if min(side.max(), -side.min()) < 1e-5 * result.grid.length:
            found.append(Plane(normal, origin))
    square = all(abs(p.normal @ q.normal) < 1e-6 for p in found for q in found if p is not q)
    small = result.grid.n_cells * 2 ** len(found) <= _MOST
    return found if square and small else []


def mirrored(mesh: pv.DataSet, planes: list[Plane]) -> pv.DataSet:
    """``mesh`` and its images in all ``planes``, as one."""
    for plane in planes:
        points = np.asarray(mesh.points, dtype=float)
        away = (points - plane.origin) @ plane.normal
        on = np.abs(away) < 1e-5 * mesh.length  # must be so to the last bit, to be merged
        image = np.where(on[:, None], points, points - 2.0 * away[:, None] * plane.normal)
        other = mesh.copy()
        other.points = image
        mesh = mesh.merge(other, merge_points=True)
    return mesh
