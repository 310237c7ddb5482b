"""Charts over depth: the line under the applicator, and a run in one dimension."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from cryosim.view import style
from cryosim.view.cups import cups_of
from cryosim.view.cut import finish_bar
from cryosim.view.lettering import fitted, spread, width_of
from cryosim.view.result import Result
from cryosim.view.style import Scale
from cryosim.view.verdict import draw_cards

Floats = npt.NDArray[np.float64]

_STRIDE = 75.0
"""Least distance between labels of isotherms (pixels)."""


def depth_over_time(result: Result, scale: Scale) -> Figure:
    """Temperature under the applicator's centre over depth and time, with the threshold."""
    table = result.table("profile")
    depth = table["depth [mm]"]
    columns = [k for k in table if k != "depth [mm]"]
    seconds = np.array([float(k.split()[0]) for k in columns])
    T = np.stack([table[k] for k in columns], axis=1)
    unit, name = style.clock_unit(float(seconds[-1]))
    figure = style.page()
    owner = result.applicators[0]["name"] if len(result.applicators) > 1 else "applicator"
    line = f"Temperature under the {owner}'s centre over time"
    if cups_of(result):
        line += "; depth is that of the tissue at rest, not in the drawn fold"
    style.headline(figure, result.title, line)
    axes = figure.add_axes((0.075, 0.09, 0.66, 0.78))
    drawn = axes.pcolormesh(seconds / unit, depth, T, shading="gouraud", cmap=scale.colours,
                            norm=scale.norm, rasterized=True)  # fmt: skip
    axes.set_ylim(float(depth.max()), float(depth.min()))
    axes.set_xlim(0.0, float(seconds[-1]) / unit)
    axes.set_xlabel(f"time [{name}]")
    _isotherms(axes, seconds / unit, depth, T, scale)
    at_rest = ", tissue at rest" * bool(cups_of(result))
    axes.set_ylabel(f"depth below {result.skin}{at_rest} [mm]")
    axes.grid(visible=False)
    _layer_bands(axes, result, depth)
    place = figure.add_axes((0.93, 0.09, 0.016, 0.74))
    finish_bar(figure.colorbar(drawn, cax=place, ticks=list(scale.ticks)), scale)
    return figure


def _isotherms(axes: Axes, time: Floats, depth: Floats, T: Floats, scale: Scale) -> None:
    low, high = float(np.nanmin(T)), float(np.nanmax(T))
    taken: list[Floats] = []
    if low < scale.threshold < high:
        one = [scale.threshold]
        axes.contour(time, depth, T, levels=one, colors="white", linewidths=6.0)
        axes.contour(time, depth, T, levels=one, colors=style.COLD, linewidths=3.4)
        taken = _say_how_deep(axes, time, depth, T, scale.threshold)
    inside = [t for t in scale.ticks if low < t < high and abs(t - scale.threshold) > 1.0]
    if inside:
        lines = axes.contour(time, depth, T, levels=inside, colors=style.INK, linewidths=0.9,
                             linestyles="solid")  # fmt: skip
        for level, spot in _label_places(axes, lines, taken).items():
            for text in axes.clabel(lines, levels=[level], manual=[spot], fontsize=style.SMALL,
                                    fmt=style.whole_degrees):  # fmt: skip
                text.set_path_effects(style.HALO)


def _label_places(
    axes: Axes, lines: ContourSet, taken: list[Floats]
) -> dict[float, tuple[float, float]]:
    """For each isotherm the spot (data) farthest from other labels and the rim, if far enough."""
    box = axes.get_window_extent()
    back = axes.transData.inverted()
    found = {}
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        pieces = path.transformed(axes.transData).to_polygons(closed_only=False)
        at = np.vstack([np.empty((0, 2)), *(_straight(np.asarray(piece)) for piece in pieces)])
        if not len(at):
            continue
        rim = np.min([at[:, 0] - box.x0, box.x1 - at[:, 0], at[:, 1] - box.y0, box.y1 - at[:, 1]],
                     axis=0)  # fmt: skip
        others = [np.hypot(*(at - other).T) for other in taken]
        free = np.min([1.6 * rim, *others, np.full(len(at), 3.0 * _STRIDE)], axis=0)
        best = int(np.argmax(free - 0.05 * np.abs(at[:, 0] - (box.x0 + box.x1) / 2)))
        if free[best] > _STRIDE:
            x, y = back.transform(at[best])
            found[float(level)] = (float(x), float(y))
            taken.append(at[best])
    return found


