"""The device's laws, each alone."""

import numpy as np
import pytest
from pydantic import ValidationError

from cryosim.physics.device import Controller, Device, Drive, PlateState, Pump, Sensor
from cryosim.physics.exchange import Schedule

COLD = Schedule.constant(262.15)


def state(plate, integral=0.0, sensor=0.0):
    return PlateState(plate, integral, sensor, 0.0, 0.0)


def test_a_pump_loses_its_power_linearly_with_the_lift():
    pump = Pump(power=3000.0, lift=60.0, hot_side=300.0)
    assert pump.greatest(300.0) == 3000.0
    assert pump.greatest(270.0) == pytest.approx(1500.0)
    assert pump.greatest(240.0) == pytest.approx(0.0)
    assert pump.greatest(230.0) == 0.0


def test_an_ideal_controller_pumps_what_the_plate_takes_and_no_more_than_the_pump_can():
    drive = Drive(Device(), COLD)
    assert drive.pumped(0.0, state(262.15), 700.0, 280.0) == pytest.approx(700.0)
    weak = Drive(Device(pump=Pump(power=1000.0)), COLD)
    limit = weak.device.pump.greatest(262.15)
    assert weak.pumped(0.0, state(262.15), 700.0, 280.0) == pytest.approx(limit)
    assert weak.rates(0.0, state(262.15), 700.0, 280.0).plate == pytest.approx(
        (700.0 - limit) / 24e3
    )


def test_an_ideal_controller_follows_the_slope_of_its_set_point():
    ramp = Schedule.of([(0.0, 290.0), (100.0, 280.0)])
    drive = Drive(Device(pump=Pump(power=1e6)), ramp)
    assert drive.rates(50.0, state(285.0), 400.0, 300.0).plate == pytest.approx(-0.1)
    assert drive.rates(100.0, state(280.0), 400.0, 300.0).plate == pytest.approx(-0.1)
    assert drive.rates(100.0, state(280.0), 400.0, 300.0, after=True).plate == pytest.approx(0.0)


def test_a_schedule_is_that_of_numpy():
    time, value = (0.0, 10.0, 10.0, 25.0), (3.0, -1.0, 2.0, 2.5)
    for t in np.linspace(-5.0, 30.0, 71):
        assert Schedule(time, value).at(t) == np.interp(t, time, value)
        assert Schedule.constant(4.0).at(t) == 4.0


def test_a_pi_controller_does_not_wind_up_while_the_pump_is_at_its_limit():
    pi = Controller(kind="pi", gain=1000.0, integral_time=50.0)
    drive = Drive(Device(controller=pi, pump=Pump(power=500.0)), COLD)
    warm = state(300.0, integral=500.0)
    u = drive.pumped(0.0, warm, 0.0, 300.0)
    assert u == drive.device.pump.greatest(300.0)
    assert drive.rates(0.0, warm, 0.0, 300.0).integral == pytest.approx((u - 500.0) / 50.0)


def test_within_its_limits_a_pi_controller_integrates_the_deviation():
    pi = Controller(kind="pi", gain=1000.0, integral_time=50.0)
    drive = Drive(Device(controller=pi), COLD)
    assert drive.rates(0.0, state(263.15, integral=200.0), 0.0, 0.0).integral == pytest.approx(
        1000.0 * 1.0 / 50.0
    )


@pytest.mark.parametrize(("at", "expected"), [("plate", 270.0), ("skin", 290.0)])
def test_a_sensor_lags_behind_what_it_feels(at, expected):
    pi = Controller(kind="pi")
    drive = Drive(Device(controller=pi, sensor=Sensor(at=at, lag=4.0)), COLD)
    rate = drive.rates(0.0, state(270.0, sensor=280.0), 0.0, 290.0).sensor
    assert rate == pytest.approx((expected - 280.0) / 4.0)
    assert drive.reading(state(270.0, sensor=280.0), 290.0) == 280.0


def test_an_ideal_controller_cannot_have_a_sensor_elsewhere():
    with pytest.raises(ValidationError, match="acts on the plate itself"):
        Device(sensor=Sensor(at="skin"))


def test_schedules_know_their_slope_on_both_sides_of_a_bend():
    ramp = Schedule.of([(0.0, 0.0), (10.0, 5.0), (20.0, 5.0)])
    assert [ramp.slope(t) for t in (-1.0, 5.0, 10.0, 15.0, 25.0)] == [0.0, 0.5, 0.5, 0.0, 0.0]
    assert ramp.slope(10.0, after=True) == 0.0
    assert np.isclose(ramp.slope(0.0, after=True), 0.5)
