r"""Burns of the skin: a damage integral with rates of Arrhenius.

.. math:: \Omega = \int A\, e^{-\Theta / T}\, dt

with a frequency factor :math:`A`, the activation temperature :math:`\Theta = E/R` (activation
energy over gas constant) and the absolute temperature :math:`T`; nothing is added below a
threshold (Henriques & Moritz 1947, recalled).  The share :math:`1 - e^{-\Omega}` is damaged.

This law guards the heating between coolings.  It is **not** an injury law of case files: those say
how many adipocytes survive cold, this one whether the base of the epidermis burns.

Temperature is taken as linear over a step: the time in each branch is exact, and within it the rate
is exponential in time.  Exact at constant temperature, of second order in the step elsewhere; a
step of 3 K is off by 0.4 % on a ramp.
"""

from itertools import pairwise
from typing import Annotated, Any, Self

import numba
import numpy as np
from pydantic import Field, model_validator
from scipy.constants import R

from cryosim.injury.base import Dofs
from cryosim.part import Part
from cryosim.units import Rate, Temperature, Unit, fault

_jit: Any = numba.njit(cache=True)

ActivationTemperature = Annotated[float, Unit("K", "93534.9 K", strict=True)]


class Branch(Part):
    """One pair of Arrhenius constants, above a temperature."""

    above: Temperature
    frequency: Rate
    """Frequency factor :math:`A`."""
    activation: ActivationTemperature
    """Activation temperature :math:`\\Theta`."""

    @classmethod
    def of_energy(cls, above: float, frequency: float, energy: float) -> Self:
        """Branch above ``above`` (K) of an activation ``energy`` (J/mol)."""
        return cls(above=above, frequency=frequency, activation=energy / R)


WEAVER_STOLL = (
    Branch(above=317.15, frequency=2.185e124, activation=93534.9),
    Branch(above=323.15, frequency=1.823e51, activation=39109.8),
)
"""Constants of ASTM F1930 and ISO 13506 for the base of the epidermis, from 44 and 50 degC.

Those of Weaver & Stoll, verified in two public codes; the standards themselves were not read.
"""


class BurnIntegral(Part):
    """Damage integral of skin; 1 at the basal layer burns to second degree (F1930, recalled)."""

    branches: tuple[Branch, ...] = Field(WEAVER_STOLL, min_length=1)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if any(b.above <= a.above for a, b in pairwise(self.branches)):
            raise fault("not_rising", "expected branches in strictly rising order of temperature")
        return self

    def advance(self, omega: Dofs, before: Dofs, after: Dofs, dt: float) -> None:
        """Advance ``omega`` (1) in place over ``dt`` (s), from ``before`` to ``after`` (K)."""
        ends = [*(b.above for b in self.branches[1:]), np.inf]
        for branch, below in zip(self.branches, ends, strict=True):
            log_A = float(np.log(branch.frequency))
            _advance(omega, before, after, dt, branch.above, below, log_A, branch.activation)

    def damaged(self, omega: Dofs) -> Dofs:
        """Share of the tissue that is damaged (1)."""
        result: Dofs = -np.expm1(-omega)
        return result


@_jit
def _advance(  # type: ignore[no-untyped-def]
    omega, before, after, dt, above, below, log_A, activation
):
    """Add one branch, that of ``above <= T < below``."""
    for i in range(omega.size):
        low, high = min(before[i], after[i]), max(before[i], after[i])
        if high < above or low >= below:
            continue
        a, b = max(low, above), min(high, below)
        share = (b - a) / (high - low) if high > low else 1.0
        slow = np.exp(log_A - activation / a)
        rise = activation * (b - a) / (a * b)
        omega[i] += dt * share * slow * (np.expm1(rise) / rise if rise > 0.0 else 1.0)
