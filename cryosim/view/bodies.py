"""What of the tissue is drawn in three dimensions: skin, sides, the cut and the cold front.

Only surfaces are made, by slicing the mesh and trimming its outside; the mesh itself is never
clipped, which would split its cells and cost seconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view.placement import Placement
from cryosim.view.refine import refined

Floats = npt.NDArray[np.float64]

_HAIR = 1e-5
"""Share of the tissue's size by which a plane keeps off the faces of cells."""


@dataclass(frozen=True)
class Bodies:
    """Surfaces (mm) round the applicator without the quarter in front (x > 0, y < 0)."""

    skin: list[pv.DataSet]
    outline: list[pv.DataSet]
    """Rim of the skin shown."""
    sides: list[pv.DataSet]
    """Outer faces other than the skin, and faces where the tissue goes on but is not shown."""
    cut: list[pv.DataSet]
    """The two faces of the quarter taken out."""
    front: pv.DataSet
    """Threshold surface within that quarter."""
    front_rim: pv.DataSet
    """Its rim on the skin and at the ends of the tissue."""
    rims: list[pv.PolyData]
    """Outlines on the skin of the applicators, and of what touches the wall of a cup."""
    walls: list[pv.DataSet]
    """Walls of the cups, with the same quarter taken out of each."""
    wall_cut: list[pv.DataSet]
    """The walls where they are cut."""
    bounds: Floats
    """Low and high corner (mm)."""
    trimmed: bool
    """Whether tissue farther off is left out."""


def bodies_of(placed: Placement, threshold: float) -> Bodies:
    """Cut the tissue open, with the front at ``threshold`` (degC)."""
    low, high = extent(placed)
    outside = _trim(placed.grid.extract_surface(algorithm="dataset_surface"), low, high)
    depth = np.asarray(outside.point_data_to_cell_data().cell_data["depth"])
    on_skin = depth < 1e-3 * depth.max()
    skin = outside.extract_cells(on_skin).extract_surface(algorithm="dataset_surface")
    sides = _kept(outside.extract_cells(~on_skin), placed.centre)
    trimmed = False
    whole_low, whole_high = np.reshape(placed.grid.bounds, (3, 2)).T
    for axis, at, end in ((0, high, whole_high), (1, low, whole_low)):
        if np.isfinite(at[axis]) and abs(at[axis] - end[axis]) > 1e-6 * placed.grid.length:
            face = _trim(_slice(placed, axis, at[axis]), low, high, keep=axis)
            sides += _kept(face, placed.centre)
            trimmed = True
    walls = [cup.surface() for cup, _ in placed.cups]
    points = np.vstack([outside.points, *(face.points for face in (*sides, *walls))])
    bounds = np.array([points.min(axis=0), points.max(axis=0)], dtype=float)
    front = _front(placed, threshold)
    return Bodies(
        skin=_kept(refined(skin), placed.centre),
        outline=_kept(_edges(skin), placed.centre),
        sides=sides,
        cut=_cut(placed, low, high),
        front=front,
        front_rim=_edges(front) if front.n_cells else front,
        rims=[
            *(_edges(footprint) for _, footprint in placed.pads),
            *(rim for _, skin in placed.cups for rim in _kept(_edges(skin), placed.centre)),
        ],
        walls=[piece for wall in walls for piece in _kept(wall, placed.centre)],
        wall_cut=_wall_cut(placed),
        bounds=bounds,
        trimmed=trimmed,
    )


def layer_lines(surface: pv.DataSet) -> pv.PolyData:
    """Rims of the layers on a face."""
    rims = pv.MultiBlock()
    layer = np.asarray(surface.cell_data["layer"])
    for index in np.unique(layer):
        part = surface.extract_cells(layer == index).extract_surface(algorithm="dataset_surface")
        rims.append(_edges(part))
    joined: pv.PolyData = rims.combine().extract_surface(algorithm="dataset_surface")
    return joined


def extent(placed: Placement) -> tuple[Floats, Floats]:
    """Low and high corner (mm) of what to show: half as far again as footprint and cups reach.

    At least 15 mm beyond it; infinite where the tissue ends near there anyway.
    """
    low, high = np.full(3, -np.inf), np.full(3, np.inf)
    corners: list[Any] = [footprint.points for _, footprint in placed.pads]
    for cup in placed.around:
        corners.append([[*(cup.centre + sign * cup.reach), 0.0] for sign in (-1.0, 1.0)])
    if not corners:
        return low, high
    reach = np.abs(np.vstack(corners) - placed.centre).max(axis=0)
    reach = 5.0 * np.ceil(np.maximum(1.5 * reach, reach + 15.0) / 5.0)
    ends = np.reshape(placed.grid.bounds, (3, 2)) - placed.centre[:, None]
    for axis in (0, 1):
        if -ends[axis, 0] > 1.15 * reach[axis]:
            low[axis] = placed.centre[axis] - reach[axis]
        if ends[axis, 1] > 1.15 * reach[axis]:
            high[axis] = placed.centre[axis] + reach[axis]
    return low, high


def _trim(surface: Any, low: Floats, high: Floats, keep: int | None = None) -> Any:
    """``surface`` between two corners (mm), not trimmed along the axis ``keep``."""
    for axis in (0, 1):
        for at, invert in ((low[axis], False), (high[axis], True)):
            if axis != keep and np.isfinite(at) and surface.n_cells:
                origin = np.zeros(3)
                origin[axis] = at
                surface = surface.clip("xyz"[axis], origin=origin, invert=invert)
    return surface


def _kept(surface: Any, centre: Floats) -> list[Any]:
    """``surface`` without the quarter in front, in two pieces."""
    if not surface.n_cells:
        return []
    front = surface.clip("y", origin=centre, invert=True)
    pieces = [surface.clip("y", origin=centre, invert=False)]
    pieces.append(front.clip("x", origin=centre, invert=True) if front.n_cells else front)
    return [piece for piece in pieces if piece.n_cells]


def _slice(placed: Placement, axis: int, at: float) -> Any:
    origin = placed.centre.copy()
    origin[axis] = at + _HAIR * placed.grid.length * (-1.0 if at > placed.centre[axis] else 1.0)
    return placed.grid.slice(normal="xyz"[axis], origin=origin)


def _cut(placed: Placement, low: Floats, high: Floats) -> list[Any]:
    faces = []
    for axis, other, invert in ((1, "x", False), (0, "y", True)):
        face = refined(_trim(_slice(placed, axis, placed.centre[axis]), low, high, keep=axis))
        faces.append(face.clip(other, origin=placed.centre, invert=invert))
    return [face for face in faces if face.n_cells]


def _wall_cut(placed: Placement) -> list[Any]:
    """Cut faces of the walls of the cups that the planes of the cut go through the middle of."""
    return [
        cup.face(axis, side)
        for cup, _ in placed.cups
        for axis, side in ((0, 1.0), (1, -1.0))
        if np.allclose(cup.centre, placed.centre[:2])
    ]


def _front(placed: Placement, threshold: float) -> Any:
    front = placed.grid.contour([threshold], scalars="temperature")
    for axis, invert in (("x", False), ("y", True)):
        if front.n_cells:
            front = front.clip(axis, origin=placed.centre, invert=invert)
    if front.n_cells:
        front = front.compute_normals(split_vertices=False, consistent_normals=True)
    return front


def _edges(surface: Any) -> pv.PolyData:
    edges: pv.PolyData = surface.extract_feature_edges(
        boundary_edges=True, feature_edges=False, manifold_edges=False, non_manifold_edges=False
    )
    return edges
