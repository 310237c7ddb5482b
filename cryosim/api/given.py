"""Lengths, times and temperatures as Python code gives them: text with a unit, or a quantity."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from cryosim.errors import CaseError
from cryosim.units import Delay, Position, Temperature

Floats = npt.NDArray[np.float64]

_KINDS: dict[str, Any] = {
    "length": TypeAdapter(Position),
    "time": TypeAdapter(Delay),
    "temperature": TypeAdapter(Temperature),
}


@dataclass(frozen=True)
class Given:
    """One value or several, in SI units."""

    values: Floats
    several: bool


def lengths(value: object, name: str) -> Given:
    """Lengths (m): ``"10 mm"``, a list of such, a quantity of pint, an array with ``units``."""
    return _read(value, name, "length")


def times(value: object, name: str = "time") -> Given:
    """Times since the start (s), in the same ways."""
    return _read(value, name, "time")


def temperature(value: object, name: str) -> float:
    """One temperature (K), in the same ways."""
    given = _read(value, name, "temperature")
    if given.several:
        raise CaseError(f"{name}: expected one temperature, got {given.values.size}")
    return float(given.values[0])


def _read(value: object, name: str, kind: str) -> Given:
    texts, several = _texts(value)
    if not texts:
        raise CaseError(f"{name}: expected at least one value, got none")
    return Given(np.array([_si(text, name, kind) for text in texts]), several)


def _texts(value: Any) -> tuple[list[object], bool]:
    """Each value as text with its unit, where it has one, and whether several were given."""
    unit = _unit_of(value)
    if unit:
        numbers = np.asarray(getattr(value, "magnitude", value), dtype=float)
        return [f"{x!r} {unit}" for x in numbers.ravel().tolist()], numbers.ndim > 0
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [value], False
    return [text for one in value for text in _texts(one)[0]], True


def _unit_of(value: Any) -> str:
    """Unit of a quantity of pint, or of an array of xarray that says it; else nothing."""
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return str(value.units)
    attributes = getattr(value, "attrs", None)
    return str(attributes.get("units", "")) if isinstance(attributes, dict) else ""


def _si(text: object, name: str, kind: str) -> float:
    try:
        return float(_KINDS[kind].validate_python(text, context={"file": name}))
    except ValidationError as error:
        shown = f'"{text}"' if isinstance(text, str) else repr(text)
        raise CaseError(f"{name} = {shown}: {error.errors()[0]['msg']}") from error
