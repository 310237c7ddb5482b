"""The numbers that a result comes down to, whoever put them there."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

Outcomes = dict[str, tuple[float, str]]
"""Name -> value and unit."""

SECTIONS = ("quantities", "outcome", "pigment")
"""Tables of ``result.json`` of entries with ``value`` and ``unit``."""


def outcomes_of(result: Mapping[str, Any]) -> Outcomes:
    """Every number of the quantities, the outcome and the limits of a ``result``."""
    found = {name: entry for section in SECTIONS for name, entry in _entries(result, section)}
    for limit in result.get("limits", ()):
        found[f"limit: {limit['key']}"] = limit
    return {
        name: (float(entry["value"]), str(entry.get("unit", "1")))
        for name, entry in found.items()
        if _is_number(entry.get("value"))
    }


def _entries(result: Mapping[str, Any], section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in result.get(section, {}).items():
        if isinstance(entry, Mapping):
            yield name, entry


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
