"""The parameters of a fit: where they stand in the case, and between which bounds they may lie."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryosim.case.load import Loaded, load
from cryosim.case.toml import text_of
from cryosim.errors import CaseError
from cryosim.library import tissues
from cryosim.library.cite import defaults
from cryosim.library.tissues import Entry
from cryosim.output.files import write_text
from cryosim.uncertainty.input import DECADE, Input
from cryosim.uncertainty.inputs import value_of, written
from cryosim.uncertainty.paths import number_of, put
from cryosim.units import convert, fits

CONTACT = "contact_conductance"

WIDER = 3.0
"""How far bounds reach beyond the range of the library, or from a value that has none: a factor.

An assumption.  The data shall decide, and bounds only keep the search from nonsense.
"""

STEP = 0.02
"""Step of the derivatives: relative where the logarithm is fitted, else of the value or the range.

Measured on a column of gel, where 0.01 to 5 % were tried: below 0.5 % the derivatives do not change
any more, so the integrator's error is far smaller than the response to any of these; at 2 % they
are off by 1 to 2 % and the response (0.02 to 0.07 K) is still above the error of coarser marches.
"""


@dataclass(frozen=True)
class Parameter:
    """One number that is fitted, as a share (0 to 1) of the way between its bounds."""

    input: Input
    own: tuple[str, ...]
    """Key paths of the case file that take its value."""
    library: tuple[float, float] | None
    """Range of the library, in the same unit."""

    @property
    def name(self) -> str:
        """Key path by which it is called."""
        return self.input.name

    @property
    def logarithmic(self) -> bool:
        """Whether its logarithm is fitted: the bounds are more than a decade apart."""
        return self.input.low > 0.0 and self.input.high > DECADE * self.input.low

    def value(self, share: float) -> float:
        """The value at ``share`` of the way."""
        low, high = self.input.low, self.input.high
        if self.logarithmic:
            return float(low * (high / low) ** share)
        return low + share * (high - low)

    def share(self, value: float) -> float:
        """How far along the way ``value`` is."""
        low, high = self.input.low, self.input.high
        return log(value / low) / log(high / low) if self.logarithmic else (value - low) / (
            high - low
        )  # fmt: skip

    def step(self, share: float) -> float:
        """Step of the share for a derivative there, towards the farther bound."""
        low, high = self.input.low, self.input.high
        if self.logarithmic:
            size = log(1.0 + STEP) / log(high / low)
        else:
            size = STEP * max(abs(self.value(share)) / (high - low), 1.0)
        return size if share + size <= 1.0 else -size


def parameters_of(loaded: Loaded, asked: Sequence[str]) -> list[Parameter]:
    """What ``asked`` names as PATH or PATH=LOW:HIGH; the contact of the applicators if nothing.

    Raises CaseError for a path without a number, for bounds that cannot be, and for a value of the
    case outside of them.
    """
    found = [_parameter(loaded, text) for text in asked or (f"applicator.{CONTACT}",)]
    twice = [p.name for i, p in enumerate(found) if p.name in {q.name for q in found[:i]}]
    if twice:
        raise CaseError(f"--fit {twice[0]}: is asked for twice")
    for parameter in found:
        _check_bounds(loaded, parameter)
    return found


def _parameter(loaded: Loaded, text: str) -> Parameter:
    path, _, bounds = (part.strip() for part in text.partition("="))
    own = _places(loaded, path)
    values = [_value(loaded, one) for one in own]
    if values[0] is None or isinstance(values[0], bool):
        raise CaseError(f"--fit {path}: neither the case nor the library has a number there")
    if any(value != values[0] for value in values):
        raise CaseError(f"--fit {path}: applicators differ; name one, such as {own[0]}")
    nominal, unit = number_of(values[0], f"--fit {path}")
    entry = _entry(loaded, own[0])
    ends = _ends(entry, own[0], unit)
    if bounds:
        low, high = _given(path, bounds, unit)
    else:
        low, high = _usual(path, ends or (nominal, nominal), unit)
    if not low < high:
        raise CaseError(f"--fit {text}: expected the lower bound first")
    if not low <= nominal <= high:
        raise CaseError(
            f"--fit {path}: the case has {nominal:g} {unit}, outside of {low:g} to {high:g}; "
            "the search begins there, so change the case or the bounds"
        )
    source, grade = (entry.source, entry.grade) if entry else ((), "case")
    paths = tuple(written(loaded, one)[0] for one in own)
    return Parameter(Input(path, paths, nominal, low, high, unit, source, grade), own, ends)


def _value(loaded: Loaded, path: str) -> Any:
    """What the case or the library has at ``path``; None if nothing."""
    if path.startswith("applicator") and not loaded.case.applicator:
        return None
    found, entry = value_of(loaded, path), _entry(loaded, path)
    return entry.value if found is None and entry and isinstance(entry.value, str) else found


def _places(loaded: Loaded, path: str) -> tuple[str, ...]:
    """Key paths of the case file for ``path``: ``applicator.KEY`` is that of all applicators."""
    several = loaded.fields.get("applicator")
    if isinstance(several, dict) and path.startswith("applicator[1]."):
        return (path.replace("[1]", "", 1),)
    if isinstance(several, list) and path.startswith("applicator."):
        key = path.removeprefix("applicator.")
        return tuple(f"applicator[{i + 1}].{key}" for i in range(len(several)))
    return (path,)


def _entry(loaded: Loaded, path: str) -> Entry | None:
    """What the library says of the value at ``path``."""
    for taken in loaded.expanded.taken:
        if path in (taken.key, loaded.expanded.keys.get(path)):
            return taken.entry
    steps = path.split(".")
    if steps[0] == "tissue" and len(steps) > 2 and steps[1] in tissues.names():
        return tissues.selected(steps[1], loaded.case.anatomy.freezing).get(steps[2])
    if steps[0] == "blood" and len(steps) > 1:
        return tissues.entries(tissues.BLOOD).get(steps[1])
    return defaults().get(re.sub(r"\[\d+\]", "", path))


def _ends(entry: Entry | None, path: str, unit: str) -> tuple[float, float] | None:
    """The range of the library for ``path``, in ``unit``."""
    member = ".".join(path.split(".")[3:]) if path.startswith("tissue.") else ""
    if entry is None or member not in entry.ranges:
        return None
    low, high = (_converted(*number_of(end, path), unit) for end in entry.ranges[member])
    return None if low is None or high is None else (low, high)


def _usual(path: str, ends: tuple[float, float], unit: str) -> tuple[float, float]:
    """Bounds if none are given: wider than the range of the library, as far as that has sense."""
    low, high = ends
    if unit == "1" and low < high:
        return low, high
    if fits(unit, "K") or low < 0.0 or high <= 0.0:
        raise CaseError(f"--fit {path}: give its bounds, such as {path}=LOW:HIGH")
    return low / WIDER, high * WIDER


def _given(path: str, bounds: str, unit: str) -> tuple[float, float]:
    """Bounds of an option; a bare number is in the unit of the case."""
    found = []
    for text in bounds.split(":"):
        number, own = number_of(text.strip(), f"--fit {path}")
        found.append(number if own == "1" else _converted(number, own, unit))
    if len(found) != 2 or None in found:
        raise CaseError(
            f"--fit {path}={bounds}: expected two bounds that fit {unit}, "
            f"such as {path}=100:2000 {unit}"
        )
    return found[0], found[1]  # type: ignore[return-value]


def _converted(number: float, unit: str, target: str) -> float | None:
    if unit == target:
        return number
    known = "1" not in (unit, target) and fits(unit, target)
    return convert(number, unit, target) if known else None


def _check_bounds(loaded: Loaded, parameter: Parameter) -> None:
    """Raise CaseError if the case may not have a parameter at one of its bounds."""
    for end in (parameter.input.low, parameter.input.high):
        text = case_with(loaded, {parameter: end}, loaded.path.parent.resolve())
        with TemporaryDirectory(prefix="cryosim-") as folder:
            file = Path(folder) / loaded.path.name
            write_text(file, text)
            try:
                load(file)
            except CaseError as error:
                where = f"--fit {parameter.name}, at {parameter.input.given(end)}"
                why = str(error).partition("\n")[2].strip() or str(error)
                raise CaseError(f"{where}: {why}") from error


def case_with(loaded: Loaded, values: Mapping[Parameter, float], folder: Path | str) -> str:
    """The case file with these ``values``; the files it names are found from ``folder``."""
    fields = _with_files(deepcopy(loaded.fields), Path(folder))
    for parameter, value in values.items():
        for path in parameter.own:
            try:
                put(fields, path, parameter.input.given(value), loaded)
            except (KeyError, IndexError, TypeError) as error:
                raise CaseError(
                    f"--fit {parameter.name}: leads to no place of the case file"
                ) from error
    return text_of(fields)


def _with_files(fields: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``fields`` with the names of files below ``folder``."""
    anatomy, mesh = fields.get("anatomy", {}), fields.get("mesh", {})
    map_ = anatomy.get("thickness_map")
    if isinstance(map_, str):
        anatomy["thickness_map"] = str(folder / map_)
    phases = [p for p in fields.get("protocol", ()) if isinstance(p, dict)]
    for place in (map_, mesh, *(p.get(key) for p in phases for key in ("log", "source"))):
        if isinstance(place, dict) and isinstance(place.get("file"), str):
            place["file"] = str(folder / place["file"])
    return fields
