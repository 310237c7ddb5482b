r"""Crystals of lipid that grow and melt by a rate law, and the heat balance that they warm.

The crystallised fraction :math:`X` of every node is a state of its own beside the enthalpy
:math:`H`, which then holds no latent heat of lipid: with :math:`W = \sum \rho L V` (J) over the
lipid tissues of a node and the heat :math:`F` (W) that reaches it,

.. math:: \dot H = F(T) + W \dot X, \qquad \dot X = R(X, T).

In a step of size :math:`\tau` heat flows first, with the power :math:`q` that crystals gave in the
step before as a source that is constant in the step.  Then crystals react, node by node, and end
at the temperature that their own latent heat makes; with :math:`H_*` where the flow ended,

.. math:: H(T') = H_* - q \tau + W (X' - X), \qquad
          X' = \min\{X_\infty(T'),\; \max[X, G(X; T, T')]\},

where :math:`G` is the step of the law towards the supercooled curve
:math:`X_\infty(T + \Delta)` and :math:`X_\infty(T)` the melting curve.  The right side falls as
:math:`X'` warms the node, so there is one solution, at any step and however fast the law.  Energy
is conserved to rounding whatever is left of the equation: what :math:`X` gives, :math:`H` takes.
As :math:`q` is only a guess for the way between, steps are of second order where crystals are slow
against them; where they are fast, the curve is a constraint and steps are of first order.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cryosim.physics.crystallisation import AbstractCrystallisation, Moment
from cryosim.thermal import kernels
from cryosim.thermal.arena import Body
from cryosim.thermal.lipid import LipidNodes
from cryosim.thermal.network import Indices, Network, Values, node_of_slot

if TYPE_CHECKING:
    from cryosim.thermal.balance import HeatBalance

_CLOSE = 1e-12
"""Residual of the crystallised fraction (1): 1e-11 K with the latent heat of fat."""

_MOST_ITERATIONS = 60


class Crystals:
    """Crystallised fraction of lipid nodes, before and after the step that was tried last."""

    def __init__(
        self, law: AbstractCrystallisation, lipid: LipidNodes, body: Body, T: Values
    ) -> None:
        """On the melting curve at ``T`` (K) of owned mesh nodes of the ``body`` at rest."""
        self.law, self.lipid = law, lipid
        self._latent = np.array(
            [t.density * t.lipid.latent_heat if t.lipid else 0.0 for t in body.tissues]
        )
        self.X = lipid.crystallised(T[lipid.node])
        """Crystallised fraction (1) of every lipid node."""
        self.candidate, self.before = self.X.copy(), self.X.copy()
        """The one that was tried last; the one before the step kept last."""
        volumes = np.stack([s.volume for s in body.stencils], axis=1)
        self.weight: Values = (volumes @ self._latent)[lipid.node]
        """Latent heat (J) of the lipid of every lipid node."""
        self.power = np.zeros(self.X.size)
        """Heat (W) that crystals gave to every lipid node whose temperature is free, last."""

    def take_up(self, net: Network) -> float:
        """Weigh the lipid of every node as ``net`` has it; return the latent heat (J) it brings.

        A body that takes another shape holds more or less lipid at a node, as solid as it was.
        """
        n, before = net.held.size, self.stored
        weight = np.bincount(node_of_slot(net), net.slot_volume * self._latent[net.slot_tissue], n)
        self.weight = weight[self.lipid.node]
        self.heat = np.zeros(n)
        """Heat (J) that crystals gave to every owned node in the step tried last."""
        free = net.held[self.lipid.node] == 0
        self.power = np.where(free, self.power, 0.0)
        return self.stored - before

    @property
    def stored(self) -> float:
        """Latent heat (J) stored, that of liquid lipid being zero; this rank's."""
        return -float(self.weight @ self.X)

    def keep(self, held: npt.NDArray[np.bool_], dt: float) -> Values:
        """Make what was tried over ``dt`` (s) the kept one; return the heat (J) given elsewhere.

        ``held`` are nodes whose temperature is prescribed: who does that takes the heat.
        """
        self.before, self.X = self.X, self.candidate
        self.power = np.where(held, 0.0, self.heat / dt)[self.lipid.node]
        return np.where(held, self.heat, 0.0)

    def within(self, s: float, which: Indices) -> Values:
        """Crystallised fraction (1) at a fraction ``s`` of the step kept last."""
        return (1.0 - s) * self.before[which] + s * self.X[which]

    def react(self, balance: "HeatBalance", H: Values, x: Values, dt: float) -> bool:
        """Try out what the fraction is after ``dt`` (s); return whether it was found.

        Owned nodes come to the enthalpy ``H`` (J) without what the fraction changes by, and are
        near the potentials ``x``; held ones are at those.
        """
        node, law, lipid = self.lipid.node, self.law, self.lipid
        T, T_end, held = balance.x[node], np.empty(node.size), balance.net.held[node] > 0
        temperatures(balance, H, x, node, T_end)
        colder = np.minimum(T, T_end) + law.supercooling
        may = np.flatnonzero((self.X > 0.0) | (colder < lipid.onset))
        T_0, X_0, weight = T[may], self.X[may], self.weight[may]
        curve = lipid.crystallised(T_0 + law.supercooling, may)
        H_tried = H.copy()

        def after(X_1: Values, which: Indices) -> Values:
            """Right side of the equation for ``X_1`` at the places ``which`` among ``may``."""
            place, T_1 = may[which], np.empty(which.size)
            H_tried[node[place]] = H[node[place]] + weight[which] * (X_1 - X_0[which])
            temperatures(balance, H_tried, x, node[place], T_1)
            T_1 = np.where(held[place], x[node[place]], T_1)
            grown = X_0[which]
            growth = lipid.crystallised(T_1 + law.supercooling, place)
            law.advance(grown, Moment(T_0[which], curve[which]), Moment(T_1, growth), dt)
            grown = np.maximum(grown, X_0[which])
            return np.minimum(grown, lipid.crystallised(T_1, place))

        X = self.X.copy()
        X[may], found = _solved(after, X_0)
        self.candidate = X
        self.heat[node] = self.weight * (X - self.X)
        return found


def temperatures(balance: "HeatBalance", H: Values, x: Values, nodes: Indices, T: Values) -> None:
    """Fill ``T`` (K) of ``nodes`` with enthalpy ``H`` (J), which were at the potentials ``x``."""
    kernels.between(balance.net, balance.body.tables, nodes, x, H, H, H, H, 0.0, 0.0, T)


def _solved(after: Callable[[Values, Indices], Values], X: Values) -> tuple[Values, bool]:
    """Solution of ``X' = after(X')`` at every place, and whether all were found.

    Fixed-point iteration from ``X`` until a solution lies between two iterates, then the Illinois
    rule.  Every place for itself: the solution does not depend on which rank has which.
    """
    result = X.copy()
    every = np.arange(X.size)
    p, g = X, after(X, every) - X
    other, g_other = np.zeros_like(X), np.zeros_like(X)
    for _ in range(_MOST_ITERATIONS):
        result[every] = p
        keep = np.abs(g) > _CLOSE
        every, p, g = every[keep], p[keep], g[keep]
        other, g_other = other[keep], g_other[keep]
        if not every.size:
            return result, True
        bracketed = g_other != 0.0
        slope = np.where(bracketed, (g - g_other) / np.where(bracketed, p - other, 1.0), -1.0)
        p_new = p - g / slope
        g_new = after(p_new, every) - p_new
        crossed = g_new * g < 0.0
        other, g_other = np.where(crossed, p, other), np.where(crossed, g, 0.5 * g_other)
        p, g = p_new, g_new
    return result, False
