"""The physical vocabulary of case files.

A case file writes ``"-11 degC"`` or ``"2.2 mm"``.  Past this module every quantity is a plain
``float`` in the SI unit named by its type, and every temperature is in kelvin.  Python code may
pass SI floats; a file may not.
"""

import math
import re
from dataclasses import dataclass, field
from functools import cache
from tokenize import TokenError
from typing import Annotated, Any

import pint
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ZERO_CELSIUS = 273.15
"""0 degC (K), exact by definition of the Celsius scale."""

# The number is atomic: taken back in part, "1e5" would be 1 of the unit "e5".
_QUANTITY = re.compile(
    r"\s*((?>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))\s*((?:1\s*/\s*)?[^\d\s.].*?)\s*"
)


_LONGEST_UNIT = 40
"""Longest text that is tried as a unit."""

_NOT_A_UNIT = (
    pint.UndefinedUnitError,
    pint.DefinitionSyntaxError,
    TokenError,
    TypeError,
    ValueError,
    ZeroDivisionError,
)
"""What pint raises on text that names no unit; a wrong dimension, a TypeError too, goes first."""


@cache
def _registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(cache_folder=":auto:")


def fault(kind: str, message: str, **values: object) -> PydanticCustomError:
    """A validation error whose ``message`` is shown to the user as it is."""
    sentence = message.format(**values) if values else message
    return PydanticCustomError(kind, "{sentence}", {"sentence": sentence})


def split(text: object, example: str) -> tuple[float, str]:
    """Number and unit of ``text``; a missing unit is a fault that shows ``example``."""
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise fault("unit_missing", 'expected a number with a unit, such as "{e}"', e=example)
    unit = match[2]
    if len(unit) > _LONGEST_UNIT or ("**" in unit and "(" in unit):
        raise fault("unit_unknown", 'no unit is written like that; expected "{e}"', e=example)
    return float(match[1]), f"1{unit}" if unit.startswith("/") else unit


def convert(number: float, unit: str, target: str) -> float:
    """``number`` in ``unit`` expressed in ``target``; raises pint's errors."""
    return float(_registry().Quantity(number, unit).to(target).magnitude)


def fits(unit: str, target: str) -> bool:
    """Whether ``unit`` is known and has the dimension of ``target``."""
    try:
        return bool(_registry().Unit(unit).is_compatible_with(target))
    except _NOT_A_UNIT:
        return False


@dataclass(frozen=True)
class Unit:
    """The SI unit in which a field is kept, its closed bounds, and an example for messages."""

    symbol: str
    example: str
    low: float = 0.0
    high: float = float("inf")
    strict: bool = field(default=False)
    """Whether ``low`` itself is excluded."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with :meth:`read`, keep a float."""
        return core_schema.with_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(float)
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the field as text with a unit, for editors."""
        return {
            "type": "string",
            "description": f"a number with a unit that converts to {self.symbol}",
            "examples": [self.example],
            "pattern": r"^\s*[-+]?[0-9.]+([eE][-+]?\d+)?\s*\S+.*$",
        }

    def read(self, value: Any, info: ValidationInfo) -> float:
        """Turn ``"60 min"`` into ``3600.0``; only Python code may pass a bare SI float."""
        from_file = bool((info.context or {}).get("file"))
        if isinstance(value, int | float) and not isinstance(value, bool) and not from_file:
            return self._bounded(float(value))
        number, unit = split(value, self.example)
        if self.symbol == "K" and ("delta" in unit or "Δ" in unit):
            raise fault(
                "unit_wrong",
                '"{u}" is a difference of temperatures; expected one such as "{e}"',
                u=unit,
                e=self.example,
            )
        try:
            converted = convert(number, unit, self.symbol)
        except pint.DimensionalityError as error:
            raise fault("unit_wrong", self._dimension_message(unit)) from error
        except _NOT_A_UNIT as error:
            raise fault(
                "unit_unknown",
                'unknown unit "{u}"; expected one such as in "{e}"',
                u=unit,
                e=self.example,
            ) from error
        return self._bounded(converted, unit)

    def _dimension_message(self, unit: str) -> str:
        message = f'"{unit}" does not fit here; expected a unit such as in "{self.example}"'
        if "delta" in self.symbol and fits(unit, "K"):
            message += ' (a difference of temperatures is written "3 K" or "3 delta_degC")'
        return message

    def _bounded(self, number: float, unit: str | None = None) -> float:
        if not math.isfinite(number):
            raise fault("impossible_value", "impossible value: expected a finite number")
        below = number <= self.low if self.strict else number < self.low
        if below or number > self.high:
            relation = "above" if self.strict else "at least"
            upper = f" and at most {self._shown(self.high, unit)}" if self.high < math.inf else ""
            raise fault(
                "impossible_value",
                f"impossible value: expected {relation} {self._shown(self.low, unit)}{upper}",
            )
        return number

    def _shown(self, number: float, unit: str | None) -> str:
        """``number`` as the user would write it: in ``unit``, else in that of the example."""
        unit = unit or split(self.example, self.example)[1]
        return f"{convert(number, self.symbol, unit):.6g} {unit}"


Temperature = Annotated[float, Unit("K", "-11 degC", low=173.15, high=373.15)]
TemperatureSpan = Annotated[float, Unit("delta_degC", "3 K", strict=True)]
Supercooling = Annotated[float, Unit("delta_degC", "7 K")]
Length = Annotated[float, Unit("m", "2.2 mm", strict=True)]
Position = Annotated[float, Unit("m", "10 mm", low=-10.0, high=10.0)]
Duration = Annotated[float, Unit("s", "35 min", strict=True)]
Delay = Annotated[float, Unit("s", "60 s")]
Rate = Annotated[float, Unit("1/s", "5 1/h", strict=True)]
Density = Annotated[float, Unit("kg/m^3", "911 kg/m^3", strict=True)]
HeatCapacity = Annotated[float, Unit("J/kg/K", "2348 J/kg/K", strict=True)]
LatentHeat = Annotated[float, Unit("J/kg", "20.8 kJ/kg")]
Conductivity = Annotated[float, Unit("W/m/K", "0.21 W/m/K", strict=True)]
Conductance = Annotated[float, Unit("W/m^2/K", "400 W/m^2/K")]
PowerDensity = Annotated[float, Unit("W/m^3", "0.5 W/cm^3")]
Flux = Annotated[float, Unit("W/m^2", "72.9 mW/cm^2", low=-1e6, high=1e6)]
Pressure = Annotated[float, Unit("Pa", "30 kPa", strict=True)]
FluxLimit = Annotated[float, Unit("W/m^2", "150 mW/cm^2", strict=True)]
ArealCapacity = Annotated[float, Unit("J/K/m^2", "25 kJ/K/m^2", strict=True)]
NucleationRate = Annotated[float, Unit("1/m^3/s", "0.3 1/m^3/s", strict=True)]
PerKelvin = Annotated[float, Unit("1/K", "0.66 1/K", strict=True)]
TemperatureRate = Annotated[float, Unit("K/s", "0.5 K/s", strict=True)]
