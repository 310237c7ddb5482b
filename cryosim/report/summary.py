"""The top of a report: what was computed, what it comes to, and the key numbers."""

from typing import Any

import numpy as np

from cryosim.library import applicators, sites
from cryosim.outcome.limits import start_of
from cryosim.report.blocks import Head, Tile, Verdict
from cryosim.report.cells import Number
from cryosim.report.run import BELOW, COLDEST, Run
from cryosim.report.words import apart_in, between, capital, clock, listed, measure, number, printed
from cryosim.units import ZERO_CELSIUS
from cryosim.view import style

MAIN_DAY = 90
"""Day after the last session whose loss is told first: that at which trials measure most often."""

ICE = "ice nucleates"
"""Event of ``result.json``."""

Entry = dict[str, Any]


def head(run: Run) -> Head:
    """The top of the page of one run."""
    assumed = [words for words in run.told["overrides"] if "assumption" in words]
    honest = "Injury law, hazard of ice and many thresholds are assumptions" + (
        f", and this case assumes {len(assumed)} more value{'s' * (len(assumed) > 1)}."
        if assumed
        else "."
    )
    return Head(run.title, sentence(run), verdicts(run), tiles(run), honest=honest)


# --- what was computed -------------------------------------------------------------------------


def sentence(run: Run) -> str:
    """Site, applicator and protocol in one sentence."""
    dimension = {1: "a column (1-D)", 2: "a section (2-D)", 3: "three dimensions"}
    where = dimension[run.told["dimension"]]
    if run.loaded is None:
        return f"Computed in {where}. The case file in this folder cannot be read by itself."
    return (
        f"{capital(tissue(run))}. {devices(run)}. {protocol(run)}{sessions(run)} "
        f"Computed in {where}, {clock(run.loaded.case.duration)} of treatment."
    )


def tissue(run: Run) -> str:
    """Site, and layers with their thickness."""
    if run.loaded is None:
        return ""
    site = run.loaded.fields.get("anatomy", {}).get("site")
    layers = listed([
        f"{measure(1e3 * layer.thickness, 'mm')} {printed(layer.label)}" if layer.thickness
        else printed(layer.label)
        for layer in run.loaded.case.anatomy.layers
    ])  # fmt: skip
    return f"{sites.title(site)} ({layers})" if isinstance(site, str) else layers


def devices(run: Run) -> str:
    """What is put on the skin."""
    assert run.loaded is not None  # noqa: S101  (narrows the type)
    given = run.loaded.fields.get("applicator", [])
    tables = given if isinstance(given, list) else [given]
    kinds: dict[str, list[str]] = {}
    for plate, table in zip(run.loaded.case.applicator, tables, strict=False):
        name = table.get("library") if isinstance(table, dict) else None
        words = applicators.title(name) if isinstance(name, str) else _kind(plate)
        kinds.setdefault(printed(f"{words[:1].lower()}{words[1:]}"), []).append(plate.name)
    if not kinds:
        return "No applicator"
    if len(tables) == 1:
        return f"Applicator: {next(iter(kinds))}"
    return f"Applicators: {'; '.join(f'{listed(n)}, {words}' for words, n in kinds.items())}"


def _kind(plate: Any) -> str:
    """An applicator that is not of the library, with the size of its footprint."""
    size = " × ".join(number(1e3 * length, 3) for length in plate.footprint)
    return f"{plate.kind}{f' of {size} mm' if size else ''}"


def protocol(run: Run) -> str:
    """The phases, one after the other."""
    assert run.loaded is not None  # noqa: S101
    steps = []
    for phase in run.loaded.case.phases:
        told = f"{phase.phase} {clock(phase.duration)}"
        if getattr(phase, "temperature", None) is not None:
            told += f" at {measure(phase.temperature - ZERO_CELSIUS, 'degC', 3)}"
        elif getattr(phase, "flux", None) is not None:
            told += f" at {measure(0.1 * phase.flux, 'mW/cm^2')}"
        steps.append(told)
    return f"Protocol: {', then '.join(steps)}."


