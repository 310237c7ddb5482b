"""Half-spaces and folds of one medium: error functions and sines, evaluated to rounding."""

from math import pi, sqrt

import numpy as np
from scipy.special import erf, erfc, erfcx

from cryosim.parallel import Values


def cooled_half_space(x: Values, t: float, alpha: float, start: float, surface: float) -> Values:
    """Conduction from a surface held at ``surface`` (Carslaw & Jaeger 1959, 2.5)."""
    return np.asarray(surface + (start - surface) * erf(x / (2.0 * np.sqrt(alpha * t))))


def perfused_half_space(
    x: Values, t: float, k: float, alpha: float, W: float, surface: float, blood: float
) -> Values:
    """Pennes from blood temperature with a surface held (``W`` in W/m^3/K, no metabolism)."""
    m = np.sqrt(W / k)
    z, w = x / (2.0 * np.sqrt(alpha * t)), m * np.sqrt(alpha * t)
    waves = np.exp(-m * x) * erfc(z - w) + np.exp(m * x) * erfc(z + w)
    return np.asarray(blood + 0.5 * (surface - blood) * waves)


def perfused_half_space_under_film(
    x: Values,
    t: float,
    *,
    k: float,
    rho_c: float,
    W: float,
    h: float,
    outside: float,
    start: float,
    blood: float,
    qm: float,
) -> Values:
    """Pennes with a film ``h`` at the surface, from a start that is not blood temperature.

    The three-term closed form that the data of B02a were computed with; checked there against a
    Laplace inversion to 1e-9 K.
    """
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
    return np.asarray(far + u + H * (outside - far) * waves)


def cooled_fold(
    x: Values, t: float, alpha: float, half: float, start: float, surface: float, terms: int = 400
) -> Values:
    """Conduction between two surfaces held at ``surface``, ``x`` from one of them."""
    n = 2 * np.arange(terms) + 1
    shape = np.sin(np.multiply.outer(x, n) * pi / (2.0 * half)) / n
    decay = np.exp(-((n * pi / (2.0 * half)) ** 2) * alpha * t)
    return np.asarray(surface + (start - surface) * 4.0 / pi * shape @ decay)
