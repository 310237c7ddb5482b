"""Charts of several runs in one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cryosim.report import axes
from cryosim.report.axes import Option
from cryosim.report.blocks import Figure, Mark, Panel
from cryosim.report.depth import at_end_of_cooling, profile
from cryosim.report.over_time import TIME
from cryosim.report.run import APPLICATOR, BELOW, COLDEST, Run
from cryosim.view import style
from cryosim.view.months import DAYS, HIGH, LOST, LOW
from cryosim.view.result import Floats

_LOOKS = (
    ("#0b3c8c", "", "circle"),
    ("#c2570c", "7 4", "triangle"),
    ("#3f7a4d", "2 3", "rect"),
    ("#6a4fb3", "10 3 2 3", "diamond"),
    ("#5b6b7a", "4 2", "emptyCircle"),
    ("#a3195b", "12 5", "emptyTriangle"),
)


@dataclass(frozen=True)
class Named:
    """A run with the letter that it goes by on the page."""

    letter: str
    run: Run
    look: Mark

    @property
    def label(self) -> str:
        """Letter and title."""
        return self.look.label


def named(runs: Sequence[Run]) -> list[Named]:
    """Every run with a letter, and a colour, dashes and a sign of its own."""
    titles = [run.title for run in runs]
    found = []
    for k, run in enumerate(runs):
        letter = chr(ord("A") + k) if k < 26 else f"#{k + 1}"
        own = "" if titles.count(run.title) == 1 else f" ({run.folder.resolve().name})"
        colour, dash, symbol = _LOOKS[k % len(_LOOKS)]
        found.append(Named(letter, run, Mark(f"{letter}: {run.title}{own}", colour, dash, symbol)))
    return found


def protocols(runs: Sequence[Named]) -> Figure | None:
    """Temperature of the coldest applicator of each run, and of the coldest skin."""
    device: dict[str, tuple[Floats, Floats]] = {}
    for one in runs:
        table = one.run.table("device")
        courses = [v for k, v in table.items() if k.endswith(APPLICATOR)]
        if courses:
            lowest = np.fmin.reduce(courses)
            device[one.letter] = (table[TIME], lowest)
    skin = _columns(runs, "front", "coldest skin [degC]")
    return _figure("protocol", "Protocol: the coldest applicator, and the coldest skin.", (
        _panel("device", "Coldest applicator", "temperature [°C]", device, runs, of="degC"),
        _panel("skin", "Coldest skin", "temperature [°C]", skin, runs, of="degC"),
    ), runs)  # fmt: skip


def layers(runs: Sequence[Named]) -> Figure | None:
    """Coldest point and share below the threshold of every layer that several runs have."""
    titles: dict[str, str] = {}
    for one in runs:
        titles |= {k.name: titles.get(k.name, k.title) for k in one.run.layers}
    thresholds = {one.run.threshold for one in runs}
    lines = (
        [axes.level(t, f"threshold {style.degrees(t)}") for t in thresholds if np.isfinite(t)]
        if len(thresholds) == 1 else []
    )  # fmt: skip
    panels: list[Panel | None] = []
    for name, title in titles.items():
        coldest = _columns(runs, "layers", name + COLDEST)
        below = _columns(runs, "layers", name + BELOW, 100.0)
        crossed = any(np.nanmax(share) > 0.0 for _, share in below.values())
        panels.append(_panel(f"coldest_{len(panels)}", f"{title}: coldest point",
                             "temperature [°C]", coldest, runs, lines, of="degC",
                             wide=not crossed))  # fmt: skip
        if crossed:
            panels.append(_panel(f"below_{len(panels)}", f"{title}: below the threshold",
                                 "share of volume [%]", below, runs, low=0.0))  # fmt: skip
    return _figure("layers_over_time", "Layers over time.", panels, runs)


def fronts(runs: Sequence[Named]) -> Figure | None:
    """Depth of the threshold, and temperature over depth at the end of cooling."""
    depth = _columns(runs, "front", "threshold depth [mm]")
    profiles = {}
    for one in runs:
        found = profile(one.run)
        if found is not None:
            when = end_of_cooling(one.run)
            profiles[one.letter] = (found[0], at_end_of_cooling(found, when))
    return _figure("depth", "How deep the cold goes.", (
        _panel("front", "Depth of the threshold", "depth [mm]", depth, runs, low=0.0),
        _panel("profile", "Temperature under the applicator at the end of cooling",
               "temperature [°C]", profiles, runs, of="degC", across="depth [mm]"),
    ), runs)  # fmt: skip


def end_of_cooling(run: Run) -> float:
    """Time (s) of the end of cooling; of a run without fields, that of the coldest skin."""
    if run.has_fields:
        return float(run.result.times[run.step])
    table = run.table("front")
    return float(table[TIME][int(np.nanargmin(table["coldest skin [degC]"]))]) if table else 0.0


def courses(runs: Sequence[Named]) -> Figure | None:
    """Fat lost over days, with the bands that runs have."""
    curves, strips = {}, []
    for one in runs:
        table = one.run.table("course")
        if table:
            curves[one.letter] = (table[DAYS], table[LOST])
            if HIGH in table and np.isfinite(table[HIGH]).any():
                strips.append(axes.strip(table[DAYS], table[LOW], table[HIGH], one.look.colour))
    panel = _panel("months", "Fat lost", "fat lost [%]", curves, runs, low=0.0, wide=True,
                   across="days after the first session", strips=strips)  # fmt: skip
    words = "Months after: strips hold 5 to 95 % of the calibration, where a run has one."
    return _figure("months", words, (panel,), runs)


def _columns(
    runs: Sequence[Named], table: str, column: str, factor: float = 1.0
) -> dict[str, tuple[Floats, Floats]]:
    """Times (s) and values of a column of every run that has it."""
    found = {}
    for one in runs:
        rows = one.run.table(table)
        if column in rows:
            found[one.letter] = (rows[TIME], factor * rows[column])
    return found


def _panel(
    ident: str, title: str, up: str, curves: dict[str, tuple[Floats, Floats]],
    runs: Sequence[Named], lines: Sequence[Option] = (), *, of: str = "plain",
    low: float | None = None, across: str = "", wide: bool = False,
    strips: Sequence[Option] = (),
) -> Panel | None:  # fmt: skip
    """One chart with a curve for each run that has one; against time unless ``across``."""
    shown = [one for one in runs if one.letter in curves]
    if not shown:
        return None
    last = max(float(curves[one.letter][0][-1]) for one in shown)
    unit, name = (1.0, "") if across else style.clock_unit(last)
    series = [
        axes.line(one.label, curves[one.letter][0] / unit, curves[one.letter][1], one.look, of=of,
                  place=k)
        for k, one in enumerate(shown)
    ]  # fmt: skip
    chart = axes.option(
        axes.across(across or f"time [{name}]", 0.0, last / unit), axes.up(up, low),
        [*strips, *series, axes.holder(lines)],
    )  # fmt: skip
    return Panel(f"both_{ident}", title, chart, 320 if wide else 250, (),
                 f"{title} of every run.", wide=wide)  # fmt: skip


def _figure(
    ident: str, caption: str, panels: Sequence[Panel | None], runs: Sequence[Named]
) -> Figure | None:
    shown = tuple(panel for panel in panels if panel is not None)
    return Figure(ident, caption, shown, tuple(one.look for one in runs)) if shown else None
