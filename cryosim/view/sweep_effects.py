"""Which inputs an outcome of a sweep follows: shares of its variance, and its mean along each."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.sweep_table import Floats, Input, Sweep, levels_of
from cryosim.view.sweep_words import label, number

MOST_BARS, MOST_PANELS = 8, 6
"""Inputs that one page has room for."""

BINS = 8
"""Bins of an input with more levels than that, with as many points in each; assumption."""

_LETTERS = 54
"""Of a line of the note."""

_FIRST, _TOTAL = style.FRONT, style.COLD


@dataclass(frozen=True)
class Effect:
    """Share of the variance (1) that an input explains by itself, half its 95 % interval; total."""

    column: str
    share: float
    confidence: float | None = None
    total: float | None = None
    total_confidence: float | None = None


@dataclass(frozen=True)
class Effects:
    """What an outcome follows."""

    method: str
    n: int
    """Points that it is taken from."""
    effects: tuple[Effect, ...]
    """Greatest first."""
    interaction: float | None
    """Share that no input explains by itself, where that is known."""
    noise: float | None
    """Share below which an input may have no effect, where that is known."""
    note: str


def sweep_effects(sweep: Sweep, outcome: str, found: Effects | None) -> Figure:
    """Shares of variance at the left, means along the first inputs at the right."""
    figure = style.page()
    style.headline(figure, sweep.title, f"What {label(outcome)} follows")
    vary = [one for one in sweep.inputs if sweep.done[one.column].nunique() > 1]
    _bars(figure, {one.column: one.title for one in sweep.inputs}, found)
    _curves(figure, sweep.done, vary[:MOST_PANELS], outcome)
    left = len(vary) - MOST_PANELS
    if left > 0:
        figure.text(0.97, 0.02, f"{left} more inputs are not shown", ha="right", color=style.FAINT,
                    fontsize=style.SMALL)  # fmt: skip
    return figure


# --- shares ------------------------------------------------------------------------------------


def _bars(figure: Figure, titles: dict[str, str], found: Effects | None) -> None:
    """A bar for each input, with its confidence; total effects behind."""
    if found is None:
        figure.text(0.035, 0.84, "Too few points, or all alike:\nno shares of variance.",
                    fontsize=style.TEXT, color="#4a5565", va="top")  # fmt: skip
        return
    shown = found.effects[:MOST_BARS]
    rows = [*shown, *([None] if found.interaction is not None else [])]
    tall = min(0.085 * len(rows), 0.52 if found.note else 0.64)  # a note stands below the key
    axes = figure.add_axes((0.215, 0.83 - tall, 0.2, tall))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.set_xlabel("share of the variance")
    if found.noise is not None:
        axes.axvspan(0.0, min(found.noise, 1.0), color=style.PALE, zorder=0)
    for i, effect in enumerate(rows):
        name = titles.get(effect.column, effect.column) if effect else "together (interaction)"
        text, size = fitted(name.rpartition(" [")[0] or name, 0.17 * style.PAGE[0], style.SMALL)
        axes.text(-0.04, i, text, fontsize=size, ha="right", va="center")
        if effect is None:
            axes.barh(i, _cut(found.interaction or 0.0), height=0.5, color=style.FAINT)
            _told(axes, i, found.interaction or 0.0)
            continue
        _bar(axes, i, effect)
    _explained(figure, axes, found)


def _bar(axes: Axes, i: int, effect: Effect) -> None:
    both = effect.total is not None
    place, high = (i - 0.17, 0.32) if both else (i, 0.5)
    axes.barh(place, _cut(effect.share), height=high, color=_FIRST)
    _told(axes, place, effect.share)
    _whisker(axes, place, effect.share, effect.confidence)
    if effect.total is not None:
        axes.barh(i + 0.17, _cut(effect.total), height=high, color=_TOTAL)
        _told(axes, i + 0.17, effect.total)
        _whisker(axes, i + 0.17, effect.total, effect.total_confidence)


def _told(axes: Axes, y: float, share: float) -> None:
    """The share in figures, beside the bars."""
    axes.text(1.03, y, f"{round(100.0 * share, 1) + 0.0:.1f} %".replace("-", "−"), va="center",
              fontsize=0.85 * style.SMALL)  # fmt: skip


def _whisker(axes: Axes, y: float, value: float, width: float | None) -> None:
    if width is not None:
        ends = [_cut(value - width), _cut(value + width)]
        axes.plot(ends, [y, y], color=style.WALL, linewidth=3.6, solid_capstyle="butt")
        axes.plot(ends, [y, y], color=style.INK, linewidth=1.4)


def _cut(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _explained(figure: Figure, axes: Axes, found: Effects) -> None:
    """Method, and what bars and lines mean."""
    handles: list[Patch | Line2D] = [Patch(color=_FIRST, label="by itself")]
    if any(e.total is not None for e in found.effects):
        handles.append(Patch(color=_TOTAL, label="with others too (total)"))
    if any(e.confidence is not None for e in found.effects):
        handles.append(Line2D([], [], color=style.INK, linewidth=1.4, label="95 % confidence"))
    if found.noise is not None:
        handles.append(Patch(color=style.PALE, label="may be chance"))
    bottom = axes.get_position().y0
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.025, bottom - 0.065),
                  borderaxespad=0.0)  # fmt: skip
    said = f"{found.method}, {found.n} points" + (f"\n{found.note}" if found.note else "")
    figure.text(0.035, 0.865, said.split("\n")[0], fontsize=style.SMALL, color=style.FAINT)
    if found.note:
        note = "\n".join("\n".join(wrap(line, _LETTERS)) for line in found.note.split("\n"))
        figure.text(0.035, bottom - 0.085 - 0.032 * len(handles), note, va="top",
                    fontsize=style.SMALL, color="#4a5565")  # fmt: skip


# --- means -------------------------------------------------------------------------------------


def _curves(figure: Figure, done: pd.DataFrame, inputs: Sequence[Input], outcome: str) -> None:
    """The mean of the outcome along each input, with where 90 % of the points lie."""
    figure.text(0.985, 0.865, "mean, and 5 to 95 % of the points, over all other inputs",
                ha="right", fontsize=style.SMALL, color=style.FAINT)  # fmt: skip
    across = 1 if len(inputs) == 1 else 2 if len(inputs) <= 4 else 3
    down = max(-(-len(inputs) // across), 1)
    left, right, bottom, top, gap = 0.515, 0.985, 0.085, 0.845, (0.03, 0.105)
    wide = (right - left - (across - 1) * gap[0]) / across
    tall = (top - bottom - (down - 1) * gap[1]) / down
    first: Axes | None = None
    for k, one in enumerate(inputs):
        row, column = divmod(k, across)
        place = (left + column * (wide + gap[0]), top - (row + 1) * tall - row * gap[1], wide, tall)
        axes = figure.add_axes(place, sharey=first)
        first = first or axes
        axes.tick_params(labelleft=column == 0)
        _curve(axes, done, one, outcome)
        if column == 0:
            text, size = fitted(label(outcome), tall * style.PAGE[1], style.SMALL)
            axes.set_ylabel(text, fontsize=size)


def _curve(axes: Axes, done: pd.DataFrame, one: Input, outcome: str) -> None:
    """Mean and spread along one input; a dot for each of not too many points."""
    rows = done[[one.column, outcome]].dropna()
    text, size = fitted(one.title, axes.get_position().width * style.PAGE[0], style.SMALL)
    axes.set_xlabel(text, fontsize=size)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    at, names, groups = _grouped(rows, one, outcome)
    mean = np.array([group.mean() for group in groups])
    ends = np.array([np.quantile(group, [0.05, 0.95]) for group in groups])
    if names is not None:
        axes.set_xticks(at, labels=names)
        axes.errorbar(at, mean, yerr=np.abs(ends.T - mean), fmt="o", color=style.COLD, capsize=4.0)
        axes.margins(x=0.15)
        return
    axes.fill_between(at, ends[:, 0], ends[:, 1], color=style.lighter(style.FRONT, 0.72))
    if len(rows) <= 500:
        axes.plot(rows[one.column], rows[outcome], ".", color=style.FAINT, markersize=4.0)
    axes.plot(at, mean, "o-", color=style.COLD, markersize=5.0)


def _grouped(
    rows: pd.DataFrame, one: Input, outcome: str
) -> tuple[Floats, list[str] | None, list[Floats]]:
    """Where groups of points stand, their names if they are words, and their outcomes."""
    levels = levels_of(rows, one)
    numeric = pd.api.types.is_numeric_dtype(rows[one.column])
    words = not numeric or pd.api.types.is_bool_dtype(rows[one.column])
    if words or len(levels) <= BINS:
        groups = [rows.loc[rows[one.column] == v, outcome].to_numpy(dtype=float) for v in levels]
        if words:
            return np.arange(len(levels), dtype=float), [number(v) for v in levels], groups
        return np.array(levels, dtype=float), None, groups
    ranked = rows.sort_values(one.column)
    parts = np.array_split(np.arange(len(ranked)), BINS)
    x, y = (ranked[c].to_numpy(dtype=float) for c in (one.column, outcome))
    return np.array([x[part].mean() for part in parts]), None, [y[part] for part in parts]
