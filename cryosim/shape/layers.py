r"""Layers of tissue whose thickness varies along the skin.

A map gives the thickness :math:`d_k(x, y)` of layer k at the nodes of a rectangular grid, bilinear
between them.  Interfaces lie at :math:`z_k(x, y) = -\sum_{j \le k} d_j(x, y)` (m) below the flat
skin at :math:`z_0 = 0`.  A block that is meshed with flat interfaces :math:`\bar z_k` follows the
map when each of its nodes moves along z by the piecewise linear

.. math:: z \mapsto z_k + (z - \bar z_k) \frac{z_{k+1} - z_k}{\bar z_{k+1} - \bar z_k},
          \qquad \bar z_{k+1} \le z \le \bar z_k,

which is monotone, takes interfaces to interfaces and leaves the skin where it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ThicknessMap:
    """Thickness (m) of some layers at the nodes of a grid along the skin."""

    x: Values
    y: Values
    thickness: Mapping[str, Values]
    """Layer -> thickness (m) at the nodes, shape (x, y)."""

    def at(self, layer: str, x: Values, y: Values) -> Values:
        """Thickness (m) of ``layer`` at points within the grid, bilinear between nodes."""
        i, s = _cell(self.x, x)
        j, t = _cell(self.y, y)
        d = self.thickness[layer]
        i_next, j_next = np.minimum(i + 1, self.x.size - 1), np.minimum(j + 1, self.y.size - 1)
        near = (1.0 - t) * d[i, j] + t * d[i, j_next]
        far = (1.0 - t) * d[i_next, j] + t * d[i_next, j_next]
        result: Values = (1.0 - s) * near + s * far
        return result

    def interfaces(self, layers: Mapping[str, float], x: Values, y: Values) -> Values:
        """Interfaces z (m) at points, shape (points, layers + 1), from the skin down.

        ``layers`` are all layers with the thickness (m) of those that the map does not have.
        """
        thickness = [
            self.at(name, x, y) if name in self.thickness else np.full(x.size, d)
            for name, d in layers.items()
        ]
        return -np.concatenate([np.zeros((1, x.size)), np.cumsum(thickness, axis=0)]).T


def moved(z: Values, flat: Values, interfaces: Values) -> Values:
    """Where points at ``z`` (m) go when ``flat`` interfaces become those of ``interfaces``.

    ``flat`` falls from the skin down; ``interfaces`` has a row for every point.
    """
    layer = np.clip(np.searchsorted(-flat, -z, side="right") - 1, 0, flat.size - 2)
    row = np.arange(z.size)
    top, bottom = interfaces[row, layer], interfaces[row, layer + 1]
    share = (z - flat[layer]) / (flat[layer + 1] - flat[layer])
    result: Values = top + share * (bottom - top)
    return result


def _cell(nodes: Values, x: Values) -> tuple[npt.NDArray[np.int64], Values]:
    """Number of the interval of ``nodes`` around each ``x``, and the place in it from 0 to 1."""
    if nodes.size == 1:
        return np.zeros(x.size, dtype=np.int64), np.zeros(x.size)
    i = np.clip(np.searchsorted(nodes, x, side="right") - 1, 0, nodes.size - 2)
    return i, np.clip((x - nodes[i]) / (nodes[i + 1] - nodes[i]), 0.0, 1.0)
