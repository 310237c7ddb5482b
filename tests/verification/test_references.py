"""Benchmarks against closed forms and reference data of independent codes.

What each one is stands in :mod:`cryosim.verify.registry`; ``cryosim verify`` runs the same ones.
Those of the quick suite are run by tests/verify/test_suite.py, the others here.
"""

import numpy as np
import pytest

from cryosim.verify.benchmarks.freezing import mushy_law
from cryosim.verify.benchmarks.pennes import ALPHA
from cryosim.verify.exact import halfspace, layers
from cryosim.verify.exact.solidification import Solidification
from cryosim.verify.reference import reference
from cryosim.verify.registry import BENCHMARKS

LONG = {"b06_sphere", "b11_square"}
"""Benchmarks that take more than about ten seconds where cores are shared."""


@pytest.mark.parametrize(
    "benchmark",
    [
        pytest.param(b, marks=[pytest.mark.slow] if b.name in LONG else [], id=b.name)
        for b in BENCHMARKS
        if not b.quick
    ],
)
def test_benchmark(benchmark, tmp_path):
    results = benchmark.compute(tmp_path)
    assert results
    assert not [result for result in results if not result.passes]


# --- the references themselves ---


def test_closed_form_of_the_film_reproduces_b02a():
    i, given = reference("B02a")
    x = np.array(given["x"])
    for t, T in zip(given["t"], given["T"], strict=True):
        mine = halfspace.perfused_half_space_under_film(
            x, t, k=i["k"], rho_c=i["rho"] * i["c"], W=i["W"], h=i["h"], outside=i["Te"],
            start=i["T0"], blood=i["Ta"], qm=i["qm"],
        )  # fmt: skip
        np.testing.assert_allclose(mine, T, atol=1e-9)


def test_neumann_reproduces_b04_and_the_evidence():
    i, given = reference("B04")
    solid, liquid = (i["ks"], i["rho"] * i["cs"]), (i["kl"], i["rho"] * i["cl"])
    law = Solidification(solid, liquid, i["rho"] * i["L"], i["Tw"], i["Tm"], i["Ti"])
    assert law.lam == pytest.approx(given["lam"], rel=1e-12)
    t = np.array(given["t"])
    np.testing.assert_allclose(law.heat_removed(t), given["E_out"], rtol=1e-12)
    np.testing.assert_allclose(law(np.array(given["x"]), t[:, None]), given["T"], atol=1e-9)
    for L, lam, front in [(20.8e3, 0.39486, 14.888), (60e3, 0.34192, 12.892)]:
        fat = (0.2112, 911.0 * 2348.33)
        law = Solidification(fat, fat, 911.0 * L, -10.0, 10.4, 34.0)
        assert law.lam == pytest.approx(lam, abs=1e-5)
        assert law.front(3600.0) * 1e3 == pytest.approx(front, abs=1e-3)


def test_steady_layers_reproduce_b01():
    i, results = reference("B01")
    stack = [(x["d"], x["k"], x["W"], x["Ta"], x["qm"]) for x in i["layers"]]
    for given in results.values():
        law = layers.steady_layers(stack, given["h"], given["Tenv"], i["bottom_T"])
        np.testing.assert_allclose(law(np.array(given["x"])), given["T"], atol=1e-9)


@pytest.mark.parametrize("properties", ["varprops", "constprops"])
def test_shooting_reproduces_b05_with_its_own_mush(properties):
    i, results = reference("B05")
    given, times = results[properties], results["varprops"]["t"]
    law = mushy_law(i[f"case_{properties}"], stepped=True)
    inputs = i[f"case_{properties}"]
    for k, t in enumerate(times):
        assert law.front(inputs["Tsol"], t) == pytest.approx(given["front_solidus"][k], abs=1e-9)
        assert law.front(inputs["Tliq"], t) == pytest.approx(given["front_liquidus"][k], abs=1e-9)
        found = law(np.array(results["varprops"]["x"]), t)
        np.testing.assert_allclose(found, given["T"][k], atol=1e-7)


def test_half_spaces_and_fold_reproduce_the_evidence():
    """Rounded numbers of evidence V1, V2, V3."""
    x = np.array([0.002, 0.01, 0.03])
    found = halfspace.cooled_half_space(x, 900.0, ALPHA, 34.0, -10.0)
    np.testing.assert_allclose(found, [-4.753, 14.061, 32.926], atol=6e-4)
    found = halfspace.perfused_half_space(x, 2100.0, 0.2112, ALPHA, 1886.15, -10.0, 37.0)
    np.testing.assert_allclose(found, [-1.810, 19.169, 34.868], atol=6e-4)
    found = halfspace.cooled_fold(np.array([0.005, 0.01, 0.02]), 900.0, ALPHA, 0.02, 34.0, -10.0)
    np.testing.assert_allclose(found, [2.517, 12.994, 22.250], atol=6e-4)


def test_the_slowest_mode_of_one_layer_is_a_sine():
    mode = layers.Layers([(0.01, 0.2, 2e6, 500.0)], 1e12, 100.0)
    expected = 500.0 / 2e6 + 1e-7 * ((np.pi / 0.01) ** 2 + 100.0**2)
    assert mode.rate == pytest.approx(expected, rel=1e-6)
