"""Limits, used shares, selectivity and the sums that follow steps, each alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.outcome.limits import Limit, lagged, selectivity, share_below

COLD = Limit("skin", "skin", "lowest", warning=263.0, error=258.0, harmless=306.0)
HOT = Limit("burn", "burn", "highest", warning=0.5, error=1.0, harmless=0.0)


@pytest.mark.parametrize(("limit", "value", "status", "margins"), [
    (COLD, 264.0, "ok", (1.0, 6.0)), (COLD, 263.0, "ok", (0.0, 5.0)),
    (COLD, 260.0, "warning", (-3.0, 2.0)), (COLD, 257.0, "error", (-6.0, -1.0)),
    (HOT, 0.4, "ok", (0.1, 0.6)), (HOT, 0.75, "warning", (-0.25, 0.25)),
    (HOT, 1.5, "error", (-1.0, -0.5)),
])  # fmt: skip
def test_margins_are_positive_inside_and_decide_the_status(limit, value, status, margins):
    assert limit.status(value) == status
    assert [limit.margin(value, t) for t in ("warning", "error")] == pytest.approx(margins)


def test_a_tier_that_is_off_never_speaks():
    limit = Limit("t", "t", "highest", warning=None, error=2.0)
    assert limit.status(1.9) == "ok"
    assert limit.margin(1.9, "warning") is None
    assert limit.status(None) == "ok"
    assert limit.status(2.1) == "error"
    assert limit.used(1.0) is None, "nothing is said of untreated skin"


def test_the_used_share_is_0_for_untreated_skin_and_1_on_the_tier():
    assert [COLD.used(T) for T in (306.0, 282.0, 258.0, 254.0, 310.0)] == pytest.approx(
        [0.0, 0.5, 1.0, 52.0 / 48.0, -4.0 / 48.0]
    )
    assert COLD.used(None) is None


def test_selectivity_is_the_killed_fat_where_skin_reaches_a_limit():
    assert selectivity(3.0, [0.2, 1.0, None]) == 3.0
    assert selectivity(3.0, [0.5, 0.1]) == 6.0
    assert selectivity(3.0, [1.5]) == 2.0, "beyond a limit"
    assert selectivity(0.0, [0.5]) == 0.0
    assert selectivity(0.0, [-0.1, None]) is None, "nothing was cooled"


@given(st.floats(1e-3, 100.0), st.floats(1e-3, 100.0), st.floats(1e-3, 3.0), st.floats(1e-3, 3.0))
@settings(max_examples=60, deadline=None)
def test_selectivity_grows_with_fat_killed_and_with_margin(less, more, far, near):
    less, more = sorted((less, more))
    far, near = sorted((far, near))
    assert selectivity(less, [near]) <= selectivity(more, [far])
    assert np.isfinite(selectivity(more, [far]))


@given(st.floats(-10.0, 10.0), st.floats(-10.0, 10.0), st.floats(-10.0, 10.0))
@settings(max_examples=60, deadline=None)
def test_the_share_below_is_that_of_a_straight_line(before, after, point):
    line = before + (after - before) * (np.arange(4000) + 0.5) / 4000
    got = share_below(np.array([before]), np.array([after]), point)[0]
    if before != after:
        assert got == pytest.approx((line < point).mean(), abs=3e-4)
    assert 0.0 <= got <= 1.0


def test_a_value_that_rests_on_the_point_is_not_below():
    at = np.array([1.0, 0.0, 2.0])
    assert share_below(at, at, 1.0).tolist() == [0.0, 1.0, 0.0]


def test_the_rate_of_a_ramp_is_smoothed_as_its_closed_form_however_time_is_cut():
    over, slope, end = 60.0, 0.3, 90.0
    for cuts in ([0.0, 90.0], [0.0, 0.01, 7.0, 50.0, 90.0]):
        lag = np.array([263.0])
        for a, b in pairwise(cuts):
            lag = lagged(lag, 263.0 + slope * np.array([a]), 263.0 + slope * b, b - a, over)
        rate = (263.0 + slope * end - lag[0]) / over
        assert rate == pytest.approx(slope * (1.0 - np.exp(-end / over)), rel=1e-12)
