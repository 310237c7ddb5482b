"""Tissues by name, each value with its spread, source and grade.

The numbers are in ``tissues.toml``, the literature they cite in ``sources.toml``; both explain
themselves in their first lines.  A new tissue is a new table there and no code.
"""

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, ValidationError

from cryosim.errors import CaseError
from cryosim.part import Part
from cryosim.physics.blood import Blood
from cryosim.physics.tissue import Tissue

Freezing = Literal["supercooled", "equilibrium"]
Grade = Literal["V", "V2", "D", "R", "A"]

_MEMBER = re.compile(
    r"(?P<name>[a-z][a-z0-9 ]*?) (?P<low>-?[\d.]+) to (?P<high>-?[\d.]+)(?: (?P<unit>[^\s,]+))?"
)
"""Spread of a member of a table, such as "latent heat 15.8 to 20.8 kJ/kg between patients"."""

BLOOD = "blood"
"""The entry that is no tissue to build with."""

IF_FROZEN = {
    "water": "water_if_frozen",
    "heat_capacity_frozen": "heat_capacity_if_frozen",
    "conductivity_frozen": "conductivity_if_frozen",
}
"""Property of a tissue -> its entry, taken only where tissue water freezes at equilibrium."""


class Entry(Part):
    """One property of one tissue."""

    value: str | dict[str, Any]
    """As a case file would give it: text with a unit, or a table."""
    spread: str | None = None
    source: tuple[str, ...] = Field(min_length=1)
    """Keys of ``sources.toml``."""
    grade: Grade
    note: str | None = None

    @property
    def range(self) -> tuple[str, str] | None:
        """Lowest and highest published value, as text with a unit; none for a table."""
        if self.spread is None or isinstance(self.value, dict):
            return None
        low, _, high = self.spread.partition(" to ")
        return low, high

    @property
    def ranges(self) -> dict[str, tuple[str, str]]:
        """Lowest and highest value of each member of a table that has a spread, as text.

        The member of a value that is no table is "".
        """
        if self.range is not None:
            return {"": self.range}
        found = _MEMBER.match(self.spread or "")
        if found is None:
            return {}
        unit = f" {found['unit']}" if found["unit"] else ""
        return {found["name"].replace(" ", "_"): (found["low"] + unit, found["high"] + unit)}


@cache
def _library() -> dict[str, tuple[str | None, dict[str, Entry]]]:
    """Name -> title and entries."""
    text = files("cryosim.library").joinpath("tissues.toml").read_text(encoding="utf-8")
    return {
        name: (table.pop("title", None), {key: Entry(**entry) for key, entry in table.items()})
        for name, table in tomllib.loads(text).items()
    }


def names() -> tuple[str, ...]:
    """Tissues of the library, in the order of its file."""
    return tuple(name for name in _library() if name != BLOOD)


def entries(tissue: str) -> Mapping[str, Entry]:
    """Every property that the library holds of ``tissue`` (or of blood)."""
    if tissue not in _library():
        close = get_close_matches(tissue, names(), n=1)
        hint = f'; did you mean "{close[0]}"?' if close else "."
        raise CaseError(f'unknown tissue "{tissue}"{hint} The library has: {", ".join(names())}')
    return _library()[tissue][1]


def selected(tissue: str, freezing: Freezing = "supercooled") -> dict[str, Entry]:
    """Property -> entry that a case with this ``freezing`` takes, named as in ``Tissue``."""
    held = entries(tissue)
    taken = {key: entry for key, entry in held.items() if key not in IF_FROZEN.values()}
    if freezing == "equilibrium":
        taken |= {key: held[entry] for key, entry in IF_FROZEN.items() if entry in held}
    return taken


def fields(tissue: str, freezing: Freezing = "supercooled") -> dict[str, Any]:
    """What ``Tissue`` (or ``Blood``) is validated from, as a case file would give it.

    An override replaces the value of its property whole: ``fields(...) | overrides``.
    """
    values = {key: deepcopy(entry.value) for key, entry in selected(tissue, freezing).items()}
    title = _library()[tissue][0]
    return values if title is None else {"title": title, **values}


def tissue(
    name: str,
    freezing: Freezing = "supercooled",
    overrides: Mapping[str, object] | None = None,
) -> Tissue:
    """The tissue ``name`` with ``overrides`` of its properties (text with units, or SI floats)."""
    if name == BLOOD:
        raise CaseError(f"blood is not a tissue. The library has: {', '.join(names())}")
    given = fields(name, freezing) | dict(overrides or {})
    try:
        return Tissue.model_validate(given)
    except ValidationError as error:
        raise _stated(name, error) from error


def blood(overrides: Mapping[str, object] | None = None) -> Blood:
    """Arterial blood with ``overrides`` of its properties (text with units, or SI floats)."""
    try:
        return Blood.model_validate(fields(BLOOD) | dict(overrides or {}))
    except ValidationError as error:
        raise _stated(BLOOD, error) from error


def _stated(name: str, error: ValidationError) -> CaseError:
    """Every fault of a tissue, one a line."""
    lines = [".".join(map(str, (name, *f["loc"]))) + ": " + f["msg"] for f in error.errors()]
    return CaseError("\n".join(lines))
