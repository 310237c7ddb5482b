r"""How a device notices that tissue freezes, and what it does then.

Water that freezes gives up its latent heat at once, and tissue that was being cooled warms.  A
device reads its sensor :math:`S(t)` and takes for freezing a rise above the lowest reading of late,

.. math:: S(t) - \min_{t - w \le t' \le t} S(t') > \delta,

within a window :math:`w`, unless the set point rose within it.  Real devices filter the readings of
skin or applicator temperature for such a rise (US 2016/0317346) or follow the electrical impedance
of the skin (EP 4329652); their thresholds are not published.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cryosim.part import Part
from cryosim.units import Delay, Duration, Temperature, TemperatureSpan


class Reading(NamedTuple):
    """What a sensor reads and what its device wants (K) at a time (s)."""

    time: float
    sensor: float
    set_point: float


class FreezeAbort(Part):
    """Ends the treatment when the sensor rises while the device cools or holds."""

    jump: TemperatureSpan = 1.0
    """Rise that counts as freezing; 1 K, assumption: above the noise and drift of a controller."""
    window: Duration = 10.0
    """Time within which it rises; 10 s, assumption: longer than the lag of a sensor."""
    delay: Delay = 2.0
    """From the reading that shows it to the abort; 2 s, assumption: time to confirm it."""
    rewarm_to: Temperature = 310.15
    """Set point after the abort, at the rate of the device; 37 degC, assumption."""
    rewarm_for: Duration = 120.0
    """How long the plate then rewarms the skin before it is removed; 2 min, assumption."""

    def recent(self, readings: Sequence[Reading], now: float) -> list[Reading]:
        """Those of the ``readings`` that are within the window before ``now`` (s)."""
        return [r for r in readings if r.time >= now - self.window]

    def rise(self, readings: Sequence[Reading]) -> float:
        """Rise (K) of the last of recent ``readings`` above the lowest, if nobody asked for it."""
        last = readings[-1]
        if last.set_point > min(r.set_point for r in readings):
            return 0.0
        return last.sensor - min(r.sensor for r in readings)
