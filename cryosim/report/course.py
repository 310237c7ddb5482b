"""Charts of the months after the sessions."""

import numpy as np

from cryosim.report import axes
from cryosim.report.axes import Option
from cryosim.report.blocks import Figure, Mark, Panel
from cryosim.report.run import Run
from cryosim.report.words import number
from cryosim.view import style
from cryosim.view.months import DAYS, HIGH, INFLAMMATION, LOST, LOW, MARKED, MELANIN, sessions
from cryosim.view.result import Floats

STAGES = {
    "cleared": ("#5b4a2a", "", "rect"),
    "phagocytosed": ("#c58a16", "7 4", "diamond"),
    "apoptotic": ("#2f6fb7", "2 3", "triangle"),
    "injured": ("#6ba3cf", "", "circle"),
}
_INDICES = {
    INFLAMMATION: ("inflammation", "#b5651d", "", "1: after the death of every fat cell"),
    MELANIN: ("melanin", "#5b3a21", "7 4", "1: one session, phototype III, no sun"),
}


def months(run: Run) -> Figure | None:
    """Fat lost with its band, stages of killed cells, indices; None without fat to lose."""
    table = run.table("course")
    if not table:
        return None
    days = sessions(run.result) if run.text else np.zeros(1)
    panels = [_lost(table, days), _stages(table, days), _indices(table, days)]
    banded = HIGH in table and bool(np.isfinite(table[HIGH]).any())
    words = "Months after: mean of the fat under applicators. " + (
        "Injury and course are calibrated to trials; tissue and device are not in the band."
        if banded
        else "Injury or course are not as calibrated to trials: an assumption, without a band."
    )
    return Figure("months", words, tuple(panel for panel in panels if panel is not None))


def day_axis(table: dict[str, Floats]) -> Option:
    """Days after the first session."""
    last = float(table[DAYS][-1])
    step = 30.0 if last < 500.0 else 90.0
    return axes.across("days after the first session", 0.0, last, interval=step)


def _sessions(days: Floats, *, named: bool = True) -> list[Option]:
    words = "session" if days.size > 1 else ""
    return [axes.moment(float(day), words if named else "") for day in days if day > 0.0]


def _lost(table: dict[str, Floats], days: Floats) -> Panel:
    x, lost = table[DAYS], table[LOST]
    mark = Mark("fat lost", style.COLD, width=2.6)
    series, key = [axes.line("fat lost", x, lost, mark)], [mark]
    if HIGH in table and np.isfinite(table[HIGH]).any():
        pale = style.lighter(style.COLD, 0.4)
        edge = Mark("5 to 95 % of the calibration", pale, "2 3", fill=True, width=1.2)
        series.insert(0, axes.strip(x, table[LOW], table[HIGH], style.FRONT))
        series += [axes.line("5 %", x, table[LOW], edge), axes.line("95 %", x, table[HIGH], edge)]
        key.append(edge)
    series += [_days_marked(x, lost, days), axes.holder(_sessions(days))]
    chart = axes.option(day_axis(table), axes.up("fat lost [%]", 0.0), series)
    chart["grid"] |= {"right": 40}
    return Panel("months_lost", "Fat lost", chart, 320, tuple(key),
                 "Fat lost under applicators against days, with its interval.")  # fmt: skip


def _days_marked(x: Floats, lost: Floats, days: Floats) -> Option:
    """The days that trials measure, with their numbers."""
    found = []
    for n in MARKED:
        at = float(days[-1]) + n
        if at <= x[-1]:
            y = float(np.interp(at, x, lost))
            found.append({"value": [at, axes.short(y)],
                          "label": {"formatter": f"{number(y, 3)} %"}})  # fmt: skip
    return {
        "type": "scatter", "data": found, "symbolSize": 9, "silent": True, "z": 5,
        "itemStyle": {"color": "#fff", "borderColor": style.COLD, "borderWidth": 2},
        "label": {"show": True, "position": "top", "color": style.COLD, "fontWeight": "bold",
                  "fontSize": axes.TEXT, "textBorderColor": "#fff", "textBorderWidth": 3,
                  "distance": 6}, "labelLayout": {"hideOverlap": True},
        "tooltip": {"show": False},
    }  # fmt: skip


def _stages(table: dict[str, Floats], days: Floats) -> Panel:
    """Stages of the killed cells as curves, so that each can be read off."""
    series, key = [], []
    for k, (name, (colour, dash, symbol)) in enumerate(STAGES.items()):
        mark = Mark(name, colour, dash, symbol)
        series.append(axes.line(name, table[DAYS], 100.0 * table[f"{name} [1]"], mark, place=k))
        key.append(mark)
    renewed = 100.0 * table.get("renewed [1]", np.zeros(1))
    if renewed.any():
        mark = Mark("renewed by turnover", style.INK, "2 3")
        series.append(axes.line("renewed", table[DAYS], renewed, mark))
        key.append(mark)
    lines = axes.holder(_sessions(days, named=False))
    chart = axes.option(day_axis(table), axes.up("share of fat cells [%]", 0.0), [*series, lines])
    return Panel("months_stages", "Stages of the killed cells", chart, 250, tuple(key),
                 "Share of fat cells in each stage against days.", wide=False)  # fmt: skip


def _indices(table: dict[str, Floats], days: Floats) -> Panel | None:
    series, key = [], []
    for name, (words, colour, dash, meaning) in _INDICES.items():
        if name in table and np.nanmax(table[name]) > 0.0:
            mark = Mark(f"{words} ({meaning})", colour, dash)
            series.append(axes.line(words, table[DAYS], table[name], mark))
            key.append(mark)
    if not series:
        return None
    lines = axes.holder(_sessions(days, named=False))
    chart = axes.option(day_axis(table), axes.up("index [1]", 0.0), [*series, lines])
    return Panel("months_indices", "Inflammation and pigment", chart, 250, tuple(key),
                 "Indices of inflammation and melanin against days.", wide=False)  # fmt: skip
