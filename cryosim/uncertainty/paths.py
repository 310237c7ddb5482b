"""Values of a case by key path, such as ``tissue.fat.lipid.latent_heat``."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cryosim.case.faults import shown
from cryosim.case.load import Loaded
from cryosim.case.shorthand import expand
from cryosim.errors import CaseError
from cryosim.library import tissues
from cryosim.units import split

Value = str | float

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def steps_of(path: str) -> list[str | int]:
    """Keys and places, from 0, that lead to the value at ``path``."""
    return [key or int(place) - 1 for key, place in _STEP.findall(path)]


def get(fields: Any, path: str) -> Any:
    """What stands at ``path`` in the ``fields`` of a case; None if nothing."""
    for step in steps_of(path):
        if isinstance(step, str) and isinstance(fields, Mapping):
            fields = fields.get(step)
        elif isinstance(step, int) and isinstance(fields, list) and 0 <= step < len(fields):
            fields = fields[step]
        else:
            return None
    return fields


def put(fields: dict[str, Any], path: str, value: object, loaded: Loaded) -> None:
    """Set ``value`` at ``path`` in ``fields``; tables that are not there yet are made.

    A table of a tissue replaces that of the library whole, so it is copied from there first.
    Raises KeyError, IndexError or TypeError for a path that leads into something else.
    """
    steps = steps_of(path)
    place: Any = fields
    for i, step in enumerate(steps):
        if isinstance(place, dict) != isinstance(step, str):
            raise KeyError(step)
        if i == len(steps) - 1:
            place[step] = value
        elif isinstance(place, dict) and step not in place:
            place[step] = _library_table(steps[: i + 1], loaded)
        place = place[step]


def changed(fields: dict[str, Any], path: str, value: object, loaded: Loaded) -> dict[str, Any]:
    """``fields`` with ``value`` at ``path``; what they only name is written out if it must.

    Raises CaseError for a key path that leads nowhere.
    """
    if "[0]" in path:
        raise CaseError(f'"{path}": places are counted from [1]')
    for written_out in (False, True):
        candidate = deepcopy(fields)
        if written_out:
            candidate = expand(candidate).fields
        try:
            put(candidate, path, value, loaded)
        except (KeyError, IndexError, TypeError):
            continue
        return candidate
    raise CaseError(
        f'"{path}" = {shown(value)}: {loaded.path} has nothing there; expected a key path '
        'such as "protocol[1].temperature" (the first of a list is [1])'
    )


def _library_table(steps: list[str | int], loaded: Loaded) -> dict[str, Any]:
    """The table of a property of a tissue of the library; empty for anything else."""
    match steps:
        case ["tissue", str(name), str(key)] if name in tissues.names():
            return deepcopy(tissues.fields(name, loaded.case.anatomy.freezing)[key])
        case _:
            return {}


def number_of(value: object, path: str) -> tuple[float, str]:
    """Number and unit of a ``value``; "1" is the unit of a bare number."""
    try:
        return float(value), "1"  # type: ignore[arg-type]
    except (TypeError, ValueError):
        pass
    try:
        return split(value, "300 W/m^2/K")
    except ValueError as error:
        raise CaseError(f"{path} = {value!r}: expected a number, or one with a unit") from error
