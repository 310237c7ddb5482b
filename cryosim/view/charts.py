"""Charts against time and depth: layers, protocol, the line under the applicator."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryosim.view import style
from cryosim.view.cut import finish_bar
from cryosim.view.lettering import fitted, spread, width_of
from cryosim.view.result import Result
from cryosim.view.style import Scale
from cryosim.view.verdict import draw_cards

Floats = npt.NDArray[np.float64]
Table = dict[str, Floats]

_LEFT, _WIDE = 0.075, 0.70
"""Of the panels; the legends stand to their right."""


def layers_over_time(result: Result) -> Figure:
    """Protocol, temperature, cold share, crystals and viability of the layers against time."""
    rows = result.table("layers")
    unit, name = style.clock_unit(float(rows["time [s]"][-1]))
    figure = style.page()
    style.headline(figure, result.title, "Protocol and layers over time")
    heights = (0.15, 0.235, 0.119, 0.119, 0.119)
    panels: list[Axes] = []
    top = 0.895
    for height in heights:
        top -= height
        place = (_LEFT, top, _WIDE, height)
        panels.append(figure.add_axes(place, sharex=panels[0] if panels else None))
        top -= 0.021
    _protocol(panels[0], result, unit)
    _temperatures(panels[1], result, rows, unit)
    _shares_below(panels[2], result, rows, unit)
    _lipid(panels[3], result, rows, unit, "crystallised")
    _lipid(panels[4], result, rows, unit, "viable")
    panels[0].set_xlim(0.0, max(float(rows["time [s]"][-1]) / unit, 1.0))
    for axes in panels[:-1]:
        axes.tick_params(labelbottom=False)
    panels[-1].set_xlabel(f"time [{name}]")
    for axes in panels[2:]:
        axes.yaxis.label.set_fontsize(style.SMALL)
    figure.align_ylabels(panels)
    return figure


def _protocol(axes: Axes, result: Result, unit: float) -> None:
    """Temperature of each applicator and of the coldest skin below it."""
    axes.set_ylabel("device [°C]")
    if not result.has("device"):
        _nothing(axes, "no device in this run")
        return
    table = result.table("device")
    time = table["time [s]"] / unit
    ends = [k for k in table if k.endswith(" temperature [degC]")]
    for index, column in enumerate(ends):
        device = column.removesuffix(" temperature [degC]")
        dash = ("-", (0, (6, 2)), (0, (2, 1.5)))[index % 3]
        axes.plot(
            time,
            table[column],
            color=style.DEVICE,
            linestyle=dash,
            label=_short(f"{device} (device)"),
        )
        skin = f"{device} coldest skin [degC]"
        if skin in table:
            axes.plot(time, table[skin], color=style.SKIN, linestyle=dash, linewidth=1.8,
                      label="coldest skin" if len(ends) == 1 else f"coldest skin, {device}"
                      )  # fmt: skip
    _threshold(axes, result)
    _key(axes)


def _temperatures(axes: Axes, result: Result, rows: Table, unit: float) -> None:
    """Coldest and mean temperature of each layer."""
    time = rows["time [s]"] / unit
    colours = style.layer_colours(result.layers)
    for layer in result.layers:
        colour = colours[layer.name]
        axes.plot(time, rows[f"{layer.name} minimum [degC]"], color=colour)
        axes.plot(time, rows[f"{layer.name} mean [degC]"], color=colour, linestyle=(0, (4, 2)),
                  linewidth=1.6)  # fmt: skip
    _threshold(axes, result)
    axes.set_ylabel("temperature [°C]")
    keys = [Line2D([], [], color=colours[k.name], label=_short(k.title)) for k in result.layers]
    keys.append(Line2D([], [], color=style.INK, label="coldest point"))
    keys.append(Line2D([], [], color=style.INK, linestyle=(0, (4, 2)), linewidth=1.6, label="mean"))
    keys.append(Line2D([], [], color=style.COLD, linestyle=":",
                       label=f"threshold {style.degrees(result.threshold)}"))  # fmt: skip
    _key(axes, keys)


def _shares_below(axes: Axes, result: Result, rows: Table, unit: float) -> None:
    """Share of each layer's volume that is below the threshold."""
    colours = style.layer_colours(result.layers)
    for layer in result.layers:
        share = 100.0 * rows[f"{layer.name} below threshold [1]"]
        axes.plot(rows["time [s]"] / unit, share, color=colours[layer.name])
    axes.set_ylabel(f"below {result.threshold:g} °C\n[% of volume]")
    axes.set_ylim(0.0, max(axes.get_ylim()[1], 1.0))


def _lipid(axes: Axes, result: Result, rows: Table, unit: float, what: str) -> None:
    """Crystallised or viable share in the layers that hold lipid."""
    colours = style.layer_colours(result.layers)
    subject = {"crystallised": "crystallised\n[% of lipid]", "viable": "viable\n[% of fat cells]"}
    axes.set_ylabel(subject[what])
    shown = [k for k in result.layers if f"{k.name} {what} [1]" in rows]
    if not shown:
        _nothing(axes, "no layer holds lipid")
    for layer in shown:
        axes.plot(rows["time [s]"] / unit, 100.0 * rows[f"{layer.name} {what} [1]"],
                  color=colours[layer.name])  # fmt: skip
    low, high = axes.get_ylim()
    span = max(high - low, 1.0)
    axes.set_ylim((0.0, max(high, 1.0)) if what == "crystallised" else (high - span, high))
    if what == "viable" and high > 100.0:
        axes.set_ylim(min(low, 99.0), 100.0 + 0.05 * span)


