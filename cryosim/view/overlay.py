"""Type on the picture of the tissue: axes in millimetres, layer names, legend, colour bar."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cryosim.view import style
from cryosim.view.cut import finish_bar
from cryosim.view.placement import Placement, place
from cryosim.view.result import Result
from cryosim.view.scene import Eye, render
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]

_FRAME = (150.0, 110.0, 950.0, 640.0)
"""Left, bottom, width and height (pixels) of the room for the tissue."""


def temperature_3d(result: Result, step: int, scale: Scale) -> Figure:
    """The tissue cut open under the applicator at ``times[step]``, coloured by temperature."""
    placed = place(result, result.field("temperature", step))
    low, high = np.reshape(placed.grid.bounds, (3, 2)).T
    bounds = np.array([low, high], dtype=float)
    eye = Eye.on(bounds, _FRAME)
    figure = style.page()
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    width, height = style.PAGE
    axes.imshow(render(placed, result.layers, scale, eye), extent=(0, width, 0, height),
                interpolation="nearest")  # fmt: skip
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    _rulers(axes, placed, bounds, eye)
    _layer_names(axes, result, placed, bounds, eye)
    _legend(axes, result, placed)
    bar = figure.colorbar(ScalarMappable(scale.norm, scale.colours), ticks=list(scale.ticks),
                          cax=figure.add_axes((0.915, 0.20, 0.016, 0.42)))  # fmt: skip
    finish_bar(bar, scale)
    time = style.clock(float(result.times[step]))
    line = f"Temperature at {time}; a quarter is taken out at the applicator's centre"
    style.headline(figure, result.title, line)
    return figure


def _rulers(axes: Axes, placed: Placement, bounds: Floats, eye: Eye) -> None:
    """The three axes, on edges of the box that nothing hides."""
    (x0, y0, z0), (x1, y1, z1) = bounds
    names = [f"{name} [mm]" for name in placed.names]
    depth = placed.upright and abs(z1) < 1e-3 * (z1 - z0)
    _ruler(axes, eye, np.array([[x0, y0, z0], [x1, y0, z0]]), 0, -1, names[0])
    _ruler(axes, eye, np.array([[x1, y0, z0], [x1, y1, z0]]), 1, -1, names[1])
    _ruler(axes, eye, np.array([[x0, y0, z0], [x0, y0, z1]]), 2, 1,
           "depth [mm]" if depth else names[2], sign=-1.0 if depth else 1.0)  # fmt: skip


def _ruler(axes: Axes, eye: Eye, ends: Floats, axis: int, side: int, name: str,
           sign: float = 1.0) -> None:  # fmt: skip
    """One axis along ``ends`` (mm), its numbers to the left (``side`` 1) or right of its way."""
    start, stop = eye.pixels(ends)
    along = (stop - start) / np.linalg.norm(stop - start)
    out = side * np.array([-along[1], along[0]])
    axes.plot(*np.array([start, stop]).T, color=style.FAINT, linewidth=1.2)
    for value in _round_values(*ends[:, axis], room=float(np.linalg.norm(stop - start))):
        share = (value - ends[0, axis]) / (ends[1, axis] - ends[0, axis])
        at = start + share * (stop - start)
        axes.plot(*np.array([at, at + 7.0 * out]).T, color=style.INK, linewidth=1.2)
        axes.text(*(at + 23.0 * out), f"{sign * value + 0.0:g}".replace("-", "−"),
                  ha="center", va="center", fontsize=style.SMALL)  # fmt: skip
    middle = (start + stop) / 2 + 58.0 * out
    angle = np.rad2deg(np.arctan2(along[1], along[0]))
    axes.text(*middle, name, ha="center", va="center", rotation=angle, fontsize=style.TEXT)


def _round_values(low: float, high: float, room: float) -> Floats:
    """Round numbers between ``low`` and ``high``, at least 45 pixels apart in ``room`` pixels."""
    least = 45.0 * (high - low) / room
    base = 10.0 ** np.floor(np.log10(least))
    step = next(base * k for k in (1.0, 2.0, 5.0, 10.0) if base * k >= least)
    first = np.ceil(low / step - 1e-6)
    return np.asarray(step * np.arange(first, np.floor(high / step + 1e-6) + 1.0))


def _layer_names(axes: Axes, result: Result, placed: Placement, bounds: Floats, eye: Eye) -> None:
    """Each layer's name at the right, with a line to where it ends on the far side."""
    surface = placed.grid.extract_surface(algorithm="dataset_surface")
    middles = np.asarray(surface.cell_centers().points, dtype=float)
    layer = np.asarray(surface.cell_data["layer"])
    on_screen = eye.pixels(middles)
    colours = style.layer_colours(result.layers)
    side = np.abs(middles[:, 0] - bounds[1, 0]) < 1e-3 * np.ptp(bounds[:, 0])
    last, left = float("inf"), eye.pixels(bounds[1])[0] + 28.0
    for k in result.layers:
        here = (layer == k.index) & side
        here = here if here.any() else layer == k.index
        spots = on_screen[here]
        edge = spots[spots[:, 0] >= spots[:, 0].max() - 1.0]
        at = edge.mean(axis=0)
        last = min(at[1], last - 34.0)
        axes.annotate(k.title, at, (left, last), va="center", fontsize=style.TEXT,
                      fontweight="bold",
                      arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 1.2},
                      bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "linewidth": 2.4,
                            "edgecolor": colours[k.name]})  # fmt: skip


def _legend(axes: Axes, result: Result, placed: Placement) -> None:
    threshold = style.degrees(result.threshold)
    entries: list[Patch | Line2D] = [
        Patch(facecolor=style.FRONT, alpha=0.5, edgecolor=style.COLD,
              label=f"surface of {threshold} (crystallisation)"),
        Line2D([], [], color=style.COLD, linewidth=3.4, label=f"{threshold} on skin and cut"),
    ]  # fmt: skip
    if placed.footprint is not None:
        entries.append(Line2D([], [], color=style.DEVICE, linewidth=4.0,
                              label="applicator on the skin"))  # fmt: skip
    axes.legend(handles=entries, loc="upper right", bbox_to_anchor=(0.975, 0.905))
