r"""Adipocyte death by dose of crystallised lipid, with cells of unequal vulnerability.

The dose is :math:`D = \int X\,dt` with the crystallised fraction :math:`X` of the lipid.  A cell of
vulnerability :math:`v` survives with probability :math:`e^{-vD}`; with :math:`v` gamma-distributed
over the population (shape :math:`a`, scale :math:`1/\theta`) the surviving fraction is the Laplace
transform of that distribution (as of frailty in survival analysis: Vaupel, Manton & Stallard 1979),

.. math:: S = (1 + D/\theta)^{-a}.

The most vulnerable cells die first: :math:`k` equal sessions leave
:math:`S_k = (1 + kD/\theta)^{-a}`, and a second one kills fewer than the first, as observed.

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

Valid, if at all, for 30 to 60 min of one session.  Limits: cold without crystals does no harm, how
cold crystals are makes no difference, and long doses kill slowly (nine tenths in 66 h).
"""

from typing import Any, ClassVar, Literal

import numba
import numpy as np
from pydantic import Field

from cryosim.injury.base import AbstractInjury, Dofs, State
from cryosim.units import Duration

_jit: Any = numba.njit(cache=True)


class CrystalDose(AbstractInjury):
    """Survival from the time that lipid has spent crystallised."""

    rows: ClassVar[int] = 2
    """The dose without massage, and the part of it gathered under massage (s)."""

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
        state: State,
        X: Dofs,
        T: Dofs,  # noqa: ARG002
        dt: float,
        massaged: Dofs | None = None,
    ) -> None:
        """Advance the doses ``state`` (s) over ``dt`` (s) at crystal fraction ``X`` (1)."""
        share = np.zeros(X.size) if massaged is None else massaged
        _accumulate(state[0], state[1], X, dt, share)

    def survival(self, state: State, sessions: int = 1) -> Dofs:
        """Fraction of adipocytes (1) that survive so many sessions of the doses ``state`` (s)."""
        dose = state[0] + (self.massage - 1.0) * state[1]
        result: Dofs = (1.0 + sessions * dose / self.scale) ** -self.shape
        return result

    def without_massage(self, state: State) -> State:
        """The doses if nobody had massaged."""
        return np.stack([state[0], np.zeros_like(state[1])])


@_jit
def _accumulate(dose: Dofs, under_massage: Dofs, X: Dofs, dt: float, massaged: Dofs) -> None:
    for i in range(dose.size):
        dose[i] += X[i] * dt
        under_massage[i] += massaged[i] * X[i] * dt
