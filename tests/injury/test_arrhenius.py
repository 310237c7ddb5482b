"""The damage integral against the exponential integral."""

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import exp1

from cryosim.injury.arrhenius import WEAVER_STOLL, Branch, BurnIntegral
from cryosim.verify.results import observed_orders

ONE = BurnIntegral(branches=(Branch.of_energy(above=273.15, frequency=3.1e98, energy=628e3),))
SKIN = BurnIntegral()


def damage(law, a, b, dt, steps=1):
    omega, T = np.zeros(1), np.linspace(a, b, steps + 1)
    for before, after in pairwise(T):
        law.advance(omega, np.array([before]), np.array([after]), dt / steps)
    return omega[0]


def on_a_ramp(branch, a, b, dt):
    """Integral of the rate in closed form, with ``T`` linear from ``a`` to ``b``."""
    theta = branch.activation

    def primitive(T):
        return T * np.exp(-theta / T) - theta * exp1(theta / T)

    return branch.frequency * dt * (primitive(b) - primitive(a)) / (b - a)


def test_constant_temperature_is_exact_in_one_step():
    rate = 2.185e124 * np.exp(-93534.9 / 320.0)
    assert damage(SKIN, 320.0, 320.0, 70.0) == pytest.approx(70.0 * rate, rel=1e-10)
    rate = 1.823e51 * np.exp(-39109.8 / 330.0)
    assert damage(SKIN, 330.0, 330.0, 0.1) == pytest.approx(0.1 * rate, rel=1e-10)


@pytest.mark.parametrize(("a", "b"), [(310.0, 323.0), (323.0, 310.0)])
def test_a_ramp_is_the_exponential_integral_to_second_order_in_the_step(a, b):
    expected = on_a_ramp(ONE.branches[0], a, b, 600.0)
    steps = [4, 8, 16, 32]
    off = [abs(damage(ONE, a, b, 600.0, n) / expected - 1.0) for n in steps]
    assert observed_orders([1.0 / n for n in steps], off) == pytest.approx(2.0, abs=0.1)
    assert off[0] < 5e-3


def test_a_step_across_both_thresholds_gives_each_branch_its_time():
    low, high = WEAVER_STOLL
    expected = on_a_ramp(low, 317.15, 323.15, 6.0) + on_a_ramp(high, 323.15, 327.15, 4.0)
    for a, b in ((305.15, 327.15), (327.15, 305.15)):
        assert damage(SKIN, a, b, 22.0) == pytest.approx(expected, rel=5e-3)
        assert damage(SKIN, a, b, 22.0, 70) == pytest.approx(expected, rel=5e-5)


def test_nothing_below_44_degC_and_a_full_rate_from_there():
    assert damage(SKIN, 310.0, 317.0, 1e6) == 0.0
    assert damage(SKIN, 317.15, 317.15, 1.0) == pytest.approx(1.8e-4, rel=0.05)


def test_damage_adds_up_at_every_dof_by_itself():
    omega, T = np.array([0.5, 0.0]), np.array([320.0, 300.0])
    SKIN.advance(omega, T, T, 10.0)
    assert omega[0] == pytest.approx(0.5 + damage(SKIN, 320.0, 320.0, 10.0), rel=1e-12)
    assert omega[1] == 0.0
    assert SKIN.damaged(np.array([0.0, 1.0, 1e3])) == pytest.approx([0.0, 1.0 - 1.0 / np.e, 1.0])


def test_branches_rise():
    with pytest.raises(ValidationError, match="strictly rising order of temperature"):
        BurnIntegral(branches=WEAVER_STOLL[::-1])
