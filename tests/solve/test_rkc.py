"""Runge-Kutta-Chebyshev: order, stability, step control."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.solve.rkc import StepControl, coefficients, stages

STAGES = [2, 3, 4, 5, 8, 13, 30, 100, 400]


def stage_values(s, rate, y=1.0):
    """All stages of one step of size 1 for y' = rate(c, y)."""
    k = coefficients(s)
    F_0 = rate(0.0, y)
    Y = [y, y + k.mu_tilde[1] * F_0]
    for j in range(2, s + 1):
        kept = (1.0 - k.mu[j] - k.nu[j]) * y + k.mu[j] * Y[-1] + k.nu[j] * Y[-2]
        Y.append(kept + k.mu_tilde[j] * rate(k.c[j - 1], Y[-1]) + k.gamma_tilde[j] * F_0)
    return Y


def growth(s, z):
    """Stability polynomial at ``z`` = lambda dt."""
    return stage_values(s, lambda _, y: z * y)[-1]


@pytest.mark.parametrize("s", STAGES)
def test_growth_agrees_with_the_exponential_to_second_order(s):
    n = 2 * s + 2
    z = 0.5 * np.exp(2j * np.pi * np.arange(n) / n)
    taylor = np.fft.fft(growth(s, z)).real / n / 0.5 ** np.arange(n)
    assert taylor[:3] == pytest.approx([1.0, 1.0, 0.5], abs=1e-9)
    if s > 2:
        assert 0.0 < taylor[3] < 1.0 / 6.0


@pytest.mark.parametrize("s", STAGES)
def test_stages_lie_where_c_says_and_time_is_integrated_to_second_order(s):
    at = stage_values(s, lambda *_: 1.0, 0.0)
    np.testing.assert_allclose(at, coefficients(s).c, atol=1e-9)
    assert stage_values(s, lambda c, _: c, 0.0)[-1] == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("s", STAGES)
def test_stable_up_to_the_bound_that_stages_uses(s):
    z = -np.linspace(0.0, (s**2 - 1) / 1.54, 20 * s + 1)
    P = np.abs(growth(s, z))
    assert P.max() <= 1.0 + 1e-12
    assert P[z < -3.0].max(initial=0.0) < 0.97, "damped away from the origin"


@given(st.floats(1e-9, 1e4), st.floats(0.0, 1e4))
def test_stages_are_the_fewest_that_are_stable(dt, radius):
    s = stages(dt, radius)
    assert s == 2 or (s - 1) ** 2 - 1 < 1.54 * dt * radius
    assert s**2 - 1 >= 1.54 * dt * radius * (1.0 - 1e-12)


errors = st.floats(0.0, 1.0)
sizes = st.floats(1e-6, 1e3)


@given(st.lists(st.tuples(sizes, errors), min_size=1, max_size=5))
def test_a_good_step_changes_the_size_within_a_factor_of_five(history):
    control = StepControl(0.01)
    for tried, error in history:
        control.accept(tried, error)
        assert 0.2 * tried <= control.dt <= 5.0 * tried


@given(sizes, st.floats(1.0, 1e12) | st.just(float("inf")) | st.just(float("nan")))
def test_a_bad_step_is_tried_again_smaller(tried, error):
    control = StepControl(0.01)
    control.accept(1.0, 0.5)
    control.reject(tried, error)
    assert 0.1 * tried * (1 - 1e-12) <= control.dt <= 0.8 * tried
    assert control.last is None


def test_steady_errors_settle_the_size():
    """An error that goes as the third power of the step is brought to 0.8^3 of the tolerance."""
    control = StepControl(0.01)
    for _ in range(40):
        control.accept(control.dt, (control.dt / 3.0) ** 3)
    assert control.dt == pytest.approx(0.8 * 3.0, rel=1e-6)
