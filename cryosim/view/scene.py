"""The tissue in three dimensions, a quarter taken out under the applicator.

VTK draws the bodies only; all type is set by `overlay`, on the same axonometric projection.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view import style
from cryosim.view.placement import Placement
from cryosim.view.result import Layer
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

_TOWARD_EYE = (0.80, -1.15, 0.88)
"""From the tissue to the eye: the taken-out quarter (x > 0, y < 0) is in front."""
_FINER = 2
"""Pixels drawn for one pixel shown, each way."""


@dataclass(frozen=True)
class Eye:
    """A parallel projection: where a point of the tissue lies on the page."""

    right: Floats
    up: Floats
    focus: Floats
    """The point (mm) in the middle of the page."""
    scale: float
    """Pixels in a millimetre."""

    @property
    def toward(self) -> Floats:
        """Unit vector from the tissue to the eye."""
        return np.cross(self.right, self.up)

    def pixels(self, points: npt.ArrayLike) -> Floats:
        """Position on the page (pixels from its lower left corner) of ``points`` (mm)."""
        offset = np.asarray(points, dtype=float) - self.focus
        plane = np.stack([offset @ self.right, offset @ self.up], axis=-1)
        return np.asarray(np.array(style.PAGE) / 2.0 + self.scale * plane)

    @classmethod
    def on(cls, bounds: Floats, frame: tuple[float, float, float, float]) -> "Eye":
        """The projection that fits ``bounds`` (mm, low and high corner) into ``frame`` (pixels)."""
        toward = np.array(_TOWARD_EYE) / np.linalg.norm(_TOWARD_EYE)
        right = np.cross([0.0, 0.0, 1.0], toward)
        right /= np.linalg.norm(right)
        up = np.cross(toward, right)
        corners = corners_of(bounds)
        plane = np.stack([corners @ right, corners @ up], axis=1)
        low, high = plane.min(axis=0), plane.max(axis=0)
        left, bottom, wide, tall = frame
        scale = float(min(wide / (high - low)[0], tall / (high - low)[1]))
        shift = (np.array([left + wide / 2, bottom + tall / 2]) - np.array(style.PAGE) / 2) / scale
        middle = (low + high) / 2 - shift
        focus = middle[0] * right + middle[1] * up + (corners.mean(axis=0) @ toward) * toward
        return cls(right, up, focus, scale)


def corners_of(bounds: Floats) -> Floats:
    """The eight corners (mm) of a box given by its low and its high corner."""
    low, high = bounds
    return np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1])
                     for z in (low[2], high[2])])  # fmt: skip


def render(placed: Placement, layers: tuple[Layer, ...], scale: Scale, eye: Eye) -> Image:
    """The page (pixels by rows, RGB) with the bodies on white."""
    size = (style.PAGE[0] * _FINER, style.PAGE[1] * _FINER)
    plotter = pv.Plotter(off_screen=True, window_size=size, lighting="light kit")
    try:
        plotter.set_background("white")
        _add_faces(plotter, placed, scale)
        _add_outside(plotter, placed, layers, scale)
        _add_threshold(plotter, placed, scale)
        _add_footprint(plotter, placed)
        _aim(plotter, placed, eye)
        image = np.asarray(plotter.screenshot(None, return_img=True), dtype=float)
    finally:
        plotter.close()
    height, width = style.PAGE[1], style.PAGE[0]
    fine = image[:, :, :3].reshape(height, _FINER, width, _FINER, 3)
    return np.rint(fine.mean(axis=(1, 3))).astype(np.uint8)


def _aim(plotter: pv.Plotter, placed: Placement, eye: Eye) -> None:
    far = 3.0 * placed.grid.length
    camera = plotter.camera
    camera.parallel_projection = True
    camera.focal_point = tuple(eye.focus)
    camera.position = tuple(eye.focus + far * eye.toward)
    camera.up = tuple(eye.up)
    camera.parallel_scale = style.PAGE[1] / 2.0 / eye.scale
    camera.clipping_range = (0.1 * far, 2.0 * far)


def _kept(mesh: Any, centre: Floats) -> list[Any]:
    """``mesh`` without the quarter in front, in two pieces."""
    front = mesh.clip("y", origin=centre, invert=True)
    pieces = [mesh.clip("y", origin=centre, invert=False)]
    pieces.append(front.clip("x", origin=centre, invert=True) if front.n_cells else front)
    return [piece for piece in pieces if piece.n_cells]


def _add_faces(plotter: pv.Plotter, placed: Placement, scale: Scale) -> None:
    """The two faces of the cut, by temperature, with the layers' boundaries."""
    grid, centre = placed.grid, placed.centre
    for normal, other, invert in (("y", "x", False), ("x", "y", True)):
        hair = centre + 1e-5 * grid.length * (np.eye(3)[1] if normal == "y" else -np.eye(3)[0])
        face = grid.slice(normal=normal, origin=hair)
        face = face.clip(other, origin=centre, invert=invert)
        if not face.n_cells:
            continue
        _add_temperature(plotter, face, scale)
        _add_lines(plotter, _layer_lines(face), style.INK, 2.0)
        _add_lines(plotter, face.contour([scale.threshold], scalars="temperature"), style.COLD, 3.5)


