"""The tissue in three dimensions, a quarter taken out under the applicator.

VTK draws the bodies only; all type is set by `overlay`, on the same axonometric projection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view import style
from cryosim.view.bodies import Bodies, layer_lines
from cryosim.view.result import Layer
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]

TOWARD_EYE = (0.80, -1.15, 0.88)
"""From the tissue to the eye: the taken-out quarter (x > 0, y < 0) is in front."""
_FINER = 2
"""Pixels drawn for one pixel of the image, each way."""
_NEARER = 3.0
"""How far lines are lifted toward the eye (pixels); a parallel projection does not show it."""


@dataclass(frozen=True)
class Eye:
    """A parallel projection: where a point of the tissue lies on the page."""

    right: Floats
    up: Floats
    focus: Floats
    """The point (mm) in the middle of the page."""
    scale: float
    """Pixels in a millimetre."""
    magnified: int = 1
    """Pixels of the image for one of the page, each way."""

    @property
    def drawn(self) -> int:
        """Pixels that VTK draws for one of the page, each way."""
        return self.magnified * _FINER

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
        toward = np.array(TOWARD_EYE) / np.linalg.norm(TOWARD_EYE)
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


def render(
    bodies: Bodies, layers: tuple[Layer, ...], scale: Scale, eye: Eye, *, by_layer: bool = False
) -> Image:
    """The page (pixels by rows, RGB) with the bodies on white.

    Skin and cut have the colours of temperature or, ``by_layer``, those of the layers.
    """
    size = (style.PAGE[0] * eye.drawn, style.PAGE[1] * eye.drawn)
    plotter = pv.Plotter(off_screen=True, window_size=size, lighting="none")
    try:
        plotter.add_light(pv.Light(light_type="headlight", intensity=1.0))
        plotter.set_background("white")
        if by_layer:
            _add_layers(plotter, (*bodies.skin, *bodies.cut), layers)
        else:
            _add_temperature(plotter, bodies, scale)
        _add_lines_on_tissue(plotter, eye, bodies, scale)
        _add_sides(plotter, eye, bodies, layers)
        _add_front(plotter, eye, bodies)
        _add_rims(plotter, eye, bodies)
        _add_cups(plotter, eye, bodies)
        _aim(plotter, bodies, eye)
        image = np.asarray(plotter.screenshot(None, return_img=True), dtype=float)
    finally:
        plotter.close()
    width, height = (eye.magnified * pixels for pixels in style.PAGE)
    fine = image[:, :, :3].reshape(height, _FINER, width, _FINER, 3)
    return np.rint(fine.mean(axis=(1, 3))).astype(np.uint8)


def _aim(plotter: pv.Plotter, bodies: Bodies, eye: Eye) -> None:
    far = 3.0 * float(np.linalg.norm(bodies.bounds[1] - bodies.bounds[0]))
    camera = plotter.camera
    camera.parallel_projection = True
    camera.focal_point = tuple(eye.focus)
    camera.position = tuple(eye.focus + far * eye.toward)
    camera.up = tuple(eye.up)
    camera.parallel_scale = style.PAGE[1] / 2.0 / eye.scale
    camera.clipping_range = (0.1 * far, 2.0 * far)


def _add_temperature(plotter: pv.Plotter, bodies: Bodies, scale: Scale) -> None:
    """Skin and cut by temperature, unlit so that the colours are those of the bar."""
    for face in (*bodies.skin, *bodies.cut):
        plotter.add_mesh(face, scalars="temperature", cmap=scale.colours, n_colors=512,
                         clim=(scale.low, scale.high), lighting=False, show_scalar_bar=False,
                         copy_mesh=True)  # fmt: skip


def _add_layers(plotter: pv.Plotter, faces: Sequence[Any], layers: tuple[Layer, ...]) -> None:
    """Faces by layer."""
    colours = style.layer_colours(layers)
    for face in faces:
        index = np.asarray(face.cell_data["layer"])
        for layer in layers:
            if (index == layer.index).any():
                plotter.add_mesh(face.extract_cells(index == layer.index), ambient=0.7,
                                 color=colours[layer.name], diffuse=0.35, specular=0.0)  # fmt: skip


def _add_lines_on_tissue(plotter: pv.Plotter, eye: Eye, bodies: Bodies, scale: Scale) -> None:
    """The threshold on skin and cut, the rims of layers and of the skin."""
    for face in (*bodies.skin, *bodies.cut):
        line = face.contour([scale.threshold], scalars="temperature")
        _add_lines(plotter, eye, line, style.COLD, 3.0)
    for face in bodies.cut:
        _add_lines(plotter, eye, layer_lines(face), style.INK, 1.5)
    for line in bodies.outline:
        _add_lines(plotter, eye, line, style.INK, 1.5)


def _add_sides(plotter: pv.Plotter, eye: Eye, bodies: Bodies, layers: tuple[Layer, ...]) -> None:
    """The sides by layer."""
    _add_layers(plotter, bodies.sides, layers)
    for face in bodies.sides:
        _add_lines(plotter, eye, layer_lines(face), style.INK, 1.5)


def _add_front(plotter: pv.Plotter, eye: Eye, bodies: Bodies) -> None:
    """The threshold surface where the quarter was taken out; elsewhere it is in the tissue.

    The deeper it goes the more of the cut is behind it, and the thinner it is.  Its rim goes on
    with the line on skin and cut.
    """
    if bodies.front.n_cells:
        tall = np.ptp(np.asarray(bodies.front.points)[:, 2]) / np.ptp(bodies.bounds[:, 2])
        plotter.add_mesh(bodies.front, color=style.FRONT, opacity=0.64 - 0.34 * float(tall),
                         smooth_shading=True, ambient=0.7, diffuse=0.4, specular=0.1)  # fmt: skip
        _add_lines(plotter, eye, bodies.front_rim, style.COLD, 1.6)


def _add_rims(plotter: pv.Plotter, eye: Eye, bodies: Bodies) -> None:
    for rim in bodies.rims:
        _add_lines(plotter, eye, rim, "white", 6.0)
        nearer = rim.copy()
        nearer.points = np.asarray(rim.points, dtype=float) + 2.0 / eye.scale * eye.toward
        _add_lines(plotter, eye, nearer, style.DEVICE, 3.4)


def _add_cups(plotter: pv.Plotter, eye: Eye, bodies: Bodies) -> None:
    """Walls that the tissue shows through, solid where they are cut."""
    for wall in bodies.walls:
        plotter.add_mesh(wall, color=style.WALL, opacity=0.22, ambient=0.5, diffuse=0.5,
                         specular=0.0)  # fmt: skip
        bends = wall.extract_surface(algorithm="dataset_surface").extract_feature_edges(
            feature_angle=40.0, boundary_edges=True, manifold_edges=False
        )
        _add_lines(plotter, eye, bends, style.FAINT, 1.2)
    for face in bodies.wall_cut:
        plotter.add_mesh(face, color=style.WALL, lighting=False)
        rim = face.extract_feature_edges(
            feature_edges=False, boundary_edges=True, manifold_edges=False
        )
        _add_lines(plotter, eye, rim, style.DEVICE, 1.0)


def _add_lines(plotter: pv.Plotter, eye: Eye, lines: Any, colour: str, width: float) -> None:
    """Lines ``width`` pixels wide, a little nearer to the eye than the faces they lie on."""
    if not lines.n_cells:
        return
    nearer = lines.copy()
    nearer.points = np.asarray(lines.points, dtype=float) + _NEARER / eye.scale * eye.toward
    plotter.add_mesh(nearer, color=colour, line_width=width * eye.drawn, lighting=False)
