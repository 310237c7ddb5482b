"""Three states against the matrix exponential of their rates, and what is conserved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from cryosim.injury import MultiState

LAW = MultiState()
EQUAL = MultiState(harm=1e-3, death=1e-3, recovery=1e-3)

rates = st.floats(1e-7, 1e-2)
shares = st.one_of(st.just(0.0), st.just(1.0), st.floats(1e-12, 1.0))


def generator(law, X, massaged=0.0):
    """Rates of change of viable, vulnerable and dead cells."""
    a, r = law.harm * X, law.recovery * (1.0 - X)
    d = law.death * (1.0 + (law.massage - 1.0) * massaged * X)
    return np.array([[-a, r, 0.0], [a, -r - d, 0.0], [0.0, d, 0.0]])


def cells(state):
    """Viable, vulnerable and dead cells."""
    gone, vulnerable = state[:2, 0]
    return np.array([1.0 - gone, vulnerable, gone - vulnerable])


def advanced(law, *parts):
    state = law.start(1)
    for dt, X, massaged in parts:
        law.advance(state, np.array([X]), np.array([275.0]), dt, np.array([massaged]))
    return state


@settings(max_examples=150, deadline=None)
@given(harm=rates, death=rates, recovery=rates, X=shares, massaged=shares, dt=st.floats(0.1, 1e4))
def test_a_step_is_the_matrix_exponential(harm, death, recovery, X, massaged, dt):
    law = MultiState(harm=harm, death=death, recovery=recovery, massage=20.0)
    first = expm(generator(law, 0.7) * 900.0) @ [1.0, 0.0, 0.0]
    exact = expm(generator(law, X, massaged) * dt) @ first
    found = cells(advanced(law, (900.0, 0.7, 0.0), (dt, X, massaged)))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11)


@pytest.mark.parametrize("X", [1.0, 1.0 - 1e-12, 1.0 - 1e-7])
def test_rates_as_good_as_equal_lose_no_digits(X):
    """At X = 1 viable and vulnerable cells leave at the same rate: the closed form is 0/0."""
    found = cells(advanced(EQUAL, (1500.0, X, 0.0)))
    kt = 1.5
    np.testing.assert_allclose(found[:2], [np.exp(-kt), kt * np.exp(-kt)], rtol=3e-7)
    exact = expm(generator(EQUAL, X) * 1500.0) @ [1.0, 0.0, 0.0]
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(st.tuples(st.floats(1e-3, 1e9), shares, shares), min_size=1, max_size=6))
def test_no_share_is_ever_negative_and_the_dead_stay_dead(parts):
    dead = 0.0
    for n in range(1, len(parts) + 1):
        state = advanced(LAW, *parts[:n])
        V, W, D = cells(state)
        assert V >= 0.0
        assert W >= 0.0
        assert dead - 1e-15 <= D <= 1.0
        assert V + W + D == pytest.approx(1.0, abs=1e-15)
        dead = D


@pytest.mark.parametrize("hours", [0.1, 1.0, 24.0, 1000.0])
def test_when_after_the_last_crystals_it_is_read_does_not_matter(hours):
    """Vulnerable cells die or recover meanwhile, as survival says they will."""
    session = ((1800.0, 1.0, 0.0), (600.0, 0.5, 1.0))
    now = LAW.survival(advanced(LAW, *session))[0]
    later = advanced(LAW, *session, (3600.0 * hours, 0.0, 1.0))
    assert LAW.survival(later)[0] == pytest.approx(now, rel=1e-12)
    assert later[1, 0] < advanced(LAW, *session)[1, 0]


def test_a_session_weeks_later_is_the_same_history_again():
    session = (2400.0, 0.9, 0.0)
    weeks = (14 * 86400.0, 0.0, 0.0)
    both = advanced(LAW, session, weeks, session, weeks)
    once = advanced(LAW, session)
    assert LAW.survival(both)[0] == pytest.approx(LAW.survival(once, sessions=2)[0], rel=1e-12)


def test_a_cycle_minutes_later_finds_cells_still_vulnerable():
    session, pause = (1200.0, 1.0, 0.0), (300.0, 0.0, 0.0)
    soon = advanced(LAW, session, pause, session)
    exact = expm(generator(LAW, 1.0) * 1200.0)
    expected = exact @ expm(generator(LAW, 0.0) * 300.0) @ exact @ [1.0, 0.0, 0.0]
    np.testing.assert_allclose(cells(soon), expected, rtol=1e-12)
    weeks = LAW.survival(advanced(LAW, session), sessions=2)[0]
    assert abs(LAW.survival(soon)[0] - weeks) > 1e-3


def test_massage_multiplies_the_death_of_cells_that_hold_crystals():
    before = (1800.0, 1.0, 0.0)
    bare = LAW.survival(advanced(LAW, before, (120.0, 0.0, 0.0)))
    assert LAW.survival(advanced(LAW, before, (120.0, 0.0, 1.0))) == bare
    some = [LAW.survival(advanced(LAW, before, (120.0, 0.5, mu)))[0] for mu in (0.0, 0.5, 1.0)]
    assert some[0] > some[1] > some[2]


def test_it_is_at_work_where_cells_are_vulnerable():
    state = LAW.start(2)
    LAW.advance(state, np.array([0.0, 0.1]), np.array([300.0, 275.0]), 60.0)
    np.testing.assert_array_equal(LAW.at_work(state, np.array([310.0, 310.0])), [False, True])
