"""A drawn block: what it gives for any point of the whole, and what it refuses."""

import numpy as np
import pytest

from cryosim.shape.drawn import Drawn

X, Y, Z = np.linspace(0.0, 0.04, 5), np.linspace(0.0, 0.06, 4), np.linspace(-0.03, 0.0, 7)


def linear(*axes, **changes):
    """A draw whose displacement is linear: x and y pulled in by 10 and 5 %, z up by 2 %."""
    place = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    factors = np.array([-0.1, -0.05, 0.02] if len(axes) == 3 else [-0.1, 0.02])
    skin = tuple(a.size for a in axes[:-1])
    return Drawn(**{
        "axes": axes, "displacement": place * factors, "contact": np.ones(skin) * 0.5,
        "contact_pressure": place[..., -1, 0] * 1e6, "suction": 30e3, "height": 0.03,
        "mouth": -0.002, "contact_area": 1e-3, "thickness": np.array([[2e-3, 1.6e-3]]),
        "volume": np.array([[1e-4, 1e-4]]), "swelling": (0.99, 1.02), "shape": 0.3,
    } | changes)  # fmt: skip


def test_displacement_of_the_mirrored_quarters():
    drawn = linear(X, Y, Z)
    points = np.array([[0.013, 0.021, -0.011], [-0.013, 0.021, -0.011], [-0.013, -0.021, -0.011]])
    np.testing.assert_allclose(drawn.at(points), points * [-0.1, -0.05, 0.02], atol=1e-15)


def test_displacement_beyond_the_lattice_is_that_of_its_edge():
    far = linear(X, Z).at(np.array([[-0.5, -0.02], [0.01, -0.9]]))
    np.testing.assert_allclose(far, [[0.1 * 0.04, -0.02 * 0.02], [-0.001, -0.03 * 0.02]])


def test_a_round_draw_turns_about_its_axis():
    drawn = linear(X, Z, round=True)
    points = np.array([[0.012, -0.016, -0.01], [0.0, 0.0, -0.01]])
    np.testing.assert_allclose(drawn.at(points), points * [-0.1, -0.1, 0.02], atol=1e-15)
    np.testing.assert_allclose(drawn.contact_pressure_at(points), [0.02e6, 0.0], atol=1e-9)


def test_contact_on_both_sides():
    points = np.array([[-0.015, 0.0], [0.015, 0.0]])
    np.testing.assert_allclose(linear(X, Z).contact_at(points), 0.5)
    np.testing.assert_allclose(linear(X, Z).contact_pressure_at(points), 0.015e6)


def test_what_is_saved_is_read_back(tmp_path):
    drawn = linear(X, Z, round=True)
    drawn.save(tmp_path / "draw.npz")
    read = Drawn.load(tmp_path / "draw.npz")
    for name, value in vars(drawn).items():
        again = getattr(read, name)
        assert type(again) is type(value), name
        pairs = zip(value, again, strict=True) if isinstance(value, tuple) else [(value, again)]
        for a, b in pairs:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"displacement": np.zeros((5, 7, 3))}, r"not \(5, 7, 2\)"),
        ({"contact": np.zeros(4)}, r"shape \(5,\)"),
        ({"axes": (X, Z[::-1])}, "increase"),
    ],
)
def test_a_lattice_that_does_not_fit_is_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        linear(X, Z, **changes) if "axes" not in changes else linear(*changes["axes"])
