r"""Exchange of heat between a surface and what touches it.

Flux out of the tissue (W/m^2) at surface temperature :math:`T_s`:

.. math:: q = \min\{h\,(T_s - T_e),\, q_{max}\} + q_0 + \varepsilon\sigma\,(T_s^4 - T_e^4)

with film or contact conductance :math:`h`, temperature :math:`T_e(t)` of the plate or the room, the
largest flux :math:`q_{max}` that a cooler can take, a prescribed flux :math:`q_0(t)`, emissivity
:math:`\varepsilon` and :math:`\sigma` of Stefan and Boltzmann.  A perfect contact fixes
:math:`T_s = T_e` instead.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STEFAN_BOLTZMANN = 5.670374419e-8
"""Stefan-Boltzmann constant (W/m^2/K^4), exact in the 2019 SI."""

_AT_ONCE = 1e-9
"""Times (s) that differ by less are one, whatever rounding made of them."""


@dataclass(frozen=True)
class Schedule:
    """A quantity that is piecewise linear in time and constant outside its table."""

    time: tuple[float, ...]
    value: tuple[float, ...]

    @classmethod
    def constant(cls, value: float) -> "Schedule":
        """The same ``value`` at all times."""
        return cls((0.0,), (value,))

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]]) -> "Schedule":
        """Schedule through ``points`` of time (s) and value."""
        return cls(tuple(t for t, _ in points), tuple(v for _, v in points))

    def at(self, t: float) -> float:
        """Value at time ``t`` (s)."""
        time, value = self.time, self.value
        k = bisect_right(time, t)
        if k in (0, len(time)):
            return value[min(k, len(time) - 1)]
        slope = (value[k] - value[k - 1]) / (time[k] - time[k - 1])
        return slope * (t - time[k - 1]) + value[k - 1]

    def slope(self, t: float, *, after: bool = False) -> float:
        """Rate (1/s) at time ``t`` (s); where the schedule bends, just before it or ``after``."""
        k = int(np.searchsorted(self.time, t + (_AT_ONCE if after else -_AT_ONCE)))
        if k in (0, len(self.time)):
            return 0.0
        return (self.value[k] - self.value[k - 1]) / (self.time[k] - self.time[k - 1])


@dataclass(frozen=True)
class Exchange:
    """What touches a surface during one phase; the default is an insulated surface."""

    conductance: float = 0.0
    temperature: Schedule = Schedule((0.0,), (293.15,))
    flux_limit: float = float("inf")
    flux: Schedule = Schedule((0.0,), (0.0,))
    emissivity: float = 0.0
    perfect: bool = False

    def parameters(self, t: float) -> npt.NDArray[np.float64]:
        """``h, T_e, q_max, q_0, emissivity * sigma`` at time ``t`` (s), for the kernel."""
        radiation = self.emissivity * STEFAN_BOLTZMANN
        return np.array(
            [self.conductance, self.temperature.at(t), self.flux_limit, self.flux.at(t), radiation]
        )

    @property
    def kinks(self) -> tuple[float, ...]:
        """Times (s) at which a schedule bends, where the march must land."""
        return (*self.temperature.time, *self.flux.time)
