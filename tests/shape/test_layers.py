"""Layers of varying thickness: bilinear between nodes, and a block that follows them."""

import numpy as np
import pytest

from cryosim.shape.layers import ThicknessMap, moved

X, Y = np.array([-0.03, 0.0, 0.05]), np.array([-0.02, 0.04])


def bilinear(x, y):
    return 0.02 + 0.1 * x - 0.05 * y + 2.0 * x * y


MAP = ThicknessMap(X, Y, {"fat": bilinear(X[:, None], Y[None, :])})
RNG = np.random.default_rng(1)
PLACES = RNG.uniform(-0.03, 0.05, 40), RNG.uniform(-0.02, 0.04, 40)
LAYERS = {"skin": 0.002, "fat": 0.025, "muscle": 0.015}


def test_a_bilinear_thickness_is_reproduced():
    assert MAP.at("fat", *PLACES) == pytest.approx(bilinear(*PLACES), abs=1e-15)


def test_a_node_and_the_far_rim_give_their_own_value():
    assert MAP.at("fat", X[-1:], Y[-1:]) == MAP.thickness["fat"][-1, -1]
    assert MAP.at("fat", X[1:2], Y[:1]) == MAP.thickness["fat"][1, 0]


def test_a_single_line_of_nodes_holds_for_its_own_place():
    line = ThicknessMap(X, np.array([0.01]), {"fat": np.array([[0.01], [0.02], [0.04]])})
    assert line.at("fat", np.array([-0.015]), np.array([0.01])) == pytest.approx([0.015])


def test_interfaces_add_up_and_start_at_the_skin():
    z = MAP.interfaces(LAYERS, *PLACES)
    assert z.shape == (40, 4)
    assert np.all(z[:, 0] == 0.0)
    assert -np.diff(z, axis=1)[:, 1] == pytest.approx(bilinear(*PLACES))
    assert -np.diff(z, axis=1)[:, 2] == pytest.approx(0.015)


def test_nodes_move_monotonely_and_interfaces_to_interfaces():
    flat = -np.array([0.0, 0.002, 0.027, 0.042])
    interfaces = MAP.interfaces(LAYERS, *PLACES)
    for i, row in enumerate(interfaces):
        assert moved(flat, flat, np.tile(row, (4, 1))) == pytest.approx(row, abs=1e-17)
        z = -np.linspace(0.0, 0.042, 200)
        here = moved(z, flat, np.tile(interfaces[i], (200, 1)))
        assert np.all(np.diff(here) < 0.0)
        assert here[0] == 0.0


def test_within_a_layer_places_keep_their_share():
    flat = -np.array([0.0, 0.002, 0.022])
    there = np.array([[0.0, -0.004, -0.014]])
    assert moved(np.array([-0.007]), flat, there) == pytest.approx([-0.0065])


def test_without_change_nothing_moves():
    flat = -np.array([0.0, 0.002, 0.027, 0.042])
    z = -np.linspace(0.0, 0.042, 100)
    assert moved(z, flat, np.tile(flat, (100, 1))) == pytest.approx(z, abs=1e-17)
