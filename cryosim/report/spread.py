"""The section of the samples: bands of the outcomes, and the inputs that they follow."""

from typing import Any

from cryosim.report.blocks import Section, Words
from cryosim.report.cells import Number, Row, Table
from cryosim.report.drawn import Pictures
from cryosim.report.run import Run
from cryosim.report.words import between, capital, number, printed
from cryosim.view.uncertainty import main_outcomes

MOST = 3
"""Inputs that are named for each outcome."""

Told = dict[str, Any]


def spread(run: Run, pictures: Pictures) -> Section | None:
    """Bands and importances; None without samples."""
    told = run.told.get("uncertainty")
    if told is None:
        return None
    picture = pictures.uncertainty()
    head = ("outcome", "value", "5 to 95 %", "median", "follows, by share of variance")
    rows = [_row(told, name) for name in main_outcomes(told)]
    blocks = [picture, Table(head, rows, "Bands carried over to this run.", "bands"),
              Words(_faults(told)), _outside(told), _beyond(told), _inputs(told)]  # fmt: skip
    lead = (
        f"{told['n'] - told['failed']} samples of {len(told['inputs'])} uncertain inputs in "
        f"{told['dimension']}-D; seed {told['seed']}. Inputs vary independently, an assumption; "
        "the error of the model is in no band."
    )
    return Section("spread", "Uncertainty of the inputs",
                   [block for block in blocks if block is not None], lead)  # fmt: skip


def _row(told: Told, name: str) -> Row:
    band = told["outcomes"][name]
    shown = band["full"] or band | {"value": band["nominal"]}
    where = f"uncertainty/outcomes/{name}/" + ("full/value" if band["full"] else "nominal")
    note = "" if band["full"] else f" (in {told['dimension']}-D)"
    first = [entry for entry in told["sensitivity"][name][:MOST] if entry["index"] > told["noise"]]
    follows = "; ".join(
        f"{printed(e['input'].removeprefix('tissue.'))} {number(e['index'], 2)}" for e in first
    )
    if not told["sensitivity"][name]:
        follows = "too few samples to tell"
    return Row((
        capital(printed(name)) + note,
        Number(shown["value"], shown["unit"], where, 3),
        between((shown["p5"], shown["p95"]), shown["unit"]),
        Number(shown["median"], shown["unit"], digits=3),
        follows or "none stands out of chance",
    ))  # fmt: skip


def _faults(told: Told) -> str:
    """What failed."""
    if not told["failed"]:
        return f"No sample failed. Below a share of {number(told['noise'], 2)} an index is chance."
    why = "; ".join(f"sample {k}: {fault}" for k, fault in list(told["faults"].items())[:5])
    return f"{told['failed']} samples failed ({why})."


def _outside(told: Told) -> Words | None:
    """Why a value may lie outside its band; None if none does."""
    bands = [(b["full"] or b | {"value": b["nominal"]}) for b in
             (told["outcomes"][name] for name in main_outcomes(told))]  # fmt: skip
    if all(b["p5"] <= b["value"] <= b["p95"] for b in bands):
        return None
    return Words("A value outside its band is no fault: many values of the library stand at one "
                 "end of what is plausible, and most samples on its other side.")  # fmt: skip


def _beyond(told: Told) -> Words | None:
    """Limits that samples break."""
    beyond = {k: v for k, v in told["beyond_error"].items() if v > 0.0}
    if not beyond:
        return Words("No sample is beyond the error of a limit of safety.")
    parts = [f"{printed(name)} in {number(100.0 * v, 2)} %" for name, v in beyond.items()]
    return Words(f"Beyond the error of a limit: {', '.join(parts)} of the samples.")


def _inputs(told: Told) -> Table:
    rows = [
        Row((printed(name), Number(x["value"], x["unit"], f"uncertainty/inputs/{name}/value"),
             between((x["low"], x["high"]), x["unit"], 4), x["distribution"], x["grade"] or "case"))
        for name, x in told["inputs"].items()
        if isinstance(x.get("value"), float | int)
    ]  # fmt: skip
    return Table(("input", "value", "range", "distribution", "grade"), rows,
                 "What was varied.", "varied", sought=True, look="long")  # fmt: skip
