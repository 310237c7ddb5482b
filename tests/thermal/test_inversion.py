"""Enthalpy and temperature of nodes are inverses, whatever meets at a node."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chains import medium, melting, points

from cryosim.physics.exchange import Exchange
from cryosim.physics.latent import DscPeaks, IceCurve, Peak, PhaseChange
from cryosim.thermal import kernels
from cryosim.thermal.arena import Setting, arrange

PEAKS = DscPeaks(
    peaks=(
        Peak(temperature=279.0, width=1.5, share=0.6),
        Peak(temperature=284.0, width=3.0, share=0.4),
    )
)
TISSUES = [
    medium(),
    medium(lipid=melting(20.8e3, 10.39, 10.41), heat_capacity_frozen=2000.0),
    medium(water=PhaseChange(latent_heat=250e3, curve=IceCurve(freezing_point=272.6)),
           conductivity_frozen=0.9),
    medium(lipid=PhaseChange(latent_heat=70e3, curve=PEAKS)),
    medium(lipid=melting(333e3, -0.01, 0.0), water=melting(100e3, -0.02, -0.01)),
]  # fmt: skip

volumes = st.sampled_from([0.0, 1e-9, 1e-7, 3e-6]) | st.floats(1e-9, 1e-5)
slots = st.lists(volumes, min_size=5, max_size=5).filter(any)
nodes = st.lists(slots, min_size=1, max_size=6)
kelvins = st.lists(st.floats(150.0, 380.0), min_size=6, max_size=6)


def network(volumes):
    body = points(np.array(volumes), TISSUES)
    return arrange(body, Setting([Exchange()]), 330.0).net, body.tables


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    net, tables = network([[1.0, 0.0, 0.0, 0.0, 0.0]])
    kernels.temperatures(net, tables, np.zeros(1), np.zeros(1), np.zeros(1))


@settings(deadline=None, max_examples=150)
@given(nodes, kelvins, kelvins)
def test_temperature_of_the_enthalpy_of_a_temperature_is_that_temperature(volumes, T, guess):
    """Also outside the tables, and from any guess."""
    net, tables = network(volumes)
    n = len(volumes)
    T, H, back = np.array(T[:n]), np.empty(n), np.empty(n)
    kernels.enthalpies(net, tables, T, H)
    kernels.temperatures(net, tables, H, np.array(guess[:n]), back)
    assert back == pytest.approx(T, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(nodes, kelvins, kelvins)
def test_enthalpy_rises_with_temperature(volumes, one, other):
    net, tables = network(volumes)
    n = len(volumes)
    low, high = np.sort([one[:n], other[:n]], axis=0)
    high += 1e-3
    H_low, H_high = np.empty(n), np.empty(n)
    kernels.enthalpies(net, tables, low, H_low)
    kernels.enthalpies(net, tables, high, H_high)
    assert np.all(H_high > H_low)


@settings(deadline=None, max_examples=100)
@given(nodes, st.lists(st.floats(-1e9, 2e8), min_size=6, max_size=6), kelvins)
def test_enthalpy_of_the_temperature_of_an_enthalpy_is_that_enthalpy(volumes, density, guess):
    """Plateaus of latent heat included, where a temperature hardly moves."""
    net, tables = network(volumes)
    n = len(volumes)
    V = np.array(volumes).sum(axis=1)
    H, T, back = np.array(density[:n]) * V, np.empty(n), np.empty(n)
    kernels.temperatures(net, tables, H, np.array(guess[:n]), T)
    kernels.enthalpies(net, tables, T, back)
    slope = 333e3 * 900.0 / 0.01
    assert np.abs(back - H).max(initial=0.0) <= (slope * V * 1e-12).max() + 1e-9 * V.max() * 1e9


def test_a_node_at_a_sharp_front_holds_any_share_of_the_latent_heat():
    """Between solid and liquid the temperature stays within the range, linear in enthalpy."""
    net, tables = network([[0.0, 1.0, 0.0, 0.0, 0.0]])
    H = np.empty(1)
    kernels.enthalpies(net, tables, np.array([283.54]), H)
    for share in (0.25, 0.5, 0.9):
        T = np.empty(1)
        kernels.temperatures(net, tables, H + share * (900.0 * (20.8e3 + 0.02 * 2300.0)), H, T)
        assert 283.54 + 0.02 * share == pytest.approx(T[0], abs=1e-4)
