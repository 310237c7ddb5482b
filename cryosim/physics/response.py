r"""How perfusion and metabolism respond to temperature: a factor on their value at rest.

Cold vasoconstriction persists on passive rewarming: after one hour of local cooling skin blood
flow stayed low through two hours of rewarming, with hysteresis against temperature (Khoshnevis
et al. 2016).  A response with ``persists`` therefore follows the coldest temperature that the
place has had, and does not bounce back.
"""

from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from cryosim.part import Part
from cryosim.units import Temperature, fault

Values = npt.NDArray[np.float64]


class ConstantResponse(Part):
    """No response: the factor is 1 at any temperature."""

    kind: Literal["constant"] = "constant"

    @property
    def remembers_cold(self) -> bool:
        """Whether the factor follows the coldest temperature so far."""
        return False

    def factor(self, T: Values) -> Values:
        """Factor (1) at temperature ``T`` (K)."""
        return np.ones_like(T)

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps: none."""
        return ()


class RampResponse(Part):
    """``floor`` below ``low``, 1 above ``high``, linear or smooth (quintic) between."""

    kind: Literal["ramp"] = "ramp"
    low: Temperature
    high: Temperature
    floor: float = Field(ge=0.0, le=1.0)
    smooth: bool = False
    persists: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise fault("not_rising", "expected low below high")
        return self

    @property
    def remembers_cold(self) -> bool:
        """Whether the factor follows the coldest temperature so far."""
        return self.persists

    def factor(self, T: Values) -> Values:
        """Factor (1) at temperature ``T`` (K)."""
        s = np.clip((T - self.low) / (self.high - self.low), 0.0, 1.0)
        if self.smooth:
            s = s**3 * (10.0 - 15.0 * s + 6.0 * s**2)
        result: Values = self.floor + (1.0 - self.floor) * s
        return result

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps."""
        return (self.low, self.high)


class Q10Response(Part):
    r"""Factor :math:`Q_{10}^{(T - T_\mathrm{ref})/10\,\mathrm{K}}`, the van 't Hoff rule."""

    kind: Literal["q10"] = "q10"
    q10: float = Field(gt=0.0)
    reference: Temperature
    persists: bool = False

    @property
    def remembers_cold(self) -> bool:
        """Whether the factor follows the coldest temperature so far."""
        return self.persists

    def factor(self, T: Values) -> Values:
        """Factor (1) at temperature ``T`` (K)."""
        result: Values = self.q10 ** ((T - self.reference) / 10.0)
        return result

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope jumps: none."""
        return ()


Response = Annotated[ConstantResponse | RampResponse | Q10Response, Field(discriminator="kind")]
