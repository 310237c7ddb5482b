r"""One row of the table of a sweep: what ``result.json`` of a point comes down to.

The relative margin of a limit is the share that is left of the way from harmless to its tier,

.. math:: m = \frac{l - v}{l - v_0},

1 where nothing is used, 0 on the tier, negative beyond it; :math:`v_0` as in
:func:`cryosim.outcome.limits.start_of`.  It has no unit, so limits can be compared: the one
with the least binds.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cryosim.outcome.limits import TIERS, start_of
from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.states import RESULT_FILE, State, state_of
from cryosim.uncertainty.outcomes import SECTIONS, outcomes_of
from cryosim.view.sweep_table import DONE, LIMIT, POINT, SAFE, STATUS, VERDICT, relative_column

UNREADABLE = "unreadable"
"""Status of a point whose ``result.json`` is broken."""

TIMING = "timing: "
"""Before the name of what a run took."""

_SEVERITY = ("ok", *TIERS)

Row = dict[str, Any]


def row_of(plan: Plan, point: Point) -> Row:
    """The row of a ``point``, whatever became of it."""
    folder = plan.folder_of(point)
    state = state_of(folder)
    found: Row = {}
    if state.kind == DONE:
        try:
            found = numbers_of(json.loads((folder / RESULT_FILE).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            state = State(UNREADABLE, _why(folder / RESULT_FILE, error), state.attempts)
    elif not state.message and (folder / RESULT_FILE).exists():
        state = State(state.kind, f"{RESULT_FILE} there is of no finished run", state.attempts)
    return {
        POINT: point.name, STATUS: state.kind, "message": state.message, "ranks": point.ranks,
        "attempts": state.attempts,
        **{v.header: point.settings.get(v.name) for v in plan.variables}, **found,
    }  # fmt: skip


def _why(file: Path, error: Exception) -> str:
    return (
        f"{file.name} cannot be read ({type(error).__name__}: {error}); "
        "delete it and run the sweep again"
    )


def numbers_of(result: Mapping[str, Any]) -> Row:
    """Outcomes with their bands, limits with their margins, and timing of a ``result``."""
    row: Row = {
        f"{name} [{unit}]": value
        for name, (value, unit) in outcomes_of(result).items()
        if not name.startswith(LIMIT)
    }
    row |= dict(_bands(result))
    seen = [entry for entry in result["limits"] if entry["status"] != "info"]
    for entry in seen:
        row |= _limit(entry)
    row |= _verdict(seen) | _timing(result["timing"])
    row["version"] = result["versions"]["cryosim"]
    return row


def _bands(result: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Half-widths of numerical bands, and ends of intervals."""
    for section in SECTIONS:
        for name, entry in result.get(section, {}).items():
            if not isinstance(entry, Mapping):
                continue
            unit = entry.get("unit", "1")
            if entry.get("band") is not None:
                yield f"{name}: band [{unit}]", float(entry["band"])
            low, high = entry.get("interval") or (entry.get("low"), entry.get("high"))
            if low is not None and high is not None:
                yield f"{name}: low [{unit}]", float(low)
                yield f"{name}: high [{unit}]", float(high)


def _limit(entry: Mapping[str, Any]) -> Row:
    """Value, margins, relative margins and verdict of one limit."""
    key, unit = entry["key"], entry["unit"]
    return {
        f"{LIMIT}{key} [{unit}]": entry["value"],
        f"{LIMIT}{key}: margin [{unit}]": entry["margin"]["error"],
        f"{LIMIT}{key}: margin to warning [{unit}]": entry["margin"]["warning"],
        **{relative_column(key, tier): relative_margin(entry, tier) for tier in TIERS},
        f"{LIMIT}{key}: verdict": entry["status"],
    }


def relative_margin(entry: Mapping[str, Any], tier: str) -> float | None:
    """Share that is left of the way to a ``tier`` (1); None if nothing was seen or no tier is."""
    value, end = entry["value"], entry[tier]
    start = start_of(entry["harmless"], entry["unit"])
    if value is None or end is None or end == start:
        return None
    return float((end - value) / (end - start))


def _verdict(seen: list[Mapping[str, Any]]) -> Row:
    """The worst verdict, whether no limit is in error, and the limit that binds for each tier."""
    worst = max((entry["status"] for entry in seen), key=_SEVERITY.index, default="ok")
    row: Row = {VERDICT: worst, SAFE: worst != "error"}
    for tier, name in (("error", "binding limit"), ("warning", "binding warning")):
        left = {entry["key"]: relative_margin(entry, tier) for entry in seen}
        known = {key: share for key, share in left.items() if share is not None}
        key = min(known, key=lambda one: known[one], default=None)
        row |= {name: key, f"{name}: relative margin [1]": known[key] if key else None}
    return row


def _timing(timing: Mapping[str, Any]) -> Row:
    """What the run took; the march and the whole in core time, the whole in wall time."""
    laps = [name.removesuffix("_core_s") for name in timing if name.endswith("_core_s")]
    return {
        f"{TIMING}march [core-s]": timing["march_core_s"],
        f"{TIMING}all [core-s]": sum(timing[f"{lap}_core_s"] for lap in laps),
        f"{TIMING}wall [s]": sum(timing[f"{lap}_s"] for lap in laps),
        f"{TIMING}ranks": timing["ranks"],
        f"{TIMING}unknowns": timing["unknowns"],
        f"{TIMING}steps": timing.get("steps"),
    }
