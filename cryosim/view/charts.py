"""Charts against time: the protocol and the layers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]
Table = dict[str, Floats]

_LEFT, _WIDE = 0.075, 0.70
"""Of the panels; the legends stand to their right."""
_KEY = 236.0
"""Room for a text of a legend (pixels)."""
_DEVICE = " temperature [degC]"
_MEAN = (0, (4, 2))
"""Dashes of the mean of a layer."""


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
    names = [k.removesuffix(_DEVICE) for k in table if k.endswith(_DEVICE)]
    several = len(names) > 1
    for index, (name, width) in enumerate(zip(names, _widths(len(names)), strict=True)):
        pale = 0.5 * (len(names) - 1 - index) / len(names)
        axes.plot(time, table[f"{name}{_DEVICE}"], linewidth=width, label=name,
                  color=style.lighter(style.DEVICE, pale))  # fmt: skip
        skin = f"{name} coldest skin [degC]"
        if skin in table:
            label = f"coldest skin, {name}" if several else "coldest skin"
            axes.plot(time, table[skin], linewidth=width, label=label,
                      color=style.lighter(style.SKIN, pale))  # fmt: skip
    _threshold(axes, result)
    _key(axes)


def _widths(count: int) -> Floats:
    """Of lines drawn one after the other, so that one hidden by the next is seen beside it."""
    return np.linspace(3.8, 1.8, count) if count > 1 else np.array([2.4])


def _temperatures(axes: Axes, result: Result, rows: Table, unit: float) -> None:
    """Coldest and mean temperature of each layer."""
    time = rows["time [s]"] / unit
    colours = style.layer_colours(result.layers)
    for layer, width in zip(result.layers, _widths(len(result.layers)), strict=True):
        colour = colours[layer.name]
        axes.plot(time, rows[f"{layer.name} minimum [degC]"], color=colour, linewidth=width)
        axes.plot(time, rows[f"{layer.name} mean [degC]"], color=colour, linestyle=_MEAN,
                  linewidth=0.7 * width)  # fmt: skip
    _threshold(axes, result)
    axes.set_ylabel("temperature [°C]")
    keys = [Line2D([], [], color=colours[k.name], label=k.title) for k in result.layers]
    keys.append(Line2D([], [], color=style.INK, label="coldest point"))
    keys.append(Line2D([], [], color=style.INK, linestyle=_MEAN, linewidth=1.6, label="mean"))
    keys.append(Line2D([], [], color=style.COLD, linestyle=":",
                       label=f"threshold {style.degrees(result.threshold)}"))  # fmt: skip
    _key(axes, keys)


def _shares_below(axes: Axes, result: Result, rows: Table, unit: float) -> None:
    """Share of each layer's volume that is below the threshold."""
    colours = style.layer_colours(result.layers)
    for layer, width in zip(result.layers, _widths(len(result.layers)), strict=True):
        share = 100.0 * rows[f"{layer.name} below threshold [1]"]
        most = f"max {share.max():.1f} %" if share.max() > 0.0 else "never"
        axes.plot(rows["time [s]"] / unit, share, color=colours[layer.name], linewidth=width,
                  label=f"{layer.title}: {most}")  # fmt: skip
    axes.set_ylabel(f"below {result.threshold:g} °C\n[% of volume]")
    top = max(axes.get_ylim()[1], 1.0)
    axes.set_ylim(-0.03 * top, top)
    _key(axes)


def _lipid(axes: Axes, result: Result, rows: Table, unit: float, what: str) -> None:
    """Crystallised or viable share in the layers that hold lipid."""
    colours = style.layer_colours(result.layers)
    subject = {"crystallised": "crystallised\n[% of lipid]", "viable": "viable\n[% of fat cells]"}
    axes.set_ylabel(subject[what])
    shown = [k for k in result.layers if f"{k.name} {what} [1]" in rows]
    if not shown:
        _nothing(axes, "no layer holds lipid")
        return
    for layer, width in zip(shown, _widths(len(shown)), strict=True):
        share = 100.0 * rows[f"{layer.name} {what} [1]"]
        crystals = what == "crystallised"
        end = f"max {share.max():.1f} %" if crystals else f"end {share[-1]:.1f} %"
        axes.plot(rows["time [s]"] / unit, share, color=colours[layer.name], linewidth=width,
                  label=f"{layer.title}: {end}")  # fmt: skip
    low, high = axes.get_ylim()
    span = max(high - low, 1.0)
    if what == "crystallised":
        axes.set_ylim(-0.03 * max(high, 1.0), max(high, 1.0))
    else:
        axes.set_ylim(min(low, 99.0), 100.0 + 0.05 * span)
    _key(axes)


def _nothing(axes: Axes, why: str) -> None:
    """Say why a panel is empty."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center")
    axes.set_yticks([])


def _threshold(axes: Axes, result: Result) -> None:
    axes.axhline(result.threshold, color=style.COLD, linestyle=":", linewidth=2.0)


def _key(axes: Axes, handles: Sequence[Line2D] | None = None) -> None:
    """The legend, right of the panel; every text is made to fit there."""
    if handles is None:
        handles = [h for h in axes.get_lines() if not str(h.get_label()).startswith("_")]
    fits = [fitted(str(h.get_label()), _KEY, style.SMALL) for h in handles]
    legend = axes.legend(list(handles), [text for text, _ in fits], loc="upper left",
                         bbox_to_anchor=(1.01, 1.04), borderaxespad=0.0, handlelength=2.0,
                         labelspacing=0.45)  # fmt: skip
    for text, (_, size) in zip(legend.get_texts(), fits, strict=True):
        text.set_fontsize(size)
