"""Parallel coordinates of a sweep: each point a line from its inputs to its outcomes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.sweep_table import CUT, SAFE, Floats, Input, Sweep, levels_of
from cryosim.view.sweep_words import label, number

MOST_LINES = 1500
"""Lines that can still be told apart; of more, that many are drawn, evenly from the table."""

MOST_INPUTS = 5
ALSO = ("coldest skin [degC]", CUT, "selectivity [mm]",
        "selectivity [cm^3]")  # fmt: skip
"""Outcomes beside the one that gives the colours, where there are any."""

_LEFT, _RIGHT, _BOTTOM, _TOP = 0.07, 0.93, 0.11, 0.80


def sweep_parallel(sweep: Sweep, outcome: str) -> Figure:
    """A line for each point that is done, coloured by ``outcome``; dashed where unsafe."""
    done = sweep.done[sweep.done[outcome].notna()]
    note = ""
    if len(done) > MOST_LINES:
        note = f" {MOST_LINES} of {len(done)} points are shown."
        done = done.iloc[np.linspace(0, len(done) - 1, MOST_LINES).astype(int)]
    figure = style.page()
    style.headline(figure, sweep.title, f"Every point from its inputs to its outcomes, coloured by "
                   f"{label(outcome)}.{note}")  # fmt: skip
    vary = [one for one in sweep.inputs if done[one.column].nunique() > 1]
    if len(vary) > MOST_INPUTS:
        figure.text(0.97, 0.02, f"{len(vary) - MOST_INPUTS} more inputs are not shown", ha="right",
                    color=style.FAINT, fontsize=style.SMALL)  # fmt: skip
    columns = [*vary[:MOST_INPUTS], *_outcomes(done, outcome)]
    axes = figure.add_axes((_LEFT, _BOTTOM, _RIGHT - _LEFT, _TOP - _BOTTOM))
    axes.set_xlim(0.0, max(len(columns) - 1.0, 1.0))
    axes.set_ylim(-0.02, 1.02)
    axes.set_axis_off()
    heights = [_scale(axes, k, one, done, len(columns), given=one in vary)
               for k, one in enumerate(columns)]  # fmt: skip
    _lines(axes, np.column_stack(heights), done, outcome)
    _key(figure)
    return figure


def _outcomes(done: pd.DataFrame, outcome: str) -> list[Input]:
    names = [n for n in dict.fromkeys([*ALSO, outcome]) if n in done and done[n].nunique() > 1]
    names = [n for n in names if n != outcome]
    return [Input(name, label(name)) for name in [*names[:3], outcome]]


def _scale(
    axes: Axes, k: int, one: Input, done: pd.DataFrame, count: int, *, given: bool
) -> Floats:
    """An upright axis with its name and its numbers; return the heights of the points on it."""
    heights, places, names = _places(done, one)
    axes.plot([k, k], [0.0, 1.0], color=style.INK, linewidth=1.6, zorder=5.0)
    for place, name in zip(places, names, strict=True):
        axes.plot([k - 0.012, k], [place, place], color=style.INK, linewidth=1.2, zorder=5.0)
        axes.text(k - 0.02, place, name, ha="right", va="center", fontsize=style.SMALL, zorder=6.0,
                  path_effects=style.HALO)  # fmt: skip
    room = 0.96 * (_RIGHT - _LEFT) * style.PAGE[0] / max(count - 1, 1)
    room = min(room, 2.0 * _LEFT * style.PAGE[0] + 0.2 * room) if k in (0, count - 1) else room
    title, _, unit = one.title.removesuffix("]").rpartition(" [")
    text, size = fitted(title or one.title, room, style.SMALL, bold=given)
    axes.text(k, 1.10, text, ha="center", fontsize=size, fontweight="bold" if given else "normal",
              clip_on=False)  # fmt: skip
    axes.text(k, 1.06, f"[{unit}]" if title else "", ha="center", fontsize=style.SMALL,
              color="#4a5565", clip_on=False)  # fmt: skip
    return heights


def _places(done: pd.DataFrame, one: Input) -> tuple[Floats, Sequence[float], list[str]]:
    """Heights of the points, and places and names of the marks."""
    column = done[one.column]
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        low, high = np.nanmin(values), np.nanmax(values)
        wide = high - low or 1.0
        ticks = [t for t in MaxNLocator(6).tick_values(low, high) if low <= t <= high]
        return (values - low) / wide, [(t - low) / wide for t in ticks], [number(t) for t in ticks]
    levels = levels_of(done, one)
    where = {level: k / max(len(levels) - 1, 1) for k, level in enumerate(levels)}
    return column.map(where).to_numpy(dtype=float), list(where.values()), [*map(number, levels)]


def _lines(axes: Axes, heights: Floats, done: pd.DataFrame, outcome: str) -> None:
    """The lines, those of unsafe points pale and dashed below the others."""
    x = np.broadcast_to(np.arange(heights.shape[1], dtype=float), heights.shape)
    lines = list(np.stack([x, heights], axis=-1))
    safe: npt.NDArray[np.bool_] = done[SAFE].to_numpy(dtype=bool)
    thin = 2.0 if len(done) <= 100 else 1.2 if len(done) <= 400 else 0.7
    axes.add_collection(LineCollection(
        _where(lines, ~safe), colors="#b4bac3", linewidths=0.8 * thin, linestyles="dashed",
        zorder=1.0,
    ))  # fmt: skip
    values = done[outcome].to_numpy(dtype=float)
    norm = Normalize(values.min(), values.max())
    colours = colormaps["YlGnBu"](0.22 + 0.73 * norm(values[safe]))
    axes.add_collection(
        LineCollection(_where(lines, safe), colors=colours, linewidths=thin, zorder=2.0)
    )


def _where(lines: list[Floats], which: npt.NDArray[np.bool_]) -> list[Floats]:
    return [line for line, wanted in zip(lines, which, strict=True) if wanted]


def _key(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=colormaps["YlGnBu"](0.7), label="no limit in error; darker is more"),
        Line2D([], [], color="#b4bac3", linestyle="dashed", label="a limit in error"),
    ]
    figure.legend(handles=handles, loc="lower left", ncols=2, bbox_to_anchor=(_LEFT - 0.01, 0.02))
