r"""Cooling of a half-space with any capacity and conductivity, by similarity.

With :math:`\eta = x / 2\sqrt t` the temperature obeys :math:`(k T')' = -2 \eta C T'`.  Temperature
is taken as the independent variable, so jumps of ``C`` at known temperatures are met exactly; above
the ``last`` of them the laws are constant and the solution is an error function.
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import brentq
from scipy.special import erfc


class Similarity:
    """``conductivity`` (W/m/K) and apparent ``capacity`` (J/m^3/K) of temperature (degC)."""

    def __init__(self, conductivity, capacity, surface, start, kinks):
        self.laws, self.surface, self.start = (conductivity, capacity), surface, start
        self.knots = [surface, *kinks]
        warm = np.nextafter(kinks[-1], np.inf)
        self.k, self.alpha = conductivity(warm), conductivity(warm) / capacity(warm)
        low, high = 1.0, 1e6
        self.flux = brentq(self._mismatch, low, high, xtol=1e-9, rtol=1e-14)
        self.eta, self.T, slope = self._curve(self.flux)
        self._within = CubicHermiteSpline(self.eta, self.T, slope)

    def _pieces(self, flux):
        """Solutions eta(T), q(T) between neighbouring knots from ``flux`` at the surface."""
        conductivity, capacity = self.laws
        y = np.array([0.0, flux])
        for a, b in pairwise(self.knots):
            inner = (a + 1e-12, b - 1e-12)

            def slope(T, y, inner=inner):
                T = min(max(T, inner[0]), inner[1])
                return [conductivity(T) / y[1], -2.0 * y[0] * capacity(T)]

            def spent(_, y):
                return y[1] - 1e-6 * flux

            spent.terminal = True
            piece = solve_ivp(slope, (a, b), y, "DOP853", dense_output=True, rtol=1e-11, atol=1e-14,
                              events=spent)  # fmt: skip
            yield a, b, piece
            if piece.status == 1:
                return
            y = piece.y[:, -1]

    def _mismatch(self, flux):
        """Flow at the last kink beyond what the liquid brings there."""
        for _, _, piece in self._pieces(flux):
            if piece.status == 1:
                return -1.0
        eta, q = piece.y[:, -1]
        z = eta / np.sqrt(self.alpha)
        rest = self.start - self.knots[-1]
        if z > 20.0:
            return q
        return q - self.k * rest * 2.0 / np.sqrt(np.pi * self.alpha) * np.exp(-(z**2)) / erfc(z)

    def _curve(self, flux):
        """Similarity variable, temperature and its slope, densest where it levels off."""
        rows = [np.array([[0.0], [self.surface], [flux / self.laws[0](self.surface)]])]
        for a, b, piece in self._pieces(flux):
            T = b - (b - a) * np.linspace(1.0, 0.0, 2001)[1:] ** 3
            eta, q = piece.sol(T)
            inner = np.clip(T, a + 1e-12, b - 1e-12)
            rows.append(np.array([eta, T, q / [self.laws[0](at) for at in inner]]))
        return np.concatenate(rows, axis=1)

    def front(self, T, t):
        """Depth (m) of temperature ``T`` within the knots."""
        return float(np.interp(T, self.T, self.eta)) * 2.0 * np.sqrt(t)

    def heat_removed(self, t):
        """Heat (J/m^2) that has left through the surface."""
        return self.flux * np.sqrt(t)

    def __call__(self, x, t):
        eta = x / (2.0 * np.sqrt(t))
        z, last = eta / np.sqrt(self.alpha), self.eta[-1] / np.sqrt(self.alpha)
        liquid = self.start - (self.start - self.knots[-1]) * erfc(z) / erfc(last)
        return np.where(eta < self.eta[-1], self._within(np.minimum(eta, self.eta[-1])), liquid)
