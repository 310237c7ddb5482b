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

While a share :math:`\mu` of the cells is massaged, the dose of those that still hold crystals grows
faster,

.. math:: D = \int [1 + (m - 1)\,\mu]\, X\,dt,

with a factor :math:`m`.  Two minutes of massage right after treatment raised the loss of fat by
68 % after two months, and by 44 % after four (Boey & Wasilenchuk 2014, n = 10).  If :math:`D_0`
without massage leaves :math:`S_0 = (1 + D_0/\theta)^{-a}` and massage for :math:`t_m` of cells that
are fully crystallised shall raise the loss :math:`r`-fold, then

.. math:: m = \frac{\theta\,\big\{[1 - r\,(1 - S_0)]^{-1/a} - 1\big\} - D_0}{t_m},

which is 22.46 for :math:`r = 1.68`, :math:`t_m` = 2 min and the 30 min above.  **Calibrated to one
trial of n = 10, an assumption as a law**: that massage acts through crystals is a conjecture, and
crystals that melt meanwhile make its effect smaller than in the trial.
"""

from typing import Any, Literal

import numba
import numpy as np
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
    massage: float = Field(22.46, ge=1.0, le=1000.0)
    """Factor on the dose while massaged; calibrated to one trial of n = 10 (Boey & Wasilenchuk
    2014), assumption as a law."""

    def advance(
        self,
        state: Dofs,
        X: Dofs,
        T: Dofs,  # noqa: ARG002
        dt: float,
        massaged: Dofs | None = None,
    ) -> None:
        """Advance the dose ``state`` (s) over ``dt`` (s) at crystal fraction ``X`` (1)."""
        share = np.zeros_like(state) if massaged is None else massaged
        _accumulate(state, X, dt, self.massage - 1.0, share)

    def survival(self, state: Dofs) -> Dofs:
        """Fraction of adipocytes that will survive (1) after the dose ``state`` (s)."""
        result: Dofs = (1.0 + state / self.scale) ** -self.shape
        return result


@_jit
def _accumulate(D: Dofs, X: Dofs, dt: float, more: float, massaged: Dofs) -> None:
    for i in range(D.size):
        D[i] += (1.0 + more * massaged[i]) * X[i] * dt
