"""Charts of the months after the sessions: fat lost, dying cells, inflammation and pigment."""

import tomllib

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cryosim.errors import CaseError
from cryosim.outcome.course import DAY, STAGES, Course
from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]
Table = dict[str, Floats]

MARKED = (30, 60, 90, 180)
"""Days after the last session that are marked with their numbers."""

DAYS, LOST, LOW, HIGH = "time [d]", "fat lost [%]", "fat lost low [%]", "fat lost high [%]"
INFLAMMATION, MELANIN = "inflammation index [1]", "melanin index [1]"

_SIZES = {"cm^3": ("cm³", "volume"), "cm^2": ("cm²", "of section"), "mm": ("mm", "of layer")}
"""Unit of a volume in three, two and one dimensions -> how it and its column are written."""

_COLOURS = {"injured": "#7fb2de", "apoptotic": "#2f6fb7", "phagocytosed": "#f0c35a",
            "cleared": "#5b4a2a"}  # fmt: skip
_HATCHES = {"injured": "", "apoptotic": "////", "phagocytosed": "....", "cleared": ""}
_INDICES = {INFLAMMATION: ("#b5651d", "inflammation\nindex [1]"),
            MELANIN: ("#5b3a21", "melanin\nindex [1]")}  # fmt: skip
_MEANINGS = {
    INFLAMMATION: "1: peak of one session\nthat kills every fat cell",
    MELANIN: "1: peak of one session,\nphototype III out of the sun",
}

_LEFT, _WIDE, _KEY = 0.075, 0.685, 0.778
"""Left and width of the panels, left of the keys."""
_ROOM = (0.985 - _KEY) * style.PAGE[0]
"""Of a line of a key (pixels)."""


def months(result: Result) -> Figure:
    """Fat lost, stages of the killed cells, inflammation and, if told, pigment over days."""
    table, days = result.table("course"), sessions(result)
    figure = style.page()
    style.headline(figure, result.title, fitted(_line(table, days), 1330.0, style.TEXT)[0])
    indices = [k for k in _INDICES if k in table]
    panels = _panels(figure, len(indices))
    _lost(panels[0], table, days)
    _stages(panels[1], table)
    for axes, name in zip(panels[2:], indices, strict=True):
        _index(axes, table, name)
    for axes in panels:
        for day in days:
            axes.axvline(day, color=style.INK, linewidth=1.3, linestyle=(0, (2, 2)), zorder=1.5)
        axes.tick_params(labelbottom=axes is panels[-1])
        axes.set_axisbelow(True)
        axes.yaxis.label.set_fontsize(style.SMALL)
    last = float(table[DAYS][-1])
    panels[0].set_xlim(0.0, 1.095 * last)
    panels[0].set_xticks(np.arange(0.0, last + 1.0, 30.0 if last < 500.0 else 90.0))
    panels[-1].set_xlabel("days after the first session")
    figure.align_ylabels(panels)
    return figure


def sessions(result: Result) -> Floats:
    """Days of the sessions, of the case that was run."""
    path = result.folder / "case.toml"
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CaseError(
            f"{path} cannot be read ({error}); it tells when the sessions were: put the case that "
            "was run there"
        ) from error
    return np.array(Course.model_validate(fields.get("course", {})).sessions) / DAY


def _line(table: Table, days: Floats) -> str:
    """What is seen, and what the parameters rest on."""
    count = "the session" if days.size == 1 else f"{days.size} sessions"
    seen = f"Months after {count}, mean of the fat under applicators. "
    if _banded(table):
        return seen + "Injury and course calibrated to trials; tissue and device not in the band"
    return seen + "Injury or course not as calibrated to trials: an assumption, no band"


def _banded(table: Table) -> bool:
    """Whether the loss has the interval of the calibration."""
    return HIGH in table and bool(np.isfinite(table[HIGH]).any())


def _panels(figure: Figure, indices: int) -> list[Axes]:
    """The panels from top to bottom, on one axis of time."""
    shares = np.array([3.4, 2.1, *([1.15] * indices)])
    gap, top, bottom = 0.028, 0.865, 0.075
    heights = shares / shares.sum() * (top - bottom - gap * (shares.size - 1))
    panels: list[Axes] = []
    for height in heights:
        place = (_LEFT, top - height, _WIDE, height)
        panels.append(figure.add_axes(place, sharex=panels[0] if panels else None))
        top -= height + gap
    return panels


