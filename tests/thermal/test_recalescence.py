"""Supercooled tissue that nucleates warms at constant enthalpy, to the closed form."""

from dataclasses import replace

import numpy as np
import pytest
from support.chains import balance_of, film, medium, points

from cryosim.physics.exchange import Exchange
from cryosim.physics.latent import IceCurve, PhaseChange
from cryosim.physics.tissue import Ice
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.arena import Body, Setting
from cryosim.units import ZERO_CELSIUS

POINT, LATENT, C = -0.55, 217e3, 3391.0


def body(*tissues, volumes):
    """Nodes without links; each tissue has its iced twin behind all of them."""
    water = PhaseChange(latent_heat=LATENT, curve=IceCurve(freezing_point=POINT + ZERO_CELSIUS))
    ice = Ice(water=water, conductivity=1.4)
    twins = [t.model_copy(update={"ice": ice}) for t in tissues]
    n = len(tissues)
    padded = np.hstack([volumes, np.zeros_like(volumes)])
    bare = points(padded, [*tissues, *twins])
    return replace(bare, iced={m: n + m for m in range(n)})


def recalesced(T_0):
    """Temperature (degC) of c T - L (1 - Tf/T) = c T_0, the closed form for constant c."""
    b = C * T_0 + LATENT
    return (b - np.sqrt(b**2 - 4.0 * C * LATENT * POINT)) / (2.0 * C)


def test_the_jump_is_that_of_the_closed_form_and_no_heat_appears():
    skin = medium(rho=1109.0, c=C)
    T_0 = np.array([-14.0, -8.0, -3.0, -0.56, -0.5, 5.0, 34.0])
    balance = balance_of(body(skin, volumes=np.full((T_0.size, 1), 1e-6)), T_0)
    balance.begin(Setting([Exchange()]), 0.0)
    before, stored = balance.H.copy(), balance.stored
    ledger = balance.ledger.copy()
    balance.begin(Setting([Exchange()], iced=True), 10.0)
    np.testing.assert_array_equal(balance.H, before)
    np.testing.assert_array_equal(balance.ledger, ledger)
    scale = np.abs(balance.stored).max()
    assert abs(balance.stored.sum() - stored.sum()) < 1e-12 * scale
    assert balance.stored[2] < 0.0, "water gave up latent heat"
    frozen = T_0 < POINT
    got = balance.T - ZERO_CELSIUS
    np.testing.assert_allclose(got[~frozen], T_0[~frozen], rtol=0, atol=1e-12)
    np.testing.assert_allclose(got[frozen], recalesced(T_0[frozen]), rtol=0, atol=2e-4)
    assert (got[T_0 < -2.0] > T_0[T_0 < -2.0] + 2.0).all()


def test_a_node_between_two_tissues_jumps_by_what_both_hold():
    """Half skin that freezes, half a medium that does not: half the latent heat for all."""
    skin, dry = medium(rho=1000.0, c=C), medium(rho=1000.0, c=C)
    both = body(skin, dry, volumes=np.array([[1e-6, 1e-6]]))
    only_skin: Body = replace(both, iced={0: 2})
    balance = balance_of(only_skin, -10.0)
    balance.begin(Setting([Exchange()], iced=True), 0.0)
    T = float(balance.T[0]) - ZERO_CELSIUS
    assert 2.0 * C * (T + 10.0) == pytest.approx(LATENT * (1.0 - POINT / T), rel=1e-4)
    assert T < recalesced(-10.0)


def test_ice_melts_by_its_curve_when_it_is_warmed():
    """Warmed by a film: heat taken in is that from the frozen enthalpy to the melted one."""
    skin = medium(rho=1000.0, c=C)
    balance = balance_of(body(skin, volumes=np.array([[1e-3]])), -8.0, 1e-2)
    balance.begin(Setting([film(50.0, 37.0)], iced=True), 0.0)
    H = float(balance.H[0])
    for _ in march(balance, StepControl(0.01), 0.0, [5e4]):
        pass
    T = float(balance.T[0]) - ZERO_CELSIUS
    assert T > 1.0
    assert balance.H[0] - H == pytest.approx(1.0 * C * (T + 8.0), rel=1e-9), "c from -8 degC on"
    assert balance.ledger.sum() == pytest.approx(balance.H[0] - H, rel=1e-12)
