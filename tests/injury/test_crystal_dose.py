"""Survival by dose of crystals against the numbers that its docstring promises."""

import numpy as np
import pytest

from cryosim.injury import CrystalDose

LAW = CrystalDose()


def lost(minutes, X=1.0):
    dose = LAW.start(1)
    LAW.advance(dose, np.array([X]), np.array([273.15]), 60.0 * minutes)
    return 1.0 - LAW.survival(dose)[0]


def test_an_hour_of_crystals_kills_a_quarter_and_a_second_one_fewer():
    assert lost(60.0) == pytest.approx(0.243, abs=5e-4)
    assert lost(120.0) / lost(60.0) == pytest.approx(1.61, abs=0.02)


def test_half_the_crystals_take_twice_the_time():
    assert lost(40.0, X=0.5) == pytest.approx(lost(20.0), rel=1e-14)
    assert lost(40.0, X=0.0) == 0.0


def test_survival_is_the_mean_over_a_gamma_distributed_vulnerability():
    v = np.random.default_rng(1).gamma(LAW.shape, 1.0 / LAW.scale, 200_000)
    assert 1.0 - lost(50.0) == pytest.approx(np.exp(-v * 3000.0).mean(), abs=3e-3)
