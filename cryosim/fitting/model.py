"""The model that is fitted: runs of the case with other values, in processes of their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cryosim.errors import CryosimError
from cryosim.fitting.measured import Column, Series
from cryosim.fitting.problem import Problem
from cryosim.uncertainty.samples import case_text
from cryosim.uncertainty.workers import Workers

Floats = npt.NDArray[np.float64]

Tables = dict[str, dict[str, list[float | None]]]
"""Table -> header -> numbers, of one run."""

TIME = "time [s]"


class Model:
    """Runs the case of a problem at shares of the way between the bounds of its parameters."""

    def __init__(self, problem: Problem, team: Workers) -> None:
        """No run yet."""
        self.problem, self._team = problem, team
        self.runs, self.core = 0, 0.0

    def at(self, many: Sequence[Floats]) -> list[Tables]:
        """Tables of a run for each of ``many`` points; raises CryosimError if one fails."""
        inputs = [p.input for p in self.problem.parameters]
        values = [self.values(shares) for shares in many]
        texts = [case_text(self.problem.base, inputs, v, self.problem.loaded) for v in values]
        found: dict[int, Tables] = {}
        for place, answer in self._team.run(texts):
            self.runs += 1
            if "fault" in answer:
                raise CryosimError(
                    f"the run with {self.said(many[place])} failed: {answer['fault']}\n"
                    "narrow the bounds: --fit PATH=LOW:HIGH"
                )
            self.core += answer["core"]
            found[place] = answer["tables"]
        return [found[i] for i in range(len(many))]

    def values(self, shares: Floats) -> list[float]:
        """Values of the parameters."""
        return [p.value(float(u)) for p, u in zip(self.problem.parameters, shares, strict=True)]

    def said(self, shares: Floats) -> str:
        """Values of the parameters, in words."""
        pairs = zip(self.problem.parameters, self.values(shares), strict=True)
        return ", ".join(f"{p.name} = {x:.4g} {p.input.unit.removeprefix('1')}".rstrip()
                         for p, x in pairs)  # fmt: skip


def seen(tables: Tables, column: Column, times: Floats) -> Floats:
    """A ``column`` at ``times`` (s), linear between the rows; NaN where it has no value."""
    table: Any = tables[column.table]
    clock = np.array(table[TIME], dtype=float)
    values = np.array(table[column.header], dtype=float)  # None becomes NaN
    return np.asarray(np.interp(times, clock, values), dtype=float)


def computed(tables: Tables, series: Sequence[Series]) -> Floats:
    """What the model says to every measured value, one series after the other."""
    return np.concatenate([seen(tables, one.column, one.times) for one in series])


def covered(tables: Tables, series: Sequence[Series]) -> tuple[list[Series], dict[str, int]]:
    """The ``series`` where the model has values, and how many of each were left out."""
    kept, left = [], {}
    for one in series:
        here = np.isfinite(seen(tables, one.column, one.times))
        if not here.all():
            left[one.column.header] = int((~here).sum())
        if here.any():
            kept.append(one.only(here))
    if not kept:
        raise CryosimError("the case has no value where there are data: the applicator is off")
    return kept, left
