r"""Adipocyte death by dose of crystallised lipid, with cells of unequal vulnerability.

The dose is :math:`D = \int X\,dt` with the crystallised fraction :math:`X` of the lipid.  A cell of
vulnerability :math:`v` survives with probability :math:`e^{-vD}`; with :math:`v` gamma-distributed
over the population (shape :math:`a`, scale :math:`1/\theta`) the surviving fraction is the Laplace
transform of that distribution (as of frailty in survival analysis: Vaupel, Manton & Stallard 1979),

.. math:: S = (1 + D/\theta)^{-a}.

The most vulnerable cells die first: :math:`k` equal sessions leave
:math:`S_k = (1 + kD/\theta)^{-a}`, and a second one kills fewer than the first, as observed.

No cold-damage constants of adipocytes have been published.  Shape and scale are **calibrated** to
what trials measured (``cryosim/library/calibration.toml``, written by ``make calibrate``): an hour
of full crystallisation kills 24 % of the cells, 18 to 32 % by what the trials leave possible
(:math:`a = 1.06`, :math:`\theta = 200` min).  That share is what the trials tell; shapes from 0.4
to 20 fit them as well, each with a scale of its own, so times much longer than an hour and second
sessions rest on the prior.

While a share :math:`\mu` of the cells is massaged, the dose of those that still hold crystals grows
faster,

.. math:: D = \int [1 + (m - 1)\,\mu]\, X\,dt,

with a factor :math:`m`.  Two minutes of massage right after treatment raised the loss of fat by
68 % after two months, and by 44 % after four (Boey & Wasilenchuk 2014, n = 10).  Part of the early
difference is faster clearance (``massage_hastens`` of the course); :math:`m = 12.7`, calibrated
together with it, raises the deaths by 29 % after an hour of full crystallisation.  If
:math:`D_0` without massage leaves :math:`S_0 = (1 + D_0/\theta)^{-a}` and massage for
:math:`t_m` of cells that are fully crystallised shall raise the deaths :math:`r`-fold, then

.. math:: m = \frac{\theta\,\big\{[1 - r\,(1 - S_0)]^{-1/a} - 1\big\} - D_0}{t_m}.

**Calibrated to one trial of n = 10, an assumption as a law**: that massage acts through crystals is
a conjecture, and crystals that melt meanwhile make its effect smaller than in the trial.

Valid, if at all, for 30 to 120 min of one session.  Limits: cold without crystals does no harm, and
how cold crystals are makes no difference.
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
    shape: float = Field(1.06, gt=0.0, le=100.0)
    """Shape of the vulnerability distribution (1); calibrated, see calibration.toml."""
    scale: Duration = 12000.0
    """Scale :math:`\\theta` of the dose (s), 200 min; calibrated, see calibration.toml."""
    massage: float = Field(12.7, ge=1.0, le=1000.0)
    """Factor on the dose while massaged; calibrated, see calibration.toml, to one trial of n = 10
    (Boey & Wasilenchuk 2014), assumption as a law."""

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
