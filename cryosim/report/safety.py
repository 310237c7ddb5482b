"""The section of the limits of safety, of pigment and of what is only reported."""

from typing import Any

from cryosim.outcome.limits import start_of
from cryosim.report.blocks import Section, Words
from cryosim.report.cells import Bar, Cell, Number, Refs, Row, Status, Table, Titled
from cryosim.report.run import Run
from cryosim.report.summary import share_of
from cryosim.report.words import between, capital, clock, measure, number, printed
from cryosim.treatment.verdicts import NOT_COMPUTED

HEAD = ("limit of", "status", "worst value", "warning", "error", "way to the limit",
        "grade", "source of the tiers")  # fmt: skip
CAPTION = (
    "Bars: how far the worst value of the run has come from harmless (0 %) to the limit (100 %), "
    "which is the error, or the warning where there is no error. Thin mark: warning; thick mark: "
    "error."
)


def safety(run: Run) -> Section:
    """Every limit with its bar, what is reported only, and pigment."""
    limits = run.told["limits"]
    rows = [_row(k, x) for k, x in enumerate(limits) if x["status"] != "info"]
    rates = [
        Row((capital(printed(x["title"])), printed(x["how"].removesuffix(NOT_COMPUTED)),
             x["grade"] or "", Refs(tuple(x["source"]))))
        for x in limits if x["status"] == "info"
    ]  # fmt: skip
    blocks: list[Any] = [Table(HEAD, rows, CAPTION, "limits_table", look="limits")]
    blocks += _pigment(run)
    if rates:
        blocks.append(
            Table(("reported, not computed", "rate", "grade", "source"), rows=rates,
                  caption="Side effects whose rates come from trials, whatever the case.")
        )  # fmt: skip
    lead = (
        "That all limits are kept does not show that a treatment is safe: most thresholds come "
        "from other tissues, other species or bare skin, or are assumed (grade A)."
    )
    return Section("limits", "Limits of safety", blocks, lead)


def _row(k: int, x: dict[str, Any]) -> Row:
    where = f"limits/{k}"
    seen = x["value"] is not None
    cells: list[Cell] = [
        Titled(capital(printed(x["title"])), _place(x)),
        Status(x["status"]) if seen else "does not apply",
        Number(x["value"], x["unit"], f"{where}/value", 3, strong=x["status"] != "ok"),
        Number(x["warning"], x["unit"], f"{where}/warning", 3),
        Number(x["error"], x["unit"], f"{where}/error", 3),
        bar(x),
        x["grade"] or "case",
        Refs(tuple(x["source"])),
    ]
    return Row(tuple(cells), x["status"])


def bar(x: dict[str, Any]) -> Bar | None:
    """The way of a limit; None where there is none to be on."""
    share = share_of(x)
    if share is None:
        return None
    start = start_of(x["harmless"], x["unit"])
    end = x["error"] if x["error"] is not None else x["warning"]
    marks = {
        name: None if x[name] is None else (x[name] - start) / (end - start)
        for name in ("warning", "error")
    }
    return Bar(share, x["status"], marks["warning"], marks["error"])


def _place(x: dict[str, Any]) -> str:
    """Where the worst value is and since when a tier is crossed."""
    parts = []
    if x["where"]:
        place = [number(c, 3) for c in x["where"]["mm"]]
        at = f" at ({', '.join(place)})\u00a0mm" if len(place) > 1 else ""
        parts.append(f"{measure(x['where']['depth_mm'], 'mm', 3)} deep{at}")
    if x["time_s"]:
        parts.append(f"at {clock(x['time_s'])}")
    first = x["first_time_s"].get(x["status"])
    if first is not None:
        parts.append(f"{x['status']} since {clock(first)}")
    return ", ".join(parts)


def _pigment(run: Run) -> list[Any]:
    """Risks of pigment in words, with their numbers."""
    found = run.told["pigment"]
    hyper, hypo = found["hyperpigmentation"], found["hypopigmentation"]
    if found["melanin_peak_week"] is None:
        words = "Skin stays warm, nothing to expect."
    else:
        week = number(found["melanin_peak_week"], 2)
        words = (
            f"Hyperpigmentation in {between((hyper['low'], hyper['high']), '%', 2)} of patients "
            f"(darkest in week {week}), hypopigmentation in {measure(hypo['value'], '%', 3)} of "
            "melanocytes at the coldest place times the chance of ice there."
        )
    return [Words(f"Pigment, phototype {found['phototype']}: {words}")]
