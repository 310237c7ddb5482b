"""``cryosim report``: the page of one run."""

from pathlib import Path
from typing import Any

from cryosim.report import depth, over_time
from cryosim.report.blocks import Bullets, Picture, Scene, Section, Words
from cryosim.report.drawn import Pictures
from cryosim.report.html import Page, write_page
from cryosim.report.inputs import cited, inputs, literature
from cryosim.report.meaning import meaning
from cryosim.report.numerics import energy, provenance, quantities
from cryosim.report.run import Run
from cryosim.report.safety import safety
from cryosim.report.scenes import Missing, scene_of
from cryosim.report.spread import spread
from cryosim.report.summary import head

HTML_FILE = "report.html"


def write_report(folder: Path, out: Path | None = None) -> Path:
    """Write the page of the run in ``folder`` to ``out``, or into the folder; return the file.

    Raises CaseError where there is no finished run, or another one before all of it was read.
    """
    run = Run.open(folder)
    page = page_of(run)
    run.stamp.hold()
    return write_page(page, out or run.folder / HTML_FILE)


def page_of(run: Run) -> Page:
    """The page of a run, before it is HTML."""
    pictures = Pictures(run)
    known = cited(run)
    sections = [
        in_space(run, pictures),
        what_happened(run),
        under_the_skin(run, pictures),
        safety(run),
        meaning(run, pictures),
        spread(run, pictures),
        quantities(run),
        energy(run),
        inputs(run),
        limitations(run),
        literature(known),
        provenance(run),
    ]
    return Page(run.title, head(run), [s for s in sections if s is not None], frozenset(known))


def in_space(run: Run, pictures: Pictures) -> Section | None:
    """The scene, or what stands in for it."""
    blocks: list[Any] = []
    still = pictures.in_space() or pictures.section()
    found = scene_of(run)
    if isinstance(found, Missing):
        blocks += [Words(f"No scene to turn: {found.why}.", "note")] if found.why else []
        blocks += [still] if isinstance(still, Picture) else []
    else:
        picture = still if isinstance(still, Picture) else None
        front = "line" if run.result.dimension == 2 else "surface"
        caption = (
            "The tissue as it stands at every time: turn it, move the time, switch layers off. "
            f"The blue {front} is that of the threshold."
        )
        blocks.append(Scene("scene", caption, found, picture, picture.caption if picture else ""))
    if isinstance(still, str):
        blocks.append(Words(f"No picture in three dimensions: {still}", "note"))
    if not blocks:
        return None
    return Section("temperature_3d", "The tissue in space", blocks)


def what_happened(run: Run) -> Section:
    """Protocol, layers and probes against time."""
    figures = [over_time.protocol(run), over_time.layers_over_time(run), over_time.front(run),
               over_time.probes(run)]  # fmt: skip
    lead = "" if run.table("device") else "No applicator in this run."
    return Section("time", "Treatment over time", [f for f in figures if f is not None], lead)


def under_the_skin(run: Run, pictures: Pictures) -> Section:
    """Depth against time, the cut through the layers, and the folds."""
    blocks: list[Any] = [depth.depth_time(run), pictures.layers_cut(), *pictures.phases()]
    shown = [b for b in blocks if b is not None]
    lead = "" if run.has_fields else (
        "This run kept no fields (output.fields = false), so there is no cut through the layers."
    )  # fmt: skip
    return Section("depth", "Under the skin", shown, lead)


def limitations(run: Run) -> Section:
    """What no run can know, and what is assumed."""
    assumed = [words for words in run.told["overrides"] if "assumption" in words]
    lead = (
        "A tool for research and design, not medical advice. The injury law, the hazard of ice and "
        "many thresholds are assumptions"
        + (f"; this case assumes {len(assumed)} more, listed with its inputs." if assumed else ".")
    )
    return Section("caveats", "What no run of this model can know",
                   [Bullets(run.told["caveats"])], lead)  # fmt: skip