def _add_outside(
    plotter: pv.Plotter, placed: Placement, layers: tuple[Layer, ...], scale: Scale
) -> None:
    """The skin by temperature, the sides by layer."""
    surface = placed.grid.extract_surface(algorithm="dataset_surface")
    depth = np.asarray(surface.point_data["depth"])
    nodes = surface.regular_faces
    on_skin = depth[nodes].max(axis=1) < 1e-3 * depth.max()
    colours = style.layer_colours(layers)
    for part in _kept(surface.extract_cells(on_skin), placed.centre):
        _add_temperature(plotter, part, scale)
        line = part.contour([scale.threshold], scalars="temperature")
        _add_lines(plotter, line, style.COLD, 3.5)
    for layer in layers:
        here = ~on_skin & (np.asarray(surface.cell_data["layer"]) == layer.index)
        if not here.any():
            continue
        colour = style.lighter(colours[layer.name], 0.15)
        for part in _kept(surface.extract_cells(here), placed.centre):
            plotter.add_mesh(part, color=colour, ambient=0.55, diffuse=0.5, specular=0.0)
    sharp = surface.extract_feature_edges(
        feature_angle=50.0, boundary_edges=False, manifold_edges=False, non_manifold_edges=False
    )
    for lines in (sharp, _layer_lines(surface.extract_cells(~on_skin))):
        for part in _kept(lines, placed.centre) if lines.n_cells else ():
            _add_lines(plotter, part, style.INK, 2.0)


def _add_threshold(plotter: pv.Plotter, placed: Placement, scale: Scale) -> None:
    """The threshold isosurface where the quarter was taken out; elsewhere it is in the tissue."""
    front = placed.grid.contour([scale.threshold], scalars="temperature")
    for axis, invert in (("x", False), ("y", True)):
        if front.n_cells:
            front = front.clip(axis, origin=placed.centre, invert=invert)
    if front.n_cells:
        front = front.compute_normals(split_vertices=False, consistent_normals=True)
        plotter.add_mesh(front, color=style.FRONT, opacity=0.42, smooth_shading=True,
                         ambient=0.45, diffuse=0.6, specular=0.25)  # fmt: skip


def _add_footprint(plotter: pv.Plotter, placed: Placement) -> None:
    if placed.footprint is None:
        return
    rim = placed.footprint.extract_feature_edges(
        boundary_edges=True, feature_edges=False, manifold_edges=False, non_manifold_edges=False
    )
    rim.points = np.asarray(rim.points) + [0.0, 0.0, 2e-3 * placed.grid.length]
    _add_lines(plotter, rim, "white", 9.0)
    rim = rim.copy()
    rim.points = np.asarray(rim.points) + [0.0, 0.0, 1e-3 * placed.grid.length]
    _add_lines(plotter, rim, style.DEVICE, 5.5)


def _layer_lines(surface: Any) -> pv.PolyData:
    """Rims of the layers on a face."""
    rims = pv.MultiBlock()
    for index in np.unique(surface.cell_data["layer"]):
        part = surface.extract_cells(np.asarray(surface.cell_data["layer"]) == index)
        skin = part.extract_surface(algorithm="dataset_surface")
        rims.append(skin.extract_feature_edges(
            boundary_edges=True, feature_edges=False, manifold_edges=False,
            non_manifold_edges=False,
        ))  # fmt: skip
    joined: pv.PolyData = rims.combine().extract_surface(algorithm="dataset_surface")
    return joined


def _add_temperature(plotter: pv.Plotter, mesh: Any, scale: Scale) -> None:
    plotter.add_mesh(mesh, scalars="temperature", cmap=scale.colours, clim=(scale.low, scale.high),
                     n_colors=512, lighting=False, show_scalar_bar=False,
                     copy_mesh=True)  # fmt: skip


def _add_lines(plotter: pv.Plotter, lines: Any, colour: str, width: float) -> None:
    if lines.n_cells:
        plotter.add_mesh(lines, color=colour, line_width=width * _FINER / 2, lighting=False,
                         render_lines_as_tubes=False)  # fmt: skip
