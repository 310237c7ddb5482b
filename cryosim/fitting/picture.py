"""The picture of a fit: what was measured and computed, residuals, and how values are known."""

import csv
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryosim.fitting.words import number
from cryosim.view import style
from cryosim.view.lettering import fitted

Floats = npt.NDArray[np.float64]

PICTURE = "figures/fit.png"

MOST_CHARTS, MOST_VALUES = 3, 6
"""Units and parameters that one page has room for."""

_COLOURS = ("#2f6fb7", "#e08a1e", "#4b7f52", "#8f2d3b", "#6a5aa8", "#4aa5a0", "#7d7461", "#c77c93")
"""Of series, told apart by most kinds of colour vision; residuals have the same."""

_LEFT, _RIGHT, _VALUES = 0.07, 0.66, 0.725
"""Ends of the charts, left of the values."""

Curves = dict[str, dict[str, Floats]]
"""Series -> its columns."""


def draw(folder: Path, told: dict[str, Any]) -> Path:
    """Draw the fit whose ``residuals.csv`` is in ``folder``; return the file."""
    file = folder / PICTURE
    file.parent.mkdir(parents=True, exist_ok=True)
    with style.typography():
        return style.save(_page(told, _curves(folder / "residuals.csv")), file)


def _curves(file: Path) -> Curves:
    """The columns of every series."""
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    numbers = ("time [s]", "measured", "computed", "computed at start", "residual")
    return {
        name: {key: np.array([float(r[key]) for r in rows if r["series"] == name])
               for key in numbers}
        for name in dict.fromkeys(row["series"] for row in rows)
    }  # fmt: skip


def _page(told: dict[str, Any], curves: Curves) -> Figure:
    figure = style.page()
    style.headline(figure, told["title"], _line(told))
    units = list(dict.fromkeys(one["unit"] for one in told["series"]))[:MOST_CHARTS]
    width = (_RIGHT - _LEFT - 0.065 * (len(units) - 1)) / len(units)
    last = max(float(c["time [s]"].max()) for c in curves.values())
    clock = style.clock_unit(last)
    for i, unit in enumerate(units):
        left = _LEFT + i * (width + 0.065)
        main = figure.add_axes((left, 0.365, width, 0.48))
        below = figure.add_axes((left, 0.085, width, 0.235), sharex=main)
        _chart(main, below, told, curves, unit, clock)
    _values(figure, told)
    _correlations(figure, told)
    return figure


def _line(told: dict[str, Any]) -> str:
    """What is seen."""
    warned = f"; {len(told['warnings'])} warnings" if told["warnings"] else ""
    return (
        f"{len(told['parameters'])} parameters fitted to {told['values']} values "
        f"(about {told['effective_values']:.0f} independent). Dots: measured; line: fitted; "
        f"dashes: before the fit. Residual: computed − measured{warned}"
    )


def _chart(
    main: Axes, below: Axes, told: dict[str, Any], curves: Curves, unit: str,
    clock: tuple[float, str],
) -> None:  # fmt: skip
    """The series in ``unit``, and what is left of them."""
    shown = [one for one in told["series"] if one["unit"] == unit]
    for k, one in enumerate(shown):
        curve, colour = curves[one["name"]], _COLOURS[k % len(_COLOURS)]
        time = curve["time [s]"] / clock[0]
        main.plot(time, curve["computed at start"], "--", color=style.lighter(colour, 0.4),
                  linewidth=1.3)  # fmt: skip
        main.plot(time, curve["measured"], ".", color=style.lighter(colour, 0.35), markersize=5.0)
        label, _ = fitted(one["name"], 300.0, style.SMALL)
        main.plot(time, curve["computed"], color=colour, label=label)
        below.plot(time, curve["residual"], ".-", color=colour, linewidth=0.8, markersize=3.5)
    below.axhline(0.0, color=style.INK, linewidth=1.0)
    quantity = "temperature " if unit == "degC" else ""
    main.set_ylabel(f"{quantity}[{_printed(unit)}]")
    below.set_ylabel(f"residual [{_printed('K' if unit == 'degC' else unit)}]")
    below.set_xlabel(f"time [{clock[1]}]")
    main.tick_params(labelbottom=False)
    main.legend(loc="best")


