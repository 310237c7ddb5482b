"""The worst value of a limit along a run: how bad, where, when, and when tiers were first crossed.

Each rank follows its own nodes and sends nothing; ``merged`` brings ranks together at the end.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cryosim.outcome.limits import TIERS, Limit
from cryosim.thermal.network import Indices, Values

_TIE = 1e-8
"""Relative difference of values that are the same but for rounding."""


@dataclass
class Worst:
    """What a rank has seen of one limit; ``place`` (m) has coordinates at rest, then depth."""

    limit: Limit
    level: float = -np.inf
    """Worst value, times the sign of the limit."""
    time: float = 0.0
    """When it was reached (s)."""
    place: tuple[float, ...] = ()
    first: dict[str, float] = field(default_factory=dict)
    """Tier -> when (s) a value was first beyond it."""

    @property
    def value(self) -> float | None:
        """Worst value (SI), or None if nothing was seen."""
        return self.limit.sign * self.level if np.isfinite(self.level) else None

    def follow(
        self, t: float, dt: float, before: Values, after: Values, points: Values, nodes: Indices
    ) -> None:
        """Look at a step of ``dt`` (s) up to ``t`` (s) of values that run straight in it.

        They are those of ``nodes``, rows of ``points`` (m): coordinates, then depth.  A value that
        stays as bad keeps its first place.
        """
        if not after.size:
            return
        top_before, top_after = self._worst_of(before), self._worst_of(after)
        top = max(top_before, top_after)
        self._cross(t, dt, before, after, top)
        if top <= self.level:
            return
        at_start = top_before >= top_after
        level = self.limit.sign * (before if at_start else after)
        tied = np.flatnonzero(level >= top - _TIE * max(1.0, abs(top)))
        self.level, self.time = top, t - dt if at_start else t
        rows = points[nodes[tied]]
        for column in range(rows.shape[1]):
            rows = rows[rows[:, column] == rows[:, column].min()]
        self.place = tuple(rows[0].tolist())

    def _worst_of(self, values: Values) -> float:
        """Worst of ``values``, times the sign of the limit."""
        return float(values.max()) if self.limit.sign > 0.0 else -float(values.min())

    def _cross(self, t: float, dt: float, before: Values, after: Values, top: float) -> None:
        """Note when tiers are crossed first within the step; ``top`` is the worst level in it."""
        for name in TIERS:
            tier, sign = self.limit.tier(name), self.limit.sign
            if tier is None or name in self.first or top <= sign * tier:
                continue
            a, b = sign * before, sign * after
            here = np.maximum(a, b) > sign * tier
            start, end = a[here], b[here]
            rises = end > start
            width = np.where(rises, end - start, 1.0)
            reached = np.where(rises, (sign * tier - start) / width, 0.0)
            self.first[name] = t - dt * (1.0 - max(0.0, float(reached.min())))

    def merged(self, comm: Any) -> "Worst":
        """The worst of all ranks.  Collective."""
        ranks = comm.allgather(self.to_list())
        top = max(level for level, *_ in ranks)
        tie = _TIE * max(1.0, abs(top)) if np.isfinite(top) else 0.0
        found = [rank for rank in ranks if rank[0] >= top - tie]
        _, time, place, _ = min(found, key=lambda rank: rank[2])
        times = {n: [r[3][n] for r in ranks if n in r[3]] for n in TIERS}
        first = {name: min(seen) for name, seen in times.items() if seen}
        return Worst(self.limit, top, time, place, first)

    def to_list(self) -> tuple[float, float, tuple[float, ...], dict[str, float]]:
        """What was seen, for a restart file or another rank."""
        return self.level, self.time, self.place, self.first

    def recall(self, seen: Any) -> None:
        """Take up what :meth:`to_list` gave."""
        self.level, self.time, place, self.first = seen
        self.place = tuple(place)