def _straight(line: Floats) -> Floats:
    """Points (pixels) along ``line`` round which it hardly bends over the length of a label."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    s = np.arange(25.0, along[-1] - 25.0, 4.0)
    before, here, after = (
        np.stack([np.interp(s + shift, along, line[:, axis]) for axis in (0, 1)], axis=1)
        for shift in (-25.0, 0.0, 25.0)
    )
    return here[np.linalg.norm(after + before - 2.0 * here, axis=1) < 8.0]


def _say_how_deep(
    axes: Axes, time: Floats, depth: Floats, T: Floats, threshold: float
) -> list[Floats]:
    """Write how deep the threshold gets, or when the whole depth is below it; spots (pixels)."""
    cold = threshold > T
    whole = np.flatnonzero(cold.all(axis=0))
    if cold[-1].any() and not whole.size:
        return []  # cold from both sides, and warm between
    if whole.size:
        x, y = _last_warm(time, depth, T, threshold, int(whole[0]))
        unit = str(axes.get_xlabel()).partition("[")[2].rstrip("]")
        words = f"whole depth below\n{style.degrees(threshold)} from {x:.3g} {unit}"
        early = x < 0.6 * time[-1]
        shift, side = ((14.0, 0.0), "left") if early else ((-14.0, 0.0), "right")
    else:
        x, y = _deepest(time, depth, T, threshold)
        words = f"{style.degrees(threshold)} reaches {y:.1f} mm"
        shift = (0.0, 34.0 if y > 0.85 * float(depth.max()) else -34.0)
        share = x / float(time[-1])
        side = "left" if share < 0.2 else "right" if share > 0.8 else "center"
    text = axes.annotate(
        words, (x, y), shift, textcoords="offset points", color="white", ha=side, va="center",
        fontweight="bold", zorder=6.0,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": style.COLD, "edgecolor": "white"},
    )  # fmt: skip
    box = text.get_window_extent()
    return [np.array([x, (box.y0 + box.y1) / 2]) for x in np.linspace(box.x0, box.x1, 5)]


def _deepest(time: Floats, depth: Floats, T: Floats, threshold: float) -> tuple[float, float]:
    """When and how deep (mm) tissue below ``threshold`` (degC) lies, at its deepest."""
    best = (float(time[0]), 0.0)
    for t, column in zip(time, T.T, strict=True):
        cold = np.flatnonzero(column < threshold)
        if cold.size and cold[-1] + 1 < len(depth):
            i = int(cold[-1])
            share = (threshold - column[i]) / (column[i + 1] - column[i])
            y = float(depth[i] + share * (depth[i + 1] - depth[i]))
            best = max(best, (float(t), y), key=lambda spot: spot[1])
    return best


def _last_warm(
    time: Floats, depth: Floats, T: Floats, threshold: float, first: int
) -> tuple[float, float]:
    """When and where the last tissue falls below ``threshold``; all has by ``time[first]``."""
    if first == 0:
        return float(time[0]), float(depth[len(depth) // 2])
    warmest = int(np.argmax(T[:, first - 1]))
    before, after = T[warmest, first - 1], T[warmest, first]
    share = (before - threshold) / (before - after)
    x = time[first - 1] + share * (time[first] - time[first - 1])
    return float(x), float(depth[warmest])


def _layer_bands(axes: Axes, result: Result, planes: Floats) -> None:
    """Boundaries of the layers as lines, names and bands at the right; ``planes`` (mm) of a line.

    A block has the same cells of each layer under any point, however thick the layers are there.
    """
    colours = style.layer_colours(result.layers)
    cells = np.bincount(result.grid.cell_data["layer"], minlength=len(result.layers))
    last = np.rint(np.cumsum(cells) / cells.sum() * (planes.size - 1)).astype(int)
    depths = list(pairwise([float(planes[0]), *planes[last].tolist()]))
    deepest = max(bottom for _, bottom in depths)
    middles = [(top + bottom) / 2 for top, bottom in depths]
    size = 0.034 * deepest
    heights = spread(middles, [size] * len(middles), 0.2 * size, -0.5 * size, 1.01 * deepest)
    for layer, (top, bottom), height in zip(result.layers, depths, heights, strict=True):
        if bottom < deepest:
            axes.axhline(bottom, color=style.INK, linewidth=1.6)
        axes.plot([1.009, 1.009], [top, bottom], transform=axes.get_yaxis_transform(),
                  color=colours[layer.name], linewidth=9.0, solid_capstyle="butt",
                  clip_on=False)  # fmt: skip
        title, size = fitted(layer.title, 225.0, style.TEXT, bold=True)
        axes.text(1.024, height, title, va="center", fontsize=size, fontweight="bold",
                  transform=axes.get_yaxis_transform())  # fmt: skip


def depth_profiles(result: Result, step: int) -> Figure:
    """Temperature over depth at several times, for a run in one dimension, and the verdicts."""
    figure = style.page()
    chosen = float(result.times[step])
    style.headline(
        figure,
        result.title,
        f"Temperature over depth; hatched and on the cards: {style.moment(result, step)}",
    )
    axes = figure.add_axes((0.075, 0.345, 0.79, 0.515))
    depth = np.asarray(result.grid.point_data["depth"])
    order = np.argsort(depth)
    colours = style.layer_colours(result.layers)
    for layer, (top, bottom) in zip(result.layers, result.layer_depths(), strict=True):
        axes.axvspan(top, bottom, color=style.lighter(colours[layer.name], 0.72), linewidth=0.0)
        axes.axvline(bottom, color=style.INK, linewidth=1.2)
    _profiles(axes, result, step, depth, order)
    axes.axhline(result.threshold, color=style.COLD, linestyle=":", linewidth=2.0)
    axes.text(0.99, result.threshold, f"threshold {style.degrees(result.threshold)}", ha="right",
              va="bottom", color=style.COLD, fontweight="bold",
              transform=axes.get_yaxis_transform())  # fmt: skip
    cold = result.field("temperature", step)[order]
    axes.fill_between(depth[order], cold, result.threshold, where=cold < result.threshold,
                      interpolate=True, facecolor="none", edgecolor=style.COLD, hatch="////",
                      linewidth=0.0)  # fmt: skip
    axes.set_xlim(0.0, float(depth.max()))
    axes.set_xlabel(f"depth below {result.skin} [mm]")
    axes.set_ylabel("temperature [°C]")
    axes.legend(title="time", loc="upper left", bbox_to_anchor=(1.01, 1.02), alignment="left")
    _names_above(axes, result, float(depth.max()))
    draw_cards(figure.add_axes((0.035, 0.035, 0.93, 0.205)), result, chosen)
    return figure


def _profiles(
    axes: Axes, result: Result, step: int, depth: Floats, order: npt.NDArray[np.intp]
) -> None:
    """A curve for each of about seven times; later than ``step`` dashed."""
    ends = np.linspace(0, step, 4), np.linspace(step, len(result.times) - 1, 4)
    shown = np.unique(np.concatenate(ends).round().astype(int)).tolist()
    for index in shown:
        shade = style.lighter(style.DEVICE, 0.65 * abs(index - step) / len(result.times))
        chosen = index == step
        axes.plot(depth[order], result.field("temperature", index)[order],
                  color=style.COLD if chosen else shade, linewidth=3.6 if chosen else 1.8,
                  linestyle=(0, (4, 2)) if index > step else "-",
                  label=style.clock(float(result.times[index])))  # fmt: skip


def _names_above(axes: Axes, result: Result, deepest: float) -> None:
    """Names of the layers over their bands, with a line to a band that is too thin."""
    wide = axes.get_window_extent().width
    bands = np.array(result.layer_depths()) / deepest * wide
    least = 0.9 * wide / len(bands)
    titles = [fitted(k.title, max(least, float(np.ptp(band))), style.TEXT, bold=True)
              for k, band in zip(result.layers, bands, strict=True)]  # fmt: skip
    sizes = [width_of(title, size, bold=True) for title, size in titles]
    middles = bands.mean(axis=1).tolist()
    places = spread(middles, sizes, 14.0, 0.0, wide)
    for (title, size), place, middle in zip(titles, places, middles, strict=True):
        axes.annotate(title, (middle / wide, 1.0), (place / wide, 1.035), va="bottom",
                      ha="center", fontsize=size, fontweight="bold", xycoords="axes fraction",
                      arrowprops={"arrowstyle": "-", "color": style.FAINT, "shrinkA": 0.0,
                                  "shrinkB": 0.0, "relpos": (0.5, 0.0)})  # fmt: skip
