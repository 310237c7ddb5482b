"""Adipocyte injury along a run: the law, applied to the nodes that hold lipid."""

from typing import Any

import numba
import numpy as np

from cryosim.injury import Injury
from cryosim.thermal.arena import Body
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Indices, Values

_jit: Any = numba.njit(cache=True)

LARGEST_CHANGE = 0.25
"""Largest change of temperature (K) within a sub-step: fine against a DSC peak of 2 K width."""

LONGEST = 10.0
"""Longest sub-step (s)."""


NEGLIGIBLE = 1e-9
"""Crystallised fraction that does no harm."""


class AdipocyteInjury:
    """Dose and survival at every owned mesh node that holds lipid.

    A node between tissues takes the crystal fraction of the first lipid tissue it belongs to.
    """

    def __init__(self, law: Injury, body: Body) -> None:
        """No dose yet."""
        self.law = law
        volumes = np.stack([s.volume for s in body.stencils], axis=1)
        has_lipid = np.array([t.lipid is not None for t in body.tissues])
        holds = (volumes > 0.0) & has_lipid
        self.nodes = np.flatnonzero(holds.any(axis=1))
        self._tissue = holds[self.nodes].argmax(axis=1)
        tables = body.tables
        self._crystal = np.stack([t.crystallised(tables.temperature) for t in body.tissues])
        harmful = (self._crystal > NEGLIGIBLE).any(axis=0)
        self._onset = float(tables.temperature[harmful].max(initial=-np.inf))
        self._first, self._per_kelvin = tables.temperature[0], tables.per_kelvin
        self.any_lipid = bool(has_lipid.any())
        self.state = law.start(self.nodes.size)

    def crystallised(self, T: Values) -> Values:
        """Crystallised lipid fraction (1) at all lipid nodes, of temperature ``T`` (K)."""
        return self._crystal_at(self._tissue, T)

    def _crystal_at(self, tissue: Indices, T: Values) -> Values:
        X = np.empty(T.size)
        _look_up(self._crystal, tissue, self._first, self._per_kelvin, T, X)
        return X

    def advance(self, balance: HeatBalance, dt: float, massaged: Values | None = None) -> None:
        """Follow the temperature through the step of ``dt`` (s) that ``balance`` kept last.

        ``massaged`` is the share of owned mesh nodes that is being massaged (1), if any is.

        Sub-steps are sampled at their middle from a cubic interpolation of enthalpy, so the dose
        does not depend on the size of the steps.  Nodes too warm for crystals are left alone, save
        where the law is at work without any.
        Collective: all ranks take as many sub-steps.
        """
        before, now = balance.T_before[self.nodes], balance.T[self.nodes]
        coldest = np.minimum(before, now)
        here = np.flatnonzero((coldest < self._onset) | self.law.at_work(self.state, coldest))
        change = balance.largest(float(np.abs(now[here] - before[here]).max(initial=0.0)))
        if not here.size:
            return
        nodes, tissue = self.nodes[here], self._tissue[here]
        state = np.take(self.state, here, axis=1)
        share = None if massaged is None else massaged[nodes]
        n = max(1, int(np.ceil(change / LARGEST_CHANGE)), int(np.ceil(dt / LONGEST)))
        for k in range(n):
            T = balance.within((k + 0.5) / n, nodes)
            self.law.advance(state, self._crystal_at(tissue, T), T, dt / n, share)
        self.state[:, here] = state

    def survival(self) -> Values:
        """Surviving fraction of adipocytes (1) at lipid nodes."""
        return self.law.survival(self.state)


@_jit
def _look_up(curves, tissue, first, per_kelvin, T, X):  # type: ignore[no-untyped-def]
    """Crystallised fraction ``X`` of each node's tissue at ``T`` (K), from even tables."""
    last = curves.shape[1] - 2
    for i in range(T.size):
        place = (T[i] - first) * per_kelvin
        k = min(max(int(place), 0), last)
        a, b = curves[tissue[i], k], curves[tissue[i], k + 1]
        X[i] = min(1.0, max(0.0, a + (place - k) * (b - a)))
