"""Doses that no run has computed, for the calibration."""

import numpy as np

from cryosim.calibration.forward import Doses, Variant
from cryosim.calibration.trials import trials

DATA = trials()


def doses(minutes, massaged=120.0):
    """Eight nodes with doses around ``minutes``."""
    dose = 60.0 * minutes * np.linspace(0.6, 1.4, 8)
    return Doses(np.array([dose, np.full(8, massaged)]), np.full(8, 0.125))


def variant(factor=1.0):
    """The trials, with doses ``factor`` times as long."""
    inputs = {name: x.nominal for name, x in DATA.inputs.items()}
    minutes = {"cup": 60.0, "plate": 58.0, "chin": 60.0}
    return Variant(inputs, {name: doses(factor * m) for name, m in minutes.items()})
