r"""Stages that an injured adipocyte goes through until it is gone.

Injured, apoptotic, phagocytosed, cleared: cells leave stage :math:`j` at the rate :math:`r_j` for
the next one, and stay in the last,

.. math:: \dot p_0 = -r_0 p_0, \quad \dot p_j = r_{j-1} p_{j-1} - r_j p_j, \quad
          \dot p_n = r_{n-1} p_{n-1}.

Rates that are all equal make the time until clearance Erlang-distributed.  The closed form of
Bateman (1910) divides by differences of rates; here the matrix exponential is summed as the
probabilities of :math:`k` events of a Poisson process (uniformisation, Jensen 1953, recalled), and
squared for long times.  Every number in that is positive, so small fractions are as accurate as
large ones, none is negative, and none is lost: any time at once, without steps.

No rates of adipocytes have been published: histology gives days of first inflammation, its peak
and the thinning over two to four months, nothing more.  So a chain has no defaults.
"""

from math import ceil, log2
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field

from cryosim.part import Part
from cryosim.units import Rate

Values = npt.NDArray[np.float64]

_TERMS = 20
"""Terms beyond the number of stages; the next one is below 1e-19 of what it is added to."""


class StageChain(Part):
    """Stages in a row that cells pass through."""

    rates: tuple[Rate, ...] = Field(min_length=1, max_length=50)
    """Rate (1/s) at which cells leave each stage but the last."""

    @classmethod
    def erlang(cls, stages: int, rate: float) -> Self:
        """Chain with ``stages`` stages before the last, all left at ``rate`` (1/s)."""
        return cls(rates=(rate,) * stages)

    def transition(self, dt: float) -> Values:
        """Fractions (1) of stage ``j`` that are in stage ``i`` after ``dt`` (s), at ``[i, j]``."""
        return np.asarray(self.transitions(np.array([dt]))[0])

    def transitions(self, dt: Values) -> Values:
        """The same after each of many ``dt`` (s), along a first axis."""
        fastest, n = max(self.rates), len(self.rates)
        most = fastest * float(np.max(dt, initial=0.0))
        doublings = max(0, ceil(log2(most))) if most > 0.0 else 0
        events = fastest * np.asarray(dt) / 2**doublings
        leave = np.array(self.rates) / fastest
        jump = np.diag(np.append(1.0 - leave, 1.0)) + np.diag(leave, -1)
        jumps, likely = [np.eye(n + 1)], [np.exp(-events)]
        for k in range(1, n + _TERMS):
            jumps.append(jump @ jumps[-1])
            likely.append(likely[-1] * events / k)
        moved = np.tensordot(np.array(likely).T, np.array(jumps), axes=1)
        for _ in range(doublings):
            moved = moved @ moved
        return np.asarray(moved / moved.sum(axis=1, keepdims=True))

    def advance(self, state: Values, dt: float) -> None:
        """Advance the fractions ``state`` (1), one row per stage, in place over ``dt`` (s)."""
        state[:] = self.transition(dt) @ state
