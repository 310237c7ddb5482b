"""Type on the picture of the tissue: axes in millimetres, layer names, legend, colour bar."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cryosim.view import style
from cryosim.view.bodies import Bodies, bodies_of
from cryosim.view.cut import finish_bar
from cryosim.view.lettering import fitted, spread
from cryosim.view.placement import Placement, place
from cryosim.view.result import Result
from cryosim.view.scene import Eye, corners_of, render
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]

_FRAME = (125.0, 105.0, 880.0, 690.0)
"""Left, bottom, width and height (pixels) of the room for the tissue."""


def bounds_of(result: Result, steps: Iterable[int]) -> Floats:
    """Low and high corner (mm) of the tissue and cups shown at any of ``steps``."""
    boxes = [bodies_of(place(result, step), result.threshold).bounds for step in steps]
    return np.array([np.min([b[0] for b in boxes], axis=0), np.max([b[1] for b in boxes], axis=0)])


def tissue_3d(
    result: Result, step: int, scale: Scale, *, by_layer: bool = False,
    bounds: Floats | None = None, magnified: int = 1,
) -> Figure:  # fmt: skip
    """The tissue cut open under the applicator at ``times[step]``.

    It is coloured by temperature or ``by_layer``, and seen as what fills ``bounds`` (mm) would be.
    The image of the tissue has ``magnified`` times the pixels of a page, each way.
    """
    placed = place(result, step)
    bodies = bodies_of(placed, result.threshold)
    bounds = bodies.bounds if bounds is None else bounds
    eye = replace(Eye.on(bounds, _FRAME), magnified=magnified)
    figure = style.page()
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    width, height = style.PAGE
    axes.imshow(render(bodies, result.layers, scale, eye, by_layer=by_layer),
                extent=(0, width, 0, height), interpolation="nearest")  # fmt: skip
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    _rulers(axes, placed, bounds, eye)
    _layer_names(axes, result, bodies, eye)
    _legend(axes, result, placed)
    if not by_layer:
        bar = figure.colorbar(ScalarMappable(scale.norm, scale.colours), ticks=list(scale.ticks),
                              cax=figure.add_axes((0.93, 0.12, 0.016, 0.50)))  # fmt: skip
        finish_bar(bar, scale)
    what, time = "Layers" if by_layer else "Temperature", style.moment(result, step)
    time += ", drawn into the cup" if placed.cups else ""
    line = f"{what} at {time}; a quarter is taken out at {placed.owner}'s centre"
    if placed.mirrored:
        line += "; mirrored at the planes of symmetry"
    if bodies.trimmed:
        line += "; tissue farther off is not shown"
    style.headline(figure, result.title, line)
    return figure


def _rulers(axes: Axes, placed: Placement, bounds: Floats, eye: Eye) -> None:
    """The three axes, on edges of the box that nothing hides."""
    (x0, y0, z0), (x1, y1, z1) = bounds
    names = [f"{name} [mm]" for name in placed.names]
    depth = placed.flat and abs(z1) < 1e-3 * (z1 - z0)
    _ruler(axes, eye, np.array([[x0, y0, z0], [x1, y0, z0]]), 0, -1, names[0])
    _ruler(axes, eye, np.array([[x1, y0, z0], [x1, y1, z0]]), 1, -1, names[1], first=20.0)
    _ruler(axes, eye, np.array([[x0, y0, z0], [x0, y0, z1]]), 2, 1,
           "depth [mm]" if depth else names[2], sign=-1.0 if depth else 1.0)  # fmt: skip


def _ruler(axes: Axes, eye: Eye, ends: Floats, axis: int, side: int, name: str,
           sign: float = 1.0, first: float = 0.0) -> None:  # fmt: skip
    """One axis along ``ends`` (mm), its numbers to the left (``side`` 1) or right of its way.

    The number of a mark nearer to the start than ``first`` (pixels) is that of another axis.
    """
    start, stop = eye.pixels(ends)
    along = (stop - start) / np.linalg.norm(stop - start)
    out = side * np.array([-along[1], along[0]])
    axes.plot(*np.array([start, stop]).T, color=style.FAINT, linewidth=1.2)
    low, high = float(ends[0, axis]), float(ends[1, axis])
    apart = 45.0 if axis < 2 else 30.0
    for value in _round_values(low, high, apart / float(np.linalg.norm(stop - start))):
        share = (value - low) / (high - low)
        at = start + share * (stop - start)
        axes.plot(*np.array([at, at + 7.0 * out]).T, color=style.INK, linewidth=1.2)
        if np.linalg.norm(at - start) < first:
            continue
        x, y = at + (23.0 if axis < 2 else 13.0) * out
        axes.text(x, y, f"{sign * value + 0.0:g}".replace("-", "−"), va="center",
                  ha="center" if axis < 2 else "right", fontsize=style.SMALL)  # fmt: skip
    x, y = (start + stop) / 2 + 62.0 * out
    angle = np.rad2deg(np.arctan2(along[1], along[0]))
    axes.text(x, y, name, ha="center", va="center", rotation=angle, fontsize=style.TEXT)


def _round_values(low: float, high: float, share: float) -> Floats:
    """Round numbers between ``low`` and ``high``, at least a ``share`` of the span apart."""
    least = share * (high - low)
    base = 10.0 ** np.floor(np.log10(least))
    step = next(base * k for k in (1.0, 2.0, 5.0, 10.0) if base * k >= least)
    first = np.ceil(low / step - 1e-6)
    return np.asarray(step * np.arange(first, np.floor(high / step + 1e-6) + 1.0))


def _layer_names(axes: Axes, result: Result, bodies: Bodies, eye: Eye) -> None:
    """Each layer's name at the right, with a line to its right end."""
    places = np.vstack([face.cell_centers().points for face in (*bodies.sides, *bodies.cut)])
    layer = np.concatenate([face.cell_data["layer"] for face in (*bodies.sides, *bodies.cut)])
    colours = style.layer_colours(result.layers)
    facing = places[:, 0] > bodies.bounds[1, 0] - 1e-3 * np.ptp(bodies.bounds[:, 0])
    if set(layer[facing]) != set(layer):
        facing = np.ones(len(layer), dtype=bool)
    left = float(eye.pixels(corners_of(bodies.bounds))[:, 0].max()) + 28.0
    ends = {}
    for k in result.layers:
        spots = eye.pixels(places[facing & (layer == k.index)])
        if len(spots):
            ends[k] = spots[spots[:, 0] > spots[:, 0].max() - 2.0].mean(axis=0)
    shown = sorted(ends, key=lambda k: float(ends[k][1]))
    corner = float(eye.pixels(bodies.bounds[[1, 1, 0], [0, 1, 2]])[1])  # of the ruler's last number
    heights = spread([float(ends[k][1]) for k in shown], [30.0] * len(shown), 6.0, low=corner)
    for k, height in zip(shown, heights, strict=True):
        title, size = fitted(k.title, style.PAGE[0] - 125.0 - left, style.TEXT, bold=True)
        axes.annotate(title, tuple(ends[k]), (left, height), va="center", fontsize=size,
                      fontweight="bold",
                      arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 1.2,
                                  "relpos": (0.0, 0.5), "shrinkB": 0.0},
                      bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "linewidth": 2.4,
                            "edgecolor": colours[k.name]})  # fmt: skip