def _nothing(axes: Axes, why: str) -> None:
    """Say why a panel is empty."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center")
    axes.set_yticks([])


def _threshold(axes: Axes, result: Result) -> None:
    axes.axhline(result.threshold, color=style.COLD, linestyle=":", linewidth=2.0)


def _key(axes: Axes, handles: Sequence[Line2D] | None = None) -> None:
    """The legend, right of the panel."""
    if handles is None:
        handles = [h for h in axes.get_lines() if not str(h.get_label()).startswith("_")]
    axes.legend(handles=list(handles), loc="upper left", bbox_to_anchor=(1.01, 1.04),
                borderaxespad=0.0, handlelength=2.4, labelspacing=0.45)  # fmt: skip


def _short(title: str) -> str:
    return fitted(title, 230.0, style.SMALL)[0]


def depth_over_time(result: Result, scale: Scale) -> Figure:
    """Temperature under the applicator's centre over depth and time, with the threshold."""
    table = result.table("profile")
    depth = table["depth [mm]"]
    columns = [k for k in table if k != "depth [mm]"]
    seconds = np.array([float(k.split()[0]) for k in columns])
    T = np.stack([table[k] for k in columns], axis=1)
    unit, name = style.clock_unit(float(seconds[-1]))
    figure = style.page()
    style.headline(figure, result.title, "Temperature under the applicator's centre over time")
    axes = figure.add_axes((0.075, 0.09, 0.66, 0.78))
    drawn = axes.pcolormesh(seconds / unit, depth, T, shading="gouraud", cmap=scale.colours,
                            norm=scale.norm)  # fmt: skip
    _isotherms(axes, seconds / unit, depth, T, scale)
    axes.set_ylim(float(depth.max()), float(depth.min()))
    axes.set_xlim(0.0, float(seconds[-1]) / unit)
    axes.set_xlabel(f"time [{name}]")
    axes.set_ylabel("depth below the skin [mm]")
    axes.grid(visible=False)
    _layer_bands(axes, result)
    place = figure.add_axes((0.93, 0.09, 0.016, 0.74))
    finish_bar(figure.colorbar(drawn, cax=place, ticks=list(scale.ticks)), scale)
    return figure


def _isotherms(axes: Axes, time: Floats, depth: Floats, T: Floats, scale: Scale) -> None:
    low, high = float(np.nanmin(T)), float(np.nanmax(T))
    inside = [t for t in scale.ticks if low < t < high and abs(t - scale.threshold) > 1.0]
    if inside:
        lines = axes.contour(time, depth, T, levels=inside, colors=style.INK, linewidths=0.9,
                             linestyles="solid")  # fmt: skip
        for text in axes.clabel(lines, fmt=style.whole_degrees, fontsize=style.SMALL):
            text.set_path_effects(style.HALO)
    if low < scale.threshold < high:
        one = [scale.threshold]
        axes.contour(time, depth, T, levels=one, colors="white", linewidths=6.0)
        line = axes.contour(time, depth, T, levels=one, colors=style.COLD, linewidths=3.4)
        vertices = np.asarray(line.get_paths()[0].vertices)
        x, y = vertices[int(vertices[:, 1].argmax())].tolist()
        low_down = y > 0.85 * float(depth.max())
        share = x / float(time[-1])
        axes.annotate(
            f"{style.degrees(scale.threshold)} reaches {y:.1f} mm", (x, y),
            (0.0, 34.0 if low_down else -34.0), textcoords="offset points", color="white",
            ha="left" if share < 0.2 else "right" if share > 0.8 else "center", va="center",
            fontweight="bold",
            bbox={"boxstyle": "round,pad=0.35", "facecolor": style.COLD, "edgecolor": "white"},
        )  # fmt: skip


def _layer_bands(axes: Axes, result: Result) -> None:
    """Boundaries of the layers as lines, names and bands at the right."""
    colours = style.layer_colours(result.layers)
    depths = result.layer_depths()
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
        f"Temperature over depth; hatched and on the cards: {style.clock(chosen)}",
    )
    axes = figure.add_axes((0.075, 0.345, 0.79, 0.515))
    depth = np.asarray(result.grid.point_data["depth"])
    order = np.argsort(depth)
    colours = style.layer_colours(result.layers)
    for layer, (top, bottom) in zip(result.layers, result.layer_depths(), strict=True):
        axes.axvspan(top, bottom, color=style.lighter(colours[layer.name], 0.72), linewidth=0.0)
        axes.axvline(bottom, color=style.INK, linewidth=1.2)
    _profiles(axes, result, step, depth, order)
    _threshold(axes, result)
    axes.text(0.99, result.threshold, f"threshold {style.degrees(result.threshold)}", ha="right",
              va="bottom", color=style.COLD, fontweight="bold",
              transform=axes.get_yaxis_transform())  # fmt: skip
    cold = result.field("temperature", step)[order]
    axes.fill_between(depth[order], cold, result.threshold, where=cold < result.threshold,
                      interpolate=True, facecolor="none", edgecolor=style.COLD, hatch="////",
                      linewidth=0.0)  # fmt: skip
    axes.set_xlim(0.0, float(depth.max()))
    axes.set_xlabel("depth below the skin [mm]")
    axes.set_ylabel("temperature [°C]")
    axes.legend(title="time", loc="upper left", bbox_to_anchor=(1.01, 1.02), alignment="left")
    _names_above(axes, result, float(depth.max()))
    draw_cards(figure.add_axes((0.035, 0.035, 0.93, 0.205)), result, chosen)
    return figure


def _profiles(
    axes: Axes, result: Result, step: int, depth: Floats, order: npt.NDArray[np.intp]
) -> None:
    """A curve for each of about six times; later than ``step`` dashed."""
    shown = sorted({step, *np.linspace(0, len(result.times) - 1, 6).round().astype(int).tolist()})
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
