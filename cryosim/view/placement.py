"""Where the applicator sits, and the tissue turned so that it sits on top.

On a flat block nothing is turned.  On a curved mesh the mean normal of the applicator's facets
becomes the vertical, and the centre of the footprint the origin.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]

_FLAT = np.cos(np.deg2rad(3.0))


@dataclass(frozen=True)
class Placement:
    """The tissue (mm) seen with the applicator on top."""

    grid: pv.UnstructuredGrid
    footprint: pv.PolyData | None
    """Skin under the applicator; none if no facet says so."""
    centre: Floats
    """Of the footprint (mm)."""
    names: tuple[str, str, str]
    """What the coordinates are called."""

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


def place(result: Result, temperature: Floats) -> Placement:
    """Put the three-dimensional mesh of ``result`` upright, with nodal ``temperature`` (degC)."""
    grid = result.grid.copy()
    grid.point_data["temperature"] = temperature
    footprint = _footprint(result)
    if footprint is None:
        low, high = np.reshape(grid.bounds, (3, 2)).T
        centre = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, high[2]])
        return Placement(grid, None, centre, ("x", "y", "z"))
    areas, centroids = _areas(footprint)
    centre = areas @ centroids / areas.sum()
    normal = _outward(footprint, areas, np.asarray(grid.center), centre)
    if normal[2] >= _FLAT:
        return Placement(grid, footprint, centre, ("x", "y", "z"))
    turn = _turn(normal)
    for mesh in (grid, footprint):
        mesh.points = (mesh.points - centre) @ turn.T
    return Placement(grid, footprint, np.zeros(3), ("along", "across", "up"))


def applicator_facets(result: Result) -> npt.NDArray[np.int64]:
    """Nodes of the facets under the applicator; of the largest one if there are several."""
    facets, kinds = result.facets
    names = {a.get("name") for a in result.applicators} | {
        a.get("face") for a in result.applicators
    }
    chosen = [k for k in sorted(set(kinds)) if k.startswith("applicator")]
    chosen = chosen or [k for k in sorted(set(kinds)) if k in names]
    if not chosen:
        return facets[:0]
    groups = [facets[np.array([k == name for k in kinds])] for name in chosen]
    return max(groups, key=len)


def _footprint(result: Result) -> pv.PolyData | None:
    facets = applicator_facets(result)
    if not len(facets):
        return None
    points = result.grid.points
    faces = np.column_stack([np.full(len(facets), facets.shape[1]), facets]).ravel()
    surface = pv.PolyData(np.array(points, dtype=float), faces=faces)
    cleaned: pv.PolyData = surface.clean()
    return cleaned


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
