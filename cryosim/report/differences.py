"""Tables of what differs between runs: inputs key by key, numbers, outcomes and limits."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cryosim.report.cells import Cell, Number, Row, Status, Table, Titled
from cryosim.report.overlaid import Named
from cryosim.report.run import Run
from cryosim.report.summary import binding, least
from cryosim.report.words import apart_in, between, capital, measure, printed, text_of

SAME = 1e-12
"""Relative difference that is rounding."""

MANIFOLD = 1000.0
"""Relative difference (%) beyond which it tells nothing."""

Entry = dict[str, Any]


# --- inputs ------------------------------------------------------------------------------------


def inputs(runs: Sequence[Named]) -> Table:
    """Key path and value in every run, of what is not the same in all."""
    given = [dict(_flat(_fields(one.run))) for one in runs]
    keys = dict.fromkeys(key for fields in given for key in fields)
    rows = []
    parts = list(dict.fromkeys(key.partition(".")[0].partition("[")[0] for key in keys))
    for key in sorted(keys, key=lambda k: parts.index(k.partition(".")[0].partition("[")[0])):
        values = [fields.get(key, "not given") for fields in given]
        if len(set(values)) > 1 and key != "title":
            rows.append(Row((key, *values)))
    rows += [Row((name, *values)) for name, values in _surroundings(runs) if len(set(values)) > 1]
    caption = (
        "With sites, applicators and protocols of the library written out; what is not given is "
        "the default."
        if rows
        else "The inputs are the same in every run."
    )
    head = ("key", *(one.letter for one in runs))
    return Table(head, rows, caption, "differences", look="long differences")


def _fields(run: Run) -> Mapping[str, Any]:
    """The case as a table, written out where it can be read."""
    if run.loaded is not None:
        return run.loaded.expanded.fields
    try:
        return tomllib.loads(run.text)
    except tomllib.TOMLDecodeError:
        return {}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Key paths and printed values of a nested table."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        for k, part in enumerate(value):
            yield from _flat(part, f"{path}[{k + 1}]")
    else:
        yield path, text_of(value)


def _surroundings(runs: Sequence[Named]) -> Iterator[tuple[str, list[str]]]:
    """What computed the runs."""
    yield "cryosim", [str(one.run.told["versions"].get("cryosim", "")) for one in runs]
    yield "machine", [str(one.run.told["machine"]) for one in runs]


# --- key numbers -------------------------------------------------------------------------------

_MAIN = (
    ("outcome", "fat lost after 90 d"), ("outcome", "volume lost after 90 d"),
    ("outcome", "fat layer thinner after 90 d"), ("quantities", "coldest skin"),
    ("quantities", "deepest threshold front"),
    ("quantities", "largest crystallised fraction under applicators"),
    ("quantities", "fold still crystallised after removal"),
    ("quantities", "probability that ice nucleates"),
)  # fmt: skip


def main(runs: Sequence[Named]) -> Table:
    """What is looked at first, and the limit that binds in each run."""
    rows = []
    for part, name in _MAIN:
        entries = [one.run.told[part].get(name) for one in runs]
        if not any(entries):
            continue
        if part == "outcome":
            cells = [_with_interval(x) for x in entries]
            others = [_apart(entries[0], x) for x in entries[1:]]
        else:
            cells = [_with_band(x) for x in entries]
            others = [difference(entries[0], x) for x in entries[1:]]
        rows.append(Row((capital(printed(name)), *cells, *others)))
    bound = [binding(one.run.told["limits"]) for one in runs]
    told = ["" if x is None else f"{printed(x['title'])}: {x['status']}" for x in bound]
    rows.append(Row(("Limit that binds", *told)))
    return Table(_head("", runs), rows, POINTS, "main_numbers")


def _head(first: str, runs: Sequence[Named]) -> tuple[str, ...]:
    """Letters of the runs, and what is subtracted from what."""
    letters = [one.letter for one in runs]
    return (first, *letters, *(f"{letter} less {letters[0]}" for letter in letters[1:]))


POINTS = "Points are percentage points."


def _apart_in(unit: str) -> str:
    """Unit of a difference, short enough for a narrow column."""
    return apart_in(unit).removeprefix("percentage ")


def _with_band(x: Entry | None) -> Cell:
    if x is None:
        return "not computed"
    band = "" if x["band"] is None else f"± {measure(x['band'], _apart_in(x['unit']), 2)}"
    return Titled(f"{least(x)}{measure(x['value'], x['unit'], 3)}", band)


# --- numbers -----------------------------------------------------------------------------------


def quantities(runs: Sequence[Named]) -> Table:
    """Every quantity with its difference to the first run, and whether bands explain it."""
    names = dict.fromkeys(name for one in runs for name in one.run.told["quantities"])
    rows = []
    for name in names:
        entries = [one.run.told["quantities"].get(name) for one in runs]
        cells = [_value(x, f"{one.letter}: quantities/{name}/value")
                 for x, one in zip(entries, runs, strict=True)]  # fmt: skip
        others = [difference(entries[0], x) for x in entries[1:]]
        rows.append(Row((capital(printed(name)), *cells, *others)))
    banded = any(x["band"] is not None for one in runs for x in one.run.told["quantities"].values())
    caption = (
        "A difference is marked where it exceeds the sum of both error bands, so that it is no "
        "error of the mesh or the steps. Inputs and model are in no band."
        if banded
        else "No run has error bands (cryosim run --error-bands), so small differences may be "
        "errors of the mesh or the steps."
    )
    return Table(_head("quantity", runs), rows, f"{caption} {POINTS}", "quantities")


def _value(x: Entry | None, key: str) -> Cell:
    if x is None:
        return "not computed"
    return Number(x["value"], x["unit"], key, 4, least(x))


def difference(first: Entry | None, x: Entry | None) -> Cell:
    """How far a quantity is from that of the first run, and whether bands can explain it."""
    if first is None or x is None:
        return ""
    if first["unit"] != x["unit"]:
        return "other unit"
    if least(first) and least(x):
        return "not known"
    gap = x["value"] - first["value"]
    bound = least(first) or least(x)
    if not bound and abs(gap) <= SAME * max(abs(first["value"]), abs(x["value"])):
        return "same"
    unit = _apart_in(x["unit"])
    text = ("+" if gap > 0.0 else "") + measure(gap, unit, 3)
    share = 100.0 * gap / abs(first["value"]) if first["value"] else np.inf
    if x["unit"] != "degC" and abs(share) < MANIFOLD:
        text += f" ({'+' if gap > 0.0 else ''}{measure(share, '%', 3)})"
    if bound:
        return f"{'≥' if least(x) else '≤'} {text}"
    if first["band"] is None or x["band"] is None:
        return text
    both = first["band"] + x["band"]
    verdict = "exceeds" if abs(gap) > both else "within"
    return Titled(text, f"{verdict} the error bands, {measure(both, unit, 2)}")


# --- outcome -----------------------------------------------------------------------------------


def outcomes(runs: Sequence[Named]) -> Table | None:
    """Months after of every run, with intervals."""
    names = dict.fromkeys(name for one in runs for name in one.run.told["outcome"])
    rows = []
    for name in names:
        entries = [one.run.told["outcome"].get(name) for one in runs]
        cells = [_with_interval(x) for x in entries]
        others = [_apart(entries[0], x) for x in entries[1:]]
        rows.append(Row((capital(name), *cells, *others)))
    if not rows:
        return None
    words = (
        "Intervals: 5 to 95 % of the calibration of injury and course. They are of the same "
        "parameters in every run, so overlap does not say that runs do not differ. " + POINTS
    )
    return Table(_head("months after", runs), rows, words, "outcome_table")


def _with_interval(x: Entry | None) -> Cell:
    if x is None:
        return "not computed"
    span = "" if x["interval"] is None else between(x["interval"], x["unit"])
    return Titled(measure(x["value"], x["unit"], 3), span)


def _apart(first: Entry | None, x: Entry | None) -> Cell:
    """Difference of an outcome, and whether the intervals are apart."""
    if first is None or x is None:
        return ""
    if first["unit"] != x["unit"]:
        return "other unit"
    gap = x["value"] - first["value"]
    text = ("+" if gap > 0.0 else "") + measure(gap, _apart_in(x["unit"]), 3)
    if first["interval"] is None or x["interval"] is None:
        return text
    (a, b), (c, d) = first["interval"], x["interval"]
    return Titled(text, "intervals overlap" if a <= d and c <= b else "intervals are apart")


# --- limits ------------------------------------------------------------------------------------


def limits(runs: Sequence[Named]) -> Table:
    """Status and worst value of every limit in every run."""
    found = [{x["key"]: x for x in one.run.told["limits"] if x["status"] != "info"} for one in runs]
    titles = {key: x["title"] for limits in found for key, x in limits.items()}
    rows = []
    for key, title in titles.items():
        cells: list[Cell] = []
        for limits in found:
            x = limits.get(key)
            if x is None or x["value"] is None:
                cells += ["" if x is None else "does not apply", ""]
                continue
            cells += [Status(x["status"]), Number(x["value"], x["unit"], digits=3,
                                                  strong=x["status"] != "ok")]  # fmt: skip
        rows.append(Row((capital(printed(title)), *cells)))
    head = ["limit of"]
    for one in runs:
        head += [one.letter, f"{one.letter}: worst value"]
    return Table(head, rows, "", "limits_table")
