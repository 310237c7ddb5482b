"""Maps of a sweep over two inputs: an outcome in colours, the safe region, the limit that binds."""

from functools import partial
from textwrap import wrap

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cryosim.view import style
from cryosim.view.sweep_key import (
    Key,
    colour_bar,
    limit_colour,
    limit_dashes,
    limit_hatch,
    limit_marker,
)
from cryosim.view.sweep_panels import Panel, chosen, frames, gridded, panels_of
from cryosim.view.sweep_points import X, Y, stand
from cryosim.view.sweep_region import Plane, plane_of
from cryosim.view.sweep_table import DONE, PENDING, STATUS, Floats, Input, Sweep, least
from cryosim.view.sweep_words import LOSSES, label, number, unit_of

_SHADES = 14
"""Steps of colour, at most."""

_LETTERS = 12
"""Of a word on the axis upward, in a line."""
_BESIDE = 7
"""Letters for which there is room beside that axis; longer words stand upright."""
_MOST_FIGURES = 48
"""Cells of a map up to which their values are written."""

_CORNER = (0.36, 0.32)
"""From the middle of a cell to the star of the best point."""

_ROOM = 20000.0
"""Area (points squared) that scattered marks share, so that many do not hide each other."""


def sweep_map(
    sweep: Sweep, outcome: str, x: Input | None = None, y: Input | None = None,
    tier: str = "error",
) -> Figure:  # fmt: skip
    """``outcome`` over ``x`` and ``y``; raises CaseError if fewer than two inputs vary."""
    x, y = chosen(sweep, x, y)
    panels, note = panels_of(sweep, x, y)
    drawn = pd.concat([panel.rows for panel in panels])
    figure = style.page()
    what = f"{label(outcome)} over {x.title} and {y.title}"
    style.headline(figure, sweep.title, f"{what}. {note}" if note else what)
    key = Key(tier, maps=len(panels))
    framed = frames(figure, panels, x, y)
    if gridded(sweep, x, y):
        norm, placed = _draw_planes(sweep, framed, (x, y), outcome, key)
    else:
        norm = _norm(_numbers(drawn, outcome))
        placed = [
            _draw_points(axes, sweep, panel, (x, y), outcome, norm, key) for axes, panel in framed
        ]
    if outcome.startswith(LOSSES):
        best = _best(sweep, drawn, outcome, key)
        for (axes, panel), drawn_at in zip(framed, placed, strict=True):
            if best in panel.rows.index:
                _star(axes, *_place(drawn_at, panel.rows.loc[best], x, y))
    colour_bar(figure, norm, _colours(norm, outcome), outcome)
    key.draw(figure, sweep.margins(tier).loc[drawn.index])
    return figure


def _numbers(rows: pd.DataFrame, outcome: str) -> Floats:
    column = rows.loc[rows[STATUS] == DONE, outcome]
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def _draw_planes(
    sweep: Sweep, framed: list[tuple[Axes, Panel]], among: tuple[Input, Input], outcome: str,
    key: Key,
) -> tuple[BoundaryNorm, list[Plane | pd.DataFrame]]:  # fmt: skip
    """Maps of a grid in the same colours; return these and the planes."""
    planes = [_plane(sweep, panel, among, outcome, key.tier) for _, panel in framed]
    shown = [plane.painted(outcome)[2] for plane in planes if plane.smooth]
    numbers = [_numbers(panel.rows, outcome) for _, panel in framed]
    norm = _norm(np.concatenate([np.ravel(part) for part in (*numbers, *shown)]))
    for (axes, panel), plane in zip(framed, planes, strict=True):
        warned = _plane(sweep, panel, among, outcome, "warning") if key.tier == "error" else None
        _draw_plane(axes, plane, warned, outcome, norm, key)
    return norm, [*planes]


def _best(sweep: Sweep, drawn: pd.DataFrame, outcome: str, key: Key) -> object:
    """The row with the greatest outcome within the limits; None if there is none."""
    _, left = least(sweep.margins(key.tier).loc[drawn.index])
    good = drawn.loc[(drawn[STATUS] == DONE) & ~(left < 0.0), outcome].dropna()
    if good.empty:
        return None
    key.best = f"greatest within limits: {number(good.max())}{unit_of(outcome)}"
    return good.idxmax()


