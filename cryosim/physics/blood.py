"""Blood flow and metabolic heat, each published in several units that mean the same.

Perfusion appears as mL/min/kg (volume of blood per mass of tissue), 1/s (volume of blood per
volume of tissue) and kg/m^3/s (mass of blood per volume of tissue); metabolic heat as W/kg and
W/m^3.  The unit tells which one is meant.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from cryosim.part import Part
from cryosim.units import Density, HeatCapacity, Temperature, convert, fault, fits, split


@dataclass(frozen=True)
class _ByUnit:
    """A non-negative number whose unit tells which of several definitions it follows."""

    value: float
    unit: str
    UNITS: ClassVar[tuple[str, ...]]
    EXAMPLE: ClassVar[str]

    @classmethod
    def read(cls, given: Any, _: ValidationInfo) -> Self:
        """Accept an instance, or text with one of the units."""
        if isinstance(given, cls):
            return given
        number, unit = split(given, cls.EXAMPLE)
        for target in cls.UNITS:
            if fits(unit, target):
                if not 0.0 <= number < math.inf:
                    raise fault("impossible_value", "impossible value: expected zero or more")
                return cls(convert(number, unit, target), target)
        choices = ", ".join(cls.UNITS)
        raise fault("unit_wrong", '"{u}" is not one of its units: {c}', u=unit, c=choices)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with :meth:`read`, serialise as text."""
        return core_schema.with_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the field as text with a unit, for editors."""
        return {"type": "string", "description": " or ".join(cls.UNITS), "examples": [cls.EXAMPLE]}

    def __str__(self) -> str:
        """Text that :meth:`read` accepts."""
        return f"{self.value:.12g} {self.unit}"


class BloodFlow(_ByUnit):
    """Perfusion of a tissue at rest."""

    UNITS = ("mL/min/kg", "1/s", "kg/m^3/s")
    EXAMPLE = "32.7 mL/min/kg"

    def conductance(self, density: float, blood: "Blood") -> float:
        r"""Pennes coefficient :math:`G = w \rho \rho_b c_b` (W/m^3/K) in tissue of ``density``.

        Pennes (1948): heat brought by blood per volume and time is :math:`G (T_a - T)`.
        """
        if self.unit == "mL/min/kg":
            return self.value * 1e-6 / 60.0 * density * blood.density * blood.heat_capacity
        if self.unit == "1/s":
            return self.value * blood.density * blood.heat_capacity
        return self.value * blood.heat_capacity


class MetabolicHeat(_ByUnit):
    """Heat that a tissue makes at rest."""

    UNITS = ("W/kg", "W/m^3")
    EXAMPLE = "0.51 W/kg"

    def source(self, density: float) -> float:
        """Heat per volume and time (W/m^3) in tissue of ``density`` (kg/m^3)."""
        return self.value * density if self.unit == "W/kg" else self.value


class Blood(Part):
    """Arterial blood."""

    density: Density
    heat_capacity: HeatCapacity
    temperature: Temperature
