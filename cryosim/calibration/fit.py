r"""The fit, its bands, and what of it the data tell.

The most probable :math:`z` (logarithms of the parameters) makes

.. math:: \lVert C^{-1/2} (f(z) - y) \rVert^2 + \lVert (z - z_0)/s \rVert^2

least, with the data :math:`y`, their covariance :math:`C` and a weak normal prior :math:`z_0, s`.
Bands by randomise-then-optimise (Bardsley et al. 2014, recalled): data and prior means are
perturbed by their own errors, a variant of the forward model is drawn, and the fit is repeated.

Identifiability: the singular values :math:`\sigma` of :math:`C^{-1/2}\, \partial f/\partial z\; s`
compare data and prior along orthogonal directions; the data tell more than the prior where
:math:`\sigma > 1`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular, svd
from scipy.optimize import least_squares

from cryosim.calibration.forward import Variant
from cryosim.calibration.parameters import FREE, Prior, values
from cryosim.calibration.predict import predicted
from cryosim.calibration.trials import Endpoint, Trial
from cryosim.errors import CryosimError

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Data to fit, how sure they are, and the prior."""

    endpoints: tuple[Endpoint, ...]
    mean: Values
    root: Values
    """Lower Cholesky factor of the covariance of the data."""
    prior: Prior

    def residuals(self, variant: Variant, z: Values) -> Values:
        """Differences in standard deviations: data, independent of each other, then prior."""
        off = predicted(self.endpoints, values(z), variant) - self.mean
        of_data = solve_triangular(self.root, off, lower=True)
        return np.concatenate([of_data, (z - self.prior.mean) / self.prior.sd])


def problem(endpoints: Sequence[Endpoint], trials: dict[str, Trial], prior: Prior) -> Problem:
    """The problem of fitting ``endpoints``."""
    sd = np.array([one.sd for one in endpoints], dtype=float)
    common = np.array(
        [[trials[a.trial].common if a.trial == b.trial else 0.0 for b in endpoints]
         for a in endpoints]
    )  # fmt: skip
    np.fill_diagonal(common, 1.0)
    mean = np.array([one.mean for one in endpoints], dtype=float)
    root = cholesky(common * np.outer(sd, sd), lower=True)
    return Problem(tuple(endpoints), mean, root, prior)


def fitted(task: Problem, variant: Variant, start: Values | None = None, **fixed: float) -> Values:
    """The most probable ``z``; ``fixed`` parameters stay at their ``z``."""
    names = [free.name for free in FREE]
    held = np.array([fixed.get(name, np.nan) for name in names])
    free = np.isnan(held)
    origin = np.where(free, task.prior.mean if start is None else start, held)

    def whole(x: Values) -> Values:
        z = origin.copy()
        z[free] = x
        return z

    found = least_squares(lambda x: task.residuals(variant, whole(x)), origin[free], x_scale="jac")
    if not found.success:
        raise CryosimError(f"the calibration did not converge: {found.message}")
    return whole(found.x)


def draws(
    task: Problem, variants: Sequence[Variant], number: int, seed: int
) -> tuple[Values, list[int]]:
    """``number`` draws of ``z``, (number, parameters), and the variant of each."""
    rng = np.random.default_rng(seed)
    start, found, used = fitted(task, variants[0]), [], []
    for _ in range(number):
        which = int(rng.integers(len(variants)))
        mean = task.mean + task.root @ rng.standard_normal(task.mean.size)
        moved = task.prior.mean + task.prior.sd * rng.standard_normal(start.size)
        shifted = Problem(task.endpoints, mean, task.root, Prior(moved, task.prior.sd))
        found.append(fitted(shifted, variants[which], start))
        used.append(which)
    return np.array(found), used


@dataclass(frozen=True)
class Identifiability:
    """What the data tell apart."""

    singular: Values
    """Data against prior along each direction (1), falling."""
    directions: Values
    """Directions in ``z`` over prior SD, one a row."""
    narrowed: Values
    """SD of each ``z`` after the fit over that of the prior, at fixed inputs (1)."""


def identifiability(task: Problem, variant: Variant, z: Values) -> Identifiability:
    """What the data tell around ``z``."""
    step, columns = 1e-4, []
    n = task.mean.size
    for k in range(z.size):
        by = step * np.eye(z.size)[k]
        up, down = (task.residuals(variant, z + sign * by)[:n] for sign in (1.0, -1.0))
        columns.append((up - down) / (2.0 * step) * task.prior.sd[k])
    _, singular, directions = svd(np.array(columns).T, full_matrices=True)
    padded = np.zeros(z.size)
    padded[: singular.size] = singular
    covariance = directions.T @ np.diag(1.0 / (1.0 + padded**2)) @ directions
    return Identifiability(padded, directions, np.sqrt(np.diag(covariance)))
