"""Massage in the law of injury, against its closed form and what the calibrated factor comes to."""

import numpy as np
import pytest

from cryosim.injury import CrystalDose

LAW = CrystalDose()
FULL, NONE = np.ones(1), np.zeros(1)
MINUTE = 60.0


def loss(*parts, law=LAW):
    """Lost fraction after ``parts``: (seconds, crystal fraction, share massaged)."""
    dose = law.start(1)
    for dt, X, massaged in parts:
        law.advance(dose, np.array([X]), np.array([275.0]), dt, np.array([massaged]))
    return 1.0 - law.survival(dose)[0]


def test_the_formula_gives_back_the_factor_that_raises_the_deaths_by_29_percent():
    """Two minutes after an hour of full crystallisation."""
    before = (60 * MINUTE, 1.0, 0.0)
    ratio = loss(before, (2 * MINUTE, 1.0, 1.0)) / loss(before)
    assert ratio == pytest.approx(1.29, abs=5e-3)
    dose = LAW.scale * ((1.0 - ratio * loss(before)) ** (-1.0 / LAW.shape) - 1.0)
    assert (dose - 60 * MINUTE) / (2 * MINUTE) == pytest.approx(LAW.massage, rel=1e-9)


@pytest.mark.parametrize(("massage", "X", "share"), [(5.0, 1.0, 1.0), (12.7, 0.3, 0.5)])
def test_the_dose_is_the_integral_of_the_law(massage, X, share):
    law = CrystalDose(massage=massage)
    dose = 600.0 + (1.0 + (massage - 1.0) * share) * X * 90.0
    expected = 1.0 - (1.0 + dose / law.scale) ** -law.shape
    assert loss((600.0, 1.0, 0.0), (90.0, X, share), law=law) == pytest.approx(expected, rel=1e-12)


def test_massage_does_nothing_without_crystals_and_harm_with_them():
    before = (10 * MINUTE, 1.0, 0.0)
    assert loss(before, (MINUTE, 0.0, 1.0)) == loss(before)
    assert loss(before, (MINUTE, 0.2, 1.0)) > loss(before, (MINUTE, 0.2, 0.0))
