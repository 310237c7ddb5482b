"""Distances from a surface and shapes of cells, against what geometry says."""

from itertools import product

import numpy as np
import pytest

from cryosim.fem.distance import distances
from cryosim.fem.quality import shapes


def test_distance_from_faces_edges_and_corners_of_a_triangle():
    triangle = np.array([[[0.0, 0, 0], [2, 0, 0], [0, 2, 0]]])
    points = np.array(
        [[0.5, 0.5, 3], [1, -2, 0], [-3, 1, 0], [2, 2, 0], [-3, -4, 0], [5, 0, 4], [0, 5, 4]]
    )
    np.testing.assert_allclose(
        distances(points, triangle), [3, 2, 3, np.sqrt(2), 5, 5, 5], rtol=1e-15
    )  # fmt: skip


def test_distance_from_many_segments_and_points():
    rng = np.random.default_rng(0)
    a, b, p = rng.normal(size=(3, 300, 3))
    along = np.clip(((p[:, None] - a) * (b - a)).sum(-1) / ((b - a) ** 2).sum(-1), 0.0, 1.0)
    expected = np.linalg.norm(p[:, None] - a - along[..., None] * (b - a), axis=-1).min(axis=1)
    np.testing.assert_allclose(distances(p, np.stack([a, b, b], axis=1)), expected, rtol=1e-12)
    expected = np.linalg.norm(p[:, None] - a, axis=-1).min(axis=1)
    np.testing.assert_allclose(distances(p, np.stack([a, a, a], axis=1)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "corners", "shape"),
    [
        ("triangle", [[0, 0], [1, 0], [0.5, np.sqrt(0.75)]], 1.0),
        ("triangle", [[0, 0], [3, 0], [0, 4]], 2 * 1.0 / 2.5),
        ("triangle", [[0, 0], [1, 1], [2, 2]], 0.0),
        ("tetrahedron", [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], 1.0),
        ("tetrahedron", [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.sqrt(3) - 1.0),
        ("quadrilateral", [[0, 0], [2, 0], [1, 1], [3, 1]], np.sqrt(0.5)),
        ("quadrilateral", [[0, 0], [1, 0], [0, 1], [0.25, 0.25]], -0.8),
        ("hexahedron", list(product([0, 3], [0, 2], [0, 1])), 1.0),
    ],
)
def test_shapes(kind, corners, shape):
    assert shapes(np.array([corners], dtype=float), kind)[0] == pytest.approx(shape, abs=1e-14)
