"""Limits of safety as bars: how far each value has come from harmless to the limit."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryosim.outcome.limits import start_of
from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.result import Result

LIMITS = "limits"
"""Table of the result."""

_FARTHEST = 1.6
"""Share at which a bar ends in an arrow."""

_STATUS = {
    "ok": ("#4f8fc4", "✓", "ok"),
    "warning": ("#e3a81c", "▲", "WARNING"),
    "error": ("#8f1d2c", "✖", "ERROR"),
}
"""Colour, sign and word; told apart by every common kind of colour vision."""

_BARS, _WIDE = 0.305, 0.26
"""Left and width of the bars."""
_COLUMNS = {"status": 0.035, "limit of": 0.125, "worst value": 0.58, "warning": 0.668,
            "error": 0.726, "depth": 0.778, "at [mm]": 0.834, "since": 0.932}  # fmt: skip
"""Left of each column of text."""
_RIGHT = 0.985
"""Of the last column."""
_SMALLEST = 1e-3
"""A smaller number is written with a power of ten."""
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class _Limit:
    """A row of the table: numbers in its unit, None where there is none."""

    title: str
    status: str
    unit: str
    value: float | None
    harmless: float | None
    warning: float | None
    error: float | None
    depth: float | None
    """Of the worst value (mm)."""
    place: str
    """Its coordinates (mm)."""
    since: float | None
    """When (s) the tier that it is beyond was first crossed."""

    @property
    def start(self) -> float:
        """Where the bar begins."""
        return start_of(self.harmless, self.unit)

    @property
    def end(self) -> float | None:
        """The tier at which the bar is full: the error, or the warning where there is no error."""
        return self.warning if self.error is None else self.error

    def share(self, value: float, end: float) -> float:
        """How far ``value`` is on the way from the start to the ``end`` (1)."""
        return (value - self.start) / (end - self.start)


def told(result: Result) -> bool:
    """Whether the run left a table of limits that says what is harmless."""
    if not result.has(LIMITS):
        return False
    with (result.folder / f"{LIMITS}.csv").open(encoding="utf-8", newline="") as lines:
        return "harmless" in next(csv.reader(lines))


def limits_chart(result: Result) -> Figure:
    """One bar for each limit, with its tiers, status, value, place and first time."""
    rows, rates = _read(result)
    figure = style.page()
    style.headline(figure, result.title, "Limits of safety: how far the worst value of the run has "
                   "come from harmless (0 %) to the limit (100 %)")  # fmt: skip
    axes = figure.add_axes((_BARS, 0.135, _WIDE, 0.71))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, _FARTHEST)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5],
                    labels=["0", "25", "50", "75", "100", "125", "150"])  # fmt: skip
    axes.set_xlabel("way from harmless to the limit [%]")
    axes.axvline(1.0, color=style.INK, linewidth=1.2, zorder=0.6)
    for i, row in enumerate(rows):
        _bar(axes, i, row)
        _words(axes, i, row)
    for name, x in _COLUMNS.items():
        figure.text(x, 0.86, name, fontsize=style.SMALL, color=style.FAINT)
    _legend(figure, rates)
    return figure


def _read(result: Result) -> tuple[list[_Limit], list[str]]:
    """The limits of ``limits.csv``, and titles of side effects that are only reported."""
    with (result.folder / f"{LIMITS}.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    limits = [_limit(row) for row in table if row["status"] != "info"]
    return limits, [row["title"] for row in table if row["status"] == "info"]


def _limit(row: dict[str, str]) -> _Limit:
    status = row["status"]
    return _Limit(
        title=style.readable(row["title"]),
        status=status,
        unit=row["unit"],
        value=_read_number(row["value"]),
        harmless=_read_number(row["harmless"]),
        warning=_read_number(row["warning"]),
        error=_read_number(row["error"]),
        depth=_read_number(row["depth [mm]"]),
        place=row["where [mm]"],
        since=None if status == "ok" else _read_number(row[f"{status} first at [s]"]),
    )


def _read_number(text: str) -> float | None:
    return float(text) if text else None


def _bar(axes: Axes, i: int, row: _Limit) -> None:
    """The way of the value, pale up to the limit, and a mark at each tier."""
    axes.barh(i, 1.0, height=0.52, color=style.PALE, zorder=0.5)
    end = row.end
    if end is None or end == row.start:
        return  # no way to be on
    if row.value is not None:
        share = row.share(row.value, end)
        axes.barh(i, min(max(share, 0.0), _FARTHEST), height=0.52, zorder=2.0,
                  color=_STATUS[row.status][0])  # fmt: skip
        if share > _FARTHEST:
            axes.text(_FARTHEST - 0.03, i, f"{100.0 * share:.0f} % ▶", ha="right", va="center",
                      fontweight="bold", fontsize=style.SMALL, zorder=5.0,
                      path_effects=style.HALO)  # fmt: skip
    for tier, width in ((row.warning, 2.2), (row.error, 4.5)):
        if tier is not None:
            at, tall = [row.share(tier, end)] * 2, [i - 0.38, i + 0.38]
            axes.plot(at, tall, color="white", linewidth=width + 2.5, zorder=3.0)
            axes.plot(at, tall, color=style.INK, linewidth=width, zorder=3.5)


def _words(axes: Axes, i: int, row: _Limit) -> None:
    """Status, title, value, tiers, place and first time of a row."""
    colour, sign, word = _STATUS[row.status]
    seen = row.value is not None
    unit = "" if row.unit == "1" else f" {style.readable(row.unit)}"
    cells = {
        "status": f"{sign} {word}" if seen else "",
        "limit of": row.title,
        "worst value": f"{_number(row.value)}{unit}" if seen else "does not apply",
        "warning": _number(row.warning),
        "error": _number(row.error),
        "depth": "" if row.depth is None else f"{row.depth:.3g} mm",
        "at [mm]": ", ".join(_number(float(x)) for x in row.place.split()),
        "since": _since(row.since),
    }
    ends = [*list(_COLUMNS.values())[1:], _RIGHT]
    ends[1] = _BARS
    for (name, left), end in zip(_COLUMNS.items(), ends, strict=True):
        bold = row.status != "ok" and name in ("status", "limit of", "worst value", row.status)
        room = (end - left) * style.PAGE[0] - 5.0
        shown, size = fitted(cells[name], room, style.SMALL, bold=bold)
        ink = style.INK if seen else style.FAINT
        if seen and name == "status":
            ink = style.darker(colour, 0.3)
        axes.text((left - _BARS) / _WIDE, i, shown, transform=axes.get_yaxis_transform(),
                  va="center", fontsize=size, color=ink,
                  fontweight="bold" if bold else "normal")  # fmt: skip


def _number(value: float | None) -> str:
    """``value`` as it is printed."""
    if value is None:
        return "none"
    if 0.0 < abs(value) < _SMALLEST:
        digits, power = f"{value:.1e}".split("e")
        return f"{digits}·10{str(int(power)).translate(_RAISED)}".replace("-", "−")
    return f"{value:.3g}".replace("-", "−")


def _since(seconds: float | None) -> str:
    """Time at which a tier was first crossed."""
    if seconds is None:
        return ""
    return f"{seconds:.0f} s" if seconds < 60.0 else f"{seconds / 60.0:.3g} min"


def _legend(figure: Figure, rates: Sequence[str]) -> None:
    """What marks mean, and what the chart leaves out."""
    words = ("Thin mark: warning; thick mark: error. Without an error the warning is the limit. "
             "Since: when the warning, or the error, was first crossed.")  # fmt: skip
    lines = [words]
    if rates:
        lines.append(f"Reported as rates of trials, not computed: {', '.join(rates)}.")
    for k, line in enumerate(lines):
        text, size = fitted(line, 0.93 * style.PAGE[0], style.SMALL)
        figure.text(0.035, 0.05 - 0.026 * k, text, fontsize=size, color="#4a5565")
