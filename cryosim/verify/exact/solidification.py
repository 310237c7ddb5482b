"""Freezing of a half-space at one temperature (Neumann; Carslaw & Jaeger 1959, 11.2)."""

from math import pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, erfc, erfcx

from cryosim.parallel import Values


class Solidification:
    """Neumann's two-phase front; ``solid`` and ``liquid`` are (k, rho c)."""

    def __init__(
        self,
        solid: tuple[float, float],
        liquid: tuple[float, float],
        rho_L: float,
        surface: float,
        melting: float,
        start: float,
    ) -> None:
        """Latent heat ``rho_L`` (J/m^3) is released at ``melting``, from ``start`` (degC)."""
        self.k, self.surface, self.melting, self.start = solid[0], surface, melting, start
        self.a_s, self.a_l = solid[0] / solid[1], liquid[0] / liquid[1]

        def unbalanced(lam: float) -> float:
            nu = sqrt(self.a_s / self.a_l)
            solid_flux = solid[0] * (melting - surface) * np.exp(-(lam**2)) / erf(lam)
            liquid_flux = liquid[0] * (start - melting) * nu / erfcx(nu * lam)
            return float(solid_flux - liquid_flux - rho_L * lam * sqrt(pi) * self.a_s)

        self.lam = float(brentq(unbalanced, 1e-6, 5.0, xtol=1e-14))

    def front(self, t: Values) -> Values:
        """Depth (m) of the front."""
        return np.asarray(2.0 * self.lam * np.sqrt(self.a_s * t))

    def heat_removed(self, t: Values) -> Values:
        """Heat (J/m^2) that has left through the surface."""
        slope = (self.melting - self.surface) / erf(self.lam)
        return np.asarray(2.0 * self.k * slope * np.sqrt(t / (pi * self.a_s)))

    def __call__(self, x: Values, t: Values) -> Values:
        """Temperature (degC) at depth ``x`` (m)."""
        z = x / (2.0 * np.sqrt(self.a_s * t))
        nu = sqrt(self.a_s / self.a_l)
        solid = self.surface + (self.melting - self.surface) * erf(z) / erf(self.lam)
        liquid = self.start - (self.start - self.melting) * erfc(nu * z) / erfc(nu * self.lam)
        return np.asarray(np.where(z < self.lam, solid, liquid))
