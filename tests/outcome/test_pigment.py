"""Pigment after inflammation against its equation, and against what was seen."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cryosim.outcome import DAY, Pigment
from cryosim.outcome.pigment import PHOTOTYPES

WEEK = 7.0 * DAY
USUAL = Pigment()


def test_melanin_peaks_in_week_8_and_is_there_in_week_24():
    days = np.arange(0.0, 200.0, 0.1)
    assert days[USUAL.clock(days * DAY).argmax()] == pytest.approx(57.0, abs=1.0)
    assert USUAL.peak / DAY == pytest.approx(57.1, abs=0.05)
    assert USUAL.clock(USUAL.peak) == pytest.approx(1.0, rel=1e-14)
    assert USUAL.clock(24.0 * WEEK) == pytest.approx(0.29, abs=0.005)


def test_nothing_before_the_delay():
    assert not USUAL.clock(np.array([-5.0, 0.0, 1.0, 2.9, 3.0]) * WEEK).any()
    assert USUAL.clock(3.01 * WEEK) > 0.0


@settings(deadline=None, max_examples=30)
@given(inflamed=st.floats(1.0, 100.0), fading=st.floats(1.0, 100.0), day=st.floats(0.1, 300.0))
def test_melanin_obeys_its_equation(inflamed, fading, day):
    skin = Pigment(delay=0.0, inflamed=inflamed * DAY, fading=fading * DAY)
    d = 1e-3
    before, now, after = skin.clock(np.array([day - d, day, day + d]) * DAY)
    assert 0.0 <= now <= 1.0 + 1e-14
    source = skin.clock(1e-6 * DAY) / 1e-6 * np.exp(-day / inflamed)
    terms = source + now / fading
    assert (after - before) / (2.0 * d) == pytest.approx(source - now / fading, abs=1e-3 * terms)


def test_equal_times_are_the_limit_of_nearly_equal_ones():
    t = np.array([1.0, 30.0, 300.0]) * DAY
    equal = Pigment(delay=0.0, inflamed=30 * DAY, fading=30 * DAY)
    nearly = Pigment(delay=0.0, inflamed=30 * DAY, fading=30.0001 * DAY)
    x = t / (30 * DAY)
    np.testing.assert_allclose(equal.clock(t), x * np.exp(1.0 - x), rtol=1e-13)
    np.testing.assert_allclose(nearly.clock(t), equal.clock(t), rtol=1e-4)


@pytest.mark.parametrize("end", ["low", "high"])
def test_darker_skin_and_more_sun_answer_more_and_sunscreen_less(end):
    def risk(**fields):
        return float(getattr(Pigment(**fields).hyperpigmentation(0.1), end))

    assert all(a < b for a, b in pairwise(risk(phototype=name) for name in PHOTOTYPES))
    assert all(a < b for a, b in pairwise(risk(uv=sed * 100 / DAY) for sed in (0.0, 1.0, 5.0)))
    burnt, screened = (risk(uv="300 J/m^2/day", spf=spf) for spf in (1.0, 30.0))
    assert risk() < screened < burnt


def test_one_dose_a_day_adds_the_gain_and_sunscreen_divides_it():
    assert Pigment(uv="100 J/m^2/day").strength() == pytest.approx(1.5)
    assert Pigment(uv="300 J/m^2/day", spf=30.0).strength() == pytest.approx(1.05)
    assert Pigment(phototype="V").melanin(USUAL.peak, 3.0) == pytest.approx(6.0)


def test_rates_are_those_that_were_published():
    low, high = USUAL.hyperpigmentation()
    assert low == pytest.approx(1.0 / 11000.0)
    assert high == pytest.approx(0.02)
    low, high = USUAL.hyperpigmentation(injured=1.0)
    assert low < 4.0 / 27.0 < high
    assert high == pytest.approx(1.0 - 0.98 * (1.0 - 0.337))


@settings(deadline=None, max_examples=30)
@given(injured=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=5), strong=st.floats(0.0, 1e3))
def test_a_risk_is_a_probability_and_rises_with_injury(injured, strong):
    low, high = USUAL.hyperpigmentation(np.sort(injured), strong)
    assert (low >= 0.0).all()
    assert (low <= high).all()
    assert (high <= 1.0).all()
    assert (np.diff(low) >= 0.0).all()


def test_melanocytes_die_in_ice_and_perhaps_without():
    coldest = np.array([0.0, -4.0, -5.5, -7.0, -20.0]) + 273.15
    low, high = USUAL.hypopigmentation(coldest, [1.0, 1.0, 0.5, 0.0, 1.0])
    np.testing.assert_allclose(high, [0.0, 0.0, 0.5, 1.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(low, [0.0, 0.0, 0.25, 0.0, 1.0], atol=1e-12)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"injured share 1\.5 must be at most 1"):
        USUAL.hyperpigmentation(1.5)
    with pytest.raises(ValueError, match="inflammation -1 must be at least 0"):
        USUAL.strength(-1.0)
    with pytest.raises(ValidationError, match="colder than melanocytes_spared"):
        Pigment(melanocytes_lost="-3 degC")
