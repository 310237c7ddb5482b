"""Ice nucleation along a run: the hazard so far, and the event if there is to be one."""

import numpy as np

from cryosim.case.load import Loaded
from cryosim.fem.operators import Operators
from cryosim.physics.nucleation import freezing_point, probability, water_share
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values
from cryosim.treatment.injury import LARGEST_CHANGE, LONGEST

_SHORTEST = 1e-6
"""Ice comes no sooner (s) than this after the start of a step."""


class Freezing:
    """Cumulative hazard of supercooled water, and whether ice has nucleated."""

    def __init__(self, loaded: Loaded, operators: Operators) -> None:
        """No hazard yet and no ice."""
        case = loaded.case
        self.law, self._operators = case.nucleation, operators
        across: float = self.law.across ** (3 - case.dimension)
        nodes, volumes, points = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0)]
        for layer, stencil in zip(case.anatomy.layers, operators.stencils, strict=True):
            if layer.tissue in loaded.ice:
                ice = loaded.ice[layer.tissue]
                tissue = loaded.tissues[layer.tissue].model_copy(update={"ice": ice})
                nodes.append(np.flatnonzero(stencil.volume > 0.0))
                volumes.append(across * water_share(tissue) * stencil.volume[nodes[-1]])
                points.append(np.full(nodes[-1].size, freezing_point(tissue)))
        self.possible = len(nodes) > 1
        """Whether any tissue holds water that supercools."""
        self._node, self._volume = np.concatenate(nodes), np.concatenate(volumes)
        self._point = np.concatenate(points)
        self._threshold = self.law.threshold()
        self.cumulative = 0.0
        """Cumulative hazard (1)."""
        self.iced = False
        self.due: float | None = self.law.at
        """When (s) ice is to come, as far as that is known."""

    @property
    def probability(self) -> float:
        """Probability (1) that there is ice by now."""
        return probability(self.cumulative)

    @property
    def landings(self) -> list[float]:
        """Times (s) that are known beforehand."""
        return [] if self.iced or self.law.at is None else [self.law.at]

    def crossing(self, balance: HeatBalance, t: float, dt: float) -> float | None:
        """When (s) the hazard reaches its drawn threshold in the step that was tried.  Collective.

        The step goes from ``t`` by ``dt`` (s).
        """
        if self.iced or self.law.event != "drawn":
            return None
        parts = self._increments(balance, dt, kept=False)
        reached = self.cumulative + np.cumsum(parts)
        self.due = None
        if reached[-1] < self._threshold:
            return None
        k = int((reached >= self._threshold).argmax())
        into = 1.0 - (reached[k] - self._threshold) / parts[k]
        self.due = t + max(_SHORTEST, dt * (k + float(into)) / parts.size)
        return self.due

    def advance(self, balance: HeatBalance, dt: float) -> None:
        """Follow the temperature through the step of ``dt`` (s) that was kept last.  Collective."""
        if self.possible and not self.iced:
            self.cumulative += float(self._increments(balance, dt, kept=True).sum())

    def _increments(self, balance: HeatBalance, dt: float, *, kept: bool) -> Values:
        """Hazard (1) of each sub-step, as fine as those of injury.  Collective."""
        other = balance.candidate.x[: balance.H.size]
        before, now = other[self._node], balance.T[self._node]
        cold = np.flatnonzero(np.minimum(before, now) < self._point)
        local = float(np.abs(now[cold] - before[cold]).max(initial=-1.0))
        change = balance.largest(local)
        if change < 0.0:
            return np.zeros(1)
        n = max(1, int(np.ceil(change / LARGEST_CHANGE)), int(np.ceil(dt / LONGEST)))
        node, volume, point = self._node[cold], self._volume[cold], self._point[cold]
        parts = np.empty(n)
        for k in range(n):
            T = balance.within((k + 0.5) / n, node, kept=kept)
            parts[k] = volume @ self.law.hazard(point - T)
        return self._operators.team.total(parts) * (dt / n)

    def coldest(self, T: Values) -> tuple[float, tuple[float, ...]] | None:
        """Most supercooled place of owned nodes at ``T`` (K): its T and coordinates.  Collective.

        None if no water is supercooled.
        """
        below = self._point - T[self._node]
        most = self._operators.team.largest(float(below.max(initial=-np.inf)))
        if most <= 0.0:
            return None
        space = self._operators.space
        x = space.tabulate_dof_coordinates()[:, : space.mesh.geometry.dim]
        tied = np.flatnonzero(below > most - 1e-6)
        here = [(tuple(x[n].tolist()), float(T[n])) for n in self._node[tied]]
        place, coldest = min(
            p for rank in self._operators.team.comm.allgather(sorted(here)[:1]) for p in rank
        )
        return coldest, place
