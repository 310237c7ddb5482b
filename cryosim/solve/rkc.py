r"""Second-order Runge-Kutta-Chebyshev steps (Sommeijer, Shampine & Verwer 1998).

An explicit method whose :math:`s` stages make it stable along the negative real axis up to
:math:`\beta(s) \approx 0.65\,(s^2 - 1)`, so the work for a step of size :math:`\tau` of a system
with spectral radius :math:`\lambda` grows as :math:`\sqrt{\tau\lambda}` only.  The stages follow

.. math::
   Y_1 &= Y_0 + \tilde\mu_1 \tau F_0, \\
   Y_j &= (1-\mu_j-\nu_j) Y_0 + \mu_j Y_{j-1} + \nu_j Y_{j-2}
          + \tilde\mu_j \tau F_{j-1} + \tilde\gamma_j \tau F_0,

with coefficients from Chebyshev polynomials shifted to :math:`w_0 = 1 + \epsilon/s^2`,
:math:`\epsilon = 2/13` (their eqs. 2.1 to 2.7), and the error of a step is estimated by
:math:`0.8\,(Y_0 - Y_s) + 0.4\,\tau\,(F_0 + F_s)` (their eq. 3.2).
"""

from dataclasses import dataclass
from functools import cache
from math import acosh, ceil, cosh, isfinite, sinh, sqrt

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

DAMPING = 2.0 / 13.0


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of all stages; entry ``j`` belongs to stage ``j`` (entry 0 is unused)."""

    mu: Values
    nu: Values
    mu_tilde: Values
    gamma_tilde: Values
    c: Values
    """Place of each stage within the step (1); ``c[0] = 0`` and ``c[s] = 1``."""


@cache
def coefficients(s: int) -> Coefficients:
    """Coefficients of the method with ``s >= 2`` stages."""
    w_0 = 1.0 + DAMPING / s**2
    T, dT, ddT = (np.zeros(s + 1) for _ in range(3))
    T[:2], dT[1] = (1.0, w_0), 1.0
    for j in range(2, s + 1):
        T[j] = 2 * w_0 * T[j - 1] - T[j - 2]
        dT[j] = 2 * w_0 * dT[j - 1] - dT[j - 2] + 2 * T[j - 1]
        ddT[j] = 2 * w_0 * ddT[j - 1] - ddT[j - 2] + 4 * dT[j - 1]
    theta = s * acosh(w_0)
    w_1 = sinh(theta) * (w_0**2 - 1) / (cosh(theta) * s * sqrt(w_0**2 - 1) - w_0 * sinh(theta))
    b = np.empty(s + 1)
    b[2:] = ddT[2:] / dT[2:] ** 2
    b[:2] = b[2]
    mu, nu, mu_tilde, gamma_tilde, c = (np.zeros(s + 1) for _ in range(5))
    mu_tilde[1] = b[1] * w_1
    mu[2:] = 2 * b[2:] * w_0 / b[1:-1]
    nu[2:] = -b[2:] / b[:-2]
    mu_tilde[2:] = 2 * b[2:] * w_1 / b[1:-1]
    gamma_tilde[2:] = -(1 - b[1:-1] * T[1:-1]) * mu_tilde[2:]
    c[2:] = w_1 * ddT[2:] / dT[2:]
    c[1], c[s] = mu_tilde[1], 1.0
    return Coefficients(mu, nu, mu_tilde, gamma_tilde, c)


def stages(dt: float, spectral_radius: float) -> int:
    """Fewest stages that keep a step of ``dt`` (s) stable."""
    return max(2, ceil(sqrt(1.0 + 1.54 * dt * spectral_radius)))


class StepControl:
    """Predictive step-size control for a method with an error of third order per step.

    Sommeijer, Shampine & Verwer (1998), section 3; ``error`` is in units of the tolerance, so a
    step is good when it is at most 1.
    """

    def __init__(self, first: float) -> None:
        self.dt = first
        self.last: tuple[float, float] | None = None
        """Size and error of the last good step."""

    def accept(self, tried: float, error: float) -> None:
        """Set the next size after a good step of size ``tried``."""
        error = max(error, 1e-8)
        factor = 0.8 / error ** (1 / 3)
        if self.last is not None:
            dt_last, error_last = self.last
            factor = min(factor, factor * tried / dt_last * (error_last / error) ** (1 / 3))
        self.dt = tried * min(5.0, max(0.2, factor))
        self.last = (tried, error)

    def reject(self, tried: float, error: float) -> None:
        """Set the next size after a bad step of size ``tried``."""
        factor = 0.8 / error ** (1 / 3) if isfinite(error) else 0.1
        self.dt = tried * min(0.8, max(0.1, factor))
        self.last = None
