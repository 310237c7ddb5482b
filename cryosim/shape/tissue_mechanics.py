r"""How tissue resists being drawn: isotropic, nearly incompressible, elastic at rest.

.. math::
   W = \frac{\mu}{2b} \left( e^{b (\bar I_1 - 3)} - 1 \right) + \frac{\kappa}{2} (J - 1)^2,
   \quad \bar I_1 = J^{-2/3} \operatorname{tr} C,

with shear modulus :math:`\mu` (Pa) at small strain, stiffening :math:`b` (1; 0 is neo-Hookean, the
exponential is Fung's) and bulk modulus :math:`\kappa` (Pa); :math:`J = \det F` is the volume ratio
and :math:`C = F^T F` the right Cauchy-Green tensor.
"""

from typing import Any

from pydantic import Field

from cryosim.part import Part
from cryosim.units import Pressure

_LEAST_STIFFENING = 1e-8
"""Taken for b = 0, where the formula is 0/0; the stress differs by this fraction."""


class Elasticity(Part):
    """Elastic law of one layer."""

    shear_modulus: Pressure
    """At small strain."""
    stiffening: float = Field(0.0, ge=0.0, le=100.0)
    """Exponent b of the energy."""
    bulk_modulus: Pressure = 5e6
    """At least 1000 times the shear modulus of fat keeps its volume; 5 MPa, assumption."""


def isochoric_energy(I1: Any, mu: Any, b: Any, exp: Any) -> Any:
    """Energy (as ``mu``) at the invariant ``I1`` of the volume-preserving part; b > 0."""
    return mu / (2.0 * b) * (exp(b * (I1 - 3.0)) - 1.0)


def exponent(law: Elasticity) -> float:
    """Stiffening of ``law``, never zero."""
    return max(law.stiffening, _LEAST_STIFFENING)


SKIN = Elasticity(shear_modulus=50e3, stiffening=10.0)
"""50 kPa with b = 10: assumption, within 20-320 kPa and 2-30; the stretch at 60 kPa stays below
1.5.  Suction of 1-6 mm on skin gave 320 kPa, neo-Hookean (Hendriks 2006)."""

FAT = Elasticity(shear_modulus=1e3)
"""1 kPa, neo-Hookean: assumption, within 0.5-5 kPa.  Measured: 0.53 kPa (Sims 2010, porcine),
0.75 kPa (human gluteal elastography, JMBBM 2023), 0.84 kPa (human forearm)."""

MUSCLE = Elasticity(shear_modulus=6e3)
"""6 kPa, neo-Hookean: assumption, within 3.5-7.5 kPa from human thigh (PMC6305050)."""
