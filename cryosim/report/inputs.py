"""The sections of what a run rests on: values with source and grade, and the literature."""

from collections.abc import Mapping

from cryosim.case.sources import bibliography_of
from cryosim.library.cite import GRADES, Bibliography, Source, Use, sources
from cryosim.report.blocks import Bullets, Fold, Section, Words
from cryosim.report.cells import Refs, Row, Table
from cryosim.report.run import Run
from cryosim.report.words import printed

HEAD = ("value of", "is", "range", "grade", "source")


def inputs(run: Run) -> Section:
    """What the case replaces or assumes, and every value with its source and grade."""
    overrides = [printed(text) for text in run.told["overrides"]]
    lead = "Grades: " + "; ".join(f"{g} {meaning}" for g, meaning in GRADES.items()) + "."
    blocks: list[object] = []
    if overrides:
        blocks += [Words("What the case replaces in the library or assumes:"),
                   Bullets(overrides, "own")]  # fmt: skip
    if run.loaded is None:
        blocks.append(Words(f"The values cannot be listed: {run.why_not}", "warn"))
        return Section("inputs", "Inputs and their sources", blocks, lead)
    found = bibliography_of(run.loaded)
    assumed = sum(use.grade == "A" for use in found.uses)
    own = sum(use.overridden for use in found.uses)
    blocks.append(
        Words(f"{len(found.uses)} values: {own} given by the case, {assumed} assumptions of the "
              f"library (grade A), {len(found.uses) - own - assumed} with a source.")
    )  # fmt: skip
    table = Table(HEAD, [_row(use) for use in found.uses], "Every value of the run.", "values",
                  sought=True, look="long")  # fmt: skip
    blocks.append(Fold(f"All {len(found.uses)} values", [table]))
    notes = [f"{printed(name_of(use))}: {printed(use.note)}" for use in found.uses if use.note]
    if notes:
        blocks.append(Fold(f"Notes on {len(notes)} of them", [Bullets(notes)]))
    return Section("inputs", "Inputs and their sources", blocks, lead)


def name_of(use: Use) -> str:
    """What a value is of."""
    return f"{use.tissue}.{use.property}"


def _row(use: Use) -> Row:
    value = printed(use.value)
    if use.overridden:
        return Row((printed(name_of(use)), value, "", "", "given by the case"), "own")
    return Row((printed(name_of(use)), value, printed(use.spread or ""), use.grade or "",
                Refs(use.sources)), "assumed" if use.grade == "A" else "")  # fmt: skip


def cited(run: Run) -> Mapping[str, Source]:
    """Every source of the run by its key."""
    known = sources()
    keys = dict.fromkeys(run.told["sources"])
    if run.loaded is not None:
        found: Bibliography = bibliography_of(run.loaded)
        keys |= dict.fromkeys(found.sources)
    keys |= dict.fromkeys(key for x in run.told["limits"] for key in x["source"])
    return {key: known[key] for key in keys if key in known}


def literature(known: Mapping[str, Source]) -> Section:
    """The sources with their addresses."""
    head = ("key", "reference", "seen")
    rows = [
        Row((key, f"{source.citation}{f' ({source.note})' if source.note else ''}", source.seen),
            source.url or "")
        for key, source in sorted(known.items())
    ]  # fmt: skip
    table = Table(head, rows, "", "sources", sought=True, look="sources")
    words = (
        "What was seen of each: the source itself, its abstract, a copy in another text, or "
        "nothing (recalled)."
    )
    return Section("bibliography", "Bibliography", [Fold(f"{len(rows)} sources", [table])], words)
