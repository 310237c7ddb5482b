"""The eye: turned about the tissue, which stays upright, moved and brought nearer."""

import numpy as np
import pyvista as pv

Eye = tuple[float, float, float]

DIRECTIONS: dict[str, Eye | None] = {
    "home": None, "front": (0.0, -1.0, 0.0), "side": (1.0, 0.0, 0.0), "top": (0.0, 0.0, 1.0),
}  # fmt: skip
"""Where the eye stands, seen from the tissue; None: where it stood first."""

_TURN = np.radians(220.0)
"""What a drag across the height of the picture turns by; assumption."""

_STEEPEST = np.radians(88.0)
"""Above or below the horizon, short of where up has no meaning."""


def turn(plotter: pv.Plotter, right: float, up: float) -> None:
    """Turn the tissue by shares of the picture's height."""
    camera = plotter.camera
    aim = np.array(camera.focal_point)
    x, y, z = np.subtract(camera.position, aim)
    far = float(np.linalg.norm((x, y, z)))
    if np.hypot(x, y) < 1e-3 * far:  # from above, it is up that tells left from right
        x, y, _ = np.negative(camera.up)
    around = np.arctan2(y, x) - _TURN * right
    above = np.clip(np.arcsin(z / far) - _TURN * up, -_STEEPEST, _STEEPEST)
    level = np.cos(above)
    way = np.array([level * np.cos(around), level * np.sin(around), np.sin(above)])
    camera.position, camera.up = tuple(aim + far * way), (0.0, 0.0, 1.0)
    _clip(plotter)


def shift(plotter: pv.Plotter, right: float, up: float) -> None:
    """Move the tissue by shares of the picture's height."""
    camera = plotter.camera
    eye, aim = np.array(camera.position), np.array(camera.focal_point)
    forward = (aim - eye) / np.linalg.norm(aim - eye)
    across = np.cross(forward, camera.up)
    across /= np.linalg.norm(across)
    seen = 2.0 * np.linalg.norm(aim - eye) * np.tan(np.radians(camera.view_angle) / 2.0)
    if camera.parallel_projection:
        seen = 2.0 * camera.parallel_scale
    step = -seen * (right * across + up * np.cross(across, forward))
    camera.position, camera.focal_point = eye + step, aim + step
    _clip(plotter)


def zoom(plotter: pv.Plotter, factor: float) -> None:
    """Show the tissue larger by ``factor``."""
    factor = float(np.clip(factor, 0.2, 5.0))
    if plotter.camera.parallel_projection:
        plotter.camera.parallel_scale /= factor
    else:
        plotter.camera.Dolly(factor)
    _clip(plotter)


def _clip(plotter: pv.Plotter) -> None:
    plotter.renderer.ResetCameraClippingRange()
