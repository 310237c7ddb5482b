"""Sensors that watch for freezing while a treatment goes on."""

from dataclasses import dataclass

from cryosim.physics.alarm import FreezeAbort, Reading
from cryosim.physics.device import PlateState
from cryosim.thermal.balance import HeatBalance

COOLING = ("cool", "hold")
"""Phases during which a device watches its sensor."""


@dataclass(frozen=True)
class Alert:
    """A sensor that rose, and what its device does about it."""

    device: int
    how: FreezeAbort
    reading: float
    """What the sensor reads (K)."""
    rise: float
    """Above its lowest recent reading (K)."""


class Alarm:
    """Recent readings of every device that watches its sensor."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self.readings: dict[int, list[Reading]] = {}

    def look(self, balance: HeatBalance, phase: str, t: float) -> Alert | None:
        """Read the sensors at ``t`` (s) of a ``phase``; the first alert, if any.  Collective."""
        fitted = balance.devices.fitted
        watching = {d: f.drive for d, f in fitted.items() if f.drive.device.abort is not None}
        if not watching or phase not in COOLING:
            self.readings.clear()
            return None
        skins = dict(zip(fitted, balance.devices.skin(balance.T).tolist(), strict=True))
        alerts = []
        for d, drive in watching.items():
            how = drive.device.abort
            assert how is not None  # noqa: S101  (narrows the type)
            state = PlateState(*balance.devices.states[d])
            now = Reading(t, drive.reading(state, skins[d]), drive.set_point.at(t))
            seen = [*how.recent(self.readings.get(d, []), t), now]
            self.readings[d] = seen
            if (rise := how.rise(seen)) > how.jump:
                alerts.append(Alert(d, how, now.sensor, rise))
        return alerts[0] if alerts else None
