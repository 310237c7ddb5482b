r"""Least squares: the search for the parameters that explain the data best.

With residuals :math:`r_i = (y_i(u) - d_i) / \sigma_i` the sum of squares is made least over the
shares :math:`u` of the way between the bounds (in the logarithm, where they are more than a decade
apart), by the trust-region reflective method of scipy (Branch, Coleman and Li 1999).  A robust fit
makes :math:`\sum 2 (\sqrt{1 + r_i^2} - 1)` least instead.  Derivatives are differences of runs, one
for each parameter, all at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from cryosim.errors import Interrupted
from cryosim.fitting.measured import TABLES, Series
from cryosim.fitting.model import Model, Tables, computed, covered
from cryosim.fitting.problem import Problem
from cryosim.uncertainty.workers import cores, working

Floats = npt.NDArray[np.float64]

MOST_ITERATIONS = 25
"""Points that the search may try."""

CHANGE = {"ftol": 1e-5, "xtol": 1e-4, "gtol": 1e-6}
"""Where it stops: relative change of the sum, of the shares, and slope of the sum."""

INSIDE = 1e-3
"""Share of the way that the first point keeps from the bounds."""

Watch = Callable[[int, float, str], None]
"""Called with the number of runs, the root mean square residual in standard deviations, and the
values of the parameters."""


@dataclass(frozen=True)
class Fitted:
    """What the search found."""

    problem: Problem
    series: list[Series]
    """The data without what the model has no value for."""
    left: dict[str, int]
    """Header -> values that were left out."""
    shares: Floats
    """Of the way between the bounds, by parameter."""
    computed: Floats
    """All series, one after the other."""
    at_start: Floats
    slopes: Floats
    """Derivatives of what is computed by the shares, shape (values, parameters)."""
    tables: Tables
    """Of the run with the fitted values."""
    steps: list[tuple[float, Tables]]
    """Step of each share, and tables of the run after it."""
    converged: bool
    why: str
    runs: int
    core: float

    @property
    def sd(self) -> Floats:
        """Standard deviation of each value."""
        return np.concatenate([one.sd for one in self.series])

    @property
    def measured(self) -> Floats:
        """Each value."""
        return np.concatenate([one.values for one in self.series])

    @property
    def residuals(self) -> Floats:
        """Computed minus measured, in standard deviations."""
        return (self.computed - self.measured) / self.sd

    @property
    def weights(self) -> Floats:
        """How much each value counts (1): less than 1 for outliers of a robust fit."""
        if not self.problem.robust:
            return np.ones(self.measured.size)
        return 1.0 / np.sqrt(1.0 + self.residuals**2)


class _Search:
    """Residuals and their derivatives for the optimiser; remembers the runs of the last point."""

    def __init__(self, model: Model, watch: Watch | None) -> None:
        self.model, self._watch = model, watch
        start = [p.share(p.input.nominal) for p in model.problem.parameters]
        self.start = np.clip(np.array(start), INSIDE, 1.0 - INSIDE)
        self.series: list[Series] = []
        self._at: dict[bytes, Tables] = {}
        self._slopes: dict[bytes, list[tuple[float, Tables]]] = {}
        self.best = (np.inf, self.start)

    def begin(self) -> tuple[Floats, dict[str, int]]:
        """Run the start; return what it computes and what data it leaves out."""
        tables = self.tables(self.start)
        self.series, left = covered(tables, self.model.problem.series)
        return computed(tables, self.series), left

    def tables(self, shares: Floats) -> Tables:
        """Of the run at ``shares``."""
        key = shares.tobytes()
        if key not in self._at:
            self._at = {key: self.model.at([shares])[0]} | dict([*self._at.items()][:1])
        return self._at[key]

    def residuals(self, shares: Floats) -> Floats:
        """In standard deviations."""
        found = [
            (c - one.values) / one.sd
            for one in self.series
            for c in [computed(self.tables(shares), [one])]
        ]
        r: Floats = np.concatenate(found)
        rms = float(np.sqrt(np.mean(r**2)))
        self.best = min(self.best, (rms, shares), key=lambda pair: pair[0])
        if self._watch is not None:
            self._watch(self.model.runs, rms, self.model.said(shares))
        return r

    def steps(self, shares: Floats) -> list[tuple[float, Tables]]:
        """Step of each share, and tables of the run after it."""
        key = shares.tobytes()
        if key not in self._slopes:
            sizes = [p.step(float(u)) for p, u in
                     zip(self.model.problem.parameters, shares, strict=True)]  # fmt: skip
            points = [shares + size * unit
                      for size, unit in zip(sizes, np.eye(shares.size), strict=True)]  # fmt: skip
            self._slopes = {key: list(zip(sizes, self.model.at(points), strict=True))}
        return self._slopes[key]

    def slopes(self, shares: Floats) -> Floats:
        """Derivatives of what is computed by the shares."""
        here = computed(self.tables(shares), self.series)
        there = [(computed(t, self.series) - here) / size for size, t in self.steps(shares)]
        return np.column_stack(there)

    def jacobian(self, shares: Floats) -> Floats:
        """Derivatives of the residuals."""
        sd = np.concatenate([one.sd for one in self.series])
        return np.asarray(self.slopes(shares) / sd[:, None])


def fit(problem: Problem, *, workers: int | None = None, watch: Watch | None = None) -> Fitted:
    """Find the parameters of ``problem``; raises Interrupted if asked to stop."""
    with working(workers or min(cores(), len(problem.parameters)), TABLES) as team:
        search = _Search(Model(problem, team), watch)
        try:
            return _found(search)
        except KeyboardInterrupt as error:
            model, (rms, shares) = search.model, search.best
            best = f"; best so far: {model.said(shares)} (residual {rms:.3g} standard deviations)"
            raise Interrupted(
                f"stopped after {model.runs} runs as asked; nothing was written"
                f"{best if np.isfinite(rms) else ''}"
            ) from error


def _found(search: _Search) -> Fitted:
    """Search, then the derivatives where it ended."""
    at_start, left = search.begin()
    problem = search.model.problem
    end = least_squares(
        search.residuals, search.start, jac=search.jacobian, bounds=(0.0, 1.0), method="trf",
        loss="soft_l1" if problem.robust else "linear", max_nfev=MOST_ITERATIONS, **CHANGE,
    )  # fmt: skip
    shares = np.asarray(end.x, dtype=float)
    tables = search.tables(shares)
    return Fitted(
        problem=problem, series=search.series, left=left, shares=shares,
        computed=computed(tables, search.series), at_start=at_start,
        slopes=search.slopes(shares), tables=tables, steps=search.steps(shares),
        converged=end.status > 0, why=str(end.message),
        runs=search.model.runs, core=search.model.core,
    )  # fmt: skip
