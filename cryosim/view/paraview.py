"""A state for ParaView that opens a run as our own pictures show it.

The script is plain text, ``paraview_state.txt`` beside this file, with a head of constants: what
this run is called, which arrays it has, its colours, its phases.
"""

import re
from importlib.resources import files
from pathlib import Path
from pprint import pformat
from string import Template
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb

from cryosim import __version__
from cryosim.errors import CaseError
from cryosim.output.fields import FIELD_KINDS, FIELDS_FILE, SURFACE_FILE, describe
from cryosim.output.files import write_text
from cryosim.output.xdmf import DISPLACEMENT
from cryosim.view import style
from cryosim.view.cups import cups_of
from cryosim.view.placement import place
from cryosim.view.result import Result
from cryosim.view.scale import scale_of
from cryosim.view.scene import TOWARD_EYE, Eye

STATE_FILE = "paraview_state.py"

_STOPS = 33
"""Points of the temperature map; between them ParaView mixes linearly."""

_ROOM = 1.25
"""How much more is seen than the tissue: axes, and a colour bar below."""

_HELD = {"applicator": style.DEVICE, "room": style.SKIN, "core": "#8f2d3b",
         "insulated": style.FAINT}  # fmt: skip
"""Colours of what holds on a boundary."""


def write_state(folder: Path, out: Path | None = None) -> Path:
    """Write ``paraview_state.py`` for the run in ``folder``, there or to ``out``; returns the file.

    Raises CaseError for a run without fields, or a column, which has nothing to turn.
    """
    folder = Path(folder)
    if (folder / "result.json").is_file() and not (folder / FIELDS_FILE).is_file():
        raise CaseError(
            f"{folder / FIELDS_FILE}: no such file; ParaView needs fields: run the case with "
            "output.fields = true"
        )
    result = Result.open(folder)
    if result.dimension == 1:
        raise CaseError(f"{folder}: a column has no shape to look at; see its picture depth_time")
    describe(folder)
    file = Path(out) if out is not None else folder / STATE_FILE
    write_text(file, _script(result))
    return file


def _script(result: Result) -> str:
    template = files("cryosim.view").joinpath("paraview_state.txt").read_text(encoding="utf-8")
    constants = "\n".join(
        f"{name} = {pformat(value, width=96, sort_dicts=False, compact=True)}"
        for name, value in _constants(result).items()
    )
    heading = re.sub(r'["\\]', "'", f"ParaView state of the run: {result.title}")
    return Template(template).substitute(
        heading=heading, version=__version__, constants=constants
    )  # fmt: skip


def _constants(result: Result) -> dict[str, Any]:
    """What differs from run to run."""
    step = result.coldest_step()
    scale = scale_of(result, step)
    flat = result.dimension == 2
    placed = None if flat else place(result, step)
    turned = placed is not None and not placed.upright
    centre = result.grid.center if flat or turned else placed.centre  # type: ignore[union-attr]
    return {
        "TITLE": style.readable(result.title), "FOLDER": str(result.folder.resolve()),
        "DIMENSION": result.dimension,
        "TEMPERATURE": FIELD_KINDS["temperature"].caption,
        "DISPLACEMENT": DISPLACEMENT if cups_of(result) else "",
        "SURFACE": SURFACE_FILE,
        "THRESHOLD": round(result.threshold, 6),
        "END_OF_COOLING": float(result.times[step]),
        "CENTRE": [round(float(c), 3) + 0.0 for c in centre],
        "AXES": ["x [mm]", "y [mm]", "z [mm]"],
        **_camera(result, step),
        "INK": _parts(style.INK), "FRONT": _parts(style.FRONT),
        "LAYERS": _layers(result), "BOUNDARY": _boundary(result),
        "MOMENT": _moment(result),
        "TICKS": [float(t) for t in scale.ticks],
        "COLOURS": _map(scale),
    }  # fmt: skip


def _camera(result: Result, step: int) -> dict[str, Any]:
    """Where to look (mm) so that a square picture holds all, at a parallel projection."""
    bounds = np.reshape(result.standing(step).bounds, (3, 2)).T
    if result.dimension == 2:
        middle, half, toward = (
            bounds.mean(axis=0),
            np.ptp(bounds, axis=0).max() / 2.0,
            (0.0, 0.0, 1.0),
        )
    else:
        side = min(style.PAGE)
        left, bottom = ((page - side) / 2.0 for page in style.PAGE)
        eye = Eye.on(bounds, (left, bottom, side, side))
        middle, half, toward = eye.focus, side / 2.0 / eye.scale, TOWARD_EYE
    return {
        "MIDDLE": [round(float(c), 3) + 0.0 for c in middle],
        "HALF_HEIGHT": round(_ROOM * float(half), 3),
        "TOWARD_EYE": [float(part) for part in toward],
    }  # fmt: skip


def _map(scale: style.Scale) -> list[float]:
    """Temperature (degC), red, green and blue of each stop; one of them is the threshold."""
    T = np.union1d(np.linspace(scale.low, scale.high, _STOPS), [scale.threshold])
    colours = scale.colours(scale.norm(T))[:, :3]
    return [round(float(x), 4) for row in np.column_stack([T, colours]) for x in row]


def _layers(result: Result) -> dict[int, tuple[str, list[float]]]:
    colours = style.layer_colours(result.layers)
    return {k.index: (k.title, _parts(colours[k.name])) for k in result.layers}


def _boundary(result: Result) -> dict[int, tuple[str, list[float]]]:
    """Name and colour of what holds on facets, by the number that they have."""
    found: dict[int, tuple[str, list[float]]] = {}
    spare = iter(("#4a90b8", "#e3a81c", "#6a5aa8", "#4b7f52") * 8)
    for tag, name in sorted(result.surface_names.items()):
        found[tag] = (name, _parts(_HELD.get(name) or next(spare)))
    return found


def _moment(result: Result) -> str:
    """An expression of ParaView for time and phase at ``t_value`` (s)."""
    words = "'%.4g min' % (t_value / 60.0)"
    if not result.phases:
        return words
    *before, last = result.phases
    names = repr(str(last["name"]))
    for phase in reversed(before):
        names = f"{str(phase['name'])!r} if t_value <= {float(phase['end'])!r} else {names}"
    return f"{words} + ', ' + ({names})"


def _parts(colour: str) -> list[float]:
    return [round(float(part), 4) for part in to_rgb(colour)]
