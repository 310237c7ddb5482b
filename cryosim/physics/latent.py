r"""Liquid fraction and latent heat of a phase change that spreads over a range of temperature.

A tissue component (lipid, water) with latent heat :math:`L` per mass of tissue has the enthalpy
:math:`L\,\varphi(T)`, where the liquid fraction :math:`\varphi` rises from 0 to 1 with
temperature.  Three published ways of giving the curve are accepted: the peaks of a differential
scanning calorimeter (DSC), a piecewise-linear table, and the freezing-point depression of an
ideal dilute solution.  Equilibrium curves: supercooling and hysteresis are not in them.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator
from scipy.special import ndtr

from cryosim.part import Part
from cryosim.units import ZERO_CELSIUS, LatentHeat, Temperature, TemperatureSpan, fault

Values = npt.NDArray[np.float64]


class Peak(Part):
    """One DSC peak, taken as Gaussian: centre, standard deviation, share of the latent heat."""

    temperature: Temperature
    width: TemperatureSpan
    share: float = Field(gt=0.0, le=1.0)


class DscPeaks(Part):
    r"""Sum of Gaussian melting peaks, :math:`\varphi = \sum_p s_p \Phi((T - T_p)/w_p)`.

    :math:`\Phi` is the normal distribution function, :math:`s_p` the shares (sum 1), :math:`T_p`
    the centres and :math:`w_p` the standard deviations (K).
    """

    kind: Literal["peaks"] = "peaks"
    peaks: tuple[Peak, ...] = Field(min_length=1)

    @field_validator("peaks")
    @classmethod
    def _shares_sum_to_one(cls, peaks: tuple[Peak, ...]) -> tuple[Peak, ...]:
        total = sum(p.share for p in peaks)
        if abs(total - 1.0) > 1e-6:
            raise fault("shares", "the shares of the peaks sum to {t:g}; expected 1", t=total)
        return peaks

    def liquid_fraction(self, T: Values) -> Values:
        """Liquid fraction (1) at temperature ``T`` (K)."""
        total = np.zeros_like(T)
        for p in self.peaks:
            total += p.share * ndtr((T - p.temperature) / p.width)
        return total

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps: none."""
        return ()

    @property
    def detail(self) -> float:
        """Spacing of temperatures (K) that resolves the curve."""
        return min(p.width for p in self.peaks) / 40.0


class FractionTable(Part):
    """Piecewise-linear liquid fraction, constant outside the table."""

    kind: Literal["table"] = "table"
    temperature: tuple[Temperature, ...] = Field(min_length=2)
    liquid: tuple[float, ...] = Field(min_length=2)

    @field_validator("temperature")
    @classmethod
    def _rises(cls, T: tuple[float, ...]) -> tuple[float, ...]:
        if any(b <= a for a, b in pairwise(T)):
            raise fault("not_rising", "expected temperatures in strictly rising order")
        return T

    @field_validator("liquid")
    @classmethod
    def _fractions(cls, liquid: tuple[float, ...]) -> tuple[float, ...]:
        falling = any(b < a for a, b in pairwise(liquid))
        if falling or liquid[0] < 0.0 or liquid[-1] > 1.0:
            raise fault("not_a_fraction", "expected liquid fractions in [0, 1] that never fall")
        return liquid

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.temperature) != len(self.liquid):
            raise fault("not_pairs", "expected as many liquid fractions as temperatures")
        return self

    def liquid_fraction(self, T: Values) -> Values:
        """Liquid fraction (1) at temperature ``T`` (K)."""
        return np.interp(T, self.temperature, self.liquid)

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps."""
        return self.temperature

    @property
    def detail(self) -> float:
        """Spacing of temperatures (K) that resolves the curve."""
        return min(b - a for a, b in zip(self.temperature, self.temperature[1:], strict=False))


class IceCurve(Part):
    r"""Liquid water of an ideal dilute solution, :math:`\varphi = T_f / T` below :math:`T_f`.

    :math:`T, T_f` in degrees Celsius, both negative: freezing-point depression is proportional to
    the concentration in the remaining liquid, so the ice fraction is :math:`1 - T_f/T` of the
    freezable water (Schwartzberg 1976, recalled; the same form as in Pham 1996).  Equilibrium:
    tissue that supercools holds no ice at these temperatures.
    """

    kind: Literal["ice"] = "ice"
    freezing_point: Temperature

    @field_validator("freezing_point")
    @classmethod
    def _below_zero(cls, T: float) -> float:
        if T >= ZERO_CELSIUS:
            raise fault("impossible_value", "expected a freezing point below 0 degC")
        return T

    def liquid_fraction(self, T: Values) -> Values:
        """Liquid fraction (1) at temperature ``T`` (K)."""
        below = np.minimum(T - ZERO_CELSIUS, self.freezing_point - ZERO_CELSIUS)
        fraction: Values = (self.freezing_point - ZERO_CELSIUS) / below
        return fraction

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps."""
        return (self.freezing_point,)

    @property
    def detail(self) -> float:
        """Spacing of temperatures (K) that resolves the curve."""
        return (ZERO_CELSIUS - self.freezing_point) / 20.0


LiquidCurve = Annotated[DscPeaks | FractionTable | IceCurve, Field(discriminator="kind")]


class PhaseChange(Part):
    """Latent heat of one component, per mass of the whole tissue, and its liquid-fraction curve."""

    latent_heat: LatentHeat
    curve: LiquidCurve
