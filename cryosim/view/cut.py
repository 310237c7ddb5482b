"""The cut through the layers: how cold, and which layers crossed the threshold."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure

from cryosim.view import style
from cryosim.view.marks import draw_bars, draw_cups, margins, name_layers
from cryosim.view.result import Result
from cryosim.view.section import Section, section_of
from cryosim.view.style import Scale
from cryosim.view.verdict import draw_cards

Way = tuple[tuple[float, float], tuple[float, float]]

_STRIDE = 34.0
"""Least distance between the labels of two isotherms (pixels)."""


def layers_cut(result: Result, step: int, scale: Scale) -> Figure:
    """The cut at ``times[step]``: temperature, layers by name, and a verdict on each layer."""
    section = section_of(result, step)
    figure = style.page()
    time = float(result.times[step])
    where = "Cross-section"
    if result.dimension == 3:
        where = f"Cut through {section.owner}'s centre{', mirrored,' * section.mirrored}"
    line = (
        f"{where} at {style.moment(result, step)}{drawn(section)}; hatched: colder than the"
        f" crystallisation threshold, {style.degrees(result.threshold)}"
    )
    style.headline(figure, result.title, line)
    axes = figure.add_axes((0.075, 0.345, 0.81, 0.525))
    frame(axes, section, window(section, axes))
    crossed(axes, section, result)
    name_layers(axes, section, result)
    _temperature(figure, axes, section, scale)
    draw_cards(figure.add_axes((0.035, 0.035, 0.93, 0.205)), result, time)
    return figure


def flat_temperature(result: Result, step: int, scale: Scale) -> Figure:
    """A two-dimensional run as it is: the whole mesh, coloured by temperature."""
    section = section_of(result, step)
    figure = style.page()
    count = f"{result.grid.n_points} nodes, {result.grid.n_cells} cells"
    line = f"Temperature at {style.moment(result, step)}{drawn(section)}; {count}"
    style.headline(figure, result.title, line)
    axes = figure.add_axes((0.075, 0.12, 0.81, 0.74))
    frame(axes, section, (float(section.across.min()), float(section.across.max())))
    axes.add_collection(LineCollection(list(section.edges), colors=style.INK, linewidths=0.3,
                                       alpha=0.4, zorder=2.0))  # fmt: skip
    name_layers(axes, section, result)
    _temperature(figure, axes, section, scale)
    return figure


def drawn(section: Section) -> str:
    """What the headline adds of tissue in cups."""
    return f", drawn into {'the cup' if len(section.cups) == 1 else 'cups'}" * bool(section.cups)


def finish_bar(bar: Colorbar, scale: Scale) -> None:
    """Unit, threshold mark and quiet outline of a colour bar."""
    bar.outline.set_visible(False)
    bar.ax.set_title("°C", fontsize=style.TEXT, pad=10)
    bar.ax.axhline(scale.threshold, color=style.COLD, linewidth=3.0)
    bar.ax.grid(visible=False)
    bar.ax.tick_params(length=3)


def window(section: Section, axes: Axes) -> tuple[float, float]:
    """What to show across (mm): as much as fills the height, and all of the footprint."""
    low, high = float(section.across.min()), float(section.across.max())
    box = axes.get_window_extent()
    if section.cups:
        x = np.concatenate([cut.outline[:, 0] for cut in section.cups])
        middle, reach = (x.min() + x.max()) / 2, np.ptp(x) / 2
        tall = section.top - float(section.up.min())
        half = max(tall * 1.1 * box.width / box.height / 2, 1.2 * reach)
        return float(max(low, middle - half)), float(min(high, middle + half))
    if not section.bars or any(abs(bar.away[1]) < 0.7 for bar in section.bars):
        return low, high
    x = np.concatenate([bar.line[:, 0] for bar in section.bars])
    middle, reach = (x.min() + x.max()) / 2, np.ptp(x) / 2
    half = max(np.ptp(section.up) * 1.1 * box.width / box.height / 2, 1.5 * reach)
    return float(max(low, middle - half)), float(min(high, middle + half))


def frame(
    axes: Axes, section: Section, shown: tuple[float, float], high: float | None = None
) -> None:
    """Layer boundaries, applicator, cups, axes of equal scale; across ``shown``, up to ``high``."""
    axes.add_collection(LineCollection(list(section.boundaries()), colors=style.INK,
                                       linewidths=1.8, capstyle="round", zorder=4.0))  # fmt: skip
    low, high = float(section.up.min()), section.top if high is None else high
    draw_bars(axes, section)
    draw_cups(axes, section)
    left, right, below, above = margins(section, high)
    axes.set_aspect("equal", anchor="C")
    axes.set_xlim(shown[0] - left, shown[1] + right)
    axes.set_ylim(low - below, high + above)
    axes.set_yticks([t for t in axes.get_yticks() if low - 1e-6 <= t <= high + 1e-6])
    axes.set_xticks([t for t in axes.get_xticks() if shown[0] <= t <= shown[1]])
    sign = -1.0 if section.names[1].startswith("depth") else 1.0
    axes.yaxis.set_major_formatter(lambda v, _: f"{sign * v + 0.0:g}".replace("-", "−"))
    axes.set_xlabel(section.names[0])
    axes.set_ylabel(section.names[1])
    axes.grid(visible=False)
    axes.tick_params(length=3)
    axes.apply_aspect()
    for side in axes.spines.values():
        side.set_visible(False)


def _temperature(figure: Figure, axes: Axes, section: Section, scale: Scale) -> None:
    """Colours with their bar, and isotherms."""
    temperature(figure, axes, section, scale)
    _isotherms(axes, section, scale)


def temperature(figure: Figure, axes: Axes, section: Section, scale: Scale) -> None:
    """Colours and the colour bar beside what is drawn."""
    shown = axes.tripcolor(section.triangulation(), section.temperature, shading="gouraud",
                           cmap=scale.colours, norm=scale.norm, zorder=1.0,
                           rasterized=True)  # fmt: skip
    box = axes.get_position()
    tall = max(box.height, 0.35)
    place = figure.add_axes((0.915, box.y0 + (box.height - tall) / 2, 0.016, tall))
    finish_bar(figure.colorbar(shown, cax=place, ticks=list(scale.ticks)), scale)


def _isotherms(axes: Axes, section: Section, scale: Scale) -> None:
    triangles, T = section.triangulation(), section.temperature
    inside = [t for t in scale.ticks if T.min() < t < T.max() and abs(t - scale.threshold) > 1.0]
    ways = _ways(axes, section)
    if inside:
        lines = axes.tricontour(triangles, T, levels=inside, colors=style.INK, linewidths=0.9,
                                linestyles="solid", zorder=3.0)  # fmt: skip
        places = _apart(axes, section.crossings(ways[0], inside))
        for text in axes.clabel(lines, levels=list(places), manual=list(places.values()),
                                fmt=style.whole_degrees,
                                fontsize=style.SMALL, inline_spacing=4):  # fmt: skip
            text.set_path_effects(style.HALO)
    if T.min() < scale.threshold < T.max():
        threshold_line(axes, section, scale.threshold)
        for at in section.crossings(ways[1], [scale.threshold]).values():
            beside = (section.cups[0].outline.max(axis=0)[0] + 6.0, at[1]) if section.cups else at
            axes.annotate(style.degrees(scale.threshold), at, beside, va="center", zorder=6.0,
                          ha="left" if section.cups else "center", color="white",
                          fontweight="bold", bbox={"boxstyle": "round,pad=0.3",
                          "facecolor": style.COLD, "edgecolor": "white"},
                          arrowprops={"arrowstyle": "-", "color": style.COLD, "linewidth": 1.6,
                                      "shrinkA": 0.0, "shrinkB": 0.0})  # fmt: skip


def threshold_line(axes: Axes, section: Section, threshold: float) -> None:
    """The isotherm of the ``threshold`` (degC)."""
    if section.temperature.min() < threshold < section.temperature.max():
        for colour, width, order in (("white", 6.0, 3.0), (style.COLD, 3.4, 3.1)):
            axes.tricontour(section.triangulation(), section.temperature, levels=[threshold],
                            colors=colour, linewidths=width, zorder=order)  # fmt: skip


def _ways(axes: Axes, section: Section) -> tuple[list[Way], list[Way]]:
    """Lines (mm) on which the isotherms are labelled, and those for the threshold."""
    (left, right), low = axes.get_xlim(), float(section.up.min())
    middle = (left + right) / 2 if section.middle is None else section.middle
    top, bottom = section.column_ends(middle)
    half = (top + bottom) / 2

    def spot(share: float, height: float) -> tuple[float, float]:
        return middle + share * ((right if share > 0 else left) - middle) * np.sign(share), height

    across = [((middle, half), (side, half)) for side in (left, right)]
    if section.cups:
        touched = section.cups[0].contact.reshape(-1, 2)
        right_wall = touched[touched[:, 0] >= middle, 1]
        height = float(right_wall.mean()) if right_wall.size else half
        below = ((middle, top + 0.12 * (low - top)), (middle, low))
        wall = ((float(section.across.max()), height), (middle, height))
        return [below, *across], [wall, *across]
    slanted = (middle, top), spot(0.85, top + 0.85 * (low - top))
    return [slanted, *across], [(spot(-0.12, top), spot(-0.35, low)), *across]


def _apart(
    axes: Axes, places: dict[float, tuple[float, float]]
) -> dict[float, tuple[float, float]]:
    """Those of ``places`` that are far enough from each other and from the rim to be read."""
    box = axes.get_window_extent()
    kept: dict[float, tuple[float, float]] = {}
    pixels: list[np.ndarray] = []
    for level, place in places.items():
        at = axes.transData.transform(place)
        rim = min(at[0] - box.x0, box.x1 - at[0], at[1] - box.y0)
        if rim > _STRIDE and all(np.hypot(*(at - other)) > _STRIDE for other in pixels):
            kept[level] = place
            pixels.append(at)
    return kept


def crossed(axes: Axes, section: Section, result: Result) -> None:
    """Hatch what is below the threshold, each layer in its own way and colour."""
    colours = style.layer_colours(result.layers)
    for layer in result.layers:
        if section.coldest(layer.index) >= result.threshold:
            continue
        region = axes.tricontourf(
            section.triangulation(layer.index), section.temperature, zorder=2.5,
            levels=[-300.0, result.threshold], colors="none", hatches=[style.layer_hatch(layer)],
        )  # fmt: skip
        region.set_edgecolor(style.darker(colours[layer.name], 0.25))
        region.set_linewidth(0.0)
