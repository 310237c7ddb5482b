r"""The applicator as a device: a plate with a heat pump, a sensor and a controller.

Per unit area of plate, with the flux :math:`q` that the plate takes from what it touches,

.. math::
   C\,\dot T_p &= q - u, \qquad
   u = \operatorname{clip}\big(w,\ -u_{heat},\ u_{max}(T_p)\big), \qquad
   u_{max}(T_p) = u_0\,\max\!\Big(0,\ 1 - \frac{T_{hot} - T_p}{\Delta T_{max}}\Big) \\
   \tau_s\,\dot S &= T_s - S,

plate temperature :math:`T_p` and areal heat capacity :math:`C` of the plate, pumped flux :math:`u`
and what the controller wants of it, :math:`w`; :math:`u_{max}` falls linearly with the lift to the
hot side, which is the load line of a thermoelectric cooler at constant current (Goldsmid,
Introduction to Thermoelectricity, 2nd ed. 2016, ch. 2); sensor reading :math:`S` of a temperature
:math:`T_s`, of the plate or of the skin, with a lag :math:`\tau_s`.  With set point :math:`r(t)`
and deviation :math:`e = S - r` the controller is one of

.. math::
   w &= q + C\,\big[(T_p - r)/\tau - \dot r\big]  &&\text{(ideal: exact until it saturates)} \\
   w &= g\,e + I, \quad \dot I = (u - I)/T_i  &&\text{(PI with automatic reset)}

with response time :math:`\tau`, gain :math:`g` and integral time :math:`T_i`.  Automatic reset
integrates :math:`g e` as long as the pump does what is wanted and does not wind up when it cannot
(Astrom & Hagglund, Advanced PID Control, 2006, ch. 3).
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

from pydantic import model_validator

from cryosim.part import Part
from cryosim.physics.alarm import FreezeAbort
from cryosim.physics.exchange import Schedule
from cryosim.units import (
    ArealCapacity,
    Conductance,
    Delay,
    Duration,
    FluxLimit,
    Length,
    Position,
    Temperature,
    TemperatureRate,
    TemperatureSpan,
    fault,
)


class Pump(Part):
    """Thermoelectric heat pump of a plate."""

    power: FluxLimit = 4000.0
    """Flux pumped without lift; 400 mW/cm^2, assumption: several times what skin gives."""
    lift: TemperatureSpan = 65.0
    """Lift at which nothing is pumped any more; 65 K, assumption: one stage of Bi2Te3."""
    hot_side: Temperature = 298.15
    """Temperature at which heat is given off; 25 degC, assumption: a water circuit."""
    heating: FluxLimit = 4000.0
    """Largest flux of heating, by reversed current; 400 mW/cm^2, assumption."""

    def greatest(self, T: float) -> float:
        """Largest flux (W/m^2) that is pumped from a plate of temperature ``T`` (K)."""
        return self.power * max(0.0, 1.0 - (self.hot_side - T) / self.lift)


class Sensor(Part):
    """Where temperature is measured for the controller, and how fast."""

    at: Literal["plate", "skin"] = "plate"
    """What it measures: the plate, or the skin under the applicator."""
    lag: Delay = 0.0
    """Time constant of the reading."""
    offset: tuple[Position, ...] = ()
    """Place of a skin sensor along the skin, from the centre of the applicator."""
    radius: Length = 0.003
    """Radius of the skin that such a sensor feels; 3 mm, assumption."""


class Controller(Part):
    """What drives the pump toward the set point."""

    kind: Literal["ideal", "pi"] = "ideal"
    """Exact as long as the pump can, or proportional and integral."""
    response: Duration = 2.0
    """Time in which an ideal controller takes back a deviation; 2 s, assumption."""
    gain: Conductance = 1500.0
    """Proportional gain of a PI controller; 1500 W/m^2/K, assumption."""
    integral_time: Duration = 60.0
    """Integral time of a PI controller; 60 s, assumption."""


class Device(Part):
    """Plate, heat pump, sensor and controller, all per unit area of plate."""

    heat_capacity: ArealCapacity = 24e3
    """Of the plate; 24 kJ/K/m^2, assumption: 10 mm of aluminium."""
    pump: Pump = Pump()
    """What takes heat from the plate."""
    controller: Controller = Controller()
    """What drives the pump."""
    sensor: Sensor = Sensor()
    """What the controller goes by."""
    rate: TemperatureRate | None = None
    """Largest rate at which the set point moves to a temperature of a phase; none if it may jump.
    Schedules and logs are followed as they are."""
    abort: FreezeAbort | None = None
    """Whether it watches its sensor for freezing, and what it does then; it cools on without."""

    @model_validator(mode="after")
    def _ideal_sees_the_plate(self) -> Self:
        sees_plate = self.sensor.at == "plate" and self.sensor.lag == 0.0
        if self.controller.kind == "ideal" and not sees_plate:
            raise fault(
                "ideal_controller",
                'an ideal controller acts on the plate itself; expected controller.kind = "pi" '
                "with a sensor on the skin or with a lag",
            )
        return self

    def fastest(self, conductance: float) -> float:
        """Bound of its rates (1/s) when it touches something through ``conductance`` (W/m^2/K)."""
        rate = conductance / self.heat_capacity
        if self.controller.kind == "ideal":
            return rate + 1.0 / self.controller.response
        rate += self.controller.gain / self.heat_capacity + 2.0 / self.controller.integral_time
        return rate + (1.0 / self.sensor.lag if self.sensor.lag > 0.0 else 0.0)


class PlateState(NamedTuple):
    """State of a device: temperatures (K), flux of the integral term (W/m^2), heat (J/m^2)."""

    plate: float
    integral: float
    sensor: float
    taken: float
    """Heat that the plate has taken from what it touches."""
    pumped: float


@dataclass(frozen=True)
class Drive:
    """What a device is doing: its set point in simulated time."""

    device: Device
    set_point: Schedule

    def reading(self, state: PlateState, skin: float) -> float:
        """What the sensor reads (K) with ``skin`` (K) under it."""
        sensor = self.device.sensor
        if sensor.lag > 0.0:
            return state.sensor
        return state.plate if sensor.at == "plate" else skin

    def pumped(
        self, t: float, state: PlateState, q: float, skin: float, *, after: bool = False
    ) -> float:
        """Flux pumped (W/m^2) at ``t`` (s) while the plate takes the flux ``q`` (W/m^2).

        Where the set point bends at ``t``, its rate is that just before, or just ``after``.
        """
        device, control, r = self.device, self.device.controller, self.set_point.at(t)
        if control.kind == "ideal":
            pull = (state.plate - r) / control.response - self.set_point.slope(t, after=after)
            wanted = q + device.heat_capacity * pull
        else:
            wanted = control.gain * (self.reading(state, skin) - r) + state.integral
        pump = device.pump
        return min(max(wanted, -pump.heating), pump.greatest(state.plate))

    def rates(
        self, t: float, state: PlateState, q: float, skin: float, *, after: bool = False
    ) -> PlateState:
        """Time derivative of the ``state``, per second; arguments as of :meth:`pumped`."""
        device, control = self.device, self.device.controller
        u = self.pumped(t, state, q, skin, after=after)
        integral = sensor = 0.0
        if control.kind == "pi":
            integral = (u - state.integral) / control.integral_time
        if device.sensor.lag > 0.0:
            source = state.plate if device.sensor.at == "plate" else skin
            sensor = (source - state.sensor) / device.sensor.lag
        return PlateState((q - u) / device.heat_capacity, integral, sensor, q, u)
