r"""How a fold lies in plan: a section, or a stadium that opens into a rectangular block.

A point is given by the ray on which it lies and by :math:`\rho`, which is the distance to the
ridge of the fold near it and grows to the same ``reach`` on all sides of the block.  In 3-D the
ridge runs from the origin to :math:`y = \ell`; rays leave it at right angles and, at its end, in
all directions.  Points move along their ray; on the ridge they also slide along it, so that
material at the end, which draws together around it, does so smoothly.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """Half of a section (``ridge`` None), or a quarter of a block."""

    extent: tuple[float, ...]
    """Half extents (m) of the block, (x) or (x, y)."""
    foot: float
    """Distance (m) from the ridge up to which rho is that distance."""
    ridge: float | None = None
    """Half length (m) of the ridge."""

    @property
    def reach(self) -> float:
        """Rho (m) at the sides of the block."""
        if self.ridge is None:
            return self.extent[0]
        return min(self.extent[0], self.extent[1] - self.ridge)

    def inside(self, rho: Values) -> Values:
        """Area (m^2; m of a section) of the quarter plan (half) within ``rho`` (m)."""
        if self.ridge is None:
            return rho
        angle, weight = self._angles
        far = self.distance(rho[..., None], angle)
        straight = self.ridge * self.distance(rho, np.zeros(1))
        result: Values = straight + 0.5 * (far**2 * weight).sum(axis=-1)
        return result

    @cached_property
    def _angles(self) -> tuple[Values, Values]:
        """Angles of rays from the end of the ridge, and their weights: Gauss, up to the corner."""
        x, w = np.polynomial.legendre.leggauss(12)
        corner = np.arctan2(self.extent[1] - (self.ridge or 0.0), self.extent[0])
        pieces = [(0.0, corner), (corner, np.pi / 2)]
        angle = np.concatenate([a + (b - a) * (x + 1.0) / 2.0 for a, b in pieces])
        return angle, np.concatenate([(b - a) * w / 2.0 for a, b in pieces])

    @cached_property
    def _table(self) -> tuple[Values, Values, Values]:
        """Rho, area within it and perimeter there."""
        rho = self.reach * np.linspace(0.0, 1.0, 4001) ** 2
        half = 1e-5 * self.reach
        low, high = np.maximum(rho - half, 0.0), np.minimum(rho + half, self.reach)
        return rho, self.inside(rho), (self.inside(high) - self.inside(low)) / (high - low)

    def perimeter(self, rho: Values) -> Values:
        """Length (m; 1 of a section) of the line of equal ``rho`` (m)."""
        rhos, _, perimeter = self._table
        return np.interp(rho, rhos, perimeter)

    def around(self, area: Values) -> Values:
        """Rho (m) within which the plan has the ``area``."""
        rhos, within, _ = self._table
        return np.interp(np.sqrt(area), np.sqrt(within), rhos)

    def distance(self, rho: Values, angle: Values) -> Values:
        """Distance (m) to the ridge at ``rho`` (m) on rays of ``angle`` (rad) to the x axis."""
        if self.ridge is None:
            return rho
        with np.errstate(divide="ignore"):
            sides = self.extent[0] / np.cos(angle), (self.extent[1] - self.ridge) / np.sin(angle)
        t = np.clip((rho - self.foot) / (self.reach - self.foot), 0.0, 1.0)
        return rho + (np.minimum(*sides) - self.reach) * t**2 * (3.0 - 2.0 * t)

    def rays(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Rho (m) and angle (rad) of points of the quarter."""
        along = np.maximum(y - (self.ridge or 0.0), 0.0)
        angle, distance = np.arctan2(along, x), np.hypot(x, along)
        low, high = np.zeros_like(distance), np.full_like(distance, self.reach)
        for _ in range(50):
            middle = 0.5 * (low + high)
            short = self.distance(middle, angle) < distance
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return 0.5 * (low + high), angle

    def moved(self, x: Values, y: Values, rho: Values, to: Values) -> tuple[Values, Values]:
        """Where points of the quarter go that move on their rays as one at ``rho`` moves ``to``."""
        ridge = self.ridge or 0.0
        beyond = np.maximum(y - ridge, 0.0)
        angle = np.arctan2(beyond, x)
        ratio = self.distance(to, angle) / self.distance(rho, angle)
        new_y = ridge + ratio * beyond
        if ridge > 0.0:
            part = y / ridge
            slid = y - (ratio - 1.0) * 0.5 * ridge * part**3 * (1.0 - part**2)
            new_y = np.where(y < ridge, slid, new_y)
        return ratio * x, new_y
