r"""Adipocyte death by dose of crystallised lipid, with cells of unequal vulnerability.

The dose is :math:`D = \int X\,dt` with the crystallised fraction :math:`X` of the lipid.  A cell of
vulnerability :math:`v` survives with probability :math:`e^{-vD}`; with :math:`v` gamma-distributed
over the population (shape :math:`a`, scale :math:`1/\theta`) the surviving fraction is the Laplace
transform of that distribution,

.. math:: S = (1 + D/\theta)^{-a}.

The most vulnerable cells die first, so a second session kills fewer than the first, as observed.

No cold-damage constants of adipocytes have been published.  The defaults are an **assumption**:
about a quarter of the cells die in 30 min of full crystallisation (:math:`a = 0.5`,
:math:`\theta = 40` min give 24.4 %), of the order of the 20 to 25 % that trials measure in the fold
(Coleman et al. 2009), and a second such session kills half as many again.
"""

from typing import Any, Literal

import numba
from pydantic import Field

from cryosim.injury.base import AbstractInjury, Dofs
from cryosim.units import Duration

_jit: Any = numba.njit(cache=True)


class CrystalDose(AbstractInjury):
    """Survival from the time that lipid has spent crystallised."""

    kind: Literal["crystal dose"] = "crystal dose"
    shape: float = Field(0.5, gt=0.0, le=100.0)
    """Shape of the vulnerability distribution (1); assumption."""
    scale: Duration = 2400.0
    """Scale :math:`\\theta` of the dose (s), 40 min; assumption."""

    def advance(self, state: Dofs, X: Dofs, T: Dofs, dt: float) -> None:  # noqa: ARG002
        """Advance the dose ``state`` (s) over ``dt`` (s) at crystal fraction ``X`` (1)."""
        _accumulate(state, X, dt)

    def survival(self, state: Dofs) -> Dofs:
        """Fraction of adipocytes that will survive (1) after the dose ``state`` (s)."""
        result: Dofs = (1.0 + state / self.scale) ** -self.shape
        return result


@_jit
def _accumulate(D: Dofs, X: Dofs, dt: float) -> None:
    for i in range(D.size):
        D[i] += X[i] * dt
