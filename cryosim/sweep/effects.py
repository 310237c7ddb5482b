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
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from SALib.analyze import sobol

from cryosim.sweep.plan import Design, Plan
from cryosim.uncertainty.sensitivity import FEWEST, noise, ranked
from cryosim.view.sweep_effects import Effect, Effects
from cryosim.view.sweep_table import DONE, POINT, STATUS

Floats = npt.NDArray[np.float64]

FEWEST_BASE = 8
"""Fewest base samples of a Sobol analysis, assumption; its confidence tells what they are worth."""

FEW_LEVELS = 8
"""Levels up to which an input is no continuous one, assumption: bins of the chart of means."""


def effects(plan: Plan, table: pd.DataFrame, outcome: str) -> list[Effects]:
    """Effects on the column ``outcome``, of each design of the ``plan`` that has enough points."""
    done = table[table[STATUS] == DONE].set_index(POINT)
    headers = {variable.name: variable.header for variable in plan.variables}
    found = []
    for design in plan.designs:
        names = [headers[name] for name in design.variables]  # the order of the sampler
        rows = done.reindex(list(design.points))
        y = pd.to_numeric(rows[outcome]).to_numpy(dtype=float)
        one = _of_design(design, rows[names], y)
        if one is not None:
            found.append(one)
    return found


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
