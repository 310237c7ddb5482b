r"""Cooling of a half-space with any capacity and conductivity, by similarity.

With :math:`\eta = x / 2\sqrt t` the temperature obeys :math:`(k T')' = -2 \eta C T'`.  Temperature
is taken as the independent variable, so jumps of ``C`` at known temperatures are met exactly; above
the ``last`` of them the laws are constant and the solution is an error function.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicHermiteSpline
from scipy.optimize import brentq
from scipy.special import erfc

from cryosim.parallel import Values

Law = Callable[[float], float]
"""A property as a function of temperature (degC)."""


class Similarity:
    """``conductivity`` (W/m/K) and apparent ``capacity`` (J/m^3/K) of temperature (degC)."""

    def __init__(
        self,
        conductivity: Law,
        capacity: Law,
        surface: float,
        start: float,
        kinks: Sequence[float],
    ) -> None:
        """From ``start``, surface held at ``surface``; laws jump or bend at ``kinks`` (degC)."""
        self.laws, self.surface, self.start = (conductivity, capacity), surface, start
        self.knots = [surface, *kinks]
        warm = float(np.nextafter(kinks[-1], np.inf))
        self.k, self.alpha = conductivity(warm), conductivity(warm) / capacity(warm)
        low, high = 1.0, 1e6
        self.flux = float(brentq(self._mismatch, low, high, xtol=1e-9, rtol=1e-14))
        self.eta, self.T, slope = self._curve(self.flux)
        self._within = CubicHermiteSpline(self.eta, self.T, slope)

    def _pieces(self, flux: float) -> Iterator[tuple[float, float, Any]]:
        """Solutions eta(T), q(T) between neighbouring knots from ``flux`` at the surface."""
        conductivity, capacity = self.laws
        y = np.array([0.0, flux])
        for a, b in pairwise(self.knots):
            inner = (a + 1e-12, b - 1e-12)

            def slope(T: float, y: Values, inner: tuple[float, float] = inner) -> list[float]:
                T = min(max(T, inner[0]), inner[1])
                return [conductivity(T) / y[1], -2.0 * y[0] * capacity(T)]

            def spent(_: float, y: Values) -> float:
                return float(y[1] - 1e-6 * flux)

            spent.terminal = True  # type: ignore[attr-defined]
            piece = solve_ivp(slope, (a, b), y, "DOP853", dense_output=True, rtol=1e-11, atol=1e-14,
                              events=spent)  # fmt: skip
            yield a, b, piece
            if piece.status == 1:
                return
            y = piece.y[:, -1]

    def _mismatch(self, flux: float) -> float:
        """Flow at the last kink beyond what the liquid brings there."""
        for _, _, piece in self._pieces(flux):
            if piece.status == 1:
                return -1.0
        eta, q = piece.y[:, -1]
        z = eta / np.sqrt(self.alpha)
        rest = self.start - self.knots[-1]
        if z > 20.0:
            return float(q)
        brought = self.k * rest * 2.0 / np.sqrt(np.pi * self.alpha) * np.exp(-(z**2)) / erfc(z)
        return float(q - brought)

    def _curve(self, flux: float) -> Values:
        """Similarity variable, temperature and its slope, densest where it levels off."""
        rows = [np.array([[0.0], [self.surface], [flux / self.laws[0](self.surface)]])]
        for a, b, piece in self._pieces(flux):
            T = b - (b - a) * np.linspace(1.0, 0.0, 2001)[1:] ** 3
            eta, q = piece.sol(T)
            inner = np.clip(T, a + 1e-12, b - 1e-12)
            rows.append(np.array([eta, T, q / [self.laws[0](at) for at in inner]]))
        return np.concatenate(rows, axis=1)

    def front(self, T: float, t: float) -> float:
        """Depth (m) of temperature ``T`` within the knots."""
        return float(np.interp(T, self.T, self.eta) * 2.0 * np.sqrt(t))

    def heat_removed(self, t: Values) -> Values:
        """Heat (J/m^2) that has left through the surface."""
        return np.asarray(self.flux * np.sqrt(t))

    def __call__(self, x: Values, t: float) -> Values:
        """Temperature (degC) at depth ``x`` (m)."""
        eta = x / (2.0 * np.sqrt(t))
        z, last = eta / np.sqrt(self.alpha), self.eta[-1] / np.sqrt(self.alpha)
        liquid = self.start - (self.start - self.knots[-1]) * erfc(z) / erfc(last)
        within = self._within(np.minimum(eta, self.eta[-1]))
        return np.asarray(np.where(eta < self.eta[-1], within, liquid))
