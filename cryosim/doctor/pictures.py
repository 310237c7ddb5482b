"""Drawing without a screen."""

import os
import sys
from functools import cache

from cryosim.doctor.check import Check
from cryosim.doctor.probing import probe
from cryosim.errors import MissingTool

RENDERING_REMEDY = (
    "apt-get install libgl1 libegl1 libglu1-mesa libxcursor1 libxft2 libxinerama1 libxrender1 "
    "libgomp1, dnf install mesa-libGL mesa-libEGL mesa-dri-drivers mesa-libGLU, "
    "or, without root, conda install -c conda-forge libgl libegl mesalib; a compute node needs "
    "none of it: cryosim run --no-figures there, cryosim plot elsewhere"
)
RENDERING_PROBE = """
import re, pyvista
plotter = pyvista.Plotter(off_screen=True, window_size=(64, 64))
plotter.add_mesh(pyvista.Sphere())
if plotter.screenshot(None, return_img=True).std() == 0: raise SystemExit("the picture is empty")
window = plotter.render_window
renderer = re.search("OpenGL renderer string: *(.*)", window.ReportCapabilities() or "")
print("found: VTK draws by", window.GetClassName(), "on", renderer[1] if renderer else "?")
"""


@cache
def require_rendering() -> None:
    """Raise :class:`MissingTool` unless pictures can be drawn; only a success is remembered."""
    check = rendering()
    if not check.ok:
        raise MissingTool(f"pictures cannot be drawn here ({check.detail}); {check.remedy}")


def headless_environment() -> dict[str, str]:
    """What to add to the environment before VTK is imported where there is no screen.

    VTK would look for an X server first and complain.  A choice made by the user stays.
    """
    if sys.platform != "linux" or os.environ.get("DISPLAY"):
        return {}
    if "VTK_DEFAULT_OPENGL_WINDOW" in os.environ:
        return {}
    return {"VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"}


def rendering() -> Check:
    """A picture drawn off screen, and by what: a graphics card or the processor."""
    ok, detail = probe(RENDERING_PROBE, headless_environment())
    return Check("off-screen rendering", ok, detail, RENDERING_REMEDY)
