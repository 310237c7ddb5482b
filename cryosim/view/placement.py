"""Where the applicator sits, and the tissue turned so that it sits on top.

On a flat block nothing is turned.  On a curved mesh the mean normal of the applicator's facets
becomes the vertical, and the centre of the footprint the origin.  Of a symmetric whole that is
meshed in part, the rest is added.  A cup is on a block, and its centre comes before a plate's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.errors import CaseError
from cryosim.view.cups import Cup, cups_of, touched_by
from cryosim.view.mirror import mirrored, planes_of_symmetry
from cryosim.view.pads import UNNAMED, Pad, pads_of
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]

_FLAT = np.cos(np.deg2rad(3.0))


@dataclass(frozen=True)
class Placement:
    """The tissue (mm) seen with the applicator on top."""

    grid: pv.UnstructuredGrid
    pads: tuple[tuple[str, pv.PolyData], ...]
    """Name of each applicator and the skin under it, the one seen from above first."""
    centre: Floats
    """Of the first cup, else of the first footprint (mm)."""
    names: tuple[str, str, str]
    """What the coordinates are called."""
    mirrored: bool
    """Whether the mesh holds but a part of what is shown."""
    cups: tuple[tuple[Cup, pv.PolyData], ...] = ()
    """Each cup that draws tissue in, and the skin that touches its wall."""
    around: tuple[Cup, ...] = ()
    """All cups of the run, the one whose centre `centre` is first."""

    @property
    def footprint(self) -> pv.PolyData | None:
        """Skin under the first applicator; none if no facet says so."""
        return self.pads[0][1] if self.pads else None

    @property
    def owner(self) -> str:
        """Whose centre `centre` is."""
        if self.around:
            return "the cup" if len(self.around) == 1 else f"the cup {self.around[0].name}"
        if len(self.pads) < 2:
            return f"the {UNNAMED}" if self.pads else "the block"
        name = self.pads[0][0]
        return f"one {name}" if name == UNNAMED else f"the {name}"

    @property
    def upright(self) -> bool:
        """Whether the coordinates are those of the mesh, unturned."""
        return self.names[0] == "x"

    @property
    def flat(self) -> bool:
        """Whether the skin under the applicator is level."""
        if self.footprint is None:
            return self.upright
        height = np.asarray(self.footprint.points)[:, 2]
        return bool(np.ptp(height) < 1e-3 * self.grid.length)


def place(result: Result, step: int) -> Placement:
    """Put the three-dimensional mesh of ``result`` upright, as it stands at ``times[step]``.

    It has the point data ``temperature`` (degC).
    """
    grid = result.standing(step).copy()
    grid.point_data["temperature"] = result.field("temperature", step)
    covered = pads_of(result)
    if cups_of(result):
        return _with_cups(result, step, grid, covered)
    if not covered:
        low, high = np.reshape(grid.bounds, (3, 2)).T
        centre = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, high[2]])
        return Placement(grid, (), centre, ("x", "y", "z"), mirrored=False)
    planes = planes_of_symmetry(result, [pad.facets for pad in covered])
    grid = mirrored(grid, planes)
    surfaces = [mirrored(_surface(result.grid, pad.facets), planes) for pad in covered]
    pads = tuple(zip([pad.name for pad in covered], surfaces, strict=True))
    centre, normal = _facing(surfaces[0], grid)
    if normal[2] >= _FLAT:
        return Placement(grid, pads, centre, ("x", "y", "z"), bool(planes))
    _turn_all((grid, *surfaces), normal, centre)
    return Placement(grid, pads, np.zeros(3), ("along", "across", "up"), bool(planes))


def beneath(result: Result) -> tuple[Floats, Floats]:
    """Skin under the middle of the first applicator (mm), and the unit vector into the tissue.

    For a mesh at rest that is no flat block; raises CaseError if no facet is under an applicator.
    """
    covered = pads_of(result)
    if not covered:
        raise CaseError(
            f"{result.folder}: nothing lies on this mesh, so no depth begins under an applicator; "
            "name coordinates instead (position)"
        )
    planes = planes_of_symmetry(result, [pad.facets for pad in covered])
    skin = mirrored(_surface(result.grid, covered[0].facets), planes)
    centre, normal = _facing(skin, mirrored(result.grid, planes))
    far = result.grid.length * normal
    met, _ = skin.triangulate().ray_trace(centre + far, centre - far, first_point=True)
    return (np.asarray(met, dtype=float) if len(met) else centre), -normal


def _facing(skin: pv.PolyData, grid: pv.UnstructuredGrid) -> tuple[Floats, Floats]:
    """Centre of the area of ``skin`` and its mean normal, out of the tissue."""
    areas, centroids = _areas(skin)
    centre = np.asarray(areas @ centroids / areas.sum())
    return centre, _outward(skin, areas, np.asarray(grid.center), centre)


def _with_cups(
    result: Result, step: int, grid: pv.UnstructuredGrid, plates: Sequence[Pad]
) -> Placement:
    """A block, which stands upright, seen about the first cup."""
    pads = tuple((pad.name, _surface(grid, pad.facets)) for pad in plates)
    around = cups_of(result)
    cups = tuple((cup, _surface(grid, touched_by(result, cup))) for cup in cups_of(result, step))
    centre = np.array([*around[0].centre, 0.0])
    return Placement(grid, pads, centre, ("x", "y", "z"), False, cups, around)


def _surface(grid: pv.UnstructuredGrid, facets: npt.NDArray[np.int64]) -> pv.PolyData:
    """The ``facets`` alone, their points in place."""
    points = np.array(grid.points, dtype=float)
    cleaned: pv.PolyData = pv.PolyData.from_regular_faces(points, facets).clean()
    return cleaned


def _turn_all(meshes: Sequence[pv.DataSet], normal: Floats, centre: Floats) -> None:
    turn = _turn(normal)
    for mesh in meshes:
        mesh.points = (np.asarray(mesh.points) - centre) @ turn.T


def _areas(surface: pv.PolyData) -> tuple[Floats, Floats]:
    sized = surface.compute_cell_sizes(length=False, volume=False)
    return np.abs(sized.cell_data["Area"]), np.asarray(surface.cell_centers().points, dtype=float)


def _outward(surface: pv.PolyData, areas: Floats, inside: Floats, centre: Floats) -> Floats:
    """Mean normal of ``surface``, away from the point ``inside``; facets may turn either way."""
    normals = np.asarray(surface.compute_normals(
        point_normals=False, consistent_normals=False, auto_orient_normals=False,
        split_vertices=False,
    ).cell_data["Normals"], dtype=float)  # fmt: skip
    away = centre - inside
    normals *= np.where(normals @ away < 0.0, -1.0, 1.0)[:, None]
    mean = areas @ normals
    return np.asarray(mean / np.linalg.norm(mean))


def _turn(up: Floats) -> Floats:
    """Rotation whose last row is ``up``; the first stays as near to x as it can."""
    first = np.eye(3)[0 if abs(up[0]) < 0.9 else 1]
    along = first - (first @ up) * up
    along /= np.linalg.norm(along)
    return np.stack([along, np.cross(up, along), up])
