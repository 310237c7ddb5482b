"""Devices marched with the body: against closed forms, the prescribed plate and the ledger."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from support.chains import balance_of, column, film, medium

from cryosim.physics.device import Controller, Device, Drive, PlateState, Pump, Sensor
from cryosim.physics.exchange import Exchange, Schedule
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal import kernels
from cryosim.thermal.arena import Setting
from cryosim.thermal.devices import Fitted
from cryosim.thermal.pad import Pad
from cryosim.units import ZERO_CELSIUS

PLANES = np.linspace(0.0, 0.02, 41)
H = 400.0
NODE, WEIGHT = np.array([0]), np.ones(1)


def tissue(tolerance=1e-3, gels=()):
    body = column(PLANES, np.zeros(PLANES.size - 1, int), [medium(), *gels])
    return balance_of(body, 34.0, tolerance)


def setting(device, set_point, start, pads=None, since=0.0):
    plate = Exchange(conductance=H, temperature=set_point)
    fitted = Fitted(
        Drive(device, set_point), (0,), 1.0, H, start + ZERO_CELSIUS, since, NODE, WEIGHT
    )
    return Setting([plate, Exchange()], pads or {}, devices={0: fitted})


def followed(balance, end, start=0.0, kinks=()):
    for _ in march(balance, StepControl(0.01), start, [*kinks, end]):
        pass
    return balance.T


def degC(*points):
    return Schedule.of([(t, T + ZERO_CELSIUS) for t, T in points])


@pytest.mark.parametrize("points", [[(0.0, -10.0)], [(0.0, 24.0), (60.0, -10.0), (300.0, -5.0)]])
def test_with_unlimited_power_a_device_is_its_set_point(points):
    strong = Device(pump=Pump(power=1e9, heating=1e9))
    schedule = degC(*points)
    with_device, prescribed = tissue(), tissue()
    with_device.begin(setting(strong, schedule, points[0][1]), 0.0)
    prescribed.begin(Setting([Exchange(conductance=H, temperature=schedule), Exchange()]), 0.0)
    kinks = [t for t, _ in points if t > 0.0]
    off = followed(with_device, 600.0, kinks=kinks) - followed(prescribed, 600.0, kinks=kinks)
    assert np.abs(off).max() < 1e-6
    assert with_device.devices.states[0, 0] == pytest.approx(schedule.at(600.0), abs=1e-9)


def test_a_plate_of_limited_power_lags_as_the_equations_say():
    """Against scipy's integrator on the same column, to the tolerance of the march."""
    device = Device(pump=Pump(power=1500.0, lift=50.0, hot_side=298.15))
    balance = tissue(1e-4)
    balance.begin(setting(device, degC((0.0, -10.0)), 24.0), 0.0)
    T = followed(balance, 300.0)
    d, n = PLANES[1], PLANES.size
    capacity = np.full(n, 900.0 * 2300.0 * d)
    capacity[[0, -1]] /= 2

    def rates(_, y):
        flow = 0.2 * np.diff(y[:n]) / d
        heat = np.concatenate([flow, [0.0]]) - np.concatenate([[0.0], flow])
        q = H * (y[0] - y[n])
        heat[0] -= q
        u = min(q + 24e3 * (y[n] - 263.15) / 2.0, device.pump.greatest(y[n]))
        return np.append(heat / capacity, (q - u) / 24e3)

    exact = solve_ivp(rates, (0, 300), [307.15] * n + [297.15], method="LSODA", rtol=1e-10).y[:, -1]
    assert balance.devices.states[0, 0] == pytest.approx(exact[n], abs=2e-3)
    assert exact[n] > 264.0, "the plate does not lag: the test has no power"
    assert np.abs(T - exact[:n]).max() < 2e-3


def test_a_pi_controller_on_a_lagging_skin_sensor_follows_its_equations():
    pi = Controller(kind="pi", gain=300.0, integral_time=100.0)
    device = Device(controller=pi, sensor=Sensor(at="skin", lag=5.0), pump=Pump(power=2500.0))
    balance = tissue(1e-4)
    balance.begin(setting(device, degC((0.0, 5.0)), 24.0), 0.0)
    followed(balance, 900.0)
    plate, integral, sensor, _, _ = balance.devices.states[0]
    skin = balance.T[0]
    assert sensor == pytest.approx(278.15, abs=0.3), "the skin is brought to the set point"
    assert abs(sensor - skin) < 0.05
    assert plate < skin - 0.5
    pumped = 300.0 * (sensor - 278.15) + integral
    assert pumped == pytest.approx(H * (skin - plate), rel=0.05)


@pytest.mark.parametrize("kind", ["ideal", "pi"])
def test_plate_gel_and_tissue_together_lose_no_heat(kind):
    gel = medium(k=0.6, rho=1000.0, c=4000.0)
    device = Device(controller=Controller(kind=kind), pump=Pump(power=1200.0))
    balance = tissue(1e-2, [gel])
    start = balance.stored.sum()
    pads = {0: Pad(1, 1.5e-3, 295.15, 5)}
    balance.begin(setting(device, degC((0.0, 24.0), (30.0, -10.0)), 24.0, pads), 0.0)
    followed(balance, 400.0, kinks=[30.0])
    state = PlateState(*balance.devices.states[0])
    gained = 24e3 * (state.plate - balance.devices.origin[0])
    tissue_gained = balance.stored.sum() - start - balance.pad_heat
    assert state.taken == pytest.approx(-balance.ledger[kernels.LEDGER_SURFACES], rel=1e-12)
    assert gained + tissue_gained == pytest.approx(-state.pumped, rel=1e-9)
    assert state.pumped > 1e5


def test_what_a_plate_gained_stays_booked_when_it_is_put_on_again():
    device = Device(pump=Pump(power=1200.0))
    balance = tissue()
    on, off = setting(device, degC((0.0, -10.0)), 24.0), Setting([film(10.0, 24.0), Exchange()])
    balance.begin(on, 0.0)
    followed(balance, 60.0)
    gained = 24e3 * (balance.devices.states[0, 0] - balance.devices.origin[0])
    balance.begin(off, 60.0)
    followed(balance, 90.0, 60.0)
    balance.begin(setting(device, degC((0.0, -10.0)), 24.0, since=90.0), 90.0)
    assert balance.devices.states[0, 0] == pytest.approx(24.0 + ZERO_CELSIUS)
    assert 24e3 * (balance.devices.states[0, 0] - balance.devices.origin[0]) == pytest.approx(
        gained
    )


def test_heating_too_has_its_limit():
    device = Device(pump=Pump(heating=500.0))
    balance = tissue()
    balance.begin(setting(device, degC((0.0, 45.0)), 20.0), 0.0)
    followed(balance, 10.0)
    state = PlateState(*balance.devices.states[0])
    assert state.pumped == pytest.approx(-5000.0)


def test_a_plate_that_loses_touch_for_a_while_goes_on_as_it_was():
    device = Device(pump=Pump(power=1200.0))
    balance = tissue()
    on, off = setting(device, degC((0.0, -10.0)), 24.0), Setting([film(10.0, 24.0), Exchange()])
    balance.begin(on, 0.0)
    followed(balance, 60.0)
    reached = balance.devices.states[0, 0]
    balance.begin(off, 60.0)
    followed(balance, 90.0, 60.0)
    balance.begin(on, 90.0)
    assert balance.devices.states[0, 0] == reached
