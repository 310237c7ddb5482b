r"""How tissue fills the space between two faces without folding over.

Columns and sheets are the lines on which two harmonic functions of the place are constant, one
that is on both faces the place at rest and one from 0 on the lower to 1 on the upper face.  Such
lines never cross (Rado-Kneser-Choquet).  Their places :math:`x(\xi, \eta)` solve (Winslow 1966)

.. math:: g_{22} \, x_{\xi \xi} - 2 g_{12} \, x_{\xi \eta} + g_{11} \, x_{\eta \eta} = 0 ,
   \qquad g_{ij} = x_{,i} \cdot x_{,j} .

Points are then moved along their column until the volume ratio is the same all along it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.sparse.linalg import spsolve

from cryosim.shape.plan import Plan

Values = npt.NDArray[np.float64]
Line = tuple[Values, Values]
"""Rho at rest (m) of points of a face, rising, and their places (r, z), shape (n, 2)."""

_SHEETS, _NEAR, _FAR = 25, 61, 31
"""Sheets, and columns in the fold and beyond it."""

_FLAT = 0.05
"""Volume ratio below which a cell counts as this flat, so that folded cells can unfold."""

_STIFF = 3.0
_MOST_EASED = 400
"""Most iterations of the easing; what is left then is no less valid."""

_MOST, _STILL = 60, 1e-4
"""Most iterations, and the change relative to the reach at which they end."""


@dataclass(frozen=True)
class Fill:
    """Places of sheets and columns."""

    rest: Values
    """Rho at rest (m) of the columns."""
    place: Values
    """Places (m), shape (columns, sheets, 2)."""
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
        place = low[:, None] + share * (high - low)[:, None]
        for _ in range(_MOST):
            new = _relaxed(place)
            change, place = float(np.abs(new - place).max()), new
            if change < _STILL * plan.reach:
                break
        place = _eased(place, rest, thickness, plan)
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
    below = np.concatenate([[0.0], np.cumsum((area * plan.perimeter(r)).sum(axis=0))])
    return below / below[-1]


def _eased(place: Values, rest: Values, thickness: float, plan: Plan) -> Values:
    """``place`` where the distortion and the change of volume of the cells are least."""
    size = (np.diff(rest), thickness / (_SHEETS - 1))
    even = plan.perimeter(place[..., 0]) / plan.perimeter(rest)[:, None]
    free = np.ones(place.shape, dtype=bool)
    free[:, [0, -1]] = False
    free[[0, -1], :, 0] = False

    def energy(values: Values) -> tuple[float, Values]:
        moved = place.copy()
        moved[free] = values * plan.reach
        total, slope = _energy(moved, size, even, plan.perimeter(rest))
        return total, slope[free] * plan.reach

    found = minimize(
        energy, place[free] / plan.reach, jac=True, method="L-BFGS-B",
        options={"maxiter": _MOST_EASED, "maxcor": 20, "maxfun": 2 * _MOST_EASED},
    )  # fmt: skip
    eased = place.copy()
    eased[free] = found.x * plan.reach
    return eased


def _energy(
    x: Values, size: tuple[Values, float], even: Values, weight: Values
) -> tuple[float, Values]:
    """Energy (I^2 + (J-1)^2, I = F:F / 2J) at the corners of all cells, and its gradient.

    Where J is small or negative, I has (J + sqrt(J^2 + e^2)) / 2 in its place (Garanzha 2000).
    """
    n, m = x.shape[:2]
    total, slope = 0.0, np.zeros_like(x)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        at = (slice(i, n - 1 + i), slice(j, m - 1 + j))
        along, across = (slice(0, n - 1), at[1]), (at[0], slice(0, m - 1))
        ahead, above = (slice(1, n), at[1]), (at[0], slice(1, m))
        a = (x[ahead] - x[along]) / size[0][:, None, None]
        b = (x[above] - x[across]) / size[1]
        det = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
        root = np.hypot(det, _FLAT)
        positive = 0.5 * (det + root)
        squares = (a**2 + b**2).sum(axis=-1)
        I, J = squares / (2.0 * positive), det * even[at]
        w = (weight[at[0]] * np.append(size[0], 0.0)[: n - 1])[:, None]
        total += float((w * (I**2 + _STIFF * (J - 1.0) ** 2)).sum())
        by_det = (w * (2.0 * _STIFF * (J - 1.0) * even[at] - 2.0 * I**2 / root))[..., None]
        by_squares = (w * I / positive)[..., None]
        turned_a = np.stack([-a[..., 1], a[..., 0]], axis=-1)
        turned_b = np.stack([b[..., 1], -b[..., 0]], axis=-1)
        ga = (2.0 * by_squares * a + by_det * turned_b) / size[0][:, None, None]
        gb = (2.0 * by_squares * b + by_det * turned_a) / size[1]
        slope[ahead] += ga
        slope[along] -= ga
        slope[above] += gb
        slope[across] -= gb
    scale = weight.sum() * size[0].sum()
    return total / scale, slope / scale


def _relaxed(x: Values) -> Values:
    """One step toward harmonic columns and sheets; the faces stay, the sides slide along z."""
    n, m = x.shape[:2]
    xi = 0.5 * (x[2:, 1:-1] - x[:-2, 1:-1])
    eta = 0.5 * (x[1:-1, 2:] - x[1:-1, :-2])
    g11, g22, g12 = ((a * b).sum(axis=-1) for a, b in ((xi, xi), (eta, eta), (xi, eta)))
    node = np.arange(n * m).reshape(n, m)
    inner = node[1:-1, 1:-1]
    entries = [(inner, inner, -2.0 * (g11 + g22))]
    for i, j, value in ((1, 0, g22), (0, 1, g11)):
        entries += [(inner, inner + s * (i * m + j), value) for s in (-1, 1)]
    for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        entries.append((inner, inner + s * m + t, -0.5 * s * t * g12))
    faces = np.concatenate([node[:, 0], node[:, -1]])
    entries.append((faces, faces, np.ones(faces.size)))
    solved = []
    for k in range(2):
        held, side = x[..., k].ravel() * 0.0, list(entries)
        held[faces] = x[..., k].ravel()[faces]
        for edge, next_, after in ((0, 1, 2), (-1, -2, -3)):
            at = node[edge, 1:-1]
            side.append((at, at, np.full(at.size, 3.0 if k else 1.0)))
            if k:
                side.append((at, node[next_, 1:-1], np.full(at.size, -4.0)))
                side.append((at, node[after, 1:-1], np.ones(at.size)))
            else:
                held[at] = x[edge, 1:-1, 0]
        row, column, value = (np.concatenate([np.ravel(e[i]) for e in side]) for i in range(3))
        matrix = sp.coo_array((value, (row, column)), shape=(n * m, n * m)).tocsc()
        solved.append(spsolve(matrix, held).reshape(n, m))
    return np.stack(solved, axis=-1)


def running(rate: Values, along: Values) -> Values:
    """Running integral of ``rate`` over ``along``."""
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(along)
    return np.concatenate([[0.0], np.cumsum(steps)])
