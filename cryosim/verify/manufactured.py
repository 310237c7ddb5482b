r"""A manufactured solution with every nonlinearity of tissue, and the source that it needs.

With :math:`\vartheta = T - T_a` and depth :math:`x` in a block of depth :math:`D`,

.. math:: \vartheta = -A\,(1 - e^{-bt})\,X(x)\,\Big(1 + \epsilon \prod_j \cos
          \frac{\pi (y_j + L/2)}{L}\Big),\qquad X(x) = \sin(m (D - x)),

so that the bottom stays at blood temperature, the sides are insulated and the top has a slope.
Conductivity, heat capacity, latent heat and perfusion follow temperature; the laws are written here
a second time, from their definitions.  The volume source is what the equation of Pennes leaves
over, the surface source what a film of the case leaves over at the top.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from cryosim.parallel import Values
from cryosim.thermal import kernels
from cryosim.thermal.arena import Body, Setting
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.marching import Accuracy, Integrator, Team
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import Entries, degC, peak, tissue

BLOOD, FILM, PLATE = 37.0, 300.0, -10.0
"""Arterial and plate temperature (degC), film (W/m^2/K)."""

DEPTH, WIDTH = 0.01, 0.01
"""Size of the block (m)."""

AMPLITUDE, RATE, EPSILON = 25.0, 1.0 / 50.0, 0.15
"""A (K), b (1/s) and the lateral variation (1) of the solution."""

WAVE = 2.35 * np.pi / DEPTH
"""Wave number m (1/m): steep enough for the error of space to be far above that of tables."""

RHO, SOLID, LIQUID = 915.0, (0.30, 2000.0), (0.20, 2300.0)
"""Density; conductivity and capacity when solid and liquid (SI)."""

LATENT, CENTRE, SPREAD = 50e3, 16.0, 5.0
"""Latent heat (J/kg), centre (degC) and width (K) of the melting peak."""

PERFUSION, FLOOR, LOW, HIGH, METABOLISM = 3000.0, 0.15, -30.0, 90.0, 300.0
"""Pennes coefficient (W/m^3/K) and its response to temperature; heat of metabolism (W/m^3)."""


def medium() -> Entries:
    """Tissue of the case."""
    return tissue(
        LIQUID[0], RHO, LIQUID[1], PERFUSION, METABOLISM,
        conductivity_frozen=f"{SOLID[0]} W/m/K", heat_capacity_frozen=f"{SOLID[1]} J/kg/K",
        lipid=peak(LATENT, CENTRE, SPREAD),
        perfusion_response={
            "kind": "ramp", "low": degC(LOW), "high": degC(HIGH), "floor": FLOOR
        },
    )  # fmt: skip


@dataclass(frozen=True)
class Solution:
    """The solution at nodes with lateral coordinates ``y`` (m, one column an axis) and ``x``."""

    y: Values
    x: Values

    @property
    def _cosines(self) -> Values:
        return np.asarray(np.cos(np.pi * (self.y / WIDTH + 0.5)))

    @property
    def _across(self) -> Values:
        """Lateral shape; nothing varies in a column."""
        if self.y.shape[1] == 0:
            return np.zeros_like(self.x)
        return np.asarray(self._cosines.prod(axis=1))

    def T(self, t: float) -> Values:
        """Temperature (degC)."""
        lateral = 1.0 + EPSILON * self._across
        return np.asarray(BLOOD - _grown(t) * np.sin(WAVE * (DEPTH - self.x)) * lateral)

    def slope(self, t: float) -> Values:
        """Derivative along the depth (K/m)."""
        lateral = 1.0 + EPSILON * self._across
        return np.asarray(_grown(t) * WAVE * np.cos(WAVE * (DEPTH - self.x)) * lateral)

    def source(self, t: float) -> Values:
        """Heat per volume (W/m^3) that the solution needs besides blood and metabolism."""
        T, X, Y = self.T(t), np.sin(WAVE * (DEPTH - self.x)), self._across
        growth = -AMPLITUDE * RATE * np.exp(-RATE * t) * X * (1.0 + EPSILON * Y)
        kappa = np.pi / WIDTH
        bend = WAVE**2 * (1.0 + EPSILON * Y) + EPSILON * self.y.shape[1] * kappa**2 * Y
        steep = self.slope(t) ** 2 + self._lateral_slopes(t)
        liquid = ndtr((T - CENTRE) / SPREAD)
        bell = np.exp(-0.5 * ((T - CENTRE) / SPREAD) ** 2) / SPREAD / np.sqrt(2.0 * np.pi)
        k = SOLID[0] + (LIQUID[0] - SOLID[0]) * liquid
        per_kelvin = (LIQUID[0] - SOLID[0]) * bell
        capacity = RHO * (SOLID[1] + (LIQUID[1] - SOLID[1]) * liquid + LATENT * bell)
        blood = PERFUSION * (FLOOR + (1.0 - FLOOR) * (T - LOW) / (HIGH - LOW)) * (BLOOD - T)
        conduction = k * _grown(t) * X * bend + per_kelvin * steep
        return np.asarray(capacity * growth - conduction - blood - METABOLISM)

    def _lateral_slopes(self, t: float) -> Values:
        """Sum of the squared lateral derivatives (K^2/m^2)."""
        sines, cosines = np.sin(np.pi * (self.y / WIDTH + 0.5)), self._cosines
        total = np.zeros_like(self.x)
        for axis in range(self.y.shape[1]):
            others = np.delete(cosines, axis, axis=1).prod(axis=1)
            total += (sines[:, axis] * others) ** 2
        height = EPSILON * np.pi / WIDTH * _grown(t) * np.sin(WAVE * (DEPTH - self.x))
        return np.asarray(height**2 * total)

    def surface_source(self, t: float) -> Values:
        """Heat per area (W/m^2) that the top needs besides what the film brings."""
        T = self.T(t)
        k = SOLID[0] + (LIQUID[0] - SOLID[0]) * ndtr((T - CENTRE) / SPREAD)
        return np.asarray(-k * self.slope(t) + FILM * (T - PLATE))


def _grown(t: float) -> float:
    """Amplitude (K) at ``t`` (s)."""
    return float(AMPLITUDE * (1.0 - np.exp(-RATE * t)))


class ForcedBalance(HeatBalance):
    """A heat balance with a given heat (W) into its nodes besides that of its laws.

    The one place where a balance is extended: a case cannot express a source in space and time, and
    the stages must see it at their own times.
    """

    def __init__(
        self, body: Body, team: Team, T: Values, accuracy: Accuracy, integrator: Integrator,
        forcing: Callable[[float], Values], setting: Setting,
    ) -> None:  # fmt: skip
        """Start at ``T`` (degC) in ``setting``; ``forcing`` is the heat at a time (s)."""
        self._forcing = forcing
        super().__init__(body, team, T + ZERO_CELSIUS, accuracy, integrator)
        self.begin(setting, 0.0)

    def surroundings(self, x: Values, t: float, states: Values | None = None) -> Values:
        """As without forcing, which is booked as metabolism."""
        self.into[:] = 0.0
        ledger = super().surroundings(x, t, states)
        heat = self._forcing(t)
        self.into += heat
        ledger[kernels.LEDGER_METABOLISM] += heat.sum()
        return ledger
