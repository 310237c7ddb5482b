"""The scene of a run in a notebook: to turn with the mouse, with buttons for time and threshold."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import pyvista as pv

from cryosim.doctor import require_rendering
from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue

SIZE = (900, 560)
"""Width and height of the picture in a notebook (pixels)."""

_NEEDED = (
    "trame", "trame_vtk", "trame_vuetify", "trame_pyvista", "nest_asyncio2", "ipywidgets",
)  # fmt: skip


def view(folder: Path, **choice: Any) -> Any:
    """What a notebook shows of the run in ``folder``; see `cryosim.Run.view`."""
    require_rendering()
    tissue = Tissue.open(folder)
    plotter = pv.Plotter(notebook=True, off_screen=True, window_size=list(SIZE))
    show = Show(tissue, plotter)
    if choice:
        show.choose(**choice)
    why = _why_static()
    return _still(show, why) if why else _alive(show)


def _why_static() -> str:
    """Why there is but a picture; nothing where the scene can be turned."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        return f"{', '.join(missing)} missing: pip install 'cryosim[notebook]'"
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return "" if getattr(shell, "kernel", None) else "no notebook is open"


def _still(show: Show, why: str) -> Any:
    """A picture with a note; an image of PIL where not even that can be shown."""
    from PIL import Image

    image = Image.fromarray(show.stage.plotter.screenshot(None, return_img=True))
    show.stage.plotter.close()
    return Still(image, f"a picture only, for it cannot be turned here ({why})")


class Still:
    """A picture of the scene, and why it is no more than that."""

    def __init__(self, image: Any, note: str) -> None:
        self.image, self.note = image, note

    def __repr__(self) -> str:
        return f"<{self.note}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"image/png": self.image._repr_png_(), "text/plain": self.note}


def _serve() -> None:
    """Start the server of this notebook, on loopback alone, unless it runs.

    Of all that PyVista would serve, VTK for the browser is left out: it is fetched from the network
    when it is first asked for, and the kernel draws.
    """
    from trame_pyvista.jupyter import elegantly_launch
    from trame_pyvista.widgets import get_server

    server = get_server(pv.global_theme.trame.jupyter_server_name)
    if not server.running:
        with mock.patch.dict(sys.modules, {"trame.widgets.vtklocal": None}):
            elegantly_launch(server, wslink_backend="aiohttp")


def _alive(show: Show) -> Any:
    """The scene drawn by the kernel and served to the notebook, with sliders above it."""
    import ipywidgets as widgets  # type: ignore[import-untyped]

    _serve()
    picture = show.stage.plotter.show(
        jupyter_backend="server", return_viewer=True, jupyter_kwargs={"collapse_menu": True}
    )
    times = show.tissue.times
    labels = [(f"{t / 60.0:.4g} min", k) for k, t in enumerate(times)]
    time = widgets.SelectionSlider(
        options=labels, value=show.choice.step, description="time", continuous_update=False
    )
    threshold = widgets.FloatSlider(
        value=show.choice.threshold, min=-20.0, max=35.0, step=0.1, description="degC",
        continuous_update=False,
    )  # fmt: skip
    names = [(kind.label, kind.name) for kind in show.tissue.fields] + [("Layers", "layer")]
    colour = widgets.Dropdown(options=names, value=show.choice.colour, description="colours")

    def changed(_: Any) -> None:
        show.choose(step=time.value, threshold=threshold.value, colour=colour.value)
        picture.viewer.update()

    for button in (time, threshold, colour):
        button.observe(changed, names="value")
    return widgets.VBox([widgets.HBox([time, threshold, colour]), picture])
