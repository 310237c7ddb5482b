"""Tissue as it stands in a phase, in section: layers, cups, what is in contact, what is cold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cryosim.view import style
from cryosim.view.cups import cups_of
from cryosim.view.cut import crossed, drawn, frame, temperature, threshold_line, window
from cryosim.view.result import Result
from cryosim.view.section import Section, section_of
from cryosim.view.style import Scale

_ROOM = (0.075, 0.155, 0.81, 0.705)
"""Left, bottom, width and height of the room for the tissue, as shares of the page."""
_GAP = 0.075
"""Between two sections, for the numbers of the second."""


@dataclass(frozen=True)
class Panel:
    """Room for a section; the same at all times of a run."""

    axis: int
    """Along which a block is cut."""
    place: tuple[float, float, float, float]
    """Left, bottom, width and height, as shares of the page."""
    shown: tuple[float, float]
    """What is shown across (mm)."""
    high: float
    """Up to where (mm) it is shown."""


def ends_of_phases(result: Result) -> dict[str, int]:
    """The last step of each kind of phase, by what it is called and whether it draws."""
    ends: dict[str, int] = {}
    kinds = {}
    for phase in result.phases:
        kinds[phase["name"], tuple(phase["cups"])] = phase["end"]
    several = [name for name, _ in kinds]
    for (name, cups), end in kinds.items():
        alone = several.count(name) == 1
        title = name if alone else f"{name}_{'_'.join(cups) or 'at_rest'}"
        ends[title] = int(np.searchsorted(result.times, end + 1e-6) - 1)
    return {title.replace(" ", "_"): step for title, step in ends.items() if step >= 0}


def shapes_shown(result: Result) -> list[int]:
    """One step for each shape that tissue takes."""
    first: dict[tuple[str, ...], int] = {}
    for step in range(len(result.times)):
        first.setdefault(result.drawing(step), step)
    return list(first.values())


def phase_layers(result: Result, step: int, scale: Scale) -> Figure:
    """The layers at the end of a phase."""
    return standing(result, step, scale, panels_of(result), by_layer=True)


def standing(
    result: Result, step: int, scale: Scale, panels: Sequence[Panel], *, by_layer: bool = False
) -> Figure:
    """Tissue as it stands at ``times[step]``, by temperature or by layer, in ``panels``."""
    figure = style.page()
    sections = [section_of(result, step, panel.axis) for panel in panels]
    for section, panel in zip(sections, panels, strict=True):
        axes = figure.add_axes(panel.place)
        frame(axes, section, panel.shown, panel.high)
        threshold_line(axes, section, result.threshold)
        if by_layer:
            crossed(axes, section, result)
            _layers(axes, section, result)
        elif section is sections[-1]:
            temperature(figure, axes, section, scale)
        else:
            axes.tripcolor(section.triangulation(), section.temperature, shading="gouraud",
                           cmap=scale.colours, norm=scale.norm, zorder=1.0,
                           rasterized=True)  # fmt: skip
    _legend(figure, result, sections, by_layer=by_layer)
    phase = result.phase(step)
    when = style.clock(float(result.times[step]))
    during = f", phase {phase['name']}" if phase else ""
    what = "Layers" if by_layer else "Temperature"
    style.headline(figure, result.title, f"{what} at {when}{during}{drawn(sections[0])}")
    return figure


def panels_of(result: Result) -> list[Panel]:
    """One section, or for a block with cups one across the fold and one along it."""
    left, bottom, wide, tall = _ROOM
    along = (0, 1) if result.dimension == 3 and cups_of(result) else (0,)
    frames = [_common(result, axis, len(along)) for axis in along]
    widths = np.array([high - low for (low, high), _ in frames])
    widths *= (wide - _GAP * (len(along) - 1)) / widths.sum()
    panels = []
    for axis, (shown, high), width in zip(along, frames, widths.tolist(), strict=True):
        panels.append(Panel(axis, (left, bottom, width, tall), shown, high))
        left += width + _GAP
    return panels


def _common(result: Result, axis: int, panels: int) -> tuple[tuple[float, float], float]:
    """What to show across (mm) and up to where, whatever shape tissue takes."""
    axes = style.page().add_axes(_ROOM)
    sections = [section_of(result, step, axis) for step in shapes_shown(result)]
    chosen = [s for s in sections if s.cups] or sections
    ranges = np.array([window(s, axes) for s in chosen])
    low, high = float(ranges[:, 0].min()), float(ranges[:, 1].max())
    if panels > 1 and chosen[0].cups:
        x = np.concatenate([cut.outline[:, 0] for s in chosen for cut in s.cups])
        reach = 0.75 * float(np.ptp(x))
        middle = float(x.min() + x.max()) / 2
        low, high = max(low, middle - reach), min(high, middle + reach)
    return (low, high), max(s.top for s in sections)


def _layers(axes: Axes, section: Section, result: Result) -> None:
    """Each layer in its colour."""
    colours = style.layer_colours(result.layers)
    for layer in result.layers:
        if (section.layer == layer.index).any():
            axes.tricontourf(section.triangulation(layer.index), np.zeros(section.up.size),
                             levels=[-1.0, 1.0], zorder=1.0,
                             colors=[style.lighter(colours[layer.name], 0.3)])  # fmt: skip


def _legend(figure: Figure, result: Result, sections: Sequence[Section], *, by_layer: bool) -> None:
    """What colours and lines mean, below the sections."""
    threshold = style.degrees(result.threshold)
    entries: list[Patch | Line2D] = []
    if by_layer:
        colours = style.layer_colours(result.layers)
        entries += [
            Patch(facecolor=style.lighter(colours[k.name], 0.3), edgecolor=style.INK, label=k.title)
            for k in result.layers
        ]
    if any(s.temperature.min() < result.threshold for s in sections):
        label = f"{threshold}, colder is hatched" if by_layer else threshold
        entries.append(Line2D([], [], color=style.COLD, linewidth=3.4, label=label))
    cups = [cup for section in sections for cup in section.cups]
    if any(len(cup.contact) for cup in cups):
        entries.append(Line2D([], [], color=style.DEVICE, linewidth=5.0, label="skin on the wall"))
    if cups:
        entries.append(Patch(facecolor=style.WALL, edgecolor=style.DEVICE, label="wall of the cup"))
    figure.legend(handles=entries, loc="lower left", bbox_to_anchor=(0.03, 0.055), ncols=6,
                  columnspacing=1.6)  # fmt: skip
