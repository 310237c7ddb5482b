r"""Kinetics of crystallisation: how fast the crystallised fraction follows the equilibrium curve.

The equilibrium curve of a :class:`~cryosim.physics.latent.PhaseChange` says how much lipid *could*
be solid, :math:`X_\infty(T) = 1 - \varphi(T)`; a law of this module says how fast it becomes so.
All laws share three statements: :math:`0 \le X \le X_\infty(T)`; crystals above the curve melt at
once, so :math:`X = X_\infty` while tissue warms along it; growth is towards the curve.

In a run crystals grow colder than they melt: towards :math:`X_\infty(T + \Delta)` with the
supercooling :math:`\Delta`, while they melt where :math:`X > X_\infty(T)`; between the two curves
nothing happens.  The width of this hysteresis in human fat, 5 to 10 K, is recalled, an
**assumption**; in emulsions of triglycerides it is known to be wide, limited by nucleation.

A step goes from temperature and ceiling at its beginning to those at its end.  Growth is the
exact solution of the law for the rate and the ceiling in the middle of the step: of second order in
the step where temperature changes, exact where it does not, and without any limit on the step.

No kinetic constants of human subcutaneous fat have been published to our knowledge.
"""

from abc import abstractmethod
from typing import Annotated, Any, Literal, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from pydantic import Field

from cryosim.part import Part
from cryosim.units import Rate, Supercooling, Temperature, TemperatureSpan

Values = npt.NDArray[np.float64]

_jit: Any = numba.njit(cache=True)

COCOA_BUTTER_RATE = 5.0 / 3600.0
"""Rate constant (1/s) of cocoa butter in the R package tempering, 5 1/h; for fat an assumption."""


class ConstantRate(Part):
    """A rate that does not depend on temperature."""

    kind: Literal["constant"] = "constant"
    rate: Rate

    def at(self, T: Values) -> Values:
        """Rate constant (1/s) at temperature ``T`` (K)."""
        return np.full_like(T, self.rate)


class BellRate(Part):
    r"""Rate :math:`K = K_0 \exp(-((T - T_0)/w)^2)`, fastest at one temperature.

    Warmer there is too little supercooling, colder the melt is too viscous.
    """

    kind: Literal["bell"] = "bell"
    fastest: Rate
    """Largest rate constant :math:`K_0`."""
    temperature: Temperature
    """Temperature :math:`T_0` at which it is reached."""
    width: TemperatureSpan
    """Span :math:`w` in which it falls by the factor e."""

    def at(self, T: Values) -> Values:
        """Rate constant (1/s) at temperature ``T`` (K)."""
        result: Values = self.fastest * np.exp(-(((T - self.temperature) / self.width) ** 2))
        return result


RateCurve = Annotated[ConstantRate | BellRate, Field(discriminator="kind")]


class Moment(NamedTuple):
    """Temperature (K) and equilibrium crystal fraction (1) of every dof at one time."""

    T: Values
    ceiling: Values


class Equilibrium(Part):
    """Lipid is as solid as its melting curve says, at once, on cooling and on warming."""

    kind: Literal["equilibrium"] = "equilibrium"


class AbstractCrystallisation(Part):
    """A pointwise law of the crystallised fraction."""

    supercooling: Supercooling = 7.0
    """How much colder crystals grow than they melt, 7 K; assumption (5 to 10 K, recalled)."""

    @abstractmethod
    def advance(self, X: Values, before: Moment, after: Moment, dt: float) -> None:
        """Advance the crystal fraction ``X`` (1) in place over ``dt`` (s)."""


class Foubert(AbstractCrystallisation):
    r"""Crystallisation as a reversible reaction (Foubert et al. 2002).

    With the share :math:`h = 1 - X/X_\infty` of what is still to crystallise,

    .. math:: \dot h = K (h^n - h),

    a forward reaction of first order against a reverse one of order :math:`n`.  At constant
    temperature

    .. math:: h^{1-n} = 1 + (h_0^{1-n} - 1)\, e^{(n-1) K t}.

    A melt without any crystal, :math:`h = 1`, would stay one, so nuclei hold at least the share
    ``seed`` of :math:`X_\infty`; together with :math:`K` they set the induction time.
    """

    kind: Literal["foubert"] = "foubert"
    rate: RateCurve = ConstantRate(rate=COCOA_BUTTER_RATE)
    """Rate constant :math:`K`."""
    order: float = Field(3.0, gt=1.0, le=20.0)
    """Order :math:`n` of the reverse reaction (1); 3 in the same package, as much an assumption."""
    seed: float = Field(0.001, gt=0.0, lt=1.0)
    """Least share of the equilibrium fraction that is crystalline (1); assumption."""

    def advance(self, X: Values, before: Moment, after: Moment, dt: float) -> None:
        """Advance the crystal fraction ``X`` (1) in place over ``dt`` (s)."""
        K_dt = self.rate.at(0.5 * (before.T + after.T)) * dt
        _foubert(X, K_dt, before.ceiling, after.ceiling, self.order, self.seed)


class Nakamura(AbstractCrystallisation):
    r"""Avrami's law where temperature changes (Nakamura et al. 1972, recalled).

    .. math:: X = X_\infty (1 - e^{-y^n}), \qquad \dot y = K(T),

    at constant temperature :math:`1 - e^{-(Kt)^n}` of Avrami.  The law for :math:`\dot X` has
    :math:`X = 0` as a fixed point and would never start; so a step takes :math:`y` from
    :math:`X`, advances it, and goes back.
    """

    kind: Literal["nakamura"] = "nakamura"
    rate: RateCurve
    """Rate constant :math:`K`; in the reading :math:`e^{-k t^n}` of Avrami, :math:`k = K^n`."""
    exponent: float = Field(ge=1.0, le=10.0)
    """Avrami's :math:`n` (1): 1 for rods, to 3 for spheres, 4 where nuclei keep forming."""

    def advance(self, X: Values, before: Moment, after: Moment, dt: float) -> None:
        """Advance the crystal fraction ``X`` (1) in place over ``dt`` (s)."""
        K_dt = self.rate.at(0.5 * (before.T + after.T)) * dt
        _nakamura(X, K_dt, before.ceiling, after.ceiling, self.exponent)


Crystallisation = Annotated[Equilibrium | Foubert | Nakamura, Field(discriminator="kind")]
"""Every model of crystallisation a case file may name."""


@_jit
def _foubert(  # type: ignore[no-untyped-def]
    X, K_dt, before, after, n, seed
):
    """Advance ``X`` by the logarithm of ``h``, which neither overflows nor cancels."""
    for i in range(X.size):
        x, ceiling = max(X[i], seed * before[i]), 0.5 * (before[i] + after[i])
        if x < ceiling:
            log_h = np.log1p(-x / ceiling)
            still = np.exp((n - 1.0) * (log_h - K_dt[i]))
            x = -ceiling * np.expm1(
                log_h - K_dt[i] - np.log(still - np.expm1((n - 1.0) * log_h)) / (n - 1.0)
            )
        X[i] = min(max(x, seed * after[i]), after[i])


@_jit
def _nakamura(  # type: ignore[no-untyped-def]
    X, K_dt, before, after, n
):
    """Advance ``X`` by way of ``y``."""
    for i in range(X.size):
        x, ceiling = X[i], 0.5 * (before[i] + after[i])
        if x < ceiling:
            y = (-np.log1p(-x / ceiling)) ** (1.0 / n) + K_dt[i]
            x = -ceiling * np.expm1(-(y**n))
        X[i] = min(x, after[i])
