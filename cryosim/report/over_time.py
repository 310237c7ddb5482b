"""Charts against time: protocol and device, layers, depth of the threshold, probes."""

from collections.abc import Callable, Sequence

import numpy as np

from cryosim.report import axes
from cryosim.report.axes import Option
from cryosim.report.blocks import Figure, Mark, Panel
from cryosim.report.run import APPLICATOR, Run
from cryosim.report.words import number, printed
from cryosim.view import style
from cryosim.view.result import Floats

TIME = "time [s]"
ABORTS = " aborts the treatment"
"""How such an event of ``result.json`` ends."""


class Clock:
    """The axis of time of a run, and what stands on it in every chart."""

    def __init__(self, run: Run, seconds: Floats) -> None:
        """For a table whose times are ``seconds``."""
        self.last = float(seconds[-1])
        self.unit, self.name = style.clock_unit(self.last)
        self.phases = run.phases
        self.x = seconds / self.unit

    @property
    def axis(self) -> Option:
        """Time from the start."""
        return axes.across(f"time [{self.name}]", 0.0, max(self.last / self.unit, 1e-9))

    def marks(self, lines: Sequence[Option] = (), *, shaded: bool = True) -> Option:
        """Phases, and ``lines`` with their names."""
        spans = axes.spans(self.phases, self.unit, self.last, shaded=shaded)
        return axes.holder(lines, spans)


def threshold(run: Run) -> list[Option]:
    """The line of the threshold, if it is known."""
    if not np.isfinite(run.threshold):
        return []
    return [axes.level(run.threshold, f"threshold {style.degrees(run.threshold)}")]


# --- protocol ----------------------------------------------------------------------------------


def protocol(run: Run) -> Figure | None:
    """Temperature, set point and heat of every applicator; None without one."""
    table = run.table("device")
    if not table:
        return None
    names = [k.removesuffix(APPLICATOR) for k in table if k.endswith(APPLICATOR)]
    clock = Clock(run, table[TIME])
    panels = [
        _panel(run, clock, table, names, what) for what in ("temperature", "heat", "saturation")
    ]
    return Figure(
        "protocol",
        "Protocol and device: what the applicator does, and the skin under it.",
        tuple(panel for panel in panels if panel is not None),
    )


_CURVES = {
    "temperature": (
        ("temperature [degC]", "", style.DEVICE, ""),
        ("set point [degC]", "set point", style.FAINT, "7 4"),
        ("sensor [degC]", "sensor", "#4b7f52", "2 3"),
        ("coldest skin [degC]", "coldest skin", style.SKIN, ""),
    ),
    "heat": (
        ("heat flux [mW/cm^2]", "out of the skin", style.DEVICE, ""),
        ("pumped [mW/cm^2]", "pumped", "#4b7f52", "7 4"),
    ),
    "saturation": (("saturation [1]", "", style.DEVICE, ""),),
}
_TITLES = {
    "temperature": ("Temperatures of the device", "temperature [°C]", "degC", 290),
    "heat": ("Heat flux", "heat flux [mW/cm²]", "plain", 220),
    "saturation": ("Used share of what the pump can do", "share [%]", "plain", 220),
}


