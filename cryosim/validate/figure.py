"""The plot of an experiment: measured with its spread, computed for every level of an input.

Each level of the first input has a colour and a marker of its own; its bar runs over the levels of
the other inputs.  What was not reached stands as an open triangle at the upper edge.
"""

from collections.abc import Sequence
from io import StringIO
from itertools import pairwise
from math import isfinite
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from cryosim.validate.cases import variants
from cryosim.validate.compare import Compared
from cryosim.validate.experiment import Experiment, Level
from cryosim.view import style

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
"""Told apart by every common kind of colour vision (Okabe and Ito)."""
_MARKERS = ("o", "D", "v", "^", "s")
_RANGE = "#dde2e8"
_AXIS = {"time to cool": "time", "change": "change of temperature",
         "temperature": "temperature"}  # fmt: skip


def draw(experiment: Experiment, found: Sequence[Compared]) -> str:
    """The plot as SVG."""
    panels = list(experiment.panels)
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    salt: dict[Any, Any] = {"svg.hashsalt": experiment.name}
    with style.typography(), mpl.rc_context(salt):
        size = (9.4 if columns == 1 else 11.6, 2.0 + 3.7 * rows)
        figure = Figure(figsize=size, facecolor="white", layout="constrained")
        FigureCanvasSVG(figure)
        figure.suptitle(_print(experiment.title), x=0.01, ha="left", fontweight="bold")
        for i, key in enumerate(panels):
            here = [c for c in found if c.point.panel == key]
            _panel(figure.add_subplot(rows, columns, i + 1), experiment, here)
        keys = _keys(experiment, found)
        columns = min(3, -(-len(keys) // 2))
        figure.legend(handles=keys, loc="outside lower center", ncols=columns)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _panel(axes: Axes, experiment: Experiment, found: Sequence[Compared]) -> None:
    """One quantity."""
    panel = experiment.panels[found[0].point.panel]
    axes.set_title(_print(panel.title), loc="left")
    name = _AXIS.get(found[0].point.reading.kind, "")
    axes.set_ylabel(f"{name} [{_print(panel.unit)}]".strip())
    axes.set_xlabel(_print(experiment.axis))
    places, step = _places(axes, found)
    top = _top(found)
    _ranges(axes, found, places, 0.46 * step)
    for place, one in zip(places, found, strict=True):
        _mean(axes, one, place - 0.41 * step)
    levels = experiment.inputs[0].levels
    for k, level in enumerate(levels):
        shift = step * 0.62 * ((k + 0.5) / len(levels) - 0.5)
        for place, one in zip(places, found, strict=True):
            _computed(axes, experiment, one, level, (place + shift, top), k)
    if any(not isfinite(v.value) for c in found for v in c.computed.values()):
        axes.set_ylim(top=1.04 * top)


def _places(axes: Axes, found: Sequence[Compared]) -> tuple[list[float], float]:
    """Where the points stand along the axis, and the least distance between them."""
    marks = [c.setting.x if c.point.x is None else c.point.x for c in found]
    numeric = [m for m in marks if isinstance(m, float)]
    places = numeric if len(numeric) == len(marks) else [float(i) for i in range(len(marks))]
    axes.set_xticks(places, [f"{m:g}" if isinstance(m, float) else m for m in marks])
    axes.grid(visible=False, axis="x")
    step = min((b - a for a, b in pairwise(places)), default=1.0)
    axes.set_xlim(places[0] - 0.6 * step, places[-1] + 0.6 * step)
    return places, step


def _top(found: Sequence[Compared]) -> float:
    """Height of what was not reached: above all that was."""
    values = [x for c in found for v in c.computed.values() for x in v.ends if isfinite(x)]
    values += [(c.point.mean or 0.0) + (c.point.sd or 0.0) for c in found]
    return 1.06 * max(values)


def _ranges(axes: Axes, found: Sequence[Compared], places: Sequence[float], half: float) -> None:
    """Measured ranges; one that all points share goes across the panel."""
    ranges = [(c.point.low, c.point.high) for c in found]
    for place, (low, high) in zip(places, ranges, strict=True):
        if low is None or high is None:
            continue
        if len(set(ranges)) == 1 < len(ranges):
            axes.axhspan(low, high, facecolor=_RANGE, edgecolor=style.FAINT, zorder=0.5)
            return
        box = Rectangle((place - half, low), 2 * half, high - low, zorder=0.5,
                        facecolor=_RANGE, edgecolor=style.FAINT)  # fmt: skip
        axes.add_patch(box)


def _mean(axes: Axes, one: Compared, place: float) -> None:
    """Measured mean with its SD."""
    if one.point.mean is not None:
        spread = one.point.sd or one.point.within
        axes.errorbar(place, one.point.mean, yerr=spread, color=style.INK, marker="s",
                      markersize=8, linewidth=2.4, capsize=6, zorder=4)  # fmt: skip


def _computed(
    axes: Axes,
    experiment: Experiment,
    one: Compared,
    level: Level,
    place: tuple[float, float],
    k: int,
) -> None:
    """Marker of ``level`` with the other inputs nominal, bar over all of theirs."""
    x, top = place
    several = [v for v in variants(experiment) if v.levels[0] is level]
    central = next(v for v in several if all(other.nominal for other in v.levels[1:]))
    drawn = [min(x, top) for v in several for x in one.computed[v.label].ends]
    value = one.computed[central.label].value
    axes.plot([x, x], [min(drawn), max(drawn)], color=_COLOURS[k], linewidth=3.0, alpha=0.55)
    hollow = not isfinite(value)
    axes.plot(x, top if hollow else value, color=_COLOURS[k], linestyle="none",
              marker="^" if hollow else _MARKERS[k], markersize=9 if hollow else 8,
              markerfacecolor="white" if hollow else _COLOURS[k], zorder=3)  # fmt: skip


def _keys(experiment: Experiment, found: Sequence[Compared]) -> list[Artist]:
    """Entries of the legend."""
    keys: list[Artist] = []
    means = [c for c in found if c.point.mean is not None]
    if means:
        label = "measured mean"
        label += " ± 1 SD" if means[0].point.sd else ""
        label += " ± what was said beforehand to pass" if means[0].point.within else ""
        keys.append(Line2D([], [], color=style.INK, marker="s", linestyle="none", label=label))
    if len(means) < len(found):
        keys.append(Patch(facecolor=_RANGE, edgecolor=style.FAINT, label="measured range"))
    first, *others = experiment.inputs
    for k, level in enumerate(first.levels):
        label = _print(f"computed, {level.label}")
        keys.append(Line2D([], [], color=_COLOURS[k], marker=_MARKERS[k], linestyle="none",
                           label=label))  # fmt: skip
    names = " and ".join(i.name for i in others)
    if any(v.interval for c in found for v in c.computed.values()):
        names = " and ".join(filter(None, (names, "5 to 95 % of the calibration")))
    if names:
        keys.append(Line2D([], [], color=style.FAINT, linewidth=3.0, label=f"range over {names}"))
    if any(not isfinite(v.value) for c in found for v in c.computed.values()):
        keys.append(Line2D([], [], color=style.FAINT, marker="^", markerfacecolor="white",
                           linestyle="none", label="not reached in the run"))  # fmt: skip
    return keys


def _print(text: str) -> str:
    """``text`` with the signs of print."""
    return style.readable(text).replace("^2", "²")
