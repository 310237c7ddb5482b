"""Which parameters the data do not decide, and what measurement would.

Every run records all probes of the case and the heat flux, measured or not, so the derivatives tell
without another run how much narrower a parameter would be if one of these were measured too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from cryosim.fitting.fit import Fitted
from cryosim.fitting.measured import Column, Floats, columns_of
from cryosim.fitting.model import seen
from cryosim.fitting.spread import assumed
from cryosim.fitting.statistics import Knowledge, collinearity, variances

CORRELATED = 0.95
"""Correlation of two estimates above which they are one."""

COLLINEAR = 10.0
"""Index above which parameters are not told apart: 10 to 15 (Brun, Reichert and Künsch 2001)."""

WIDE = 0.5
"""Half of an interval over the way between the bounds: it then spans all of that."""

AT_BOUND = 0.005
"""Share of the way within which a parameter is at its bound."""

HELPS = 2.0
"""How many times narrower a parameter must become for a measurement to be named."""


@dataclass(frozen=True)
class Doubt:
    """A warning about the parameters ``names``."""

    kind: str
    """"at a bound", "undecided" or "alike"."""
    names: tuple[str, ...]
    message: str
    advice: str

    def as_dict(self) -> dict[str, Any]:
        """What ``fit.json`` says of it."""
        return {"kind": self.kind, "parameters": list(self.names),
                "message": self.message, "advice": self.advice}  # fmt: skip


def doubts(fitted: Fitted, known: Knowledge) -> list[Doubt]:
    """Every warning about what the fit may be believed."""
    return [*_at_bounds(fitted), *_alike(fitted, known), *_undecided(fitted, known)]


def weighted(fitted: Fitted) -> Floats:
    """Derivatives of the residuals with the weights of a robust fit."""
    return np.asarray(fitted.slopes / fitted.sd[:, None] * np.sqrt(fitted.weights)[:, None])


def _at_bounds(fitted: Fitted) -> Iterator[Doubt]:
    for parameter, share in zip(fitted.problem.parameters, fitted.shares, strict=True):
        for end, near in ((0.0, share < AT_BOUND), (1.0, share > 1.0 - AT_BOUND)):
            if near:
                bound = f"{parameter.value(end):.4g} {parameter.input.unit}".removesuffix(" 1")
                yield Doubt(
                    "at a bound", (parameter.name,),
                    f"{parameter.name} is at its bound {bound}: neither value nor interval means "
                    "much",
                    f"widen its bounds with --fit {parameter.name}=LOW:HIGH; if it goes there "
                    "too, something else of the case does not match the bench",
                )  # fmt: skip


def _alike(fitted: Fitted, known: Knowledge) -> Iterator[Doubt]:
    """Sets of parameters that the data do not tell apart, none of which holds another."""
    J, parameters = weighted(fitted), fitted.problem.parameters
    found: list[set[int]] = []
    for size in range(2, len(parameters) + 1):
        for chosen in map(list, combinations(range(len(parameters)), size)):
            if any(smaller <= set(chosen) for smaller in found):
                continue
            if not J[:, chosen].any(axis=0).all():
                continue  # one of them does nothing at all
            index = collinearity(J[:, chosen])
            tie = abs(float(known.correlation[chosen[0], chosen[1]])) if size == 2 else 0.0
            if index > COLLINEAR or tie > CORRELATED:
                found.append(set(chosen))
                names = tuple(parameters[i].name for i in chosen)
                what = "act alike on these data" if index > COLLINEAR else "are known together only"
                tied = f"correlation {tie:.3f}, " if size == 2 else ""
                yield Doubt(
                    "alike", names,
                    f"{_listed(names)} {what} ({tied}collinearity index {_number(index)})",
                    _advice(fitted, chosen),
                )  # fmt: skip


def _undecided(fitted: Fitted, known: Knowledge) -> Iterator[Doubt]:
    for i, parameter in enumerate(fitted.problem.parameters):
        if not known.quantile * known.se[i] < WIDE:
            yield Doubt(
                "undecided", (parameter.name,),
                f"{parameter.name} is not decided: its 95 % interval is as wide as its bounds",
                _advice(fitted, [i]),
            )  # fmt: skip


def _number(index: float) -> str:
    return f"{index:.3g}" if np.isfinite(index) else "above 1e6"


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _advice(fitted: Fitted, chosen: list[int]) -> str:
    """What to measure so that the ``chosen`` parameters are known better."""
    found = ((column.header, _gain(fitted, column, chosen)) for column in _unmeasured(fitted))
    gains = {header: gain for header, gain in found if gain is not None}
    hold = "hold one of them at a value measured otherwise" if len(chosen) > 1 else (
        "hold it at a value measured otherwise")  # fmt: skip
    header, gain = max(gains.items(), key=lambda pair: pair[1], default=("", 0.0))
    if gain < HELPS:
        of_case = f"none of {', '.join(gains)} would help" if gains else "the case records no more"
        return f"{hold} ({of_case}; a probe elsewhere may)"
    times = f"{gain:.0f} times" if gain < 100.0 else "more than 100 times"
    return f'measure "{header}" too: intervals become {times} narrower; or {hold}'


def _unmeasured(fitted: Fitted) -> Iterator[Column]:
    """Columns of the runs that are not among the data."""
    measured = {one.column.header for one in fitted.series}
    for column in columns_of(fitted.problem.loaded).values():
        if column.header not in measured:
            yield column


def _gain(fitted: Fitted, column: Column, chosen: list[int]) -> float | None:
    """How many times narrower all ``chosen`` become by a ``column`` at the times of the data.

    None if it depends on no parameter.  Its standard deviation is the one that a series has by
    assumption.
    """
    times = np.unique(np.concatenate([one.times for one in fitted.series]))
    here = seen(fitted.tables, column, times)
    slopes = [(seen(tables, column, times) - here) / step for step, tables in fitted.steps]
    J = np.column_stack(slopes)
    J = J[np.isfinite(J).all(axis=1)]
    if not J.any():
        return None
    J = J / assumed(here, column.unit)
    A = weighted(fitted).T @ weighted(fitted)
    before, after = (variances(M, M)[chosen] for M in (A, A + J.T @ J))
    with np.errstate(invalid="ignore"):
        gains = np.sqrt(before / after)
    return float(np.nan_to_num(gains, nan=0.0, posinf=np.inf).min())
