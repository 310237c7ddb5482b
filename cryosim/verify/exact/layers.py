"""Layers of different tissue: the slowest mode, and the steady state."""

from cmath import cosh as ccosh
from cmath import sinh as csinh
from cmath import sqrt as csqrt
from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from scipy.optimize import brentq

from cryosim.parallel import Values

Layer = tuple[float, float, float, float]


class Layers:
    """Layers (thickness, k, rho c, W) from the surface down, film ``h`` above, held below.

    Relative to blood, surroundings and the held face, all of one temperature, the mode of lateral
    wave number ``kappa`` decays as ``exp(-rate t)`` with the profile ``__call__(depth)``.
    """

    def __init__(self, layers: Sequence[Layer], h: float, kappa: float = 0.0) -> None:
        """Find the slowest mode."""
        self.layers, self.h, self.kappa = layers, h, kappa
        trial = np.geomspace(1e-5, 1.0, 4000)
        values = np.array([self._leftover(rate) for rate in trial])
        first = int(np.flatnonzero(values[:-1] * values[1:] < 0.0)[0])
        bracket = trial[first], trial[first + 1]
        self.rate = float(brentq(self._leftover, *bracket, xtol=1e-16, rtol=1e-14))
        """Rate of decay (1/s)."""

    def _leftover(self, rate: float) -> float:
        """Value at the held face of the solution that obeys everything else."""
        return self._march(rate)[-1][0]

    def _march(self, rate: float) -> list[tuple[float, float]]:
        """Value and heat flow down, -k Z', at every interface from the surface down."""
        value, slope = 1.0, self.h
        rows = [(value, slope)]
        for d, k, rho_c, W in self.layers:
            value, slope = self._across(value, slope, d, k, rho_c, W, rate)
            rows.append((value, slope))
        return rows

    def _across(
        self, value: float, slope: float, d: float, k: float, rho_c: float, W: float, rate: float
    ) -> tuple[float, float]:
        """Value and k Z' (downwards) a distance ``d`` into a layer."""
        root = csqrt(self.kappa**2 + (W - rate * rho_c) / k)
        C, S = ccosh(root * d), csinh(root * d)
        return (value * C + slope * S / (k * root)).real, (value * k * root * S + slope * C).real

    def __call__(self, depth: Values) -> Values:
        """Profile of the mode, 1 at the surface."""
        result = np.empty_like(depth)
        tops = np.concatenate([[0.0], np.cumsum([d for d, *_ in self.layers])])
        rows = self._march(self.rate)
        for i, x in enumerate(depth):
            m = min(max(int(np.searchsorted(tops, x + 1e-9)) - 1, 0), len(self.layers) - 1)
            into = max(x - tops[m], 0.0)
            result[i] = self._across(*rows[m], into, *self.layers[m][1:], self.rate)[0]
        return result


def steady_layers(
    layers: Sequence[tuple[float, float, float, float, float]],
    h: float,
    outside: float,
    bottom: float,
) -> Callable[[Values], Values]:
    """Steady temperature of layers (thickness, k, W, blood, qm), film above, held below."""
    n = len(layers)
    A, y = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)

    def terms(m: int, x: float) -> tuple[Values, Values]:
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

    def temperature(depth: Values) -> Values:
        m = np.clip(np.searchsorted(tops, depth, side="right") - 1, 0, n - 1)
        parts = [terms(i, x - tops[i])[0] for i, x in zip(m, depth, strict=True)]
        return np.array(
            [p[0] + p[1:] @ c[2 * i : 2 * i + 2] for i, p in zip(m, parts, strict=True)]
        )

    return temperature
