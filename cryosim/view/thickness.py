"""The fat layer along the skin in the months after: where it thins, and by how much."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryosim.view import style
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]

MAPPED = "after 90 d"
"""When the map is: the day at which trials measure most often."""

_WHEN = {
    "at first": ("#1c2430", "-"),
    "after 30 d": ("#e3a81c", (0, (1, 1))),
    "after 60 d": ("#cf8349", (0, (3, 1))),
    "after 90 d": ("#a0531f", "-"),
    "after 180 d": ("#5b2a12", (0, (6, 2))),
}
"""Times of the table and how their curves are drawn."""

_COLOURS = colormaps["YlOrBr"]
_COVERED = 0.1
"""Share of a column's fat from which it counts as covered; in a cup the deep fat never is."""
_SHOWN = 0.005
"""Share of the greatest loss up to which the surroundings are left out."""
_DIGITS = 6
"""Of a place (mm); columns that differ by less are one."""

_SIDE, _FOOTPRINT = "#4a5565", "under applicators"


@dataclass(frozen=True)
class _Fat:
    """The table of a result as it lies along the skin (mm); rows along y, one in a section."""

    x: Floats
    y: Floats
    covered: Floats
    """Share of the fat under applicators (1)."""
    at: dict[str, Floats]
    """Thickness (mm) by when it is."""

    @property
    def centre(self) -> int:
        """Row through the centre of what applicators cover, or through the middle."""
        weight = self.covered.sum(axis=1)
        if not weight.any():
            return int(self.y.size // 2)
        return int(np.argmin(np.abs(self.y - weight @ self.y / weight.sum())))

    @property
    def loss(self) -> Floats:
        """Thinning (mm) at the time of the map."""
        return self.at["at first"] - self.at[MAPPED]

    def window(self, places: Floats, axis: int) -> tuple[float, float]:
        """Part of ``places`` (mm) where fat is lost or covered, with room round it."""
        shown = (self.covered > _COVERED) | (self.loss > _SHOWN * self.loss.max())
        here = places[shown.any(axis=axis)]
        if not here.size:
            return float(places[0]), float(places[-1])
        room = 0.2 * float(np.ptp(here))
        return max(here[0] - room, places[0]), min(here[-1] + room, places[-1])


def thickness_map(result: Result) -> Figure:
    """Loss of thickness over the skin beside profiles; profiles alone in a section."""
    fat = _read(result)
    figure = style.page()
    style.headline(figure, result.title, "Thickness of the fat layer at rest, by days after the "
                   "last session; dying cells count until they are cleared")  # fmt: skip
    if fat.y.size == 1:
        axes = figure.add_axes((0.075, 0.10, 0.89, 0.73))
        _profiles(axes, fat)
        return figure
    _map(figure, figure.add_axes((0.065, 0.11, 0.41, 0.70)), fat)
    _profiles(figure.add_axes((0.615, 0.11, 0.355, 0.70)), fat)
    return figure


def _read(result: Result) -> _Fat:
    """``thickness.csv`` as arrays over the skin."""
    table = result.table("thickness")
    x, i = np.unique(np.round(table["x [mm]"], _DIGITS), return_inverse=True)
    across = table.get("y [mm]", np.zeros(i.size))
    y, j = np.unique(np.round(across, _DIGITS), return_inverse=True)

    def over(name: str) -> Floats:
        values = np.full((y.size, x.size), np.nan)
        values[j, i] = table[name]
        return values

    return _Fat(x, y, over(f"{_FOOTPRINT} [1]"), {name: over(f"{name} [mm]") for name in _WHEN})


def _map(figure: Figure, axes: Axes, fat: _Fat) -> None:
    """Loss of thickness (mm), the footprint and the line of the profiles."""
    most = float(fat.loss.max())
    drawn = axes.pcolormesh(fat.x, fat.y, fat.loss, shading="nearest", cmap=_COLOURS, vmin=0.0,
                            vmax=max(most, 0.01), rasterized=True)  # fmt: skip
    axes.set_xlim(*fat.window(fat.x, 0))
    axes.set_ylim(*fat.window(fat.y, 1))
    _footprint(axes, fat)
    line = float(fat.y[fat.centre])
    axes.axhline(line, color=_SIDE, linewidth=1.4, linestyle=(0, (2, 2)))
    axes.set_aspect("equal", anchor="E")
    axes.grid(visible=False)
    axes.set_xlabel("x along the skin [mm]")
    axes.set_ylabel("y along the skin [mm]")
    words = f"thinner {MAPPED}: {most:.2g} mm at most"
    axes.set_title(words, loc="left", pad=12.0, fontweight="bold")
    axes.apply_aspect()
    box = axes.get_position()
    bar = figure.add_axes((0.49, box.y0, 0.013, box.height))
    figure.colorbar(drawn, cax=bar).outline.set_visible(False)
    bar.grid(visible=False)
    bar.set_title("mm", fontsize=style.SMALL, loc="left")


def _footprint(axes: Axes, fat: _Fat) -> None:
    """The rim of what applicators cover, with its name."""
    inside = fat.covered > _COVERED
    if not inside.any() or inside.all():
        return
    axes.contour(fat.x, fat.y, fat.covered, levels=[_COVERED], colors="white", linewidths=4.0)
    axes.contour(fat.x, fat.y, fat.covered, levels=[_COVERED], colors=style.DEVICE, linewidths=2.0)
    beyond = min(int(np.flatnonzero(inside.any(axis=1))[-1]) + 1, fat.y.size - 1)
    place = float(fat.x[inside.any(axis=0)].mean()), float(fat.y[beyond])
    axes.annotate(_FOOTPRINT, place, (0.0, 5.0), textcoords="offset points", ha="center",
                  fontsize=style.SMALL, color=style.DEVICE, path_effects=style.HALO)  # fmt: skip


def _profiles(axes: Axes, fat: _Fat) -> None:
    """Thickness (mm) along x through the centre, at first and on each day."""
    row = fat.centre
    for when, (colour, dashes) in _WHEN.items():
        axes.plot(fat.x, fat.at[when][row], color=colour, linestyle=dashes, label=when,
                  linewidth=3.2 if dashes == "-" else 2.0,
                  zorder=2.0 if dashes == "-" else 2.5)  # fmt: skip
    curves = np.array([thickness[row] for thickness in fat.at.values()])
    low, high = float(curves.min()), float(curves.max())
    room = 0.12 * max(high - low, 0.1)
    axes.set_ylim(low - 1.6 * room, high + room)
    axes.set_xlim(*fat.window(fat.x, 0))
    _shade(axes, fat.x, fat.covered[row])
    where = "x along the dashed line [mm]" if fat.y.size > 1 else "x along the skin [mm]"
    axes.set_xlabel(where)
    axes.set_ylabel("fat layer [mm], axis not from 0")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncol=3 if fat.y.size > 1 else 5,
                borderaxespad=0.3, handlelength=2.6, columnspacing=1.4)  # fmt: skip


def _shade(axes: Axes, x: Floats, covered: Floats) -> None:
    """What applicators cover, shaded and named."""
    axes.fill_between(x, 0.0, 1.0, where=covered > _COVERED, transform=axes.get_xaxis_transform(),
                      color=style.PALE, linewidth=0.0, zorder=0.5)  # fmt: skip
    if (covered > _COVERED).any():
        middle = float(x[covered > _COVERED].mean())
        axes.text(middle, 0.015, _FOOTPRINT, transform=axes.get_xaxis_transform(), ha="center",
                  va="bottom", fontsize=style.SMALL, color=_SIDE)  # fmt: skip