def _lost(axes: Axes, table: Table, days: Floats) -> None:
    """Fat lost with its band, the marked days and their numbers."""
    time, lost = table[DAYS], table[LOST]
    if _banded(table):
        axes.fill_between(time, table[LOW], table[HIGH], color=style.lighter(style.COLD, 0.78),
                          linewidth=0.0)  # fmt: skip
    axes.plot(time, lost, color=style.COLD, linewidth=2.6)
    top = 1.12 * max(float(table[HIGH if _banded(table) else LOST].max()), 0.5)
    axes.set_ylim(0.0, top)
    axes.set_ylabel("fat lost [%]")
    at = days[-1] + np.array(MARKED)
    values = np.interp(at, time, lost)
    axes.plot(at, values, "o", color="white", markeredgecolor=style.COLD, markeredgewidth=2.2,
              markersize=8.5, zorder=4.0)  # fmt: skip
    for n, x, y in zip(MARKED, at, values, strict=True):
        axes.annotate(f"+{n} d\n{y:.1f} %", (x, y), (9.0, -7.0), textcoords="offset points",
                      va="top", fontweight="bold", color=style.COLD, zorder=5.0,
                      path_effects=style.HALO)  # fmt: skip
    axes.plot(days, np.full(days.size, top), "v", color=style.INK, markersize=10.0, clip_on=False)
    _readout(axes, table, at)
    told = ", ".join(f"{d:.4g}" for d in days)
    words = fitted(f"▼ session on day {told}", _ROOM, style.SMALL)
    _write(axes, 0.0, 0.135, words[0], size=words[1])
    if _banded(table):
        _write(axes, 0.0, 0.045, "shaded: 5 to 95 % of the calibration")


def _readout(axes: Axes, table: Table, at: Floats) -> None:
    """The marked days as a table: fat lost, its interval and its size."""
    name = next(k for k in table if k.startswith("volume lost ["))
    unit, what = _SIZES[name.removeprefix("volume lost [").removesuffix("]")]
    wanted = (LOST, name, *((LOW, HIGH) if _banded(table) else ()))
    columns = {k: np.interp(at, table[DAYS], table[k]) for k in wanted}
    _write(axes, 0.0, 0.96, "after the last session", bold=True)
    _write(axes, 0.27, 0.86, "fat lost")
    _write(axes, 0.66, 0.86, what)
    for i, n in enumerate(MARKED):
        y = 0.75 - 0.135 * i
        _write(axes, 0.0, y, f"{n} d", bold=True)
        _write(axes, 0.27, y, f"{columns[LOST][i]:.1f} %", bold=True)
        _write(axes, 0.66, y, f"{columns[name][i]:.3g} {unit}", bold=True)
        if HIGH in columns:
            _write(axes, 0.27, y - 0.057, f"{columns[LOW][i]:.1f} to {columns[HIGH][i]:.1f} %",
                   size=0.85 * style.SMALL)  # fmt: skip


def _write(
    axes: Axes, x: float, y: float, text: str, *, bold: bool = False, size: float = style.SMALL
) -> None:
    """A text right of ``axes``; ``x`` is a share of the room there, ``y`` of its height."""
    place = (_KEY - _LEFT + x * _ROOM / style.PAGE[0]) / _WIDE
    axes.text(place, y, text, transform=axes.transAxes, va="center", fontsize=size,
              fontweight="bold" if bold else "normal")  # fmt: skip


def _stages(axes: Axes, table: Table) -> None:
    """Stages of the killed cells, the last one lowest; cells that turnover made beside them."""
    time, base = table[DAYS], np.zeros(table[DAYS].size)
    keys: list[Patch | Line2D] = []
    for name in reversed(STAGES):
        top = base + 100.0 * table[f"{name} [1]"]
        axes.fill_between(time, base, top, facecolor=_COLOURS[name], edgecolor="white",
                          hatch=_HATCHES[name], linewidth=0.0)  # fmt: skip
        axes.plot(time, top, color="white", linewidth=1.2)
        keys.insert(0, Patch(facecolor=_COLOURS[name], edgecolor="white", hatch=_HATCHES[name],
                             label=name))  # fmt: skip
        base = top
    axes.plot(time, base, color=style.INK, linewidth=1.6)
    keys.insert(0, Line2D([], [], color=style.INK, linewidth=1.6, label="killed in all"))
    renewed = 100.0 * table["renewed [1]"]
    if renewed.any():
        drawn = axes.plot(time, renewed, color=style.INK, linestyle=(0, (4, 2)),
                          label="renewed by turnover", path_effects=style.HALO)  # fmt: skip
        keys.extend(drawn)
    axes.set_ylim(0.0, 1.1 * max(float(base.max()), 0.5))
    axes.set_ylabel("killed cells\n[% of fat cells]")
    place = (_KEY - _LEFT) / _WIDE
    axes.legend(handles=keys, loc="upper left", bbox_to_anchor=(place, 1.04), borderaxespad=0.0,
                borderpad=0.0, handlelength=2.0, labelspacing=0.45)  # fmt: skip


def _index(axes: Axes, table: Table, name: str) -> None:
    """An index over days, with the day and the height of its peak."""
    time, index = table[DAYS], table[name]
    colour, label = _INDICES[name]
    axes.fill_between(time, 0.0, index, color=style.lighter(colour, 0.72), linewidth=0.0)
    axes.plot(time, index, color=colour)
    peak = float(index.max())
    axes.set_ylim(0.0, 1.15 * peak if peak > 0.0 else 1.0)
    axes.set_ylabel(label)
    words = f"peak {peak:.2g} on day {time[index.argmax()]:.0f}" if peak > 0.0 else "none"
    _write(axes, 0.0, 0.86, words, bold=True)
    _write(axes, 0.0, 0.38, _MEANINGS[name])
