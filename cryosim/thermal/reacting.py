"""Steps of a heat balance with crystals: heat flows, then crystals react.

The equations are in :mod:`cryosim.thermal.crystals`.
"""

from typing import TYPE_CHECKING

import numpy as np

from cryosim.thermal import kernels
from cryosim.thermal.crystals import Crystals, temperatures
from cryosim.thermal.marching import Integrator

if TYPE_CHECKING:
    from cryosim.thermal.balance import HeatBalance

UNFORESEEN = 1.0
"""Most that unforeseen latent heat warms in a step, in units of the tolerance.

It is of second order in the step, and a control that expects the third sees its power 3/2.  With
explicit steps the error of the heat that flows is the larger one and this asks for nothing, but in
a closed body; implicit steps would outrun the crystals: with 10 a section was 0.3 K off, with 1 it
is 0.07 K (tolerance 0.05 K).
"""


class Reacting:
    """Steps of heat by another integrator, with crystals that follow."""

    def __init__(self, inner: Integrator, crystals: Crystals) -> None:
        """Let ``crystals`` follow the steps of ``inner``."""
        self._inner, self._crystals = inner, crystals

    @property
    def name(self) -> str:
        """Name of the way in which heat is stepped."""
        return self._inner.name

    def propose(self, balance: "HeatBalance", t: float, dt: float) -> None:
        """Fill the candidate of ``balance`` with its state ``dt`` (s) after ``t``.  Collective."""
        new, crystals = balance.candidate, self._crystals
        power, kept = np.zeros_like(balance.H), balance.F
        power[crystals.lipid.node] = crystals.power
        balance.F = kept + power
        balance.pour(power)
        try:
            self._inner.propose(balance, t, dt)
        finally:
            balance.F = kept
            balance.pour(0.0)
        new.H = new.H - power * dt
        found = crystals.react(balance, new.H, new.x, dt)
        unforeseen = np.where(balance.net.held > 0, 0.0, crystals.heat - power * dt)
        if balance.largest(float((unforeseen != 0.0).any() or power.any())) > 0.0:
            self._settle(balance, t + dt)
        if not found:
            new.estimate = np.full_like(new.H, np.nan)
        warmed = balance.size_in_tolerances(unforeseen / balance.capacity(balance.T))
        new.reaction_error = (warmed / UNFORESEEN) ** 1.5

    def _settle(self, balance: "HeatBalance", t: float) -> None:
        """Give the heat of crystals to the candidate, which is at ``t`` (s).  Collective."""
        new, node = balance.candidate, self._crystals.lipid.node
        free = balance.net.held[node] == 0
        new.H[node] += np.where(free, self._crystals.heat[node], 0.0)
        T, T_node = new.x[: new.H.size].copy(), np.empty(node.size)
        temperatures(balance, new.H, new.x, node, T_node)
        T[node] = np.where(free, T_node, T[node])
        kernels.put_all(balance.net, balance.body.tables, T, new.x)
        new.rates = balance.rates_at(new.x, t, new.F, balance.states_after(new.heat))
