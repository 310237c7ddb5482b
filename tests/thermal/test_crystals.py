"""Crystals with a rate of their own, on columns made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chains import BLOOD, balance_of, column, film, held, medium, melting, points

from cryosim.physics.crystallisation import ConstantRate, Foubert, Nakamura
from cryosim.physics.exchange import Exchange
from cryosim.physics.latent import DscPeaks, Peak, PhaseChange
from cryosim.physics.tables import tabulate
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.arena import Setting
from cryosim.thermal.crystals import Crystals
from cryosim.thermal.lipid import LipidNodes
from cryosim.thermal.reacting import Reacting
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.results import observed_orders

FAT = medium(lipid=melting(20e3, 5.0, 15.0))
DRY = medium()
WARMER = 20e3 / 2300.0
"""What all of the latent heat is in kelvin."""


def foubert(rate, **more):
    return Foubert(rate=ConstantRate(rate=rate), **more)


def with_crystals(body, law, T, **more):
    """Balance at ``T`` (degC) whose lipid follows ``law``."""
    tables = tabulate(body.tissues, BLOOD, 200.0, 330.0, True)
    body = replace(body, tables=tables[0], storage=tables[1])
    balance = balance_of(body, T, **more)
    crystals = Crystals(law, LipidNodes(body), body, balance.T)
    balance.crystals = crystals
    crystals.take_up(balance.net)
    balance.integrator = Reacting(balance.integrator, crystals)
    return balance


def tissue_column(fat=FAT, n=31):
    """Two millimetres without lipid on ten of fat."""
    planes = np.linspace(0.0, 0.012, n)
    return column(planes, (planes[:-1] > 0.00199).astype(int), [DRY, fat])


def closed(T, law, X=None):
    """One node of fat, closed."""
    balance = with_crystals(points(np.array([[1e-6]]), [FAT]), law, T)
    balance.begin(Setting([Exchange()]), 0.0)
    if X is not None:
        balance.crystals.X = np.array([X])
    return balance


def stepped(balance, dt, n=1):
    for k in range(n):
        balance.attempt(k * dt, dt)
        balance.keep()
    return float(balance.T[0]) - ZERO_CELSIUS, float(balance.crystals.X[0])


@pytest.mark.parametrize(
    "law", [foubert(0.02), Nakamura(rate=ConstantRate(rate=0.005), exponent=2)]
)
def test_the_ledger_closes_to_rounding_while_crystals_grow_and_melt(law):
    balance = with_crystals(tissue_column(), law, 34.0, tolerance=0.1)
    seen = []
    for top, end in ((film(400.0, -15.0), 900.0), (held(35.0), 1500.0)):
        balance.begin(Setting([top, held(34.0)]), end - 600.0)
        start, booked = balance.stored, balance.entries
        for _ in march(balance, StepControl(0.01), end - 600.0, [end]):
            seen.append(balance.crystals.X.copy())
        gained, came = (balance.stored - start).sum(), (balance.entries - booked).sum()
        assert gained == pytest.approx(came, abs=1e-12 * abs(balance.H).max() * balance.H.size)
    X = np.array(seen)
    assert X.max() > 0.3
    assert X.min() >= 0.0
    assert X[-1].max() < 1e-9
    assert np.isfinite(balance.within(0.5, np.arange(5))).all()


def test_nodes_that_are_held_crystallise_at_the_cost_of_who_holds_them():
    body = points(np.array([[1e-6]]), [FAT])
    balance = with_crystals(body, foubert(0.1), 20.0)
    balance.begin(Setting([held(0.0)]), 0.0)
    booked = balance.ledger[-1]
    T, X = stepped(balance, 10.0, 30)
    assert T == pytest.approx(0.0, abs=1e-9)
    assert X == pytest.approx(0.8, abs=1e-6), "the curve at 7 degC"
    assert balance.ledger[-1] - booked == pytest.approx(-1e-6 * 900.0 * 20e3 * X, rel=1e-12)


def test_a_supercooled_melt_recalesces_to_where_energy_says():
    """Closed: rho c T - L X = rho c T_0 with X on the supercooled curve."""
    balance = closed(-4.0, foubert(0.05), X=0.0)
    T, X = stepped(balance, 1.0, 1000)
    assert X == pytest.approx((8.0 - T) / 10.0, abs=1e-4)
    assert T == pytest.approx((-4.0 + 0.8 * WARMER) / (1.0 + WARMER / 10.0), abs=2e-3)


@given(T=st.floats(-10.0, 25.0), X=st.floats(0.0, 1.0), log_rate=st.floats(-6.0, 8.0),
       log_dt=st.floats(-3.0, 5.0))  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_any_step_stays_between_nothing_and_the_melting_curve(T, X, log_rate, log_dt):
    balance = closed(T, foubert(10.0**log_rate), X=X)
    before = balance.stored.sum()
    T_new, X_new = stepped(balance, 10.0**log_dt)
    melting_curve = min(max((15.0 - T_new) / 10.0, 0.0), 1.0)
    assert 0.0 <= X_new <= melting_curve + 1e-8
    assert balance.stored.sum() == pytest.approx(before, abs=1e-9)
    between = (8.0 - T) / 10.0 <= X <= (15.0 - T) / 10.0
    if between:
        assert X_new == pytest.approx(X, abs=1e-9)
    elif X > melting_curve:
        assert X_new <= X


def test_melting_ends_on_the_curve_at_once_whatever_the_step():
    for dt in (1e-3, 1.0, 1e4):
        T, X = stepped(closed(12.0, foubert(1e-6), X=0.9), dt)
        assert X == pytest.approx((15.0 - T) / 10.0, abs=1e-8)
        assert T == pytest.approx(12.0 - WARMER * (0.9 - X), abs=1e-8)


def at_the_end(dt, rate=0.01):
    """Temperature and crystals of a column cooled for ten minutes, from 60 s in steps of ``dt``."""
    peak = DscPeaks(peaks=(Peak(temperature=283.15, width=3.0, share=1.0),))
    fat = medium(lipid=PhaseChange(latent_heat=20e3, curve=peak))
    balance = with_crystals(tissue_column(fat), foubert(rate, seed=0.05), 12.0)
    balance.begin(Setting([film(300.0, -10.0), Exchange()]), 0.0)
    for start, end, step in ((0.0, 60.0, 1.0), (60.0, 600.0, dt)):
        for k in range(round((end - start) / step)):
            balance.attempt(start + k * step, step)
            balance.keep()
    return balance.T.copy(), balance.crystals.X.copy()


def test_second_order_in_the_step_while_crystals_grow():
    exact, X = at_the_end(1.0)
    assert X.max() > 0.3
    steps = [54.0, 27.0, 13.5]
    off = [np.abs(at_the_end(dt)[0] - exact).max() for dt in steps]
    assert off[-1] < 0.01
    assert (np.array(observed_orders(steps, off)) > 1.9).all()


def test_long_steps_are_stable_however_fast_the_crystals():
    """Of first order only: the curve is a constraint then."""
    (T, X), (exact, X_exact) = (at_the_end(dt, rate=1e6) for dt in (13.5, 1.0))
    assert np.abs(T - exact).max() < 0.05
    assert np.abs(X - X_exact).max() < 0.01
    assert np.abs(at_the_end(54.0, rate=1e6)[0] - exact).max() < 0.6
