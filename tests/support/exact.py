"""Closed forms, in degC, m and s, evaluated to rounding."""

from math import pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, erfc, erfcx


def cooled_half_space(x, t, alpha, start, surface):
    """Conduction from a surface held at ``surface`` (Carslaw & Jaeger 1959, 2.5)."""
    return surface + (start - surface) * erf(x / (2.0 * np.sqrt(alpha * t)))


def perfused_half_space(x, t, k, alpha, W, surface, blood):
    """Pennes from blood temperature with a surface held (``W`` in W/m^3/K, no metabolism)."""
    m = np.sqrt(W / k)
    z, w = x / (2.0 * np.sqrt(alpha * t)), m * np.sqrt(alpha * t)
    waves = np.exp(-m * x) * erfc(z - w) + np.exp(m * x) * erfc(z + w)
    return blood + 0.5 * (surface - blood) * waves


def perfused_half_space_under_film(x, t, *, k, rho_c, W, h, outside, start, blood, qm):
    """Pennes with a film ``h`` at the surface (vv.md, section 1)."""
    beta, H, b, root = W / rho_c, h / k, sqrt(W / k), np.sqrt(k / rho_c * t)
    z = x / (2.0 * root)
    far = blood + qm / W
    gauss = np.exp(-(z**2))
    film = gauss * erfcx(z + H * root)
    u = (start - far) * np.exp(-beta * t) * (erf(z) + film)
    waves = (
        np.exp(-b * x) * erfc(z - np.sqrt(beta * t)) / (2.0 * (H + b))
        + np.exp(b * x) * erfc(z + np.sqrt(beta * t)) / (2.0 * (H - b))
        - H * np.exp(-beta * t) * film / (H**2 - b**2)
    )
    return far + u + H * (outside - far) * waves


def cooled_fold(x, t, alpha, half, start, surface, terms=400):
    """Conduction between two surfaces held at ``surface``, ``x`` from one of them."""
    n = 2 * np.arange(terms) + 1
    shape = np.sin(np.multiply.outer(x, n) * pi / (2.0 * half)) / n
    return surface + (start - surface) * 4.0 / pi * shape @ np.exp(
        -((n * pi / (2.0 * half)) ** 2) * alpha * t
    )


class Solidification:
    """Neumann's two-phase front; ``solid`` and ``liquid`` are (k, rho c)."""

    def __init__(self, solid, liquid, rho_L, surface, melting, start):
        self.k, self.surface, self.melting, self.start = solid[0], surface, melting, start
        self.a_s, self.a_l = solid[0] / solid[1], liquid[0] / liquid[1]

        def unbalanced(lam):
            nu = sqrt(self.a_s / self.a_l)
            solid_flux = solid[0] * (melting - surface) * np.exp(-(lam**2)) / erf(lam)
            liquid_flux = liquid[0] * (start - melting) * nu / erfcx(nu * lam)
            return solid_flux - liquid_flux - rho_L * lam * sqrt(pi) * self.a_s

        self.lam = brentq(unbalanced, 1e-6, 5.0, xtol=1e-14)

    def front(self, t):
        return 2.0 * self.lam * np.sqrt(self.a_s * t)

    def heat_removed(self, t):
        """Heat (J/m^2) that has left through the surface."""
        slope = (self.melting - self.surface) / erf(self.lam)
        return 2.0 * self.k * slope * np.sqrt(t / (pi * self.a_s))

    def __call__(self, x, t):
        z = x / (2.0 * np.sqrt(self.a_s * t))
        nu = sqrt(self.a_s / self.a_l)
        solid = self.surface + (self.melting - self.surface) * erf(z) / erf(self.lam)
        liquid = self.start - (self.start - self.melting) * erfc(nu * z) / erfc(nu * self.lam)
        return np.where(z < self.lam, solid, liquid)