def _place(
    drawn_at: Plane | pd.DataFrame, row: "pd.Series[float]", x: Input, y: Input
) -> tuple[float, float]:
    """Where the star of a point stands: on it, in a cell in the corner beside the number."""
    if isinstance(drawn_at, pd.DataFrame):
        return float(drawn_at.loc[row.name, X]), float(drawn_at.loc[row.name, Y])
    plane = drawn_at
    i, j = list(plane.y).index(row[y.column]), list(plane.x).index(row[x.column])
    beside = (0.0, 0.0) if plane.smooth else _CORNER
    return float(plane.axis(plane.x)[j]) + beside[0], float(plane.axis(plane.y)[i]) + beside[1]


def _star(axes: Axes, x: float, y: float) -> None:
    axes.plot(x, y, "*", color="white", markeredgecolor=style.INK, markersize=19.0,
              markeredgewidth=1.4, zorder=6.0, clip_on=False)  # fmt: skip


def _norm(values: Floats) -> BoundaryNorm:
    """Steps of colour between round numbers."""
    known = values[~np.isnan(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-12):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    bounds = MaxNLocator(_SHADES, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return BoundaryNorm(bounds, len(bounds) - 1)


def _colours(norm: BoundaryNorm, outcome: str) -> Colormap:
    """Pale to deep, of temperatures warm to cold; told apart by every common colour vision."""
    shades = np.linspace(0.04, 0.92, norm.Ncmap)
    return ListedColormap(colormaps["YlGnBu"](shades[::-1] if "[degC]" in outcome else shades))


def _plane(
    sweep: Sweep, panel: Panel, among: tuple[Input, Input], outcome: str, tier: str
) -> Plane:
    return plane_of(panel.rows, sweep.margins(tier).loc[panel.rows.index], *among, outcome)


def _draw_plane(
    axes: Axes, plane: Plane, warned: Plane | None, outcome: str, norm: BoundaryNorm, key: Key
) -> None:
    """A map of a grid: colours, regions of limits, lines of warnings, points."""
    axes.set_facecolor(style.PALE)
    axes.set_xlim(*plane.edges(plane.x))
    axes.set_ylim(*plane.edges(plane.y))
    xs, ys = plane.axis(plane.x), plane.axis(plane.y)
    if plane.smooth:
        *at, values = plane.painted(outcome)
        axes.contourf(*at, np.ma.masked_invalid(values), levels=norm.boundaries, norm=norm,
                      cmap=_colours(norm, outcome), corner_mask=False, zorder=1.0)  # fmt: skip
    else:
        axes.pcolormesh(xs, ys, plane.values, cmap=_colours(norm, outcome), norm=norm, zorder=1.0,
                        shading="nearest", edgecolors="white", linewidth=1.0)  # fmt: skip
        _figures(axes, xs, ys, plane.values)
        axes.set_xticks(xs, labels=[number(level) for level in plane.x])
        words = [_short(number(level)) for level in plane.y]
        upright = max(map(len, words)) > _BESIDE
        axes.set_yticks(ys, labels=words, rotation=90.0 if upright else 0.0, va="center")
    _regions(axes, plane, key)
    if warned is not None:
        _warnings(axes, warned, key)
    _marks(axes, plane, key)


def _short(words: str) -> str:
    """Words that fit to the left of a map, on two lines at most."""
    return "\n".join(wrap(words, _LETTERS, max_lines=2, placeholder="..."))


def _figures(axes: Axes, xs: Floats, ys: Floats, values: Floats) -> None:
    """The values in the cells, where these are few."""
    if values.size > _MOST_FIGURES:
        return
    for (i, j), value in np.ndenumerate(values):
        if not np.isnan(value):
            axes.text(float(xs[j]), float(ys[i]), number(value), ha="center", va="center",
                      zorder=3.5, fontsize=style.SMALL, path_effects=style.HALO)  # fmt: skip


def _regions(axes: Axes, plane: Plane, key: Key) -> None:
    """A veil and a hatch where a limit binds beyond its tier; the rim of the safe region."""
    if not plane.margins:
        return
    names = list(plane.margins)
    xs, ys, lowest = plane.lowest()
    stacked = np.stack([plane.fine(plane.margins[name])[2] for name in names])
    binds = np.where(np.isnan(stacked), np.inf, stacked).argmin(axis=0)
    beyond = lowest < 0.0
    for k, name in enumerate(names):
        here = (beyond & (binds == k)).astype(float)
        if not here.any():
            continue
        key.binding(name)
        axes.contourf(xs, ys, here, levels=[0.5, 1.5], colors=["white"], alpha=0.45, zorder=2.0)
        shown = axes.contourf(xs, ys, here, levels=[0.5, 1.5], colors="none",
                              hatches=[limit_hatch(name)], zorder=2.1)  # fmt: skip
        shown.set_edgecolor(limit_colour(name))
        shown.set_linewidth(0.0)
    if beyond.any() and (lowest >= 0.0).any():
        key.rim = True
        axes.contour(xs, ys, np.ma.masked_invalid(lowest), levels=[0.0], colors=style.INK,
                     linewidths=3.0, zorder=4.0)  # fmt: skip


def _warnings(axes: Axes, plane: Plane, key: Key) -> None:
    """A dashed line where the warning of a limit begins."""
    for name in plane.margins:
        xs, ys, fine = plane.fine(plane.cut(name))
        known = fine[~np.isnan(fine)]
        if known.size and known.min() < 0.0 <= known.max():
            key.warning(name)
            axes.contour(xs, ys, np.ma.masked_invalid(fine), levels=[0.0], linewidths=2.0,
                         colors=limit_colour(name), linestyles=[limit_dashes(name)],
                         zorder=3.0)  # fmt: skip
        elif known.size and known.max() < 0.0:
            key.everywhere(name)


def _marks(axes: Axes, plane: Plane, key: Key) -> None:
    """Every point: a dot where it is done, else a sign."""
    xs, ys = np.meshgrid(plane.axis(plane.x), plane.axis(plane.y))
    done, waits = plane.status == DONE, np.isin(plane.status.astype(str), [*PENDING, ""])
    if plane.smooth:
        axes.plot(xs[done], ys[done], ".", color=style.INK, markersize=3.5, alpha=0.5, zorder=4.5,
                  clip_on=False)  # fmt: skip
    for which, marker in ((waits, "o"), (~done & ~waits, "X")):
        if which.any():
            key.sign(marker)
            _sign(axes, xs[which], ys[which], marker)


def _sign(axes: Axes, x: npt.ArrayLike, y: npt.ArrayLike, marker: str) -> None:
    """Marks of points without a result."""
    face = "white" if marker == "o" else style.INK
    axes.plot(x, y, marker, color=face, markeredgecolor=style.INK if marker == "o" else "white",
              markersize=8.0 if marker == "o" else 11.0, markeredgewidth=1.2, linestyle="none",
              zorder=5.0, clip_on=False)  # fmt: skip


def _draw_points(
    axes: Axes, sweep: Sweep, panel: Panel, among: tuple[Input, Input], outcome: str,
    norm: BoundaryNorm, key: Key,
) -> pd.DataFrame:  # fmt: skip
    """A map of scattered points: a disc each, or the mark of the limit that binds; their places."""
    rows, margins = panel.rows, sweep.margins(key.tier)
    done = rows[(rows[STATUS] == DONE) & rows[outcome].notna()]
    names, lowest = least(margins.loc[done.index])
    beyond = lowest < 0.0
    axes.grid(visible=True)
    size = float(np.clip(_ROOM / max(len(rows), 1), 8.0, 95.0))
    thin = np.sqrt(size / 95.0)
    at, moved = stand(axes, sweep, rows, among, size)
    key.moved += moved
    scatter = partial(axes.scatter, cmap=_colours(norm, outcome), norm=norm, s=size)
    within = done[~beyond]
    scatter(*_at(at, within), c=within[outcome], edgecolors=style.INK, linewidths=1.2 * thin,
            zorder=2.0)  # fmt: skip
    for name in dict.fromkeys(names[beyond]):
        these = done[beyond & (names == name)]
        key.binding(name)
        scatter(*_at(at, these), c=these[outcome], marker=limit_marker(name),
                edgecolors=limit_colour(name), linewidths=2.6 * thin, zorder=3.0)  # fmt: skip
    key.scattered = True
    waits = rows[STATUS].isin(PENDING)
    for which, marker in ((waits, "o"), (~waits & (rows[STATUS] != DONE), "X")):
        if which.any():
            key.sign(marker)
            _sign(axes, *_at(at, rows[which]), marker)
    return at


def _at(places: pd.DataFrame, rows: pd.DataFrame) -> tuple[Floats, Floats]:
    x, y = (places.loc[rows.index, one].to_numpy(dtype=float) for one in (X, Y))
    return x, y
