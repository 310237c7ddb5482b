"""From one setting to the next: pads come and go, the body takes another shape."""

from typing import NamedTuple

import numpy as np

from cryosim.physics.tables import Tables
from cryosim.thermal import kernels
from cryosim.thermal.arena import Arena
from cryosim.thermal.network import Values
from cryosim.units import ZERO_CELSIUS


class Passage(NamedTuple):
    """State of owned nodes in the new setting, and what came with it beside exchange."""

    H: Values
    """Enthalpy (J)."""
    T: Values
    """Temperature (K)."""
    pad_heat: float
    """Heat (J) of gel put on, less that of gel taken off."""
    shape_heat: float
    """Heat (J) of tissue that the new shape holds more of than the old one did."""


def passage(old: Arena, new: Arena, tables: Tables, H: Values, T: Values, n_mesh: int) -> Passage:
    """The state ``H`` (J), ``T`` (K) of owned nodes of ``old`` as it is in ``new``.

    Old pads are taken off, the shape changes, fresh pads are put on.  All tissue keeps its
    temperature in a change of shape; what it holds more or less of comes and goes with its heat.
    Nodes where skin meets gel settle on a temperature between.
    """
    if new.setting.shape == old.setting.shape and new.setting.pads == old.setting.pads:
        return Passage(H, T, 0.0, 0.0)
    carried, brought = old.pad_enthalpy(tables, T), new.pad_enthalpy(tables)
    tissue = before = H[:n_mesh] - carried[:n_mesh]
    T_new = np.full(brought.size, ZERO_CELSIUS)
    T_new[:n_mesh] = T[:n_mesh]
    if new.setting.shape != old.setting.shape:
        H_new = np.empty_like(brought)
        kernels.enthalpies(new.net, tables, T_new, H_new)
        tissue = H_new[:n_mesh] - new.pad_enthalpy(tables, T_new)[:n_mesh]
    pad_heat, shape_heat = brought.sum() - carried.sum(), (tissue - before).sum()
    brought[:n_mesh] += tissue
    kernels.temperatures(new.net, tables, brought, T_new.copy(), T_new)
    return Passage(brought, T_new, float(pad_heat), float(shape_heat))
