"""The months after against closed forms, their own laws of balance, and what was seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.special import gammaincc

from cryosim.outcome import DAY, STAGES, Course

USUAL = Course()
FINE = np.arange(0.0, 120.0, 0.05) * DAY


def test_stages_are_those_of_erlang_and_bateman():
    a, b, c = (1.0 / (DAY * x) for x in (5.0, 9.0, 28.0))
    course = Course(steps=1, injured=1 / a, apoptotic=1 / b, phagocytosed=1 / c)
    t = np.array([0.5, 10.0, 60.0, 300.0]) * DAY
    A, B, C = np.exp(-a * t), np.exp(-b * t), np.exp(-c * t)
    injured, apoptotic, phagocytosed, cleared = course.response(t)
    np.testing.assert_allclose(injured, A, rtol=1e-12)
    np.testing.assert_allclose(apoptotic, a * (A - B) / (b - a), rtol=1e-12)
    parts = A / (b - a) / (c - a) + B / (a - b) / (c - b) + C / (a - c) / (b - c)
    np.testing.assert_allclose(phagocytosed, a * b * parts, rtol=1e-10)
    np.testing.assert_allclose(cleared, 1.0 - injured - apoptotic - phagocytosed, atol=1e-14)


def test_the_injured_stage_has_as_many_steps_as_it_says():
    t = np.array([0.5, 5.0, 30.0]) * DAY
    injured = Course(steps=4, injured="5 d").response(t)[0]
    np.testing.assert_allclose(injured, gammaincc(4, 4 * t / (5 * DAY)), rtol=1e-10)


def test_the_infiltrate_obeys_its_equation():
    course = Course(infiltrate="12 d")
    index = course.inflammation(FINE)
    inflow = course.response(FINE)[1] / course.apoptotic
    rate = np.gradient(index, FINE)
    recruited = (rate + index / course.infiltrate)[1:-1]
    scale = recruited.max() / inflow.max()
    np.testing.assert_allclose(recruited, scale * inflow[1:-1], atol=1e-3 * recruited.max())
    assert index.max() == pytest.approx(1.0, abs=1e-5)


def test_infiltrate_comes_peaks_and_goes_when_it_was_seen():
    index, days = USUAL.inflammation(FINE), FINE / DAY
    there = days[index > 0.05]
    assert there[0] == pytest.approx(2.0, abs=0.2)
    assert days[index.argmax()] == pytest.approx(14.0, abs=0.3)
    assert USUAL.inflammation([30 * DAY])[0] < 0.5
    assert 14.0 < there[-1] < 84.0


def test_loss_keeps_the_pace_of_coleman_and_of_the_clock():
    days = np.arange(30.0, 181.0)
    cleared = USUAL.response(days * DAY)[STAGES.index("cleared")]
    assert cleared[30] / cleared[-1] == pytest.approx(20.4 / 25.5, abs=0.005)
    assert cleared[60] == pytest.approx(0.93, abs=0.005)
    np.testing.assert_allclose(cleared, 1.0 - np.exp(-(days - 14.0) / 28.6), atol=0.01)


def test_massage_gives_both_ratios_of_boey():
    times = np.array([61.0, 122.0]) * DAY
    without = USUAL.over(times, [0.15])
    kneaded = USUAL.over(times, [0.0], [1.41 * 0.15])
    ratios = kneaded.cleared / without.cleared
    np.testing.assert_allclose(ratios, [1.68, 1.44], atol=0.02)
    only_more = USUAL.over(times, [1.41 * 0.15]).cleared / without.cleared
    np.testing.assert_allclose(only_more, 1.41, rtol=1e-12)


fractions = st.floats(0.0, 0.25)
two = st.tuples(fractions, fractions)
spans = st.floats(0.1, 60.0)


@settings(deadline=None, max_examples=30)
@given(killed=two, massaged=two, later=spans, stages=st.tuples(spans, spans, spans),
       turnover=st.floats(0.0, 1e-8), steps=st.integers(1, 6))  # fmt: skip
def test_no_cell_is_lost_or_negative_and_none_comes_back(
    killed, massaged, later, stages, turnover, steps
):
    injured, apoptotic, phagocytosed = (x * DAY for x in stages)
    course = Course(sessions=(0.0, later * DAY), injured=injured, apoptotic=apoptotic,
                    phagocytosed=phagocytosed, turnover=turnover, steps=steps)  # fmt: skip
    shares = course.over(np.linspace(-5.0, 200.0, 23) * DAY, killed, massaged)
    total = shares.viable + shares.dying.sum(axis=0) + shares.cleared
    np.testing.assert_allclose(total, 1.0 + shares.renewed, rtol=0.0, atol=1e-12)
    for part in (shares.dying, shares.cleared, shares.renewed, shares.inflammation):
        assert (part >= 0.0).all()
    assert (shares.viable >= -1e-12).all()
    assert (np.diff(shares.cleared) >= -1e-12).all()
    if turnover == 0.0:
        assert not shares.renewed.any()


@settings(deadline=None, max_examples=30)
@given(killed=two, massaged=two, later=spans)
def test_sessions_add_up_and_other_days_change_nothing(killed, massaged, later):
    days = np.array([0.0, 14.0, later, 60.0, 180.0])
    both = Course(sessions=(0.0, later * DAY)).over(days * DAY, killed, massaged)
    alone = [
        USUAL.over((days - shift) * DAY, [k], [m])
        for shift, k, m in zip((0.0, later), killed, massaged, strict=True)
    ]
    for name in ("dying", "cleared", "inflammation"):
        summed = sum(getattr(one, name) for one in alone)
        np.testing.assert_allclose(getattr(both, name), summed, rtol=1e-12, atol=1e-14)
    last = Course(sessions=(0.0, later * DAY)).over([180.0 * DAY], killed, massaged)
    np.testing.assert_array_equal(last.cleared[0], both.cleared[-1])


def test_a_session_counts_from_its_own_day():
    shares = Course(sessions=("0 d", "42 d")).over(np.array([-1, 0, 41, 42]) * DAY, [0.2, 0.1])
    np.testing.assert_allclose(shares.viable, [1.0, 0.8, 0.8, 0.7], rtol=1e-14)
    assert shares.dying[0, 1] == pytest.approx(0.2)
    np.testing.assert_allclose(shares.remaining[:2], 1.0, rtol=1e-14)


def test_places_keep_their_shape_and_the_layer_thins_by_what_is_cleared():
    killed = np.zeros((1, 3, 4))
    killed[0, 1] = 0.5
    years = USUAL.over([3650.0 * DAY], killed)
    assert years.dying.shape == (3, 1, 3, 4)
    heights = np.full((3, 4), 0.001)
    np.testing.assert_allclose(years.volume(heights), [0.012 - 4 * 0.0005], rtol=1e-9)


def test_inflammation_of_one_session_peaks_at_what_it_killed():
    shares = USUAL.over(FINE, [[0.3, 0.0]])
    np.testing.assert_allclose(shares.inflammation.max(axis=0), [0.3, 0.0], atol=1e-5)


def test_turnover_brings_back_a_tenth_of_the_loss_in_a_year():
    course = Course.model_validate({"turnover": "0.1 1/year"}, context={"file": True})
    year = course.over([365.25 * DAY], [0.4])
    assert 1.0 - year.viable[0] == pytest.approx(0.4 * np.exp(-0.1), rel=1e-12)
    assert year.renewed[0] == pytest.approx(-0.4 * np.expm1(-0.1), rel=1e-12)
    decades = course.over([36525.0 * DAY], [0.4])
    assert decades.remaining[0] == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("killed", "massaged", "message"),
    [
        ([0.2, 0.2], None, "row for each of 1 sessions"),
        ([0.2], [[0.2]], "same shape"),
        ([0.7], [0.4], "between 0 and 1"),
        ([-0.1], None, "between 0 and 1"),
        ([np.nan], None, "between 0 and 1"),
    ],
)
def test_fractions_that_cannot_be_are_refused(killed, massaged, message):
    with pytest.raises(ValueError, match=message):
        USUAL.over([0.0], killed, massaged)


def test_sessions_come_one_after_the_other():
    with pytest.raises(ValidationError, match="strictly rising"):
        Course(sessions=("0 d", "0 d"))
