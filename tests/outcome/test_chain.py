"""The chain of stages against Bateman and Erlang, where those have digits left."""

from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc

from cryosim.outcome import StageChain

DAY = 86400.0
MONTHS = StageChain(rates=("0.3 1/day", "0.12 1/day", "0.035 1/day"))


def test_bateman():
    r, t = np.array(MONTHS.rates), 20.0 * DAY
    decay = np.exp(-r * t)
    expected = [
        decay[0],
        r[0] * (decay[0] - decay[1]) / (r[1] - r[0]),
        r[0] * r[1] * sum(
            decay[i] / np.prod([r[j] - r[i] for j in range(3) if j != i]) for i in range(3)
        ),
    ]  # fmt: skip
    found = MONTHS.transition(t)[:, 0]
    np.testing.assert_allclose(found[:3], expected, rtol=1e-12)
    assert found[3] == pytest.approx(1.0 - sum(expected), rel=1e-12)


@pytest.mark.parametrize("spread", [0.0, 1e-12, 1e-9])
def test_rates_as_good_as_equal_are_erlang_where_bateman_has_no_digits(spread):
    k, t = 0.08 / DAY, np.array([0.01, 1.0, 30.0, 400.0]) * DAY
    chain = StageChain(rates=tuple(k * (1.0 + spread * i) for i in range(5)))
    cleared = [chain.transition(x)[-1, 0] for x in t]
    np.testing.assert_allclose(cleared, gammainc(5, k * t), rtol=1e-7 if spread else 1e-12)
    assert StageChain.erlang(5, k).rates == (k,) * 5


def test_the_first_cells_cleared_are_counted_to_the_last_digit():
    t = 1e-4 * DAY
    cleared = MONTHS.transition(t)[-1, 0]
    assert cleared < 1e-15
    leading = np.prod(MONTHS.rates) * t**3 / factorial(3)
    assert cleared == pytest.approx(leading * (1.0 - sum(MONTHS.rates) * t / 4.0), rel=1e-9)


def test_years_are_as_good_as_days():
    decay = np.exp(-MONTHS.rates[0] * 2000.0 * DAY)
    found = MONTHS.transition(2000.0 * DAY)
    assert 0.0 < decay < 1e-250
    assert found[0, 0] == pytest.approx(decay, rel=1e-9)
    assert found[-1, 0] == 1.0


rates = st.lists(st.floats(1e-9, 1e-3), min_size=1, max_size=6)
times = st.floats(1e-6, 1e9)


@settings(deadline=None, max_examples=100)
@given(rates=rates, dt=times)
def test_no_cell_is_negative_and_none_is_lost(rates, dt):
    moved = StageChain(rates=tuple(rates)).transition(dt)
    assert (moved >= 0.0).all()
    np.testing.assert_allclose(moved.sum(axis=0), 1.0, rtol=0, atol=4e-16)
    assert (np.triu(moved, 1) == 0.0).all()


def test_two_steps_are_one_step_in_every_column():
    state = np.array([[1.0, 0.2, 0.0], [0.0, 0.3, 0.0], [0.0, 0.5, 0.9], [0.0, 0.0, 0.1]])
    once = state.copy()
    MONTHS.advance(once, 50.0 * DAY)
    for dt in (1.0, 49.0):
        MONTHS.advance(state, dt * DAY)
    np.testing.assert_allclose(state, once, rtol=1e-13)
    np.testing.assert_array_equal(MONTHS.transition(0.0), np.eye(4))
