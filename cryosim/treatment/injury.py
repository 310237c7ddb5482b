"""Adipocyte injury along a run: the law, applied to the nodes that hold lipid."""

import numpy as np

from cryosim.injury import Injury
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.lipid import LipidNodes
from cryosim.thermal.network import Values

LARGEST_CHANGE = 0.25
"""Largest change of temperature (K) within a sub-step: fine against a DSC peak of 2 K width."""

LONGEST = 10.0
"""Longest sub-step (s)."""


class AdipocyteInjury:
    """Dose and survival at every owned mesh node that holds lipid."""

    def __init__(self, law: Injury, lipid: LipidNodes) -> None:
        """No dose yet."""
        self.law, self._lipid = law, lipid
        self.nodes, self.any_lipid = lipid.node, lipid.any_tissue
        self.state = law.start(self.nodes.size)

    def crystallised(self, balance: HeatBalance) -> Values:
        """Crystallised lipid fraction (1) at all lipid nodes now."""
        if balance.crystals is not None:
            return balance.crystals.X
        return self._lipid.crystallised(balance.T[self.nodes])

    def advance(self, balance: HeatBalance, dt: float, massaged: Values | None = None) -> None:
        """Follow the temperature through the step of ``dt`` (s) that ``balance`` kept last.

        ``massaged`` is the share of owned mesh nodes that is being massaged (1), if any is.

        Sub-steps are sampled at their middle from a cubic interpolation of enthalpy, so the dose
        does not depend on the size of the steps; crystals with a rate are taken linear in the
        step.  Nodes too warm for crystals are left alone, save where the law is at work without
        any.  Collective: all ranks take as many sub-steps.
        """
        before, now = balance.T_before[self.nodes], balance.T[self.nodes]
        coldest = np.minimum(before, now)
        here = np.flatnonzero((coldest < self._lipid.onset) | self.law.at_work(self.state, coldest))
        change = balance.largest(float(np.abs(now[here] - before[here]).max(initial=0.0)))
        if not here.size:
            return
        nodes, state = self.nodes[here], np.take(self.state, here, axis=1)
        share = None if massaged is None else massaged[nodes]
        n = max(1, int(np.ceil(change / LARGEST_CHANGE)), int(np.ceil(dt / LONGEST)))
        for k in range(n):
            T = balance.within((k + 0.5) / n, nodes)
            if balance.crystals is None:
                X = self._lipid.crystallised(T, here)
            else:
                X = balance.crystals.within((k + 0.5) / n, here)
            self.law.advance(state, X, T, dt / n, share)
        self.state[:, here] = state

    def survival(self) -> Values:
        """Surviving fraction of adipocytes (1) at lipid nodes."""
        return self.law.survival(self.state)
