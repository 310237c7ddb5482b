"""The elastic law at small and large strain."""

import numpy as np
import pytest

from cryosim.shape.tissue_mechanics import FAT, SKIN, Elasticity, exponent, isochoric_energy


def slope(I1, mu, b, e=1e-4):
    """dW/dI1 by central difference."""
    above, below = (isochoric_energy(I1 + d, mu, b, np.exp) for d in (e, -e))
    return (above - below) / (2.0 * e)


def test_modulus_at_small_strain():
    assert isochoric_energy(3.0, 50e3, 10.0, np.exp) == 0.0
    assert slope(3.0, 50e3, 10.0) == pytest.approx(50e3 / 2.0, rel=1e-6)


def test_without_stiffening_it_is_neo_hookean():
    I1 = np.array([3.0, 4.0, 7.0])
    np.testing.assert_allclose(slope(I1, 1e3, exponent(FAT)), 500.0, rtol=1e-3)


def test_stiffening_multiplies_stress():
    """At I1 = 3.2, b = 10: e^2 of what it would be."""
    assert slope(3.2, 1.0, exponent(SKIN)) == pytest.approx(0.5 * np.exp(2.0), rel=1e-6)


def test_negative_stiffening_is_refused():
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        Elasticity(shear_modulus=1e3, stiffening=-1.0)
