"""Where a plan looks: temperatures and times in steps, never outside what was asked for."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from cryosim.planning.setting import Rhythm, Setting

STEP = 0.1
"""Step of temperatures (K) and times (min): finer than a device is set to, an assumption."""

TEMPERATURES, DURATIONS = 6, 6
"""Points of the grid."""


@dataclass(frozen=True)
class Space:
    """Where is searched: temperatures (degC), durations (min), cycles, shortest cooling (min)."""

    temperatures: tuple[float, float]
    durations: tuple[float, float]
    cycles: int = 1
    shortest: float = 0.0

    @property
    def ends(self) -> tuple[int, int]:
        """Coldest and warmest temperature inside the range, in steps."""
        return _up(self.temperatures[0]), _down(self.temperatures[1])

    def columns(self) -> list[int]:
        """Temperatures of the grid, in steps; none if no step is inside the range."""
        low, high = self.ends
        return sorted(
            {round(T) for T in np.linspace(low, high, TEMPERATURES)} if low <= high else ()
        )

    def times(self, rhythm: Rhythm, cycles: int) -> list[int]:
        """Times of the grid, in steps; none if so many cycles do not fit."""
        wanted = [rhythm.time(d, cycles) for d in np.linspace(*self.durations, DURATIONS)]
        least = max(_up(wanted[0]), _up(self.shortest), 1)
        longest = _down(wanted[-1])
        return sorted(
            {min(max(_up(t), least), longest) for t in wanted} if least <= longest else ()
        )


def steps(value: float) -> int:
    """A temperature or a time in steps."""
    return round(float(value) / STEP)


def setting(cycles: int, temperature: int, time: int) -> Setting:
    """The setting of a temperature and a time in steps."""
    return Setting(cycles, round(temperature * STEP, 6), round(time * STEP, 6))


def _up(value: float) -> int:
    return ceil(float(value) / STEP - 1e-6)


def _down(value: float) -> int:
    return floor(float(value) / STEP + 1e-6)
