"""What is written round a section: the applicators as bars, the layers by name."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from cryosim.view import style
from cryosim.view.lettering import fitted, spread, width_of
from cryosim.view.result import Layer, Result
from cryosim.view.section import Bar, Section

Floats = npt.NDArray[np.float64]

_COLUMN = 1250.0
"""Right end of the room for names beside the tissue (pixels)."""
_GAP = 34.0
"""Between the tissue and the names beside it (pixels)."""


def draw_bars(axes: Axes, section: Section) -> None:
    """Each applicator as a bar on its side of the tissue, with name and length."""
    tall = float(np.ptp(section.up))
    for bar in section.bars:
        edge = bar.line + 0.022 * tall * bar.outward
        axes.plot(edge[:, 0], edge[:, 1], color=style.DEVICE, linewidth=8.0, solid_capstyle="butt",
                  solid_joinstyle="round", clip_on=False)  # fmt: skip
        upright = abs(bar.away[1]) >= abs(bar.away[0])
        at = _outermost(bar) + (0.055 if upright else 0.08) * tall * bar.away
        above = "bottom" if bar.away[1] > 0 else "top"
        x, y = (float(v) for v in at)
        axes.text(x, y, f"{bar.name}, {bar.length:.0f} mm", ha="center",
                  va=above if upright else "center", rotation=0 if upright else 90,
                  fontsize=style.SMALL)  # fmt: skip


def draw_cups(axes: Axes, section: Section) -> None:
    """The wall of each cup and, heavy, the skin that touches it."""
    for cut in section.cups:
        axes.fill(*cut.outline.T, facecolor=style.WALL, linewidth=1.0,
                  edgecolor=style.DEVICE, zorder=4.5)  # fmt: skip
        axes.add_collection(LineCollection(list(cut.contact), colors=style.DEVICE, linewidths=5.0,
                                           capstyle="butt", zorder=4.6))  # fmt: skip
        x, y = float(cut.outline[:, 0].mean()), float(cut.outline[:, 1].max())
        words = f", {cut.touching:.0f} mm of skin on the wall" * bool(len(cut.contact))
        axes.annotate(f"{cut.cup.name}{words}", (x, y), (0.0, 7.0), ha="center", va="bottom",
                      textcoords="offset points", fontsize=style.SMALL)  # fmt: skip


def margins(section: Section, high: float) -> Floats:
    """Room (mm) that bars and cups need beyond what is shown up to ``high`` (mm).

    To the left, to the right, below and above.
    """
    tall = high - float(section.up.min())
    sides = [max([0.0, *(float(bar.away @ way) for bar in section.bars)]) > 0.7
             for way in ((-1.0, 0.0), (1.0, 0.0), (0.0, -1.0))]  # fmt: skip
    least = np.array([0.0, 0.0, 0.01, 0.06])
    return np.asarray(tall * np.maximum(least, [*(0.13 * side for side in sides), 0.0]))


def _outermost(bar: Bar) -> Floats:
    """Middle of the bar, as far out as its outermost point."""
    middle = (bar.line[0] + bar.line[-1]) / 2
    return np.asarray(middle + ((bar.line - middle) @ bar.away).max() * bar.away)


def name_layers(axes: Axes, section: Section, result: Result) -> None:
    """Write the layers' names on the tissue where they fit, else beside it."""
    at, rows = _column(axes, section)
    free = float(section.footprint[:, 0].min()) if section.bars else float(axes.get_xlim()[1])
    left, right = axes.get_xlim()
    space = (0.96 * free + 0.04 * left - at) / (right - left) * axes.get_window_extent().width
    layers = [result.layers[index] for index, _ in rows]
    widest = max(width_of(k.title, style.TEXT, bold=True) for k in layers)
    if widest <= space:
        _names_on(axes, section, result, at, rows)
    else:
        _names_beside(axes, section, result, layers, widest)


