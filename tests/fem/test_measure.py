"""Volumes below a threshold within a cell, against formulas and sampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.fem.measure import _share_below as share_below

corners = st.lists(st.floats(-20.0, 40.0), min_size=2, max_size=4).map(np.array)


@given(corners, st.floats(-25.0, 45.0), st.floats(0.0, 5.0))
def test_share_is_a_fraction_that_grows_with_the_threshold(T, threshold, more):
    lower, higher = share_below(T, threshold), share_below(T, threshold + more)
    assert 0.0 <= lower <= higher + 1e-12 <= 1.0 + 1e-12


@pytest.mark.parametrize(
    ("T", "threshold", "share"),
    [
        ([0.0, 1.0], 0.3, 0.3),
        ([1.0, 0.0], 0.3, 0.3),
        ([0.0, 0.0, 1.0], 0.5, 1.0 - 0.5**2),
        ([0.0, 1.0, 1.0], 0.5, 0.5**2),
        ([0.0, 0.0, 0.0, 1.0], 0.5, 1.0 - 0.5**3),
        ([0.0, 0.0, 1.0, 1.0], 0.3, 0.3**2 * (3.0 - 2.0 * 0.3)),
        ([2.0, 2.0, 2.0], 1.0, 0.0),
        ([2.0, 2.0, 2.0], 3.0, 1.0),
    ],
)
def test_share_of_a_simplex(T, threshold, share):
    assert share_below(np.array(T), threshold) == pytest.approx(share, abs=1e-14)


def test_corners_that_nearly_agree_do_not_cancel():
    T = np.array([0.0, 1e-13, 1.0, 1.0 + 1e-13])
    assert share_below(T, 0.3) == pytest.approx(0.3**2 * 2.4, abs=1e-12)
