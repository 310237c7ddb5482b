"""The manufactured solution itself; the orders are measured by benchmarks of the suite."""

import numpy as np
import pytest

from cryosim.verify import manufactured as mms
from cryosim.verify.benchmarks.orders import LAYERS, error_of_mode
from cryosim.verify.results import observed_orders, order


def flows(y, x, t, step=1e-6):
    """Heat flow (W/m^2) along each axis by central differences; depth last."""
    found = []
    for axis in range(y.shape[1] + 1):
        dy, dx = np.zeros_like(y), np.zeros_like(x)
        if axis < y.shape[1]:
            dy[:, axis] = step
        else:
            dx += step
        high, low = mms.Solution(y + dy, x + dx).T(t), mms.Solution(y - dy, x - dx).T(t)
        k = conductivity(mms.Solution(y, x).T(t))
        found.append(-k * (high - low) / (2 * step))
    return found


def liquid(T):
    from scipy.stats import norm

    return norm.cdf(T, mms.CENTRE, mms.SPREAD)


def conductivity(T):
    return mms.SOLID[0] + (mms.LIQUID[0] - mms.SOLID[0]) * liquid(T)


def enthalpy(T):
    from scipy.integrate import quad

    c = [quad(lambda s: mms.SOLID[1] + (mms.LIQUID[1] - mms.SOLID[1]) * liquid(s), 0.0, v)[0]
         for v in T]  # fmt: skip
    return mms.RHO * (np.array(c) + mms.LATENT * liquid(T))


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_source_is_what_the_equation_leaves_over(dimension):
    """Storage, conduction, blood and metabolism by finite differences of the solution."""
    rng = np.random.default_rng(1)
    y = rng.uniform(-0.4, 0.4, (6, dimension - 1)) * mms.WIDTH
    x, t, step = rng.uniform(0.1, 0.9, 6) * mms.DEPTH, 40.0, 1e-5
    at = mms.Solution(y, x)
    storage = (enthalpy(at.T(t + 0.01)) - enthalpy(at.T(t - 0.01))) / 0.02
    divergence = np.zeros_like(x)
    for axis in range(dimension):
        dy, dx = np.zeros_like(y), np.zeros_like(x)
        if axis < dimension - 1:
            dy[:, axis] = step
        else:
            dx += step
        out = flows(y + dy, x + dx, t)[axis] - flows(y - dy, x - dx, t)[axis]
        divergence += out / (2 * step)
    T = at.T(t)
    share = mms.FLOOR + (1 - mms.FLOOR) * (T - mms.LOW) / (mms.HIGH - mms.LOW)
    blood = mms.PERFUSION * share * (mms.BLOOD - T)
    expected = storage + divergence - blood - mms.METABOLISM
    np.testing.assert_allclose(at.source(t), expected, rtol=1e-4, atol=1e-4 * abs(expected).max())


def test_the_solution_keeps_to_its_boundaries():
    y, bottom = np.array([[0.0], [0.003]]), np.full(2, mms.DEPTH)
    np.testing.assert_allclose(mms.Solution(y, bottom).T(50.0), mms.BLOOD)
    edge = np.array([[-mms.WIDTH / 2]])
    inward = mms.Solution(edge + 1e-7, np.array([0.002])).T(50.0)
    np.testing.assert_allclose(inward, mms.Solution(edge, np.array([0.002])).T(50.0), atol=1e-7)


def test_orders_of_powers_are_observed():
    sizes = [0.4, 0.2, 0.1]
    np.testing.assert_allclose(observed_orders(sizes, [h**1.7 for h in sizes]), 1.7)
    assert order("any", sizes, [h**2 for h in sizes], 2.0, 0.1).passes
    assert not order("any", sizes, [h**1.5 for h in sizes], 2.0, 0.1).passes
    assert not order("any", sizes, [1.0, 0.0, 0.0], 2.0, 0.1).passes


def test_finer_boxes_are_nearer_to_the_mode(tmp_path):
    assert sum(d for d, *_ in LAYERS) == pytest.approx(0.012)
    assert error_of_mode(tmp_path, 5e-4, 1) < error_of_mode(tmp_path, 1e-3, 1) < 0.1