def _panel(
    run: Run, clock: Clock, table: dict[str, Floats], names: list[str], what: str
) -> Panel | None:
    """One chart of the device; None if its table tells nothing of that."""
    title, name_of_axis, of, height = _TITLES[what]
    series, key = [], []
    for k, name in enumerate(names):
        for column, words, colour, dash in _CURVES[what]:
            values = table.get(f"{name} {column}")
            if values is None or not np.isfinite(values).any():
                continue
            pale = style.lighter(colour, 0.45 * k / max(len(names) - 1, 1))
            label = ": ".join(filter(None, [name if len(names) > 1 or not words else "", words]))
            sign = axes.SYMBOLS[k] if len(names) > 1 or colour == style.SKIN else ""
            mark = Mark(printed(label), pale, dash, sign)
            scaled = 100.0 * values if what == "saturation" else values
            series.append(axes.line(mark.label, clock.x, scaled, mark, of=of, place=k))
            key.append(mark)
    if not series:
        return None
    lines = threshold(run) if what == "temperature" else []
    ends = aborts(run)
    if ends:
        lines = [*lines, *(axes.moment(at / clock.unit) for at in ends)]
        key.append(Mark("aborted", style.INK, "2 3", width=1.2))
    low = None if what == "temperature" or min(map(_least, series)) < 0.0 else 0.0
    percent = (100.0, 25.0) if what == "saturation" else (None, None)
    up = axes.up(name_of_axis, low, percent[0], interval=percent[1])
    chart = axes.option(clock.axis, up, [*series, clock.marks(lines)])
    return Panel(f"protocol_{what}", title, chart, height, tuple(key),
                 f"{title} against time.", wide=what == "temperature")  # fmt: skip


def aborts(run: Run) -> list[float]:
    """Times (s) at which applicators ended the treatment by themselves."""
    return [float(e["time [s]"]) for e in run.told["events"] if str(e["event"]).endswith(ABORTS)]


def _least(curve: Option) -> float:
    """Least value of a curve."""
    points = [p["value"] if isinstance(p, dict) else p for p in curve["data"]]
    return min((p[1] for p in points if p[1] is not None), default=0.0)


# --- layers ------------------------------------------------------------------------------------


def layers_over_time(run: Run) -> Figure | None:
    """Coldest and mean temperature, share below the threshold, crystals and viability."""
    rows = run.table("layers")
    if not rows:
        return None
    clock = Clock(run, rows[TIME])
    panels = [
        _temperatures(run, clock, rows),
        _shares(run, clock, rows, "below threshold", "Below the threshold", "share of volume [%]"),
        _shares(run, clock, rows, "crystallised", "Crystallised lipid", "share of lipid [%]"),
        _shares(run, clock, rows, "viable", "Viable fat cells", "share of cells [%]"),
    ]
    return Figure(
        "layers_over_time", "Layers over time: which of them cross the threshold, and how long.",
        tuple(panel for panel in panels if panel is not None),
    )  # fmt: skip


def _temperatures(run: Run, clock: Clock, rows: dict[str, Floats]) -> Panel:
    series, key = [], []
    for k, (name, mark) in enumerate(axes.layer_marks(run.layers).items()):
        mean = Mark(mark.label, mark.colour, "7 4", width=1.6)
        coldest = rows[f"{name} minimum [degC]"]
        series.append(axes.line(f"{mark.label}, coldest", clock.x, coldest, mark, of="degC",
                                place=k))  # fmt: skip
        series.append(axes.line(f"{mark.label}, mean", clock.x, rows[f"{name} mean [degC]"], mean,
                                of="degC"))  # fmt: skip
        key.append(mark)
    key += [Mark("coldest point", style.INK), Mark("mean of the layer", style.INK, "7 4")]
    chart = axes.option(clock.axis, axes.up("temperature [°C]"),
                        [*series, clock.marks(threshold(run))])  # fmt: skip
    return Panel("layers_temperature", "Temperature of the layers", chart, 340, tuple(key),
                 "Coldest and mean temperature of every layer against time.")  # fmt: skip


def _shares(
    run: Run, clock: Clock, rows: dict[str, Floats], what: str, title: str, axis: str
) -> Panel | None:
    """One share (%) of every layer that has it."""
    marks = axes.layer_marks(run.layers)
    shown = [(k, name) for k, name in enumerate(marks) if f"{name} {what} [1]" in rows]
    if not shown:
        return None
    series, key, top = [], [], 0.0
    for k, name in shown:
        share = 100.0 * rows[f"{name} {what} [1]"]
        told = _told(what, share)
        mark = Mark(f"{marks[name].label}: {told}", marks[name].colour, symbol=marks[name].symbol)
        series.append(axes.line(marks[name].label, clock.x, share, mark, place=k))
        key.append(mark)
        top = max(top, float(np.nanmax(share)))
    low = min(float(np.nanmin(100.0 * rows[f"{name} {what} [1]"])) for _, name in shown)
    chart = axes.option(clock.axis, _percent(axis, what, low, top), [*series, clock.marks()])
    words, wide = f"{title} of every layer against time.", what == "below threshold"
    return Panel(f"layers_{what.split()[0]}", title, chart, 220, tuple(key), words, wide=wide)


