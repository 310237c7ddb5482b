"""The cup as a signed distance, and the skin that touches it."""

import numpy as np
import pytest

from cryosim.shape.cavity import Cavity
from cryosim.shape.contact import Skin
from cryosim.shape.cup import Cup

PLATES = Cup(gap=0.04, length=0.08, depth=0.05, lip=0.005)
TROUGH = Cup(form="trough", gap=0.07, length=0.12, depth=0.035)
ROUNDED = 1e-4
"""What rounding off may change of a distance (m)."""


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((0.0, 0.02), 0.02),  # in the middle, from either plate
        ((0.015, 0.03), 0.005),
        ((-0.022, 0.03), -0.002),  # in the solid
        ((0.0, 0.045), 0.005),  # from the roof
        ((0.03, -0.004), 0.004),  # under the flange
        ((0.02, 0.0), 5e-3 * (2**0.5 - 1.0)),  # off the lip
    ],
)
def test_distance_to_plates(point, distance):
    g = Cavity(PLATES, np).distance(np.array(point)[:, None])
    np.testing.assert_allclose(g, distance, atol=ROUNDED)


@pytest.mark.parametrize(
    ("point", "distance"),
    [
        ((0.0, 0.039, 0.02), 0.001),  # from the end wall
        ((0.0, 0.0, 0.02), 0.02),
        ((0.03, 0.03, -0.003), 0.003),
        ((0.008 + 0.01 / 2**0.5, 0.028 + 0.01 / 2**0.5, 0.02), 0.002),  # in the rounded corner
    ],
)
def test_distance_in_three_dimensions(point, distance):
    g = Cavity(PLATES, np).distance(np.array(point)[:, None])
    np.testing.assert_allclose(g, distance, atol=ROUNDED)


def test_plates_lean_outward_toward_the_mouth():
    leaning = Cavity(PLATES.model_copy(update={"draft": 10.0}), np)
    at_30 = 0.02 - 0.03 * np.tan(np.radians(10.0))
    g = leaning.distance(np.array([[at_30, at_30 - 0.003], [0.03, 0.03]]))
    np.testing.assert_allclose(g, [0.0, 0.003 * np.cos(np.radians(10.0))], atol=ROUNDED)


def test_a_trough_is_a_parabola():
    x = np.array([0.0, 0.01, 0.02])
    roof = 0.035 * (1.0 - (x / 0.035) ** 2)
    g = Cavity(TROUGH, np).distance(np.array([x, roof]))
    np.testing.assert_allclose(g, 0.0, atol=5e-4)


def test_a_distance_has_slope_one_away_from_edges():
    cavity, e = Cavity(PLATES, np), 1e-6
    points = np.array([[0.017, 0.0, 0.03, 0.021], [0.02, 0.046, -0.01, 0.02]])
    slope = [
        (cavity.distance(points + d[:, None]) - cavity.distance(points - d[:, None])) / (2 * e)
        for d in (np.array([e, 0.0]), np.array([0.0, e]))
    ]
    np.testing.assert_allclose(np.hypot(*slope), 1.0, atol=2e-3)


def test_seal_and_flange_end_where_the_cup_says():
    cavity, lip, rim = Cavity(PLATES, np), PLATES.lip, PLATES.rim
    x = 0.02 + np.array([lip - 0.003, lip + 0.003, lip + rim - 0.003, lip + rim + 0.003])
    points = np.array([x, np.zeros(4)])
    np.testing.assert_allclose(cavity.sealed(points), [1, 0, 0, 0], atol=0.01)
    np.testing.assert_allclose(cavity.under(points), [1, 1, 1, 0], atol=0.01)


def test_the_unit_of_coordinates_does_not_matter():
    points = np.random.default_rng(1).uniform(-0.05, 0.05, (3, 50))
    for cup in (PLATES, TROUGH):
        metres, millimetres = Cavity(cup, np), Cavity(cup, np, 1e-3)
        g = millimetres.distance(points * 1e3) * 1e-3
        np.testing.assert_allclose(g, metres.distance(points), atol=1e-15)


def standing_skin(wall):
    """Skin up a plate at x = ``wall`` to 30 mm, then across; every 1.7 mm."""
    s = np.linspace(0.0, 0.05, 30)
    return Skin((s,), np.column_stack([np.where(s < 0.02, s * wall / 0.02, wall),
                                       np.where(s < 0.02, 0.03, 0.05 - s)]))  # fmt: skip


def test_only_skin_at_the_wall_above_the_lip_touches():
    skin = standing_skin(0.02)
    contact, length = skin.touching(Cavity(PLATES, np), 1e-4)
    assert length == pytest.approx(0.025, abs=0.002)  # from the lip at 5 mm to the edge at 30 mm
    assert contact[0] == contact[-1] == 0.0
    assert contact[15:25].min() == 1.0
    _, apart = standing_skin(0.0197).touching(Cavity(PLATES, np), 1e-4)
    assert apart == 0.0


def test_pressure_is_that_of_the_overlap_on_stretched_skin():
    X = np.linspace(0.0, 0.02, 11)
    up = Skin((X,), np.column_stack([np.full(11, 0.0205), 0.008 + 1.25 * X]))
    pressure = up.pressure(Cavity(PLATES, np), 1e9)
    np.testing.assert_allclose(pressure, 1e9 * 5e-4 / 1.25, rtol=0.05)


def test_area_of_a_ring_and_of_a_rectangle():
    X = np.linspace(0.0, 0.02, 11)
    on_wall = np.column_stack([np.full(11, 0.02), 0.01 + X])
    _, ring = Skin((X,), on_wall, round=True).touching(Cavity(PLATES, np), 1e-4)
    assert ring == pytest.approx(2.0 * np.pi * 0.02 * 0.02, rel=1e-3)
    Y = np.linspace(0.0, 0.02, 5)
    wall = np.empty((11, 5, 3))
    wall[..., 0], wall[..., 1], wall[..., 2] = 0.02, Y[None, :], 0.01 + X[:, None]
    _, rectangle = Skin((X, Y), wall).touching(Cavity(PLATES, np), 1e-4)
    assert rectangle == pytest.approx(0.02 * 0.02, rel=1e-3)
