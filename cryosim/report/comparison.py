"""``cryosim compare``: the page of several runs side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryosim.errors import CaseError
from cryosim.report import differences, overlaid
from cryosim.report.blocks import Beside, Bullets, Head, Picture, Scene, Section, Verdict, Words
from cryosim.report.cells import Row, Table
from cryosim.report.drawn import Pictures
from cryosim.report.html import Page, write_page
from cryosim.report.overlaid import Named, named
from cryosim.report.run import Run
from cryosim.report.scenes import MOST_TIMES, scene_of
from cryosim.report.summary import of_events, of_fat, of_layers, of_limits, sentence
from cryosim.report.words import clock, listed, number

MOST_SCENES = 4
"""On one page: each takes memory of the graphics card, and megabytes of the file."""


def write_comparison(folders: Sequence[Path], out: Path = Path("comparison.html")) -> Path:
    """Write the page of the runs in ``folders`` to ``out``; return the file.

    Raises CaseError for fewer than two, for one given twice, and where there is no finished run.
    """
    several = [Path(folder) for folder in folders]
    if len(several) < 2:
        raise CaseError("compare needs two result folders or more; cryosim report shows one")
    seen = [folder.resolve() for folder in several]
    for k, folder in enumerate(seen):
        if folder in seen[:k]:
            raise CaseError(f"{several[k]} is given twice; compare needs different result folders")
    runs = [Run.open(folder) for folder in several]
    page = page_of(runs)
    for run in runs:
        run.stamp.hold()
    return write_page(page, Path(out))


def page_of(runs: Sequence[Run]) -> Page:
    """The page of several runs, before it is HTML."""
    several = named(runs)
    figures = [overlaid.protocols(several), overlaid.layers(several), overlaid.fronts(several)]
    months: list[Any] = [overlaid.courses(several), differences.outcomes(several)]
    sections = [
        Section("summary", "Key numbers", [differences.main(several)]),
        in_space(several),
        Section("inputs", "What differs in the inputs", [differences.inputs(several)]),
        Section("time", "Treatments over time", [f for f in figures if f is not None]),
        Section("limits", "Limits of safety", [differences.limits(several)],
                "That all limits are kept does not show that a treatment is safe."),
        Section("outcome", "Months after", [b for b in months if b is not None]),
        Section("numbers", "Numbers", [differences.quantities(several)]),
        Section("caveats", "What no run of this model can know",
                [Bullets(list(dict.fromkeys(c for r in runs for c in r.told["caveats"])))]),
        Section("provenance", "Where the runs come from", [_provenance(several)]),
    ]  # fmt: skip
    shown = [s for s in sections if s is not None and s.blocks]
    title = f"{len(runs)} runs side by side"
    return Page(title, _head(several, title), shown, frozenset())


def _head(runs: Sequence[Named], title: str) -> Head:
    """One verdict for each run."""
    verdicts = []
    for one in runs:
        safety, fat, crossed = of_limits(one.run), of_fat(one.run), of_layers(one.run)
        told = (safety, of_events(one.run), fat, crossed)
        lines = [sentence(one.run)] + [v.headline + "." for v in told if v]
        verdicts.append(Verdict(safety.status if safety else "fact", one.label, lines))
    words = f"Differences are to {runs[0].letter}, the first one given."
    honest = "Injury law, hazard of ice and many thresholds are assumptions."
    return Head(title, words, verdicts, overline="cryosim compare", honest=honest)


def in_space(runs: Sequence[Named]) -> Section | None:
    """Scenes beside each other that share time and camera, or pictures where there are none."""
    parts: list[Scene | Picture] = []
    left_out = []
    for one in runs:
        if len(parts) >= MOST_SCENES:
            left_out.append(one.letter)
            continue
        still = Pictures(one.run).in_space(small=True)
        picture = still if isinstance(still, Picture) else None
        found = scene_of(one.run, MOST_TIMES // 2 + 1)
        if isinstance(found, str):
            parts.append(Scene(f"scene_{one.letter}", one.label, found, picture, one.label, "runs"))
        elif picture is not None:
            parts.append(Picture(f"picture_{one.letter}", one.label, picture.data, one.label))
        else:
            left_out.append(one.letter)
    if not parts:
        return None
    blocks: list[Any] = [Beside(tuple(parts))]
    if left_out:
        blocks.append(Words(f"Without a scene here: {listed(left_out)}.", "note"))
    return Section("temperature_3d", "The tissue in space", blocks,
                   "Each begins at the end of its cooling. Times and view are shared: turn one and "
                   "all turn.")  # fmt: skip


def _provenance(runs: Sequence[Named]) -> Table:
    rows = []
    for one in runs:
        told, timing = one.run.told, one.run.told["timing"]
        wall = sum(value for key, value in timing.items() if key.endswith("_s")
                   and not key.endswith(("core_s", "per_s")))  # fmt: skip
        rows.append(Row((
            one.label, one.run.folder.name, told["case_hash"],
            str(told["versions"].get("cryosim", "")), told["machine"],
            number(float(timing["unknowns"]), 7), clock(wall),
        )))  # fmt: skip
    head = ("run", "folder", "case hash", "cryosim", "machine", "unknowns", "wall time")
    return Table(head, rows, "", "runs")
