r"""How tissue fills the space between two faces: as little strained as it may.

Both faces are given with the place at rest of each of their points.  Between them lie columns
(points at rest above each other) and sheets; their crossings stand where

.. math:: \int \left( I^2 + b \, (J - 1)^2 \right) p(\rho) \, d\rho \, dz , \qquad
   I = \frac{F : F}{2 \, J_2}

is least, with :math:`F` the gradient of the section (no unit), :math:`J_2` its determinant and
:math:`J = J_2 \, p(r) / p(\rho)` the volume ratio, :math:`p` the perimeter of the plan.  I is 1
where nothing is sheared and infinite where a cell is flat, so that none folds over.  Where
:math:`J_2` is small or negative, :math:`(J_2 + \sqrt{J_2^2 + e^2})/2` stands in its place in I, so
that folded cells unfold (Garanzha 2000).  It is a rule for a smooth map, not the mechanics of fat.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from cryosim.shape.plan import Plan

Values = npt.NDArray[np.float64]
Line = tuple[Values, Values]
"""Rho at rest (m) of points of a line, rising, and their places (r, z) in m, shape (n, 2)."""

VOLUME_WEIGHT = 3.0
"""b: the dearer a change of volume, the more shear; assumption, it moves no face of a layer."""

_FLAT = 0.05
"""e; assumption."""

_SHEETS, _NEAR, _FAR = 25, 61, 31
"""Sheets, and columns in the fold and beyond it."""

_MOST = 400
"""Most iterations; what is found by then is as valid, only a little more strained."""


@dataclass(frozen=True)
class Fill:
    """Places of columns and sheets."""

    rest: Values
    """Rho at rest (m) of the columns."""
    place: Values
    """Places (r, z) in m, shape (columns, sheets, 2)."""
    below: Values
    """Share of the volume below each sheet."""

    @classmethod
    def between(cls, plan: Plan, lower: Line, upper: Line, thickness: float, near: float) -> "Fill":
        """Fill ``thickness`` (m) of tissue between two faces, finely within ``near`` at rest."""
        beyond = np.linspace(0.0, 1.0, _FAR)[1:] ** 1.5
        rest = np.concatenate([np.linspace(0.0, near, _NEAR), near + (plan.reach - near) * beyond])
        low, high = (
            np.column_stack([np.interp(rest, line[0], c) for c in line[1].T])
            for line in (lower, upper)
        )
        share = np.linspace(0.0, 1.0, _SHEETS)[None, :, None]
        place = _eased(low[:, None] + share * (high - low)[:, None], rest, thickness, plan)
        return cls(rest, place, _below(place, plan))

    def sheet(self, share: float) -> Line:
        """The sheet with a ``share`` of the volume below it."""
        at = float(np.interp(share, self.below, np.arange(_SHEETS)))
        k = min(int(at), _SHEETS - 2)
        f = at - k
        return self.rest, (1.0 - f) * self.place[:, k] + f * self.place[:, k + 1]


def _below(place: Values, plan: Plan) -> Values:
    """Share of the volume below each sheet."""
    a, b = place[1:, 1:] - place[:-1, :-1], place[:-1, 1:] - place[1:, :-1]
    area = 0.5 * (a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
    r = 0.25 * (place[1:, 1:] + place[:-1, :-1] + place[:-1, 1:] + place[1:, :-1])[..., 0]
    below: Values = np.concatenate([[0.0], np.cumsum((area * plan.perimeter(r)).sum(axis=0))])
    share: Values = below / below[-1]
    return share


def _eased(place: Values, rest: Values, thickness: float, plan: Plan) -> Values:
    """``place`` moved to where the strain is least; the faces stay, the sides slide along z."""
    size = (np.diff(rest), thickness / (_SHEETS - 1))
    weight = plan.perimeter(rest)
    around = plan.perimeter(place[..., 0]) / np.maximum(weight, 1e-9 * weight.max())[:, None]
    free = np.ones(place.shape, dtype=bool)
    free[:, [0, -1]] = False
    free[[0, -1], :, 0] = False

    def energy(values: Values) -> tuple[float, Values]:
        moved = place.copy()
        moved[free] = values * plan.reach
        total, slope = strain_energy(moved, size, around, weight)
        return total, slope[free] * plan.reach

    found = minimize(
        energy, place[free] / plan.reach, jac=True, method="L-BFGS-B",
        options={"maxiter": _MOST, "maxfun": 2 * _MOST, "maxcor": 20},
    )  # fmt: skip
    eased = place.copy()
    eased[free] = found.x * plan.reach
    return eased


def strain_energy(
    x: Values, size: tuple[Values, float], around: Values, weight: Values
) -> tuple[float, Values]:
    """Mean over the corners of all cells of I^2 + b (J - 1)^2, and its gradient by the places.

    ``x`` are places (m), ``size`` widths and height of cells at rest (m), ``around`` the ratio of
    perimeters at each place, ``weight`` the perimeter of each column.
    """
    n, m = x.shape[:2]
    total, slope = 0.0, np.zeros_like(x)
    wide = size[0][:, None, None]
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        at = (slice(i, n - 1 + i), slice(j, m - 1 + j))
        inner, outer = (slice(0, n - 1), at[1]), (slice(1, n), at[1])
        under, above = (at[0], slice(0, m - 1)), (at[0], slice(1, m))
        a, b = (x[outer] - x[inner]) / wide, (x[above] - x[under]) / size[1]
        det = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
        root = np.hypot(det, _FLAT)
        positive = 0.5 * (det + root)
        I, change = (a**2 + b**2).sum(axis=-1) / (2.0 * positive), det * around[at] - 1.0
        w = (weight[at[0]] * size[0])[:, None]
        total += float((w * (I**2 + VOLUME_WEIGHT * change**2)).sum())
        by_det = 2.0 * w * (VOLUME_WEIGHT * change * around[at] - I**2 / root)
        by_length = 2.0 * w * I / positive
        normal_b = np.stack([b[..., 1], -b[..., 0]], axis=-1)
        normal_a = np.stack([-a[..., 1], a[..., 0]], axis=-1)
        by_a = (by_length[..., None] * a + by_det[..., None] * normal_b) / wide
        by_b = (by_length[..., None] * b + by_det[..., None] * normal_a) / size[1]
        for place, sign, part in ((outer, 1, by_a), (inner, -1, by_a), (above, 1, by_b),
                                  (under, -1, by_b)):  # fmt: skip
            slope[place] += sign * part
    scale = 4.0 * (m - 1) * float((weight[1:] * size[0]).sum())
    return total / scale, slope / scale


def running(rate: Values, along: Values) -> Values:
    """Running integral of ``rate`` over ``along``."""
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(along)
    return np.concatenate([[0.0], np.cumsum(steps)])