def _column(axes: Axes, section: Section) -> tuple[float, list[tuple[int, tuple[float, float]]]]:
    """Where at the left all layers are met, and their top and bottom there, from below."""
    left, right = axes.get_xlim()
    tries = [left + share * (right - left) for share in np.linspace(0.012, 0.4, 30)]
    columns = [section.column(at) for at in tries]
    if section.cups:  # their sides make layers tall; far off all is as at rest
        first = next(i for i, column in enumerate(columns) if len(column) == len(columns[-1]))
        return tries[first], sorted(columns[first].items(), key=lambda p: p[1][0])
    most = {k: max(np.ptp(c[k]) for c in columns if k in c) for c in columns for k in c}
    room = [min(np.ptp(c.get(k, (0.0, 0.0))) / most[k] for k in most) for c in columns]
    best = next((i for i, share in enumerate(room) if share > 0.6), int(np.argmax(room)))
    return tries[best], sorted(columns[best].items(), key=lambda p: p[1][0])


def _names_on(
    axes: Axes,
    section: Section,
    result: Result,
    at: float,
    rows: list[tuple[int, tuple[float, float]]],
) -> None:
    middles = [(top + bottom) / 2 for _, (top, bottom) in rows]
    size = 30.0 * float(np.ptp(axes.get_ylim())) / axes.get_window_extent().height
    low, high = float(section.up.min()), float(section.up.max())
    heights = spread(middles, [size] * len(rows), 0.2 * size, low, high + 0.4 * size)
    colours = style.layer_colours(result.layers)
    for (index, _), height in zip(rows, heights, strict=True):
        layer = result.layers[index]
        axes.text(at, height, layer.title, va="center", ha="left", fontsize=style.TEXT,
                  fontweight="bold", zorder=6.0, bbox=_box(colours[layer.name]))  # fmt: skip


def _names_beside(
    axes: Axes, section: Section, result: Result, layers: list[Layer], widest: float
) -> None:
    """At the right, with a line to the right end of each layer; the tissue makes way."""
    width = style.PAGE[0]
    need = widest + _GAP + 10.0
    box = axes.get_position(original=True)
    lack = axes.get_window_extent().x1 + need - _COLUMN
    if lack > 0.0:
        axes.set_position((box.x0, box.y0, (_COLUMN - need) / width - box.x0, box.height))
        axes.apply_aspect()
    window = axes.get_window_extent()
    ends = {k.index: _right_end(axes, section, k.index) for k in layers}
    shown = sorted(layers, key=lambda k: ends[k.index][1])
    heights = spread([ends[k.index][1] for k in shown], [30.0] * len(shown), 6.0, window.y0)
    colours = style.layer_colours(result.layers)
    for layer, height in zip(shown, heights, strict=True):
        title, size = fitted(layer.title, _COLUMN - window.x1 - _GAP, style.TEXT, bold=True)
        axes.annotate(title, tuple(ends[layer.index]), (window.x1 + _GAP, height),
                      xycoords="figure pixels", textcoords="figure pixels", va="center",
                      fontsize=size, fontweight="bold", bbox=_box(colours[layer.name]),
                      arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 1.2,
                                  "relpos": (0.0, 0.5), "shrinkA": 0.0, "shrinkB": 0.0},
                      annotation_clip=False)  # fmt: skip


def _right_end(axes: Axes, section: Section, layer: int) -> Floats:
    """Middle (pixels) of the right end of ``layer`` in what is shown."""
    triangles = section.triangles[section.layer == layer]
    middles = np.stack([section.across[triangles], section.up[triangles]], -1).mean(axis=1)
    spots = axes.transData.transform(middles)
    edge = min(float(spots[:, 0].max()), axes.get_window_extent().x1)
    shown = spots[spots[:, 0] <= edge]
    last = shown[shown[:, 0] > shown[:, 0].max() - 8.0]
    return np.array([last[:, 0].max(), (last[:, 1].min() + last[:, 1].max()) / 2])


def _box(colour: str) -> dict[str, object]:
    return {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": colour,
            "linewidth": 2.4}  # fmt: skip
