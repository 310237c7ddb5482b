"""What a page on one experiment holds, in blocks that HTML and Markdown are made of.

Taken from the JSON of a run, so that a page can be made long after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Heading:
    """A heading within the page."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Sentences, one a line."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table; the first column names the row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Plot:
    """The plot of the experiment."""

    name: str
    alt: str


@dataclass(frozen=True)
class CaseFile:
    """A case file in full."""

    name: str
    text: str


Block = Heading | Bullets | Table | Plot | CaseFile

NUMBERS = ("", "unit", "measured", "nominal", "5 to 95 %", "band of inputs", "difference", "in SD",
           "inside")  # fmt: skip


def blocks(entry: Mapping[str, Any]) -> Iterator[Block]:
    """The page on the experiment ``entry`` of the JSON."""
    yield Table(("about", "what is known"), list(_facts(entry)))
    yield Heading("Verdict")
    yield Bullets(entry["verdict"] or [f"A run failed: {entry['problem']}"])
    if entry["points"]:
        yield Plot(entry["name"], f"{entry['title']}: computed beside measured")
        yield Heading("Numbers")
        yield numbers(entry)
        yield Heading("Every combination of inputs")
        yield _combinations(entry)
    yield Heading("How the case is set")
    yield Table(("input", "taken as", "nominal", "rests on"), [
        (i["name"], "; ".join(i["levels"]), i["nominal"], i["basis"]) for i in entry["inputs"]
    ])  # fmt: skip
    yield Bullets([*(f"Assumed: {text}." for text in entry["assumed"]), *entry["notes"]])
    yield CaseFile(entry["case_file"], entry["case"])


def _facts(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was measured, how well it is known, and what part it plays."""
    n = "" if entry["n"] is None else f"; n = {entry['n']}"
    yield "measured", entry["measured"]
    yield "subjects", f"{entry['subjects']}{n}"
    yield "spread", entry["spread"]
    yield "grade", f"{entry['grade']}: {entry['grade_means']}"
    yield "role", f"{entry['role']}: {entry['role_means']}"
    if entry["criterion"]:
        yield "passes if", entry["criterion"]
    yield "scanned on these data", entry["scanned"]
    yield "computed without them", entry["predicted"]
    for source in entry["sources"]:
        yield "source", citation(source)


def citation(source: Mapping[str, Any]) -> str:
    """A reference on one line, with what was read of it."""
    read = {"source": "the text was read", "abstract": "the abstract was read",
            "copy": "read where others quote it", "recalled": "recalled, not read"}  # fmt: skip
    parts = [source["citation"], source.get("url"), read[source["seen"]], source.get("note")]
    return "; ".join(part.rstrip(".") for part in parts if part) + "."


def numbers(entry: Mapping[str, Any]) -> Table:
    """Measured and computed, and how far apart: ``NUMBERS`` that some point has."""
    return _without_empty_columns(Table(NUMBERS, [_row(point) for point in entry["points"]]))


def _row(point: Mapping[str, Any]) -> tuple[str, ...]:
    places = point["places"]
    low, high = (shown(value, places) for value in point["band"])
    inside = {True: "yes", False: "no", None: ""}[point["inside"]]
    difference = point["difference"]
    in_sd = point["difference_in_sd"]
    ends = [shown(x, places) for x in point["interval"] or ()]
    return (
        point["what"], point["unit"], _measured(point), shown(point["nominal"], places),
        " to ".join(ends), f"{low} to {high}",
        "" if difference is None else f"{difference:+.{places}f}",
        "" if in_sd is None else f"{in_sd:+.1f}", inside,
    )  # fmt: skip


def _without_empty_columns(table: Table) -> Table:
    """``table`` without what no row has."""
    kept = [i for i, _ in enumerate(table.head) if any(row[i] for row in table.rows)]
    rows = [[row[i] for i in kept] for row in table.rows]
    return Table([table.head[i] for i in kept], rows)


def _measured(point: Mapping[str, Any]) -> str:
    places = point["places"]
    if point["mean"] is None:
        return f"{point['low']:.{places}f} to {point['high']:.{places}f}"
    about = point["sd"] or point["within"]
    spread = "" if about is None else f" ± {about:.{places}f}"
    return f"{point['mean']:.{places}f}{spread}"


def shown(value: float | None, places: int) -> str:
    """A computed number; none means that it was not reached within the run."""
    return "not reached" if value is None else f"{value:.{places}f}"


def _combinations(entry: Mapping[str, Any]) -> Table:
    """A row for each combination of inputs; a tick marks what is inside."""
    points = entry["points"]
    countable = any(v["of"] for v in entry["variants"])
    head = ("inputs", *(p["what"] for p in points), *(["inside"] if countable else []))
    rows = []
    for v in entry["variants"]:
        cells = [
            shown(value, p["places"]) + (" ✓" if within else "")
            for value, p, within in zip(v["computed"], points, v["is_inside"], strict=True)
        ]
        label = f"{v['label']} (nominal)" if v["nominal"] else v["label"]
        rows.append((label, *cells, *([f"{v['inside']} of {v['of']}"] if countable else [])))
    return Table(head, rows)


def overview(content: Mapping[str, Any]) -> Table:
    """One row for each experiment of the JSON ``content``."""
    rows = []
    for entry in content["experiments"]:
        said = entry["verdict"] or [f"A run failed: {entry['problem']}"]
        both = " ".join(dict.fromkeys((said[0], said[-1])))
        rows.append((entry["title"], entry["role"], entry["grade"], both))
    return Table(("experiment", "role", "grade", "verdict, first and last sentence"), rows)


def left_out(content: Mapping[str, Any]) -> Table:
    """Published data that no case was set for."""
    rows = [(e["title"], e["grade"], e["measured"], e["why"]) for e in content["not_posed"]]
    return Table(("data", "grade", "measured", "why no case was set"), rows)
