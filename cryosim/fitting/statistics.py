r"""How well a fit knows its parameters.

With derivatives :math:`J` of the residuals, each in its standard deviation, and weights :math:`w`
of a robust fit, the information is :math:`A = J^T W J` and

.. math:: s^2 = \frac{\sum w_i r_i^2}{N - p}, \qquad
          C = s^2 A^{-1} \Big( \sum_k \tau_k J_k^T W_k J_k \Big) A^{-1},

the covariance of the parameters.  Residuals of a thermocouple follow each other: a series
:math:`k` of :math:`n_k` values counts as :math:`n_k / \tau_k`, with the integrated autocorrelation
:math:`\tau = 1 + 2 \sum_l \rho_l` up to the first :math:`\rho_l` that is not positive (never below
1).  Intervals are of Student's t with :math:`\sum n_k / \tau_k - p` degrees of freedom.

Parameters are collinear if changes of one can be made up for by the others: the index
:math:`\gamma = 1 / \sqrt{\lambda_{min}}` of the smallest eigenvalue of :math:`\tilde J^T \tilde J`,
with columns of length 1, says that all but :math:`1 / \gamma` of an effect can be (Brun, Reichert
and Künsch 2001, Water Resources Research 37, 1015); above 10 to 15 they cannot be told apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]

TINY = 1e-12
"""Share of the largest eigenvalue below which one is zero to rounding."""

SHARE = 1e-3
"""Of a direction in which nothing changes, that a parameter must have to be unknown by it."""


@dataclass(frozen=True)
class Knowledge:
    """What the data say of the parameters, in shares of the way between their bounds."""

    residual_sd: float
    """Of the weighted residuals (1): near 1 where the standard deviations are right."""
    inflation: list[float]
    """Integrated autocorrelation of the residuals of each series (1)."""
    effective: float
    """Number of independent values."""
    se: Floats
    """Standard errors; infinite where the data say nothing."""
    correlation: Floats
    """Of the estimates."""
    quantile: float
    """Of Student's t, half of 95 % each way."""
    condition: float
    """Of the derivatives with columns of length 1."""


def knowledge(J: Floats, r: Floats, w: Floats, sizes: Sequence[int]) -> Knowledge:
    """What derivatives ``J``, residuals ``r`` and weights ``w`` of series of ``sizes`` say."""
    p, ends = J.shape[1], np.cumsum(sizes)[:-1]
    s2 = float(w @ r**2) / (r.size - p)
    tau = [autocorrelation_time(part) for part in np.split(r * np.sqrt(w), ends)]
    Jw = J * np.sqrt(w)[:, None]
    parts = [t * part.T @ part for t, part in zip(tau, np.split(Jw, ends), strict=True)]
    A, B = Jw.T @ Jw, sum(parts, np.zeros((p, p)))
    C = s2 * sandwich(A, B)
    spread = np.sqrt(np.diag(C))
    n = float(sum(size / t for size, t in zip(sizes, tau, strict=True)))
    return Knowledge(
        residual_sd=float(np.sqrt(s2)), inflation=tau, effective=n,
        se=np.sqrt(s2 * variances(A, B)),
        correlation=C / np.outer(spread, spread),
        quantile=float(student.ppf(0.975, max(n - p, 1.0))),
        condition=float(np.linalg.cond(_unit(Jw))),
    )  # fmt: skip


def sandwich(A: Floats, B: Floats) -> Floats:
    """``A^-1 B A^-1``, where what ``A`` does not know is known a little, for it to be finite."""
    scale, values, _ = _principal(A)
    little = _zero(values) * np.eye(len(A))
    inverse = np.linalg.inv(A / np.outer(scale, scale) + little)
    middle = B / np.outer(scale, scale) + little
    return np.asarray(inverse @ middle @ inverse / np.outer(scale, scale))


def variances(A: Floats, B: Floats) -> Floats:
    """Those of the parameters; infinite for each that the data say nothing of by itself."""
    _, values, vectors = _principal(A)
    null = values < _zero(values)
    silent = (np.abs(vectors[:, null]) > SHARE).any(axis=1)
    return np.where(silent, np.inf, np.diag(sandwich(A, B)))


def _zero(values: Floats) -> float:
    """What is zero to rounding beside the eigenvalues; also if all are, for nothing is known."""
    return TINY * float(values[-1] if values[-1] > 0.0 else 1.0)


def _principal(A: Floats) -> tuple[Floats, Floats, Floats]:
    """Scale of each parameter, then eigenvalues and eigenvectors of the scaled information."""
    length = np.sqrt(np.diag(A))
    scale = np.where(length > 0.0, length, 1.0)
    values, vectors = np.linalg.eigh(A / np.outer(scale, scale))
    return scale, values, vectors


def autocorrelation_time(r: Floats) -> float:
    """Integrated autocorrelation (1) of the residuals ``r`` of a series, in their order."""
    if r.size < 3 or not np.any(r):
        return 1.0
    power = np.abs(np.fft.rfft(r, 2 * r.size)) ** 2
    rho = np.fft.irfft(power)[: r.size]
    rho /= rho[0]
    below = np.flatnonzero(rho <= 0.0)
    last = int(below[0]) if below.size else r.size
    return float(min(max(1.0 + 2.0 * rho[1:last].sum(), 1.0), r.size))


def collinearity(J: Floats) -> float:
    """Index of Brun, Reichert and Künsch (1); infinite where parameters are alike to rounding."""
    S = _unit(J)
    smallest = float(np.linalg.eigvalsh(S.T @ S)[0])
    return float(1.0 / np.sqrt(smallest)) if smallest > TINY else float("inf")


def _unit(J: Floats) -> Floats:
    """``J`` with columns of length 1, but those that are zero."""
    length = np.linalg.norm(J, axis=0)
    return np.asarray(J / np.where(length > 0.0, length, 1.0))