def _percent(name: str, what: str, low: float, top: float) -> Option:
    """The axis of a share between ``low`` and ``top`` (%); a viable one ends at 100 %."""
    if what == "viable":
        least = _floor(low)
        return axes.up(name, least, 100.0, interval=(100.0 - least) / 4.0)
    if top > 75.0:
        return axes.up(name, 0.0, 100.0, interval=25.0)
    return axes.up(name, 0.0, None if top > 1.0 else 1.0)


def _told(what: str, share: Floats) -> str:
    if what == "viable":
        return f"{number(float(share[-1]), 4)} % at the end"
    return f"at most {number(float(share.max()), 3)} %" if share.max() > 0.0 else "never"


def _floor(low: float) -> float:
    """Where the axis of a share near 100 % begins."""
    step = 10.0 if low < 90.0 else 1.0
    return float(min(np.floor(low / step) * step, 99.0))


# --- depth of the threshold, probes -------------------------------------------------------------


def front(run: Run) -> Figure | None:
    """Depth of the threshold, and the chance of ice."""
    table = run.table("front")
    if not table:
        return None
    clock = Clock(run, table[TIME])
    depth = Mark("deepest tissue below the threshold", style.COLD)
    panels = [
        Panel("front_depth", "Depth of the threshold", axes.option(
            clock.axis, axes.up("depth [mm]", inverse=True, min=0.0, nameLocation="start"),
            [axes.line("depth [mm]", clock.x, table["threshold depth [mm]"], depth),
             clock.marks()]), 220, (depth,), "Depth of the threshold against time.", wide=False),
    ]  # fmt: skip
    ice = table.get("probability of ice [1]")
    if ice is not None and np.nanmax(ice) > 0.0:
        mark = Mark("by then, anywhere; the hazard is an assumption", style.INK)
        panels.append(
            Panel("front_ice", "Probability that ice nucleates", axes.option(
                clock.axis, axes.up("probability [%]", 0.0),
                [axes.line("probability [%]", clock.x, 100.0 * ice, mark), clock.marks()]),
                220, (mark,), "Probability of ice against time.", wide=False)
        )  # fmt: skip
    return Figure("front", "How deep the cold goes.", tuple(panels))


def probes(run: Run) -> Figure | None:
    """Temperature at every probe; None without any."""
    table = run.table("probes")
    names = [k for k in table if k != TIME]
    if not names:
        return None
    clock = Clock(run, table[TIME])
    tints = (style.COLD, "#a0531f", "#4b7f52", "#6a5aa8", "#5b6b7a", "#8f2d3b")
    dashes = ("", "7 4", "2 3")
    sign: Callable[[int], str] = lambda k: axes.SYMBOLS[k % len(axes.SYMBOLS)]  # noqa: E731
    key = [
        Mark(printed(name.removesuffix(" [degC]")), tints[k % len(tints)],
             dashes[k // len(tints) % len(dashes)], sign(k))
        for k, name in enumerate(names)
    ]  # fmt: skip
    series = [
        axes.line(mark.label, clock.x, table[name], mark, of="degC", place=k)
        for k, (name, mark) in enumerate(zip(names, key, strict=True))
    ]
    chart = axes.option(clock.axis, axes.up("temperature [°C]"),
                        [*series, clock.marks(threshold(run))])  # fmt: skip
    panel = Panel("probes", "Probes", chart, 280, tuple(key), "Temperature at the probes.")
    return Figure("probes", "Temperature at the probes of the case.", (panel,))