class Layers:
    """Layers (thickness, k, rho c, W) from the surface down, film ``h`` above, held below.

    Relative to blood, surroundings and the held face, all of one temperature, the mode of lateral
    wave number ``kappa`` decays as ``exp(-rate t)`` with the profile ``__call__(depth)``.
    """

    def __init__(self, layers, h, kappa=0.0):
        self.layers, self.h, self.kappa = layers, h, kappa
        trial = np.geomspace(1e-5, 1.0, 4000)
        values = np.array([self._leftover(rate) for rate in trial])
        first = int(np.flatnonzero(values[:-1] * values[1:] < 0.0)[0])
        self.rate = brentq(self._leftover, trial[first], trial[first + 1], xtol=1e-16, rtol=1e-14)

    def _leftover(self, rate):
        """Value at the held face of the solution that obeys everything else."""
        return self._march(rate)[-1][0]

    def _march(self, rate):
        """Value and heat flow down, -k Z', at every interface from the surface down."""
        value, slope = 1.0, self.h
        rows = [(value, slope)]
        for d, k, rho_c, W in self.layers:
            value, slope = self._across(value, slope, d, k, rho_c, W, rate)
            rows.append((value, slope))
        return rows

    def _across(self, value, slope, d, k, rho_c, W, rate):
        """Value and k Z' (downwards) a distance ``d`` into a layer."""
        root = np.sqrt(complex(self.kappa**2 + (W - rate * rho_c) / k))
        C, S = np.cosh(root * d), np.sinh(root * d)
        return (value * C + slope * S / (k * root)).real, (value * k * root * S + slope * C).real

    def __call__(self, depth):
        """Profile of the mode, 1 at the surface."""
        result = np.empty_like(depth)
        tops = np.concatenate([[0.0], np.cumsum([d for d, *_ in self.layers])])
        rows = self._march(self.rate)
        for i, x in enumerate(depth):
            m = min(max(int(np.searchsorted(tops, x + 1e-9)) - 1, 0), len(self.layers) - 1)
            into = max(x - tops[m], 0.0)
            result[i] = self._across(*rows[m], into, *self.layers[m][1:], self.rate)[0]
        return result


def steady_layers(layers, h, outside, bottom):
    """Steady temperature of layers (thickness, k, W, blood, qm) as a function of depth.

    Film ``h`` to ``outside`` at the surface, ``bottom`` held below.
    """
    n = len(layers)
    A, y = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)

    def terms(m, x):
        """Particular solution and the two homogeneous ones with their flows k T', at local x."""
        _, k, W, blood, qm = layers[m]
        if W == 0.0:
            return np.array([-qm * x**2 / (2 * k), 1.0, x]), np.array([-qm * x, 0.0, k])
        b = sqrt(W / k)
        e, f = np.exp(b * (x - layers[m][0])), np.exp(-b * x)
        return np.array([blood + qm / W, e, f]), np.array([0.0, k * b * e, -k * b * f])

    value, flow = terms(0, 0.0)
    A[0, :2], y[0] = flow[1:] - h * value[1:], h * (value[0] - outside) - flow[0]
    for m in range(n - 1):
        above, below = terms(m, layers[m][0]), terms(m + 1, 0.0)
        for row, (a, b) in enumerate(zip(above, below, strict=True), start=2 * m + 1):
            A[row, 2 * m : 2 * m + 4] = *a[1:], *-b[1:]
            y[row] = b[0] - a[0]
    value, _ = terms(n - 1, layers[-1][0])
    A[-1, -2:], y[-1] = value[1:], bottom - value[0]
    c = np.linalg.solve(A, y)
    tops = np.concatenate([[0.0], np.cumsum([d for d, *_ in layers])])

    def temperature(depth):
        m = np.clip(np.searchsorted(tops, depth, side="right") - 1, 0, n - 1)
        parts = [terms(i, x - tops[i])[0] for i, x in zip(m, depth, strict=True)]
        return np.array(
            [p[0] + p[1:] @ c[2 * i : 2 * i + 2] for i, p in zip(m, parts, strict=True)]
        )

    return temperature
