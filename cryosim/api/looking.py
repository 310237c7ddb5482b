"""The scene of a run in a notebook: to turn with the mouse, with buttons for time and threshold."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import fields
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyvista as pv

from cryosim.api import given
from cryosim.doctor import require_rendering
from cryosim.errors import CaseError, CryosimError
from cryosim.scene.choice import Choice, Cut
from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue
from cryosim.units import ZERO_CELSIUS
from cryosim.view import style

SIZE = (960, 600)
"""Width and height of the picture in a notebook (pixels)."""

_SERVER = "cryosim-notebook"
"""A server of our own: that of PyVista's other pictures lets in whoever knows its port."""

_KEY = f"k{secrets.token_urlsafe(32)}"
"""What a page must know to be answered; for the life of the kernel, told to its notebook alone."""

_MANY = 20
"""Values that a message still names one by one."""

_NEEDED = (
    "trame", "trame_vtk", "trame_vuetify", "trame_pyvista", "nest_asyncio2", "ipywidgets",
)  # fmt: skip


def view(folder: Path, **choice: Any) -> Any:
    """What a notebook shows of the run in ``folder``; see `cryosim.Run.view`."""
    require_rendering()
    tissue = Tissue.open(folder)
    asked = _read(tissue, choice) if choice else {}
    plotter = pv.Plotter(notebook=True, off_screen=True, window_size=list(SIZE))
    show = Show(tissue, plotter)
    if asked:
        show.choose(**asked)
    plotter.camera_set = True  # by the stage; PyVista would look from elsewhere
    why = _why_static()
    return _still(show, why) if why else _alive(show)


def _read(tissue: Tissue, asked: dict[str, Any]) -> dict[str, Any]:
    """Parts of a choice from what a user says: a ``time`` and a ``threshold`` with their units."""
    known = ["time", *(part.name for part in fields(Choice))]
    if lost := sorted(set(asked) - set(known)):
        raise CaseError(f"{lost[0]}: no part of a view; expected one of {', '.join(known)}")
    asked = dict(asked)
    if "time" in asked:
        asked["step"] = _nearest(tissue, asked.pop("time"))
    if "threshold" in asked:
        asked["threshold"] = given.temperature(asked["threshold"], "threshold") - ZERO_CELSIUS
    hidden = asked.get("hidden", ())
    asked["hidden"] = frozenset([hidden] if isinstance(hidden, str) else hidden)
    for name in asked["hidden"]:
        _expect("hidden", name, [k.name for k in tissue.layers])
    if "cut" in asked:
        _expect("cut", asked["cut"], [cut.value for cut in Cut])
        asked["cut"] = Cut(asked["cut"])
    if "step" in asked:
        _expect("step", asked["step"], range(len(tissue.times)))
    if asked.get("day") is not None:
        _expect("day", asked["day"], tissue.days())
    return asked


def _nearest(tissue: Tissue, time: object) -> int:
    """The output time next to the one asked for."""
    asked = given.times(time)
    last = float(tissue.times[-1])
    if asked.several or asked.values[0] > last:
        raise CaseError(f"time = {time!r}: expected one time, to {style.clock(last)}")
    return int(np.abs(tissue.times - asked.values[0]).argmin())


def _expect(name: str, value: object, known: Sequence[object]) -> None:
    """Refuse what is not among ``known``."""
    if value not in known:
        words = ", ".join(map(str, known)) if len(known) < _MANY else f"0 to {len(known) - 1}"
        raise CaseError(f"{name} = {value!r}: unknown; expected one of {words}")


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

    Its socket answers those who know `_KEY`; the page without it is empty.  Of all that PyVista
    would serve, VTK for the browser is left out: it is fetched from the network when it is first
    asked for, and the kernel draws.
    """
    from trame_pyvista.jupyter import elegantly_launch
    from trame_pyvista.widgets import get_server

    server = get_server(_SERVER)
    if not server.running:
        server.cli.set_defaults(authKey=_KEY)
        with mock.patch.dict(sys.modules, {"trame.widgets.vtklocal": None}):
            elegantly_launch(server, wslink_backend="aiohttp")


def _framed(viewer: Any, address: str, **look: Any) -> Any:
    """The page as a part of the notebook, which brings the key."""
    from trame_pyvista.jupyter import Widget

    return Widget(viewer, f"{address}&secret={_KEY}", **look)


def _alive(show: Show) -> Any:
    """The scene drawn by the kernel and served to the notebook, with sliders above it."""
    import ipywidgets as widgets  # type: ignore[import-untyped]

    _serve()
    picture = show.stage.plotter.show(
        jupyter_backend="server", return_viewer=True,
        jupyter_kwargs={"name": _SERVER, "handler": _framed, "collapse_menu": True,
                        "jupyter_extension_enabled": False},
    )  # fmt: skip
    told = widgets.HTML(_crossings(show))
    controls = _controls(show)

    def changed(_: Any) -> None:
        chosen = {name: control.value for name, control in controls.items()}
        shown = chosen.pop("shown")
        names = [k.name for k in show.tissue.layers]
        try:
            show.choose(**chosen, hidden=frozenset(set(names) - set(shown)))
        except CryosimError as error:  # the run was taken away or written anew
            told.value = escape(str(error))
            return
        told.value = _crossings(show)
        picture.viewer.update()

    for control in controls.values():
        control.observe(changed, names="value")
    rows = [widgets.HBox([controls[name] for name in row]) for row in _ROWS]
    return widgets.VBox([*rows, told, picture])


_ROWS = (("step", "threshold"), ("colour", "cut", "shown"))
"""What stands beside each other above the picture."""


def _controls(show: Show) -> dict[str, Any]:
    """A control for each part of the choice, by its name."""
    import ipywidgets as widgets

    tissue, choice = show.tissue, show.choice
    low, high = tissue.threshold_range()
    late = {"continuous_update": False}
    return {
        "step": widgets.SelectionSlider(
            options=[(style.clock(float(t)), k) for k, t in enumerate(tissue.times)],
            value=choice.step, description="time", **late,
        ),
        "threshold": widgets.FloatSlider(
            value=choice.threshold, min=low, max=high, step=0.1, readout_format=".1f",
            description="front [°C]", **late,
        ),
        "colour": widgets.Dropdown(
            options=[(words, name) for name, words in show.colourings.items()],
            value=choice.colour, description="colours",
        ),
        "cut": widgets.Dropdown(
            options=[(cut.value, cut) for cut in dict.fromkeys((*tissue.cuts(), choice.cut))],
            value=choice.cut, description="cut",
        ),
        "shown": widgets.SelectMultiple(
            options=[(k.title, k.name) for k in tissue.layers], description="layers",
            value=[k.name for k in tissue.layers if k.name not in choice.hidden],
            rows=len(tissue.layers),
        ),
    }  # fmt: skip


def _crossings(show: Show) -> str:
    """Which layers are colder than the front, first of all."""
    parts = [
        f'<span style="border-left:6px solid {c.colour};padding:0 14px 0 6px">{escape(c.title)}: '
        + (f"<b>{escape(c.percent)} below</b>" if c.share > 0.0 else "none below")
        + f", coldest {style.degrees(c.coldest)}</span>"
        for c in show.crossings()
    ]
    return f"<b>{escape(show.moment())}</b>&emsp;{''.join(parts)}"
