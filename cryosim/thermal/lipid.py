"""The nodes of a body that hold lipid, and how much of it would be solid at a temperature."""

from typing import Any

import numba
import numpy as np

from cryosim.thermal.arena import Body
from cryosim.thermal.network import Indices, Values

_jit: Any = numba.njit(cache=True)

NEGLIGIBLE = 1e-9
"""Crystallised fraction that neither does harm nor begins to grow."""


class LipidNodes:
    """Owned mesh nodes that hold lipid.

    A node between tissues takes the melting curve of the first lipid tissue it belongs to.
    """

    def __init__(self, body: Body) -> None:
        """Those of ``body``, in any of its shapes."""
        volumes = np.stack([s.volume for s in body.stencils], axis=1)
        has_lipid = np.array([t.lipid is not None for t in body.tissues])
        holds = (volumes > 0.0) & has_lipid
        self.node: Indices = np.flatnonzero(holds.any(axis=1))
        self._tissue = holds[self.node].argmax(axis=1)
        self.any_tissue = bool(has_lipid.any())
        """Whether there is a lipid tissue, on whatever rank."""
        tables = body.tables
        self._curves = np.stack([t.crystallised(tables.temperature) for t in body.tissues])
        solid = (self._curves > NEGLIGIBLE).any(axis=0)
        self.onset = float(tables.temperature[solid].max(initial=-np.inf))
        """Temperature (K) above which nothing is solid."""
        self._first, self._per_kelvin = tables.temperature[0], tables.per_kelvin

    def crystallised(self, T: Values, which: Indices | None = None) -> Values:
        """Solid fraction of lipid (1) in equilibrium at ``T`` (K) of all these nodes.

        ``which`` are the places among them that ``T`` belongs to, if not all.
        """
        tissue = self._tissue if which is None else self._tissue[which]
        X = np.empty(T.size)
        _look_up(self._curves, tissue, self._first, self._per_kelvin, T, X)
        return X


@_jit
def _look_up(curves, tissue, first, per_kelvin, T, X):  # type: ignore[no-untyped-def]
    """Crystallised fraction ``X`` of each node's tissue at ``T`` (K), from even tables."""
    last = curves.shape[1] - 2
    for i in range(T.size):
        place = (T[i] - first) * per_kelvin
        k = min(max(int(place), 0), last)
        a, b = curves[tissue[i], k], curves[tissue[i], k + 1]
        X[i] = min(1.0, max(0.0, a + (place - k) * (b - a)))