def sessions(run: Run) -> str:
    """Days of the sessions, if there are several."""
    assert run.loaded is not None  # noqa: S101
    days = [float(s) / 86400.0 for s in run.loaded.case.course.sessions]
    if len(days) < 2:
        return ""
    return f" {len(days)} sessions, on days {listed([number(d) for d in days])}."


# --- verdicts ----------------------------------------------------------------------------------


def verdicts(run: Run) -> list[Verdict]:
    """On safety, on what was not planned, on fat, and on which layers crossed the threshold."""
    found = (of_limits(run), of_events(run), of_fat(run), of_layers(run))
    return [verdict for verdict in found if verdict is not None]


def of_events(run: Run) -> Verdict | None:
    """What happened that the protocol does not say; None if nothing did."""
    events = [e for e in run.told["events"] if not str(e["event"]).startswith("no ")]
    if not events:
        return None
    lines = [f"{capital(str(e['event']))} at {clock(e['time [s]'])}." for e in events]
    return Verdict("warning", "The treatment did not run as planned", lines)


def iced(run: Run) -> bool:
    """Whether ice formed in this run."""
    return any(e["event"] == ICE for e in run.told["events"])


def share_of(x: Entry) -> float | None:
    """How far the value of a limit is on the way from harmless to the limit (1)."""
    end = x["error"] if x["error"] is not None else x["warning"]
    start = start_of(x["harmless"], x["unit"])
    if x["value"] is None or end is None or end == start:
        return None
    return float((x["value"] - start) / (end - start))


def binding(limits: list[Entry]) -> Entry | None:
    """Of the worst status, the limit that is farthest on its way."""
    order = ("ok", "warning", "error")
    seen = [x for x in limits if x["status"] in order and share_of(x) is not None]
    return max(seen, key=lambda x: (order.index(x["status"]), share_of(x)), default=None)


def of_limits(run: Run) -> Verdict | None:
    """Which limit binds, and by how much."""
    limits = run.told["limits"]
    bound = binding(limits)
    if bound is None:
        return None
    worst = bound["status"]
    beyond = [x for x in limits if x["status"] == worst]
    count = f"{len(beyond)} limit{'s' if len(beyond) > 1 else ''} of safety"
    headlines = {
        "ok": "All limits of safety are kept",
        "warning": f"{count} in warning, none in error",
        "error": f"{count} in error",
    }
    lines = [_margin(bound)]
    if worst != "ok" and len(beyond) > 1:
        others = [printed(x["title"]) for x in beyond if x is not bound]
        lines.append(f"Also: {listed(others)}.")
    milder = sum(x["status"] == "warning" for x in limits)
    if worst == "error" and milder:
        lines.append(f"{milder} more in warning.")
    if any(x["key"] == "ice" and x["status"] == "error" for x in limits) and not iced(run):
        lines.append("Everything below is computed as if no ice formed.")
    return Verdict(worst, headlines[worst], lines)


def _margin(x: Entry) -> str:
    """A limit with its value and how far that is from its tier."""
    nearest = "warning" if x["warning"] is not None else "error"
    tier = nearest if x["status"] == "ok" else x["status"]
    margin, unit = x["margin"][tier], x["unit"]
    side = "inside" if margin >= 0.0 else "beyond"
    span = measure(abs(margin), apart_in(unit), 3)
    words = "Nearest to its limit" if x["status"] == "ok" else "Farthest beyond"
    return (
        f"{words}: {printed(x['title'])}, {measure(x['value'], unit, 3)}; {span} {side} "
        f"the {tier} at {measure(x[tier], unit, 3)}."
    )


def loss(run: Run) -> tuple[str, Entry] | None:
    """Name and entry of the fat lost on the main day, or on the last there is."""
    found = run.told["outcome"]
    names = [n for n in found if n.startswith("fat lost after ")]
    if not names:
        return None
    name = f"fat lost after {MAIN_DAY} d"
    return (name, found[name]) if name in found else (names[-1], found[names[-1]])


