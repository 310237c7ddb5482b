"""The march: it lands on every stop, steps evenly between them, and gives up in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.errors import NumericalError
from cryosim.solve.march import SMALLEST_STEP, march
from cryosim.solve.rkc import StepControl


class Clock:
    """A model that knows only time; ``error`` of a step is a function of its place and size."""

    def __init__(self, error):
        self.t, self.kept, self._error = 0.0, [], error

    def attempt(self, t, dt):
        assert t == pytest.approx(self.t, rel=1e-12, abs=1e-12)
        self._tried = dt
        return self._error(t, dt)

    def keep(self):
        self.t += self._tried
        self.kept.append(self._tried)


# Gaps well above rounding, down to a millisecond.
gaps = st.lists(st.floats(1e-3, 500.0), min_size=1, max_size=12)


@settings(deadline=None)
@given(gaps, st.floats(0.05, 100.0), st.randoms(use_true_random=False))
def test_lands_exactly_on_every_stop(gaps, scale, random):
    stops = np.cumsum(gaps).tolist()
    shuffled = [*stops, stops[0], -1.0, 0.0]
    random.shuffle(shuffled)
    clock = Clock(lambda _, dt: (dt / scale) ** 3)
    seen = list(march(clock, StepControl(0.01), 0.0, shuffled))
    times = [t for t, _ in seen]
    assert set(stops) <= set(times)
    assert times[-1] == stops[-1]
    assert np.all(np.diff([0.0, *times]) > 0.0)
    assert [dt for _, dt in seen] == clock.kept
    assert sum(clock.kept) == pytest.approx(stops[-1])


@settings(deadline=None)
@given(gaps, st.floats(1e-3, 10.0))
def test_no_kept_step_breaks_the_tolerance(gaps, scale):
    clock = Clock(lambda _, dt: (dt / scale) ** 3)
    stop = min(sum(gaps), 50.0 * scale)
    for _, dt in march(clock, StepControl(1.0), 0.0, [stop]):
        assert dt <= scale * (1 + 1e-12)


def test_steps_between_stops_are_even():
    """A stop does not leave a sliver of a step before it."""
    clock = Clock(lambda *_: 0.8**3)
    control = StepControl(3.0)
    steps = [dt for _, dt in march(clock, control, 0.0, [10.0])]
    assert min(steps) > 0.5 * max(steps)


def test_a_step_that_breaks_down_is_tried_smaller():
    clock = Clock(lambda _, dt: float("nan") if dt > 0.5 else 0.1)
    steps = list(march(clock, StepControl(20.0), 0.0, [2.0]))
    assert steps[-1][0] == 2.0
    assert max(clock.kept) <= 0.5


@pytest.mark.parametrize("error", [float("nan"), float("inf"), 2.0])
def test_gives_up_with_time_and_advice_where_no_step_is_good(error):
    clock = Clock(lambda t, _: error if t >= 5.0 else 0.5)
    with pytest.raises(NumericalError, match=r"below 1e-06 s at t = 5 s.*numerics.tolerance"):
        list(march(clock, StepControl(1.0), 0.0, [5.0, 10.0]))
    assert clock.t == pytest.approx(5.0)
    assert SMALLEST_STEP == 1e-6


def test_stops_one_rounding_apart_are_both_reached():
    """Output every 1.1 s and a schedule that bends at 3.3 s: 3 * 1.1 is not 3.3."""
    clock = Clock(lambda *_: 0.5)
    times = [t for t, _ in march(clock, StepControl(1.0), 0.0, [3.3, 3 * 1.1, 5.0])]
    assert {3.3, 3 * 1.1, 5.0} <= set(times)


def test_an_event_within_a_step_is_landed_on_before_the_step_is_kept():
    clock = Clock(lambda _, dt: (dt / 40.0) ** 3)
    told = []

    def event(t, dt):
        told.append(t)
        return 77.7 if t < 77.7 <= t + dt else None

    seen = [t for t, _ in march(clock, StepControl(0.01), 0.0, [50.0, 200.0], event)]
    assert {50.0, 77.7, 200.0} <= set(seen)
    assert clock.t == pytest.approx(200.0)
    assert sorted(told) == told


def test_a_step_to_an_event_may_be_rejected_too():
    """A step that ends at the event is bad unless it is short."""
    clock = Clock(lambda t, dt: 8.0 if abs(t + dt - 77.7) < 1e-9 and dt > 0.5 else 0.5)
    event = lambda t, dt: 77.7 if t < 77.7 <= t + dt else None  # noqa: E731
    steps = list(march(clock, StepControl(10.0), 0.0, [100.0], event))
    assert 77.7 in [t for t, _ in steps]
    assert clock.t == pytest.approx(100.0)
