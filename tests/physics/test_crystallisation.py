"""Kinetics of crystallisation against closed forms and an integrator of scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.integrate import solve_ivp

from cryosim.physics.crystallisation import BellRate, ConstantRate, Foubert, Moment, Nakamura
from cryosim.physics.latent import DscPeaks, Peak
from cryosim.verify.results import observed_orders

BELL = BellRate(fastest=0.004, temperature=278.15, width=6.0)
LAWS = {
    "foubert": Foubert(rate=BELL, order=4.0, seed=0.01),
    "nakamura": Nakamura(rate=BELL, exponent=2.3),
}
CURVE = DscPeaks(peaks=(Peak(temperature=283.15, width=3.0, share=1.0),))


def COOLING(t):
    return 288.0 - t / 100.0


def WARMING(t):
    return 280.0 + t / 200.0


def moment(T, ceiling=1.0):
    return Moment(np.array([T]), np.array([ceiling]))


def on_the_curve(T):
    return Moment(np.array([T]), 1.0 - CURVE.liquid_fraction(np.array([T])))


def slope(name, X, T):
    """dX/dt as the papers write it, without the update of the laws."""
    law = LAWS[name]
    K = 0.004 * np.exp(-(((T - 278.15) / 6.0) ** 2))
    ceiling = on_the_curve(T).ceiling[0]
    h = 1.0 - X / ceiling
    if name == "foubert":
        return ceiling * K * (h - h**law.order)
    n = law.exponent
    return ceiling * n * K * h * (-np.log(h)) ** ((n - 1.0) / n)


def followed(law, path, X0, duration, steps):
    X, dt = np.array([X0]), duration / steps
    for k in range(steps):
        law.advance(X, on_the_curve(path(k * dt)), on_the_curve(path(k * dt + dt)), dt)
    return X[0]


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize(("path", "t"), [(COOLING, 1200.0), (WARMING, 300.0)], ids=["cool", "warm"])
def test_second_order_where_temperature_and_ceiling_change(name, path, t):
    exact = solve_ivp(
        lambda t, X: [slope(name, X[0], path(t))], (0.0, t), [0.02], rtol=1e-11, atol=1e-13
    ).y[0, -1]
    steps = [20, 40, 80, 160]
    off = [abs(followed(LAWS[name], path, 0.02, t, n) - exact) for n in steps]
    assert observed_orders([1.0 / n for n in steps], off) == pytest.approx(2.0, abs=0.1)
    assert off[-1] < 1e-4


def test_foubert_follows_its_closed_form_below_any_ceiling():
    n, K, h0, ceiling = 3.0, 5.0 / 3600.0, 0.98, 0.6
    law, X = Foubert(seed=0.01), np.array([(1.0 - h0) * ceiling])
    for dt in (60.0, 600.0, 1800.0):
        law.advance(X, moment(280.0, ceiling), moment(280.0, ceiling), dt)
    h = (1.0 + (h0 ** (1.0 - n) - 1.0) * np.exp((n - 1.0) * K * 2460.0)) ** (1.0 / (1.0 - n))
    assert X[0] == pytest.approx(ceiling * (1.0 - h), rel=1e-13)


def test_nakamura_is_avrami_at_constant_temperature():
    law, X = Nakamura(rate=ConstantRate(rate=1e-3), exponent=3.0), np.zeros(1)
    for dt in (1e-3, 500.0, 700.0):
        law.advance(X, moment(280.0, 0.5), moment(280.0, 0.5), dt)
    assert X[0] == pytest.approx(0.5 * -np.expm1(-(1.200001**3)), rel=1e-13)


temperature = st.floats(250.0, 320.0)
fraction = st.floats(0.0, 1.0)


@pytest.mark.parametrize("name", LAWS)
@settings(deadline=None, max_examples=200)
@given(
    X=fraction, T=st.tuples(temperature, temperature), ceilings=st.tuples(fraction, fraction),
    log_dt=st.floats(-9.0, 12.0),
)  # fmt: skip
def test_any_step_stays_between_nothing_and_the_curve(name, X, T, ceilings, log_dt):
    before, after = (moment(*pair) for pair in zip(T, ceilings, strict=True))
    found = np.array([X])
    LAWS[name].advance(found, before, after, 10.0**log_dt)
    assert 0.0 <= found[0] <= ceilings[1]
    if X <= min(ceilings):
        assert found[0] >= X * (1.0 - 1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_a_year_reaches_the_curve_from_no_crystals(name):
    X = np.zeros(1)
    LAWS[name].advance(X, moment(278.15, 0.7), moment(278.15, 0.7), 3e7)
    assert X[0] == pytest.approx(0.7, rel=1e-14)


@pytest.mark.parametrize("name", LAWS)
def test_crystals_melt_along_the_curve_at_once_and_no_further(name):
    X = np.array([0.9])
    for T in np.arange(276.0, 290.0):
        here = on_the_curve(T + 1.0)
        LAWS[name].advance(X, on_the_curve(T), here, 1.0)
        assert X[0] <= here.ceiling[0]
    assert X[0] == pytest.approx(here.ceiling[0], rel=1e-12)
    LAWS[name].advance(X, here, moment(310.0, 0.0), 1.0)
    assert X[0] == 0.0


def test_a_melt_supercools_before_it_crystallises():
    """Held 5 K below the curve's centre, equilibrium says 95 %; kinetics takes its time."""
    for law in LAWS.values():
        X, cold = np.zeros(1), on_the_curve(278.15)
        law.advance(X, cold, cold, 20.0)
        assert X[0] < 0.02
        law.advance(X, cold, cold, 3600.0)
        assert X[0] > 0.9


def test_rates_of_a_bell_and_of_cocoa_butter():
    assert BELL.at(np.array([278.15, 284.15, 272.15])) == pytest.approx(
        [0.004, 0.004 / np.e, 0.004 / np.e]
    )
    assert Foubert().rate.at(np.array([250.0, 300.0])) == pytest.approx([5.0 / 3600.0] * 2)


def test_what_the_papers_leave_open_has_no_default():
    with pytest.raises(ValidationError, match="rate"):
        Nakamura(exponent=3.0)
    with pytest.raises(ValidationError, match="order"):
        Foubert(order=1.0)
