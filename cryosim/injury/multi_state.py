r"""Adipocyte death in three states: viable, vulnerable, dead.

.. math:: \dot V = -k_1 X\,V + k_3 (1 - X)\,W, \quad
          \dot W = k_1 X\,V - [k_2 + k_3 (1 - X)]\,W, \quad
          \dot D = k_2\,W

with the shares :math:`V + W + D = 1` of cells and the crystallised fraction :math:`X` of the lipid.
Crystals make cells vulnerable at the rate :math:`k_1` (1/s); vulnerable cells die at :math:`k_2`,
in the cold as after it, and recover at :math:`k_3` where their lipid is liquid. A vulnerable state
from which cells die or recover is that of O'Neill et al. (2011), who fitted it to heated cells;
here crystals drive it instead of temperature.

A vulnerable cell that stays warm recovers with the probability :math:`k_3/(k_2 + k_3)`, so

.. math:: S = V + \frac{k_3}{k_2 + k_3}\, W

survive, whenever after the last crystals it is read.  Between sessions lie weeks: every cell has
recovered or is dead, nothing remembers, and :math:`S_k = S^k`.  A second session kills fewer than
the first, since fewer are left.

**Every rate is an assumption**, for none of adipocytes in the cold has been published. They are one
choice of many that kill 24.3 % in an hour of full crystallisation, as the law of crystal dose does,
which is calibrated to trials: half of the cells have become vulnerable after 56 min (:math:`k_1` =
0.747/h), and of those that are vulnerable then 29 % die, within the hours after (:math:`k_2` =
0.5/h, :math:`k_3` = 1.2/h).

Massage multiplies the death of vulnerable cells that hold crystals, :math:`k_2 [1 + (m - 1) \mu X]`
instead of :math:`k_2` with the massaged share :math:`\mu`. :math:`m` = 16.1 raises the deaths
1.293-fold by 2 min of massage after that hour, as the law of crystal dose, which is calibrated to
one trial (Boey & Wasilenchuk 2014, n = 10). An assumption as a law.

Over a step :math:`X` is constant and the two living states have a closed form. With
:math:`a = k_1 X`, :math:`d = k_2 [1 + (m-1) \mu X]`, :math:`r = k_3 (1 - X)`,
:math:`\delta = d + r - a` and :math:`q = \sqrt{\delta^2 + 4 a r}` the rates of decay are
:math:`(a + d + r \mp q)/2`, both real. Each entry is written as a sum of what is not negative
(:math:`q \ge |\delta|`), so neither share can be negative whatever the step, and what leaves the
two is dead.

Valid, if at all, near what it was fitted to: 30 to 60 min of one session. Limits: all cells of a
place are alike, so a second session kills the same share of those left, where trials saw it do
less; cold without crystals does nothing; rates do not depend on temperature.
"""

from math import exp, sqrt
from typing import Any, ClassVar, Literal

import numba
import numpy as np
from pydantic import Field

from cryosim.injury.base import AbstractInjury, Dofs, Mask, State
from cryosim.units import Rate

_jit: Any = numba.njit(cache=True)

_HOUR = 3600.0


class MultiState(AbstractInjury):
    """Survival from rates between viable, vulnerable and dead cells."""

    rows: ClassVar[int] = 4
    """The share no longer viable and the vulnerable share (1); the same if nobody had massaged."""

    kind: Literal["multi-state"] = "multi-state"
    harm: Rate = 0.747 / _HOUR
    """Rate :math:`k_1` at which cells become vulnerable in full crystallisation; assumption."""
    death: Rate = 0.5 / _HOUR
    """Rate :math:`k_2` at which vulnerable cells die; assumption."""
    recovery: Rate = 1.2 / _HOUR
    """Rate :math:`k_3` at which vulnerable cells without crystals recover; assumption."""
    massage: float = Field(16.1, ge=1.0, le=1000.0)
    """Factor on the death of vulnerable cells that hold crystals while massaged; set to the
    crystal dose, calibrated to one trial of n = 10 (Boey & Wasilenchuk 2014), assumption as a
    law."""

    def advance(
        self,
        state: State,
        X: Dofs,
        T: Dofs,  # noqa: ARG002
        dt: float,
        massaged: Dofs | None = None,
    ) -> None:
        """Advance the shares ``state`` (1) over ``dt`` (s) at crystal fraction ``X`` (1)."""
        share = np.zeros(X.size) if massaged is None else massaged
        none, more = np.zeros(X.size), self.massage - 1.0
        rates = (self.harm, self.death, self.recovery)
        _advance(state[0], state[1], X, dt, *rates, more, share)
        _advance(state[2], state[3], X, dt, *rates, more, none)

    def survival(self, state: State, sessions: int = 1) -> Dofs:
        """Fraction of adipocytes (1) that survive so many sessions that ended in ``state``."""
        recovers = self.recovery / (self.death + self.recovery)
        result: Dofs = (1.0 - state[0] + recovers * state[1]) ** sessions
        return result

    def without_massage(self, state: State) -> State:
        """The shares if nobody had massaged."""
        return np.concatenate([state[2:], state[2:]])

    def at_work(self, state: State, T: Dofs) -> Mask:  # noqa: ARG002
        """Where cells are vulnerable: they die or recover in the warm."""
        result: Mask = state[3] > 0.0
        return result


@_jit
def _advance(  # type: ignore[no-untyped-def]
    gone, vulnerable, X, dt, harm, death, recovery, more, massaged
):
    """Advance both shares of each dof by the exact solution at constant rates."""
    for i in range(gone.size):
        a, r = harm * X[i], recovery * (1.0 - X[i])
        d = death * (1.0 + more * massaged[i] * X[i])
        delta = d + r - a
        q = sqrt(delta * delta + 4.0 * a * r)
        slow = exp(-2.0 * a * d / (a + d + r + q) * dt)
        if q > 0.0:
            up, down, fast = (q + delta) / (2.0 * q), (q - delta) / (2.0 * q), exp(-q * dt)
            stays, remains = slow * (up + down * fast), slow * (down + up * fast)
            mixed = slow * -np.expm1(-q * dt) / q
        else:
            stays, remains, mixed = slow, slow, slow * dt
        V, W = 1.0 - gone[i], vulnerable[i]
        gone[i] = 1.0 - (stays * V + r * mixed * W)
        vulnerable[i] = a * mixed * V + remains * W
