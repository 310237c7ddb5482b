"""``cryosim sweep report``: table, pictures and one HTML page of a sweep."""

import json
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cryosim.errors import CaseError
from cryosim.output.files import write_text
from cryosim.sweep.collect import LEADING, Watch, collect, write_table
from cryosim.sweep.content import Content, Picture
from cryosim.sweep.effects import effects, explained
from cryosim.sweep.html import as_html
from cryosim.sweep.plan import Plan, Point, read
from cryosim.sweep.states import RESULT_FILE
from cryosim.sweep.titles import inputs_of
from cryosim.view import style
from cryosim.view.sweep_effects import Effects, sweep_effects
from cryosim.view.sweep_map import sweep_map
from cryosim.view.sweep_parallel import sweep_parallel
from cryosim.view.sweep_table import (
    CUT,
    DONE,
    POINT,
    STATUS,
    Input,
    Sweep,
    with_cut_margin,
)
from cryosim.view.sweep_words import default_outcome, label

HTML_FILE = "report.html"
FIGURES = "figures"

_OF_ALL = 0.5
"""Share of the points that the effects must be of to rank the inputs, assumption."""

ASKED = 10
"""Results, evenly from the table, whose sources and versions are told for all."""


def report(
    folder: Path, x: str | None = None, y: str | None = None, outcome: str | None = None,
    watch: Watch | None = None,
) -> list[Path]:  # fmt: skip
    """Write table, pictures and page of the sweep in ``folder``; return the files.

    ``x`` and ``y`` are key paths of inputs, ``outcome`` the name of a column, with its unit or
    without.  Raises CaseError if there is no such thing; a sweep without results has no pictures.
    """
    plan = read(folder)
    table = collect(plan, watch)
    sweep = Sweep(plan.title, with_cut_margin(table), inputs_of(plan))
    across, up = _input(plan, sweep, x), _input(plan, sweep, y)
    chosen = _outcome(sweep, outcome)
    files = [*write_table(table, plan.folder)]
    pictures = _pictures(plan, sweep, across, up, chosen) if chosen else []
    files += [plan.folder / FIGURES / f"{picture.name}.png" for picture in pictures]
    results = _some_results(plan, table)
    content = Content(plan, sweep, chosen, tuple(pictures), tuple(results))
    write_text(plan.folder / HTML_FILE, as_html(content, plan.folder / FIGURES))
    return [*files, plan.folder / HTML_FILE]


def _input(plan: Plan, sweep: Sweep, name: str | None) -> Input | None:
    """The input ``name``, by key path or column."""
    if name is None:
        return None
    for variable, one in zip(plan.variables, sweep.inputs, strict=True):
        if name in (variable.name, one.column):
            return one
    known = ", ".join(v.name for v in plan.variables)
    raise CaseError(f"{name} is no input of this sweep; expected one of: {known}")


def _outcome(sweep: Sweep, name: str | None) -> str | None:
    """The column ``name``, or that of the default outcome; None if nothing is done."""
    table = sweep.table
    if name is None:
        return default_outcome(table.columns)
    given = {*LEADING, *(one.column for one in sweep.inputs), CUT}
    bare = {str(c).rpartition(" [")[0] or str(c): str(c) for c in table if c not in given}
    column = bare.get(name, name)
    if column not in bare.values():
        close = get_close_matches(name, bare, n=1)
        hint = f'did you mean "{close[0]}"?' if close else "see the first line of table.csv"
        raise CaseError(f"{name} is no outcome of this sweep; expected a column with one; {hint}")
    if table[column].isna().all():
        raise CaseError(f"{name} holds no number at any point that is done; choose another column "
                        "of table.csv")  # fmt: skip
    told = table[column].dtype
    if pd.api.types.is_bool_dtype(told) or not pd.api.types.is_numeric_dtype(told):
        raise CaseError(f"{name} is no number; choose another column of table.csv")
    return column


def _pictures(
    plan: Plan, sweep: Sweep, x: Input | None, y: Input | None, outcome: str
) -> list[Picture]:
    """Map and effects of the outcome and of the margin of the limit that binds, and all points."""
    (plan.folder / FIGURES).mkdir(parents=True, exist_ok=True)
    drawn: list[Picture] = []
    order = {outcome: sweep}
    wanted = [("", outcome), ("margin_", CUT)]
    for prefix, column in wanted:
        if sweep.table[column].notna().sum() < 2:
            continue
        found = effects(plan, sweep.table, column)
        best = _best(found)
        ranked = order[column] = _order(sweep, best, column)
        kept = best is not None and best.interaction is not None and len(plan.designs) == 1
        mapped = sweep if kept else ranked  # on a grid the levels decide
        try:
            with style.typography():
                _save(plan, f"{prefix}map", sweep_map(mapped, column, x, y))
            drawn.append(Picture(f"{prefix}map", f"Map: {label(column)}"))
        except CaseError:  # one input is no plane
            if x is not None or y is not None:
                raise
        with style.typography():
            _save(plan, f"{prefix}effects", sweep_effects(ranked, column, best))
        drawn.append(Picture(f"{prefix}effects", f"What {label(column)} follows"))
    if drawn:
        with style.typography():
            _save(plan, "parallel", sweep_parallel(order[outcome], outcome))
        drawn.append(Picture("parallel", "Every point"))
    return drawn


def _order(sweep: Sweep, best: Effects | None, outcome: str) -> Sweep:
    """The sweep with the inputs that matter most first.

    Where the effects leave out an input that varies, by what each explains over all points.
    """
    vary = [one.column for one in sweep.inputs if sweep.done[one.column].nunique() > 1]
    order = [effect.column for effect in best.effects] if best is not None else []
    if (
        not order
        or not set(vary) <= set(order)
        or best is None
        or best.n < _OF_ALL * len(sweep.done)
    ):
        order = [*explained(sweep.done, vary, outcome)]
    ranked = sorted(
        sweep.inputs, key=lambda o: order.index(o.column) if o.column in order else len(order)
    )
    return Sweep(sweep.title, sweep.table, tuple(ranked))


def _best(found: Sequence[Effects]) -> Effects | None:
    """Of several designs that of the most points."""
    return max(found, key=lambda one: one.n, default=None)


def _save(plan: Plan, name: str, figure: Any) -> None:
    style.save(figure, plan.folder / FIGURES / f"{name}.png")


def _some_results(plan: Plan, table: pd.DataFrame) -> list[dict[str, Any]]:
    done = list(table.loc[table[STATUS] == DONE, POINT])
    some = {done[k] for k in np.linspace(0, len(done) - 1, ASKED).astype(int)} if done else set()
    asked: list[Point] = [point for point in plan.points if point.name in some]
    return [json.loads((plan.folder_of(p) / RESULT_FILE).read_bytes()) for p in asked]
