"""Killed fractions that rounding alone puts outside 0 to 1, as a run of two sessions makes them."""

import pytest

from cryosim.outcome.course import DAY, Course

TWICE = Course(sessions=(0.0, 42.0 * DAY))


def test_rounding_below_none_killed_is_no_fault():
    shares = TWICE.over([0.0, 90.0 * DAY], [0.1, -2e-18])
    assert shares.remaining[-1] == pytest.approx(TWICE.over([90.0 * DAY], [0.1, 0.0]).remaining[0])


def test_more_than_rounding_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        TWICE.over([0.0], [0.1, -1e-9])
