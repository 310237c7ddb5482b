"""Steps of a heat balance with crystals: reaction, flow of heat, reaction.

The equations are in :mod:`cryosim.thermal.crystals`.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cryosim.thermal import kernels
from cryosim.thermal.crystals import Crystals, temperatures
from cryosim.thermal.marching import Integrator
from cryosim.thermal.network import Values

if TYPE_CHECKING:
    from cryosim.thermal.balance import HeatBalance


JUMP = 10.0
"""Largest jump of temperature by unforeseen latent heat in a step, in units of the tolerance.

It is of second order in the step, and a control that expects the third sees its power 3/2.  Where
heat flows its error is the larger one and this asks for nothing; it does in a closed body.
"""


class _Flow(NamedTuple):
    """Enthalpy, potentials, heat and ledger rates of a balance."""

    H: Values
    x: Values
    F: Values
    rates: Values


class Strang:
    """Half a reaction of crystals, a step of heat by another integrator, half a reaction."""

    def __init__(self, inner: Integrator, crystals: Crystals) -> None:
        """Split the steps of ``inner``."""
        self._inner, self._crystals = inner, crystals

    @property
    def name(self) -> str:
        """Name of the way in which heat is stepped."""
        return self._inner.name

    def propose(self, balance: "HeatBalance", t: float, dt: float) -> None:
        """Fill the candidate of ``balance`` with its state ``dt`` (s) after ``t``.  Collective."""
        new, crystals = balance.candidate, self._crystals
        power = np.zeros_like(balance.H)
        power[crystals.lipid.node] = crystals.power
        kept = _Flow(balance.H, balance.x, balance.F, balance.rates)
        try:
            begun, X, first = self._reacted(
                balance, kept, crystals.X, power, 0.5 * dt, t, balance.devices.states, power
            )
            balance.H, balance.x, balance.F, balance.rates = begun
            self._inner.propose(balance, t, dt)
        finally:
            balance.H, balance.x, balance.F, balance.rates = kept
            balance.pour(0.0)
        flown = _Flow(new.H, new.x, new.F, new.rates)
        states = balance.states_after(new.heat)
        ended, X, second = self._reacted(balance, flown, X, power, 0.5 * dt, t + dt, states)
        new.H, new.x, new.F, new.rates = ended
        if not (first and second):
            new.estimate = np.full_like(new.H, np.nan)
        crystals.try_out(X)
        unforeseen = np.where(balance.net.held > 0, 0.0, crystals.heat - power * dt)
        jump = balance.size_in_tolerances(unforeseen / balance.capacity(balance.T))
        new.reaction_error = (jump / JUMP) ** 1.5

    def _reacted(
        self, balance: "HeatBalance", flow: _Flow, X: Values, power: Values, dt: float, t: float,
        states: Values, poured: Values | float = 0.0,
    ) -> tuple[_Flow, Values, bool]:  # fmt: skip
        """``flow`` and ``X`` after ``dt`` (s) of reaction, which came to ``t`` (s).  Collective.

        The reaction lacks the ``power`` (W); from then on nodes are ``poured`` some (W).
        """
        crystals = self._crystals
        node, free = crystals.lipid.node, balance.net.held == 0
        H = flow.H - power * dt
        X_new, found = crystals.reacted(balance, H, flow.x, X, dt)
        changed = (X_new != X).any() or power.any()
        if balance.largest(float(changed)) == 0.0:
            return flow, X_new, found
        H[node] += np.where(free[node], crystals.weight * (X_new - X), 0.0)
        T, T_node = flow.x[: H.size].copy(), np.empty(node.size)
        temperatures(balance, H, flow.x, node, T_node)
        T[node] = np.where(free[node], T_node, T[node])
        x, F = flow.x.copy(), np.empty_like(flow.F)
        kernels.put_all(balance.net, balance.body.tables, T, x)
        balance.pour(poured)
        return _Flow(H, x, F, balance.rates_at(x, t, F, states)), X_new, found
