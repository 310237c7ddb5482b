"""Which points of a sweep stand on which map: one, or small ones by levels of further inputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from cryosim.errors import CaseError
from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.sweep_table import Input, Sweep, levels_of
from cryosim.view.sweep_words import setting

MOST = 3
"""Levels of a further input that get a map of their own: the first, the last and one between."""

_LEFT, _RIGHT, _BOTTOM, _TOP = 0.075, 0.635, 0.09, 0.885
"""Of the maps; the colour bar and the key stand to their right."""

_NAMED = 3
"""Inputs that vary besides, which are named; of more their number is told."""


@dataclass(frozen=True)
class Panel:
    """The points of one map."""

    rows: pd.DataFrame
    titles: tuple[str, ...]
    """Lines above it."""


def chosen(sweep: Sweep, x: Input | None, y: Input | None) -> tuple[Input, Input]:
    """The two inputs of a map: those asked for, else the ones with the most levels.

    Of scattered points, the first that have more levels than would be told apart by maps.
    """
    count = {one: sweep.table[one.column].nunique() for one in sweep.inputs}
    scattered = not _on_levels(sweep, list(sweep.inputs))
    numeric = sorted(sweep.numeric(), key=lambda o: count[o] <= MOST if scattered else -count[o])
    vary = [one for one in sweep.inputs if sweep.table[one.column].nunique() > 1]
    rest = [one for one in dict.fromkeys([*numeric, *vary]) if one not in (x, y)]
    if x is None and rest:
        x = rest.pop(0)
    if y is None and rest:
        y = rest.pop(0)
    if x is None or y is None:
        raise CaseError("a map needs two inputs that vary")
    return x, y


def _others(sweep: Sweep, x: Input, y: Input) -> list[Input]:
    return [
        one for one in sweep.inputs
        if one not in (x, y) and sweep.table[one.column].nunique() > 1
    ]  # fmt: skip


def gridded(sweep: Sweep, x: Input, y: Input) -> bool:
    """Whether the points lie on levels of every input, rather than scattered."""
    return _on_levels(sweep, [x, y, *_others(sweep, x, y)])


def _on_levels(sweep: Sweep, among: list[Input]) -> bool:
    among = [one for one in among if sweep.table[one.column].nunique() > 0]
    count = float(np.prod([float(sweep.table[one.column].nunique()) for one in among]))
    full = sweep.table.dropna(subset=[one.column for one in among])
    unique = not full.duplicated([one.column for one in among]).any()
    return unique and len(full) == len(sweep.table) and count <= 1.5 * len(sweep.table)


def panels_of(sweep: Sweep, x: Input, y: Input) -> tuple[list[Panel], str]:
    """The maps, by levels of up to two further inputs, and what is said of the rest."""
    others = _others(sweep, x, y)
    if not others:
        return [Panel(sweep.table, ())], ""
    if not gridded(sweep, x, y):
        facets = [one for one in others if _of_few(sweep, one)][:2]
        rest = [one.title for one in others if one not in facets]
        more = f" and {len(rest) - _NAMED} more inputs" if len(rest) > _NAMED else ""
        told = f"Varies too: {', '.join(rest[:_NAMED])}{more}" if rest else ""
        return _by_level(sweep.table, facets), told
    others.sort(key=lambda one: sweep.table[one.column].nunique())
    facets, held = others[:2], others[2:]
    rows, note = sweep.table, []
    for one in held:
        middle = levels_of(rows, one)[(sweep.table[one.column].nunique() - 1) // 2]
        rows = rows[rows[one.column] == middle]
        note.append(setting(one.title, middle))
    return _by_level(rows, facets), f"Held: {', '.join(note)}" if note else ""


def _of_few(sweep: Sweep, one: Input) -> bool:
    """Whether maps by the levels of an input show all points."""
    column = sweep.table[one.column]
    return column.nunique() <= MOST and not column.isna().any()


def _by_level(rows: pd.DataFrame, facets: list[Input]) -> list[Panel]:
    """A map for each combination of levels of the ``facets`` that has points."""
    levels = [_few(levels_of(rows, one)) for one in facets]
    panels = []
    for values in product(*levels):
        part = rows
        for one, value in zip(facets, values, strict=True):
            part = part[part[one.column] == value]
        told = [setting(one.title, v) for one, v in zip(facets, values, strict=True)]
        if len(part):
            panels.append(Panel(part, tuple(told)))
    return panels


def _few(levels: list[object]) -> list[object]:
    if len(levels) <= MOST:
        return levels
    return [levels[0], levels[len(levels) // 2], levels[-1]]


def frames(figure: Figure, panels: Sequence[Panel], x: Input, y: Input) -> list[tuple[Axes, Panel]]:
    """Axes of the maps, in rows of up to three, the outer ones with names."""
    across = min(len(panels), MOST) if len(panels) != 4 else 2
    down = -(-len(panels) // across)
    lines = len(panels[0].titles)
    gap_x, gap_y = 0.022, 0.02 + 0.022 * lines
    wide = (_RIGHT - _LEFT - (across - 1) * gap_x) / across
    tall = (_TOP - _BOTTOM - 0.022 * lines - (down - 1) * gap_y) / down
    top = _BOTTOM + down * tall + (down - 1) * gap_y
    found = []
    for k, panel in enumerate(panels):
        row, column = divmod(k, across)
        left, bottom = _LEFT + column * (wide + gap_x), top - (row + 1) * tall - row * gap_y
        axes = figure.add_axes((left, bottom, wide, tall))
        axes.grid(visible=False)
        size = 0.9 * style.SMALL
        told = [fitted(title, wide * style.PAGE[0], size) for title in panel.titles]
        axes.set_title(
            "\n".join(text for text, _ in told),
            fontsize=min((fit for _, fit in told), default=size),
            loc="left",
            pad=4.0,
        )
        last = k + across >= len(panels)
        axes.tick_params(labelleft=column == 0, labelbottom=last)
        found.append((axes, panel))
    _name(
        found[(down - 1) * across][0].xaxis, x.title, 0.5 * (_RIGHT - _LEFT) / wide, -0.055 / tall
    )
    _name(found[0][0].yaxis, y.title, -0.05 / wide, 1.0 - 0.5 * (top - _BOTTOM) / tall)
    return found


def _name(axis: Axis, title: str, x: float, y: float) -> None:
    """Name all maps at once, at ``x`` and ``y`` of the axes of one."""
    axis.set_label_text(title)
    axis.set_label_coords(x, y)
