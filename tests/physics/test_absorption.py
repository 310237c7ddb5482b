"""Power absorbed against depth."""

import numpy as np
import pytest
from pydantic import ValidationError

from cryosim.physics.absorption import Absorption

DEPTH = np.linspace(0.0, 0.1, 20_001)


def test_all_power_that_passes_the_skin_is_absorbed():
    law = Absorption(surface=1e4, decay=0.008)
    assert np.trapezoid(law.density(DEPTH), DEPTH) == pytest.approx(1e4, rel=1e-5)
    assert law.density(np.array([0.008]))[0] == pytest.approx(1e4 / 0.008 / np.e)


def test_a_table_is_linear_between_its_points_and_zero_beyond():
    law = Absorption(depth=(0.002, 0.004), power=(1e5, 3e5))
    expected = [0.0, 1e5, 2e5, 3e5, 0.0]
    assert law.density(np.array([0.001, 0.002, 0.003, 0.004, 0.005])) == pytest.approx(expected)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"surface": 1e4},
        {"surface": 1e4, "decay": 0.01, "depth": (0.0, 1.0), "power": (1.0, 1.0)},
        {"depth": (0.0, 0.01)},
        {"depth": (0.0, 0.01), "power": (1.0, 2.0, 3.0)},
        {"depth": (0.01, 0.0), "power": (1.0, 2.0)},
        {"depth": (0.0, 0.01), "power": (1.0, -2.0)},
    ],
)
def test_half_a_source_is_refused(given):
    with pytest.raises(ValidationError):
        Absorption(**given)