def of_fat(run: Run) -> Verdict | None:
    """How much fat is lost, with its interval and how much of the layer that is."""
    told = loss(run)
    if told is None:
        return None
    name, entry = told
    day = name.removeprefix("fat lost after ").removesuffix(" d")
    lines = [f"Of the fat under applicators, {day} days after the last session."]
    if entry["interval"] is not None:
        lines[0] = f"5 to 95 % of the calibration: {between(entry['interval'], '%')}. {lines[0]}"
    else:
        lines.append("Injury or course are not as calibrated: an assumption, without an interval.")
    thinner = run.told["outcome"].get(f"fat layer thinner after {day} d")
    if thinner is not None:
        lines.append(f"The fat layer is {measure(thinner['value'], thinner['unit'], 3)} thinner.")
    return Verdict("fact", f"{measure(entry['value'], '%', 3)} of the fat lost", lines)


def of_layers(run: Run) -> Verdict | None:
    """Which layers crossed the crystallisation threshold, and how far."""
    rows = run.table("layers")
    if not rows or not np.isfinite(run.threshold):
        return None
    crossed, stayed = [], []
    for layer in run.layers:
        coldest = float(np.nanmin(rows[layer.name + COLDEST]))
        most = 100.0 * float(np.nanmax(rows[layer.name + BELOW]))
        words = f"{layer.title}: coldest {style.degrees(coldest)}"
        if coldest < run.threshold:
            share = f"{number(most, 3)} %" if most > 0.0 else "less than a cell"
            crossed.append((layer.title, f"{words}, up to {share} of its volume below."))
        else:
            stayed.append(f"{words}, stays above.")
    lines = [line for _, line in crossed] + stayed
    threshold = style.degrees(run.threshold)
    if not crossed:
        return Verdict("fact", f"No layer crossed {threshold}", lines)
    titles = listed([title[:1].lower() + title[1:] for title, _ in crossed])
    return Verdict("fact", f"{capital(titles)} crossed {threshold}", lines)


# --- key numbers -------------------------------------------------------------------------------

CHANCE = "probability that ice nucleates"
_TILES = (
    ("coldest skin", "coldest skin"),
    ("deepest threshold front", "deepest threshold front"),
    ("largest crystallised fraction under applicators", "fat crystallised under applicators"),
    ("fold still crystallised after removal", "still firm after removal"),
    (CHANCE, "probability of ice"),
)


def tiles(run: Run) -> list[Tile]:
    """The key numbers with units and bands."""
    found = []
    told = loss(run)
    if told is not None:
        name, entry = told
        note = "" if entry["interval"] is None else between(entry["interval"], "%")
        found.append(Tile(name, _number("outcome", name, entry), note))
        volume = name.replace("fat lost", "volume lost")
        if volume in run.told["outcome"]:
            entry = run.told["outcome"][volume]
            span = entry["interval"]
            found.append(Tile(volume, _number("outcome", volume, entry),
                              between(span, entry["unit"]) if span else ""))  # fmt: skip
        thinner = name.replace("fat lost", "fat layer thinner")
        if thinner in run.told["outcome"]:
            number = _number("outcome", thinner, run.told["outcome"][thinner])
            found.append(Tile(thinner, number, "mean under applicators"))
    for name, title in _TILES:
        if name in run.told["quantities"]:
            entry = run.told["quantities"][name]
            note = "before it nucleated" if name == CHANCE and iced(run) else _band(entry)
            found.append(Tile(title, _number("quantities", name, entry), note))
    return found


def _number(part: str, name: str, entry: Entry) -> Number:
    return Number(entry["value"], entry["unit"], f"{part}/{name}/value", 3, least(entry))


def least(entry: Entry) -> str:
    """What stands before a number that is at least as great."""
    return "≥ " if str(entry["how"]).startswith("at least") else ""


def _band(entry: Entry) -> str:
    """The numerical error, if it was estimated."""
    if entry["band"] is None:
        return ""
    return f"± {measure(entry['band'], apart_in(entry['unit']), 2)}"
