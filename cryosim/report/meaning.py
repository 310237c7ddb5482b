"""The section of the months after: fat lost by day, and the fat layer."""

from typing import Any

from cryosim.report.blocks import Section
from cryosim.report.cells import Number, Row, Table
from cryosim.report.course import months
from cryosim.report.drawn import Pictures
from cryosim.report.run import Run
from cryosim.report.words import between, capital

LOST, VOLUME, THINNER = "fat lost after ", "volume lost after ", "fat layer thinner after "


def meaning(run: Run, pictures: Pictures) -> Section | None:
    """Charts and table of the months after; None where no fat can be lost."""
    figure = months(run)
    if figure is None or not run.told["outcome"]:
        return None
    blocks: list[Any] = [figure, by_day(run), others(run), pictures.thickness_map()]
    lead = "Bands hold 90 % of the calibration of injury and course to trials, and nothing else."
    return Section("outcome", "Months after", [b for b in blocks if b is not None], lead)


def by_day(run: Run) -> Table:
    """Loss by day after the last session."""
    found = run.told["outcome"]
    rows = []
    for name in found:
        if name.startswith(LOST):
            day = name.removeprefix(LOST)
            cells: list[Any] = [day]
            for kind in (LOST, VOLUME):
                x = found[f"{kind}{day}"]
                cells.append(Number(x["value"], x["unit"], f"outcome/{kind}{day}/value", 3))
                cells.append(between(x["interval"], x["unit"]) if x["interval"] else "")
            x = found.get(f"{THINNER}{day}")
            cells.append(
                Number(x["value"], x["unit"], f"outcome/{THINNER}{day}/value", 3) if x else ""
            )
            rows.append(Row(tuple(cells)))
    head = ("after the last session", "fat lost", "5 to 95 %", "volume lost", "5 to 95 %",
            "layer thinner")  # fmt: skip
    return Table(head, rows, "Fat lost by day after the last session.", "lost")


def others(run: Run) -> Table | None:
    """What else ``result.json`` says of the months after."""
    rows = [
        Row((capital(name), Number(x["value"], x["unit"], f"outcome/{name}/value", 3), x["how"]))
        for name, x in run.told["outcome"].items()
        if not name.startswith((LOST, VOLUME, THINNER))
    ]
    return Table(("quantity", "value", "how"), rows) if rows else None
