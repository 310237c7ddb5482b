r"""Where the cup is: one signed distance, for forms of UFL and for arrays of numpy.

A point stands at :math:`h` above the mouth and at the signed distance :math:`f` outside the mouth
as seen from above: :math:`|x| - a` in a section, :math:`r - a` in a round cup (:math:`a` = gap/2),
and in 3-D that of a rectangle with rounded corners.  The solid fills :math:`f > 0, h > 0`, with a
lip of radius :math:`\rho` at its corner, and lies above the roof.  For plates with draft
:math:`\delta` and depth :math:`d`,

.. math::
   w &= (f + h \tan\delta) \cos\delta, \quad q = (\rho - w,\ \rho - h), \\
   g_{side} &= |\max(q, 0)| + \min(\max(q_1, q_2), 0) - \rho, \quad g = \min(g_{side},\ d - h),

and for a trough the roof is the parabola :math:`d\,(1 - (1 + f/a)^2)`.  Maximum, minimum and
modulus are rounded off over a small length (:math:`\max(a,b) = (a + b + \sqrt{(a-b)^2 +
\epsilon^2})/2`), so that Newton's method finds derivatives everywhere.
"""

from math import cos, radians, tan
from typing import Any

from cryosim.shape.cup import Cup

_ROUNDING = 5e-5
"""Length (m) over which edges are rounded off; 0.05 mm, assumption."""

_ROOF_FILLET = 1e-3
"""Rounding (m) where plates meet the roof; 1 mm, assumption."""

_TROUGH_LIP = 4e-3
"""Rounding (m) of a trough's edge; 4 mm, assumption."""

_SEAL = 1e-3
"""Width (m) over which suction and flange end; 1 mm, assumption."""


class Cavity:
    """Distances to a cup from points whose last coordinate is the height above the mouth."""

    def __init__(self, cup: Cup, math: Any, unit: float = 1.0) -> None:
        """``math`` has sqrt and tanh (numpy or ufl); coordinates are in ``unit`` (m)."""
        self._cup, self._math, self.unit = cup, math, unit

    def distance(self, x: Any) -> Any:
        """Signed distance to the solid, positive outside it."""
        cup, f, h = self._cup, self._outside(x), x[-1]
        depth, e = self._in(cup.depth), self._in(_ROUNDING)
        if cup.form == "trough":
            a = self._in((cup.gap if len(x) == 2 else min(cup.gap, cup.length)) / 2.0)
            s = 1.0 + f / a
            slope = self._math.sqrt(1.0 + (2.0 * depth / a * s) ** 2)
            return self._larger((depth * (1.0 - s * s) - h) / slope, -h, self._in(_TROUGH_LIP))
        draft, lip = radians(cup.draft), self._in(cup.lip)
        q = lip - (f + h * tan(draft)) * cos(draft), lip - h
        corner = self._hypot(self._larger(q[0], 0.0, e), self._larger(q[1], 0.0, e))
        side = corner + self._smaller(self._larger(q[0], q[1], e), 0.0, e) - lip
        return self._smaller(side, depth - h, self._in(_ROOF_FILLET))

    def sealed(self, x: Any) -> Any:
        """1 within the seal line, where the lip begins, 0 outside."""
        return self._within(self._outside(x) - self._in(self._cup.lip))

    def under(self, x: Any) -> Any:
        """1 under the mouth, lip and flange, 0 outside."""
        return self._within(self._outside(x) - self._in(self._cup.lip + self._cup.rim))

    def overlap(self, distance: Any) -> Any:
        """Positive part of minus ``distance``, rounded off."""
        return self._larger(-distance, 0.0, self._in(_ROUNDING))

    def on_wall(self, x: Any) -> Any:
        """Whether a point is above the lip, in the mouth, nearest a wall that cools; arrays only.

        A trough cools all around, a cup with plates by these, not by its roof or its ends.
        """
        cup, h, lip = self._cup, x[-1], self._in(self._cup.lip)
        inside = (self._outside(x) < lip) & (h > lip)
        if cup.form == "trough":
            return inside
        inside &= h < self._in(cup.depth - _ROOF_FILLET)
        if len(x) == 2:
            return inside
        across, along = (self._in(width / 2.0) for width in (cup.gap, cup.length))
        return inside & (abs(x[0]) - across > abs(x[1]) - along)

    def _in(self, length: float) -> float:
        """A length (m) in the unit of the coordinates."""
        return length / self.unit

    def _outside(self, x: Any) -> Any:
        """Signed distance from the edge of the mouth as seen from above."""
        e, half = self._in(_ROUNDING), [self._in(self._cup.gap / 2.0)]
        if len(x) == 2:
            return self._size(x[0]) - half[0]
        half.append(self._in(self._cup.length / 2.0))
        corner = self._in(self._cup.corner)
        d = [self._size(c) - (a - corner) for c, a in zip(x[:2], half, strict=True)]
        out = self._hypot(self._larger(d[0], 0.0, e), self._larger(d[1], 0.0, e))
        return out + self._smaller(self._larger(d[0], d[1], e), 0.0, e) - corner

    def _within(self, f: Any) -> Any:
        return 0.5 * (1.0 - self._math.tanh(f / self._in(_SEAL)))

    def _size(self, a: Any) -> Any:
        return self._math.sqrt(a * a + self._in(_ROUNDING) ** 2)

    def _hypot(self, a: Any, b: Any) -> Any:
        return self._math.sqrt(a * a + b * b)

    def _larger(self, a: Any, b: Any, e: float) -> Any:
        return 0.5 * (a + b + self._math.sqrt((a - b) ** 2 + e * e))

    def _smaller(self, a: Any, b: Any, e: float) -> Any:
        return 0.5 * (a + b - self._math.sqrt((a - b) ** 2 + e * e))
