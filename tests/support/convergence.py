"""The one place where an observed order is measured."""

import numpy as np


def orders(sizes, errors):
    """Observed order between neighbouring ``sizes`` (cells or steps), coarse to fine."""
    sizes, errors = np.asarray(sizes, float), np.asarray(errors, float)
    return np.diff(np.log(errors)) / np.diff(np.log(sizes))


def assert_order(sizes, errors, expected, within):
    """Every pairwise order is ``expected`` but for ``within``."""
    found = orders(sizes, errors)
    off = np.abs(found - expected).max()
    assert off <= within, f"orders {found.round(3)} of errors {np.asarray(errors)} at {sizes}"