def _legend(axes: Axes, result: Result, placed: Placement) -> None:
    threshold = style.degrees(result.threshold)
    entries: list[Patch | Line2D] = [Patch(alpha=0.0, label=f"nowhere below {threshold}")]
    if placed.grid.point_data["temperature"].min() < result.threshold:
        entries = [
            Patch(facecolor=style.FRONT, alpha=0.6, edgecolor=style.COLD,
                  label=f"surface of {threshold} (crystallisation)"),
            Line2D([], [], color=style.COLD, linewidth=3.4, label=f"{threshold} on skin and cut"),
        ]  # fmt: skip
    if placed.pads:
        names = [name for name, _ in placed.pads]
        shown = " and ".join(names) if len(set(names)) == len(names) < 3 else "applicators"
        shown = fitted(f"{shown} on the skin", 290.0, style.SMALL)[0]
        entries.append(Line2D([], [], color=style.DEVICE, linewidth=4.0,
                              label=shown))  # fmt: skip
    if placed.cups:
        entries += [
            Patch(facecolor=style.WALL, alpha=0.6, edgecolor=style.DEVICE, label="wall of the cup"),
            Line2D([], [], color=style.DEVICE, linewidth=4.0, label="rim of skin on the wall"),
        ]  # fmt: skip
    axes.legend(handles=entries, loc="upper right", bbox_to_anchor=(0.975, 0.905))
