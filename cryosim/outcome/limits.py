r"""Limits of safety: two tiers, how far a value stays inside them, and what it costs the fat.

A limit watches one value :math:`v` whose lowest or highest counts.  The margin to a tier
:math:`l` is :math:`m = s\,(l - v)` with :math:`s` = 1 where the highest counts and -1 where the
lowest does: positive inside, and a value on the tier itself is still inside.

Of a limit of the skin, the used share is how far the value has come from that of untreated skin,
:math:`v_0`, to the error tier,

.. math:: u = \frac{v - v_0}{l - v_0},

0 for untreated skin, 1 on the tier, more beyond it.

The **selectivity** of a treatment is the killed fat :math:`V` (cm^3; mm in a column) over the
largest used share of any limit of the skin,

.. math:: S = V / \max_k u_k,

the fat that would be killed if the margin were used up and fat went on in proportion.  It is in the
unit of :math:`V`, equals :math:`V` where skin reaches a limit, grows with fat killed and with every
margin, and needs no exception beyond a limit, where :math:`u > 1` and :math:`S < V`.  Fat is killed
by cold that came through the skin, so :math:`u > 0` wherever :math:`V > 0`; without any cooling
there is nothing to compare.  It compares protocols that share their limits, no more: the limits are
assumptions for the greater part (``cryosim list limits``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

Status = Literal["ok", "warning", "error"]

TIERS = ("warning", "error")
"""From the milder to the worse."""

CORE = 37.0
"""Where the way of a temperature (degC) to its limit begins if it has no harmless value, that of
the core of the body; assumption, for pictures and comparisons only."""


def start_of(harmless: float | None, unit: str) -> float:
    """Where the way to a limit begins, in ``unit``: harmless, else that of the core, else zero."""
    if harmless is not None:
        return harmless
    return CORE if unit == "degC" else 0.0


@dataclass(frozen=True)
class Limit:
    """One limit; tiers are SI values, or None where there is none."""

    key: str
    title: str
    worst: Literal["lowest", "highest"]
    """Which value counts."""
    warning: float | None
    error: float | None
    harmless: float | None = None
    """Value of untreated skin, of limits that count for the selectivity."""

    @property
    def sign(self) -> float:
        """1 if the highest value counts, -1 if the lowest does."""
        return 1.0 if self.worst == "highest" else -1.0

    def tier(self, name: str) -> float | None:
        """The tier called ``name``."""
        return self.warning if name == "warning" else self.error

    def margin(self, value: float, name: str) -> float | None:
        """How far ``value`` stays inside the tier ``name``; negative beyond it."""
        tier = self.tier(name)
        return None if tier is None else self.sign * (tier - value)

    def status(self, value: float | None) -> Status:
        """The worst tier that ``value`` is beyond; nothing was seen if it is None."""
        found: Status = "ok"
        if value is None:
            return found
        for name in ("warning", "error"):
            margin = self.margin(value, name)
            if margin is not None and margin < 0.0:
                found = "error" if name == "error" else "warning"
        return found

    def used(self, value: float | None) -> float | None:
        """Used share of the way from untreated skin to the error tier (1), if this limit has one.

        A value on the far side of that of untreated skin has used nothing: less than 0.
        """
        if value is None or self.harmless is None or self.error is None:
            return None
        return (value - self.harmless) / (self.error - self.harmless)


def selectivity(killed: float, used: Iterable[float | None]) -> float | None:
    """Fat ``killed`` (any unit of volume) over the largest ``used`` share; none without cooling."""
    largest = max((u for u in used if u is not None), default=0.0)
    return killed / largest if largest > 0.0 else None


def share_below(before: Values, after: Values, point: float | Values) -> Values:
    """Share of a step (1) spent below ``point``, of values that run straight in time."""
    low, high = np.minimum(before, after), np.maximum(before, after)
    within = (point > low) & (point < high)
    width = np.where(within, high - low, 1.0)
    return np.where(
        within, (point - low) / width, np.where(high <= point, 1.0, 0.0) * (low < point)
    )


def lagged(lag: Values, before: Values, after: Values, dt: float, over: float) -> Values:
    r"""The lagging value :math:`L` after a step of ``dt`` (s) in which values run straight.

    .. math:: \tau \dot L = T - L

    with :math:`\tau` = ``over`` (s).  :math:`(T - L) / \tau` is the rate of change, smoothed with
    weights :math:`e^{-t/\tau} / \tau` of the past; it does not depend on how time is cut in steps.
    """
    slope = (after - before) / dt
    return np.asarray(after - slope * over + (lag - before + slope * over) * np.exp(-dt / over))
