r"""Which inputs an outcome follows, by the kind of design.

A **grid** has an analysis of variance: the share of the sum of squares that the mean of each level
explains,

.. math:: S_i = \sum_l n_l (\bar y_l - \bar y)^2 \Big/ \sum_k (y_k - \bar y)^2,

and the rest, which is interaction, for a simulation has no noise.  Where points are missing the
share is what the least-squares fit by levels loses without the input, which is the same on a full
grid.

Of a **Sobol** design, first-order and total indices with their 95 % confidence (Saltelli 2010, by
SALib).  Samples of which one point is missing are left out whole.

A **Latin hypercube** or a **list** has the first-order indices of
:mod:`cryosim.uncertainty.sensitivity`; words and inputs of few levels take no part in these.

A sampler in every cell of a grid has the indices of all cells together,
see :mod:`cryosim.sweep.cells`.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd
from SALib.analyze import sobol

from cryosim.sweep.cells import is_whole, over_cells
from cryosim.sweep.plan import Design, Plan
from cryosim.uncertainty.sensitivity import FEWEST, noise, ranked
from cryosim.view.sweep_effects import Effect, Effects
from cryosim.view.sweep_table import DONE, POINT, STATUS
from cryosim.view.sweep_words import label, setting

Floats = npt.NDArray[np.float64]

FEWEST_BASE = 8
"""Fewest base samples of a Sobol analysis, assumption; its confidence tells what they are worth."""

FEW_LEVELS = 8
"""Levels up to which an input is no continuous one, assumption: bins of the chart of means."""

_KINDS = {"grid": "grid", "list": "list", "latin": "Latin hypercube", "sobol": "Sobol design"}


def effects(plan: Plan, table: pd.DataFrame, outcome: str) -> list[Effects]:
    """Effects on the column ``outcome``, of each design of the ``plan`` that has enough points.

    Designs that differ in the cell of a grid are one; notes tell what is not of the whole sweep.
    """
    done = table[table[STATUS] == DONE].set_index(POINT)
    all_of = table.set_index(POINT)
    headers = {variable.name: variable.header for variable in plan.variables}
    groups = [list(group) for _, group in groupby(plan.designs, _sampler)]
    found = []
    for group in groups:
        names = [headers[name] for name in group[0].variables]  # the order of the sampler
        among = [header for header in headers.values() if header not in names]
        for one in _of_group(group, done, all_of, names, among, outcome):
            note = "" if len(groups) == 1 else (
                f"of the {_KINDS[group[0].kind]} only: {one.n} of the {len(done)} points that are "
                "done"
            )  # fmt: skip
            found.append(_with(one, note))
    return found


def _sampler(design: Design) -> tuple[object, ...]:
    """The same of the designs that one sampler made in the cells of a grid."""
    if design.kind in ("latin", "sobol"):
        return design.kind, design.variables, design.n, design.seed
    return (id(design),)


def _of_group(
    group: list[Design], done: pd.DataFrame, all_of: pd.DataFrame, names: list[str],
    among: list[str], outcome: str,
) -> Iterator[Effects]:  # fmt: skip
    """Effects in all cells together; of cells that make no whole grid, of each by itself."""
    rows = [all_of.reindex(list(design.points)) for design in group]
    cells = pd.DataFrame([part.iloc[0][among] for part in rows])
    cells = cells.loc[:, cells.nunique(dropna=False) > 1]
    outcomes = [
        pd.to_numeric(done[outcome].reindex(list(design.points))).to_numpy(dtype=float)
        for design in group
    ]
    alike = all(part[names].reset_index(drop=True).equals(rows[0][names].reset_index(drop=True))
                for part in rows)  # fmt: skip
    if len(group) > 1 and alike and is_whole(cells):
        inputs = rows[0][names].reset_index(drop=True)
        one = over_cells(cells, np.column_stack(outcomes),
                         lambda y: _of_design(group[0], inputs, y))  # fmt: skip
        if one is not None:
            yield one
            return
    for k, (design, part, y) in enumerate(zip(group, rows, outcomes, strict=True)):
        one = _of_design(design, part[names].reset_index(drop=True), y)
        if one is not None:
            yield _with(one, "" if len(group) == 1 else _cell(cells.iloc[k], len(group)))


def _cell(cell: "pd.Series[float]", count: int) -> str:
    """Which of ``count`` designs alike this is."""
    at = ", ".join(setting(label(str(name)), value) for name, value in cell.items())
    return f"1 of {count} such designs only: {at}"


def _with(found: Effects, note: str) -> Effects:
    return replace(found, note="\n".join(filter(None, [note, found.note])))


def explained(table: pd.DataFrame, names: list[str], outcome: str) -> dict[str, float]:
    """Share of the variance over all points that the means of each input explain, greatest first.

    Numbers of many levels count by bins with as many points in each.  What as many groups would
    explain by chance is taken away (epsilon squared of Kelley, 1935).
    """
    rows = table[table[outcome].notna()]
    y = rows[outcome].to_numpy(dtype=float)
    spread = float(((y - y.mean()) ** 2).sum()) if y.size else 0.0
    found = {}
    for name in names:
        at = _groups(rows[name])
        rest = float(((y - pd.Series(y).groupby(at).transform("mean")) ** 2).sum())
        free = y.size - at.max(initial=0) - 1
        known = spread > 0.0 and free > 0
        found[name] = 1.0 - rest / free * (y.size - 1) / spread if known else 0.0
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def _groups(column: "pd.Series[float]") -> npt.NDArray[np.int64]:
    """Numbers of the levels of an input, or of its bins."""
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and column.nunique() > FEW_LEVELS:
        column = pd.qcut(column, FEW_LEVELS, labels=False, duplicates="drop")
    return np.asarray(pd.factorize(column, use_na_sentinel=False)[0])


def _of_design(design: Design, inputs: pd.DataFrame, y: Floats) -> Effects | None:
    known = ~np.isnan(y)
    if known.sum() < 3 or np.ptp(y[known]) <= 1e-12 * np.abs(y[known]).max():
        return None
    match design.kind:
        case "grid":
            return anova(inputs[known], y[known], len(y))
        case "sobol":
            return sobol_indices(list(inputs), y, design.seed)
        case _:
            return given_data(inputs[known], y[known], len(y), design.seed)


def anova(inputs: pd.DataFrame, y: Floats, wanted: int) -> Effects | None:
    """Shares of the variance on a grid of ``wanted`` points, of which these are done."""
    levels = {name: pd.factorize(inputs[name])[0] for name in inputs}
    factors = {name: np.eye(at.max() + 1)[at][:, 1:] for name, at in levels.items() if at.max()}
    if not factors:
        return None
    total = float(((y - y.mean()) ** 2).sum())

    def unexplained(names: list[str]) -> float:
        matrix = np.column_stack([np.ones(y.size), *(factors[name] for name in names)])
        fitted = matrix @ np.linalg.lstsq(matrix, y, rcond=None)[0]
        return float(((y - fitted) ** 2).sum()) / total

    rest = unexplained(list(factors))
    shares = [
        Effect(name, unexplained([other for other in factors if other != name]) - rest)
        for name in factors
    ]
    note = "" if y.size == wanted else f"{wanted - y.size} of {wanted} points are missing"
    return Effects("analysis of variance", y.size, _sorted(shares), rest, None, note)


def sobol_indices(names: list[str], y: Floats, seed: int) -> Effects | None:
    """First-order and total indices; ``y`` in the order of SALib's sampler, NaN where missing."""
    if y.size % (len(names) + 2):
        return None
    samples = y.reshape(-1, len(names) + 2)
    whole = samples[~np.isnan(samples).any(axis=1)]
    if len(whole) < FEWEST_BASE or np.ptp(whole) == 0.0:
        return None
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = sobol.analyze(problem, whole.ravel(), calc_second_order=False, seed=seed)
    columns = (found[key] for key in ("S1", "S1_conf", "ST", "ST_conf"))
    indices = [
        Effect(name, *map(float, numbers))
        for name, *numbers in zip(names, *columns, strict=True)
    ]  # fmt: skip
    lost = len(samples) - len(whole)
    note = f"{lost} of {len(samples)} base samples left out: points missing" if lost else ""
    return Effects("Sobol indices", whole.size, _sorted(indices), None, None, note)


def given_data(inputs: pd.DataFrame, y: Floats, wanted: int, seed: int) -> Effects | None:
    """First-order indices of points that lie anyhow."""
    names = [
        name for name in inputs
        if pd.api.types.is_numeric_dtype(inputs[name]) and inputs[name].nunique() > FEW_LEVELS
    ]  # fmt: skip
    if y.size < FEWEST or not names:
        return None
    told = ranked(names, inputs[names].to_numpy(dtype=float), y, seed)
    found = {e["input"]: Effect(e["input"], e["index"], e["confidence"]) for e in told}
    shares = [found.get(name, Effect(name, 0.0)) for name in names]
    notes = [] if y.size == wanted else [f"{wanted - y.size} of {wanted} points are missing"]
    notes += ["no share of: words, few levels"] if len(names) < len(inputs.columns) else []
    note = "\n".join(notes)
    return Effects("RBD-FAST", y.size, _sorted(shares), None, noise(y.size), note)


def _sorted(found: list[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(found, key=lambda effect: -(effect.total or effect.share)))
