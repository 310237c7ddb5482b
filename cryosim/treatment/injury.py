"""Adipocyte injury along a run: the law, applied to the nodes that hold lipid."""

import numpy as np

from cryosim.injury import Injury
from cryosim.physics.tissue import Tissue
from cryosim.thermal.arena import Body
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values

LARGEST_CHANGE = 0.25
"""Largest change of temperature (K) within a sub-step: fine against a DSC peak of 2 K width."""

LONGEST = 10.0
"""Longest sub-step (s)."""


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
        self._curves = {int(m): body.tissues[m] for m in np.unique(self._tissue)}
        self._tabulated = {m: t.crystallised(body.tables.temperature) for m, t in self._curves.items()}
        self._temperature = body.tables.temperature
        self.any_lipid = bool(has_lipid.any())
        self.state = np.zeros(self.nodes.size)

    def crystallised(self, T: Values) -> Values:
        """Crystallised lipid fraction (1) at lipid nodes of temperature ``T`` (K)."""
        X = np.empty(T.size)
        for m, curve in self._tabulated.items():
            of_m = self._tissue == m
            X[of_m] = np.interp(T[of_m], self._temperature, curve)
        return X

    def advance(self, balance: HeatBalance, dt: float) -> None:
        """Follow the temperature through the step of ``dt`` (s) that ``balance`` kept last.

        Sub-steps are sampled at their middle from a cubic interpolation of enthalpy, so the dose
        does not depend on the size of the steps.
        """
        if not self.nodes.size:
            return
        change = float(np.abs(balance.T[self.nodes] - balance.T_before[self.nodes]).max())
        n = max(1, int(np.ceil(change / LARGEST_CHANGE)), int(np.ceil(dt / LONGEST)))
        for k in range(n):
            T = balance.within((k + 0.5) / n, self.nodes)
            self.law.advance(self.state, self.crystallised(T), T, dt / n)

    def survival(self) -> Values:
        """Surviving fraction of adipocytes (1) at lipid nodes."""
        return self.law.survival(self.state)

