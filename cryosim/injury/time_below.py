r"""Adipocyte death by time below a threshold: the naive practice, kept for comparison.

Fat counts as treated where it was colder than :math:`T_c` for a while.  With :math:`t_c` the time
that a place spent below :math:`T_c`, the dead share is

.. math:: 1 - S = K\,\big(1 - e^{-t_c/\tau}\big),

so a share :math:`K` of the cells can be killed and dies at the rate :math:`1/\tau` in the cold; the
others survive any time.  :math:`k` equal sessions leave :math:`S_k = 1 - K(1 - e^{-k t_c/\tau})`:
the first session has taken most of those that can be killed, so a second one takes fewer.

:math:`T_c` = 10.4 degC is the target temperature of adipose tissue of McClintock (2021), of which
the abstract was read. It is no lethal temperature: most of a fold goes below it, and yet about 20 %
of the fat is lost, so the kill probability of a cell colder than it must be well below 1. :math:`K`
= 0.5 is an **assumption**; with it :math:`\tau` = 90 min is set such that an hour kills 24.3 %, as
the calibrated law of crystal dose does in lipid that is fully crystallised.

Of the cells that are massaged (share :math:`\mu`) those that hold crystals (share :math:`X`) gather
time faster below the threshold, by a factor :math:`m`:

.. math:: t_c = \int_{T < T_c} [1 + (m - 1)\,\mu\,X]\, dt,
   \qquad m = \frac{-\tau \ln\!\big[1 - r\,(1 - S_0)/K\big] - t_0}{t_m},

the latter such that massage for :math:`t_m` after :math:`t_0` raises the deaths :math:`r`-fold:
14.7 for :math:`r = 1.293`, :math:`t_m` = 2 min and :math:`t_0` = 60 min, as the law of crystal
dose, which is calibrated to one trial (Boey & Wasilenchuk 2014, n = 10).  An assumption as a law.

Valid, if at all, for one plate at -14 to 3 degC for 30 to 60 min, where most of what is cold is
cold for long. Limits: how far below the threshold makes no difference; crystals that outlast the
cold do no harm; the threshold is crossed at a sub-step, so the time is off by half of one at most.
"""

from typing import Any, ClassVar, Literal

import numba
import numpy as np
from pydantic import Field

from cryosim.injury.base import AbstractInjury, Dofs, Mask, State
from cryosim.units import Duration, Temperature

_jit: Any = numba.njit(cache=True)


class TimeBelow(AbstractInjury):
    """Survival from the time that a place has spent below a temperature."""

    rows: ClassVar[int] = 2
    """That time, and the part of it spent crystallised under massage (s)."""

    kind: Literal["time below threshold"] = "time below threshold"
    threshold: Temperature = 283.55
    """Temperature :math:`T_c` below which cells die; 10.4 degC (McClintock 2021), assumption as a
    lethal temperature."""
    largest: float = Field(0.5, gt=0.0, le=1.0)
    """Share :math:`K` of the cells that can be killed (1); assumption."""
    time: Duration = 5400.0
    """Time :math:`\\tau` (s) below the threshold in which 63 % of them die, 90 min; assumption."""
    massage: float = Field(14.7, ge=1.0, le=1000.0)
    """Factor on the time while massaged; set to the crystal dose, calibrated to one trial of n = 10
    (Boey & Wasilenchuk 2014), assumption as a law."""

    def advance(
        self, state: State, X: Dofs, T: Dofs, dt: float, massaged: Dofs | None = None
    ) -> None:
        """Advance the times ``state`` (s) over ``dt`` (s) at temperature ``T`` (K)."""
        share = np.zeros(T.size) if massaged is None else massaged
        _count(state[0], state[1], X, T, self.threshold, dt, share)

    def survival(self, state: State, sessions: int = 1) -> Dofs:
        """Fraction of adipocytes (1) that survive so many sessions of the times ``state`` (s)."""
        spent = state[0] + (self.massage - 1.0) * state[1]
        result: Dofs = 1.0 + self.largest * np.expm1(-sessions * spent / self.time)
        return result

    def without_massage(self, state: State) -> State:
        """The times if nobody had massaged."""
        return np.stack([state[0], np.zeros_like(state[1])])

    def at_work(self, state: State, T: Dofs) -> Mask:  # noqa: ARG002
        """Where ``T`` (K) is below the threshold, crystals or none."""
        result: Mask = T < self.threshold
        return result


@_jit
def _count(  # type: ignore[no-untyped-def]
    time, under_massage, X, T, threshold, dt, massaged
):
    """Add ``dt`` where it is cold."""
    for i in range(time.size):
        if T[i] < threshold:
            time[i] += dt
            under_massage[i] += massaged[i] * X[i] * dt
