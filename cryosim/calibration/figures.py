"""Pictures of a calibration."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from cryosim.calibration.parameters import FREE, values
from cryosim.calibration.result import INTERVAL, Calibration, Fitted, Predicted, share_killed
from cryosim.calibration.words import label
from cryosim.view import style

_FIT, _PREDICTION, _PRIOR = "#0072B2", "#D55E00", "#8a94a3"
"""Told apart by every common kind of colour vision (Okabe and Ito)."""

_UNITS = {"%": "fat lost [%]", "mm": "fat layer thinner [mm]", "1": "ratio [1]"}


def draw(found: Calibration, folder: Path) -> list[Path]:
    """Write every picture to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures: dict[str, tuple[tuple[float, float], Callable[[Figure, Calibration], None]]] = {
        "data": ((12.0, 11.0), _data),
        "parameters": ((12.0, 9.0), _parameters),
    }
    paths = []
    for name, (size, content) in pictures.items():
        with style.typography():
            figure = Figure(figsize=size, facecolor="white", layout="constrained")
            FigureCanvasAgg(figure)
            content(figure, found)
            paths.append(folder / f"{name}.png")
            figure.savefig(paths[-1], dpi=style.DPI)
    return paths


def _data(figure: Figure, found: Calibration) -> None:
    """Published beside computed, a panel for each unit."""
    everything: list[Fitted | Predicted] = [*found.fitted, *found.predicted]
    groups = {u: [e for e in everything if e.endpoint.unit == u] for u in _UNITS}
    heights = [len(group) + 0.8 for group in groups.values()]
    figure.suptitle("Calibration: published and computed", x=0.01, ha="left", fontweight="bold")
    panels = figure.subplots(len(groups), 1, gridspec_kw={"height_ratios": heights})
    for axes, (unit, group) in zip(panels, groups.items(), strict=True):
        _forest(axes, found, group)
        axes.set_xlabel(_UNITS[unit])
    handles, names = panels[0].get_legend_handles_labels()
    every = dict(zip(names, handles, strict=True))
    figure.legend(every.values(), every.keys(), loc="outside lower center", ncols=3)


def _forest(axes: Axes, found: Calibration, group: Sequence[Fitted | Predicted]) -> None:
    """One row for each number."""
    for row, one in enumerate(group):
        y, point = -float(row), one.endpoint
        kind = "fitted" if isinstance(one, Fitted) else "only predicted"
        colour = _FIT if isinstance(one, Fitted) else _PREDICTION
        low, _, high = one.band
        axes.plot([low, high], [y - 0.15] * 2, color=colour, linewidth=5.0, alpha=0.35,
                  solid_capstyle="butt", label=f"{kind}: 5 to 95 % of the draws")  # fmt: skip
        axes.plot(one.value, y - 0.15, "o", color=colour, label=f"{kind}: defaults")
        if point.mean is None:
            axes.plot([point.low or 0.0, point.high or 0.0], [y + 0.15] * 2, color=style.INK,
                      linewidth=2.0, marker="|", label="published range")  # fmt: skip
        else:
            axes.errorbar(
                point.mean, y + 0.15, xerr=point.sd, color=style.INK, marker="s",
                linestyle="none", capsize=4, label="published, ± SD if fitted",
            )  # fmt: skip
    names = [label(found.data, one.endpoint).replace("^3", "³") for one in group]
    axes.set_yticks([-float(i) for i in range(len(group))], names)
    axes.set_ylim(0.6 - len(group), 0.5)
    axes.set_xlim(left=0.0)


def _parameters(figure: Figure, found: Calibration) -> None:
    """What is known of the parameters and what is not."""
    figure.suptitle("What the data tell", x=0.01, ha="left", fontweight="bold")
    (a, b), (c, d) = figure.subplots(2, 2)
    _pair(a, found, 0, 1)
    a.set_title("shape and scale: only a ridge is known", loc="left")
    _pair(b, found, 2, 4)
    b.set_title("massage: more deaths, sooner cleared", loc="left")
    _profile(c, found)
    _killed(d, found)


def _pair(axes: Axes, found: Calibration, i: int, j: int) -> None:
    """Draws of two parameters."""
    drawn = np.array([values(z) for z in found.sample])
    shown = [np.array([FREE[k].shown(x) for x in drawn[:, k]]) for k in (i, j)]
    axes.loglog(*shown, ".", color=_FIT, alpha=0.6, label="draw")
    axes.loglog(*[FREE[k].shown(found.defaults[k]) for k in (i, j)], "D", color=_PREDICTION,
                markersize=9, label="default")  # fmt: skip
    for k, named in ((i, axes.set_xlabel), (j, axes.set_ylabel)):
        named(f"{FREE[k].law}.{FREE[k].name} [{FREE[k].unit}]")
    _plain(axes.xaxis)
    _plain(axes.yaxis)
    axes.legend()


def _plain(axis: Axis) -> None:
    """Decades in plain numbers."""
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _profile(axes: Axes, found: Calibration) -> None:
    """Misfit when the shape is held."""
    shape, data, both = found.profile.T
    axes.semilogx(shape, data, color=_FIT, marker="o", label="data")
    axes.semilogx(shape, both, color=_PRIOR, linestyle="--", label="data and prior")
    _plain(axes.xaxis)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("shape, held [1]")
    axes.set_ylabel("sum of squares [SD²]")
    axes.set_title("misfit, all else fitted again", loc="left")
    axes.legend()


def _killed(axes: Axes, found: Calibration) -> None:
    """Share of the cells that crystals kill."""
    minutes = np.linspace(0.0, 120.0, 61)
    several = [share_killed(values(z), minutes) for z in found.sample]
    low, _, high = 100.0 * np.percentile(several, INTERVAL, axis=0)
    axes.fill_between(minutes, low, high, color=_FIT, alpha=0.25, label="5 to 95 % of the draws")
    axes.plot(minutes, 100.0 * share_killed(found.defaults, minutes), color=_FIT, label="default")
    axes.set_xlabel("full crystallisation [min]")
    axes.set_ylabel("cells killed [%]")
    axes.set_title("what shape and scale mean", loc="left")
    axes.legend(loc="upper left")