def _printed(unit: str) -> str:
    """A unit as print has it."""
    return style.readable(unit).replace("^2", "²").replace("^3", "³")


def _values(figure: Figure, told: dict[str, Any]) -> None:
    """Every parameter between its bounds, with interval, start and the range of the library."""
    shown = told["parameters"][:MOST_VALUES]
    figure.text(_VALUES, 0.862, "fitted values between their bounds", color=style.FAINT,
                fontsize=style.SMALL)  # fmt: skip
    height = min(0.445 / len(shown), 0.15)
    for i, entry in enumerate(shown):
        axes = figure.add_axes((_VALUES, 0.88 - (i + 1) * height, 0.25, 0.2 * height))
        name, size = fitted(f"{i + 1}  {entry['name']}", 0.25 * style.PAGE[0], style.TEXT)
        axes.text(0.0, 2.6, name, transform=axes.transAxes, fontsize=size, fontweight="bold")
        text, size = fitted(_numbers(entry), 0.25 * style.PAGE[0], style.SMALL)
        axes.text(0.0, 1.35, text, transform=axes.transAxes, fontsize=size, color="#4a5565")
        _bar(axes, entry)


def _bar(axes: Axes, entry: dict[str, Any]) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    ends = [number(end, 4) for end in entry["bounds"]]
    axes.set_xticks([0.0, 1.0], labels=ends)
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.get_xticklabels()[1].set_horizontalalignment("right")
    if entry["library"]:
        axes.axvspan(*(_share(entry, end) for end in entry["library"]), color=style.PALE, zorder=0)
    if entry["interval"]:
        low, high = (min(max(_share(entry, end), 0.0), 1.0) for end in entry["interval"])
        axes.plot([low, high], [0.5, 0.5], color=style.FRONT, linewidth=6.0,
                  solid_capstyle="butt")  # fmt: skip
    axes.plot([_share(entry, entry["value"])], [0.5], "o", color=style.COLD, markersize=7.0)
    axes.plot([_share(entry, entry["start"])], [0.5], "|", color=style.INK, markersize=13.0)


def _share(entry: dict[str, Any], value: float) -> float:
    low, high = entry["bounds"]
    if value <= 0.0 and entry["logarithmic"]:
        return 0.0
    return log(value / low) / log(high / low) if entry["logarithmic"] else (value - low) / (
        high - low
    )  # fmt: skip


def _numbers(entry: dict[str, Any]) -> str:
    unit = entry["unit"].removeprefix("1")
    ends = entry["interval"]
    said = f"95 %: {number(ends[0], 3)} to {number(ends[1], 3)}" if ends else "not decided"
    return f"{entry['value']:.4g} {_printed(unit)}, {said}, start {entry['start']:.4g}"


def _correlations(figure: Figure, told: dict[str, Any]) -> None:
    """The correlation of every two parameters, as figures on colours."""
    matrix = np.array(told["correlation"], dtype=float)[:MOST_VALUES, :MOST_VALUES]
    n = len(matrix)
    if n < 2:
        return
    index = told["collinearity"]
    more = "" if index is None else f"; collinearity index {index:.3g}"
    figure.text(_VALUES, 0.375, f"correlation of the values{more}", color=style.FAINT,
                fontsize=style.SMALL)  # fmt: skip
    axes = figure.add_axes((_VALUES + 0.02, 0.085, 0.255 * style.PAGE[1] / style.PAGE[0], 0.255))
    colours = style.Scale(-1.0, 1.0, 0.0).colours
    axes.imshow(matrix, cmap=colours, vmin=-1.0, vmax=1.0)
    axes.grid(visible=False)
    numbers = [str(i + 1) for i in range(n)]
    axes.set_xticks(range(n), labels=numbers)
    axes.set_yticks(range(n), labels=numbers)
    for (i, j), value in np.ndenumerate(matrix):
        text = "?" if np.isnan(value) else f"{value:.2f}".replace("-", "−")
        ink = "white" if abs(value) > 0.6 else style.INK
        axes.text(j, i, text, ha="center", va="center", fontsize=style.SMALL, color=ink)
