"""The uncertain inputs of a case: what varies, between which ends, on whose word.

Inputs are the values that the case takes from the library where that gives a spread: properties of
tissues and of blood, thicknesses of a site, contact of applicators, parameters of the laws; and the
factors on blood flow during phases, which nobody has measured.  What the case gives itself is held,
and so is what a device is built and set to, for its user decides that.  The table ``[uncertainty]``
of the case has the last word: a range, or "off".

The value is the best estimate and the range says no more than its ends, so an input has a
triangular distribution with its mode at the value.  Where the ends are more than a decade apart
only the order of magnitude is known, and the logarithm is uniform; where the value is outside, the
input is uniform.  Inputs are independent of each other: an assumption.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cryosim.case.faults import did_you_mean, shown
from cryosim.case.load import Loaded
from cryosim.case.protocol import Repeat
from cryosim.errors import CaseError
from cryosim.injury import DEFAULT
from cryosim.library import applicators, injury_laws, tissues
from cryosim.library.cite import defaults
from cryosim.library.tissues import Entry
from cryosim.uncertainty.calibrated import calibrated
from cryosim.uncertainty.input import Input
from cryosim.uncertainty.paths import get, number_of
from cryosim.units import convert, fits

CHOSEN = {*applicators.SIZE, *applicators.CAVITY, *applicators.PROTOCOL, "suction"}
"""Entries of applicators that their user decides."""


def inputs_of(loaded: Loaded) -> list[Input]:
    """Every uncertain input of the case; raises CaseError for a range that cannot be."""
    found = [*_of_tissues(loaded), *_of_site(loaded), *_of_contacts(loaded)]
    found += [*_of_defaults(loaded), *_of_phases(loaded)]
    inputs: dict[str, Input] = {item.name: item for item in found}
    inputs |= {item.name: item for item in calibrated(loaded.case)}
    for path, said in loaded.case.uncertainty.items():
        if said == "off":
            if path not in inputs:
                hint = did_you_mean(path, [*inputs])
                raise CaseError(f'{loaded.path}: uncertainty."{path}": no such input; {hint}')
            del inputs[path]
        else:
            inputs[path] = _of_case(loaded, path, said, inputs.get(path))
    if not inputs:
        raise CaseError(f"{loaded.path}: nothing is uncertain; give ranges in [uncertainty]")
    return list(inputs.values())


def _input(
    name: str, ends: tuple[object, object], value: object, entry: Entry, paths: tuple[str, ...] = ()
) -> Input:
    """The input between ``ends``, in the unit of the lower one."""
    low, unit = number_of(ends[0], name)
    others = [number_of(text, name) for text in (ends[1], value)]
    for _, other in others:
        if other != unit and not fits(other, unit):
            raise ValueError(f'"{other}" does not fit "{unit}"')
    high, nominal = (x if u == unit else convert(x, u, unit) for x, u in others)
    return Input(name, paths or (name,), nominal, low, high, unit, entry.source, entry.grade)


def _of_tissues(loaded: Loaded) -> Iterator[Input]:
    """Properties of the tissues of the library, and of blood, that the case does not give."""
    case = loaded.case
    taken = {f"tissue.{name}": tissues.selected(name, case.anatomy.freezing)
             for name in loaded.tissues if name in tissues.names()}  # fmt: skip
    for where, entries in (taken | {tissues.BLOOD: tissues.entries(tissues.BLOOD)}).items():
        for key, entry in entries.items():
            if get(loaded.expanded.fields, f"{where}.{key}") is not None:
                continue
            for member, ends in entry.ranges.items():
                value = entry.value[member] if isinstance(entry.value, dict) else entry.value
                name = ".".join(filter(None, (where, key, member)))
                yield _input(name, ends, value, entry)


def _of_site(loaded: Loaded) -> Iterator[Input]:
    """Thicknesses of the layers of a site."""
    mapped = loaded.thickness.thickness if loaded.thickness else {}
    places = {own: place for place, own in loaded.expanded.keys.items()}
    for taken in loaded.expanded.taken:
        if taken.key not in places or taken.given is not None or taken.property in mapped:
            continue
        for ends in taken.entry.ranges.values():
            paths = (places[taken.key],)
            yield _input(taken.key, ends, taken.entry.value, taken.entry, paths)


def _of_contacts(loaded: Loaded) -> Iterator[Input]:
    """What applicators of the library are not built or set to; alike for alike applicators."""
    found: dict[tuple[str, str], Input] = {}
    for taken in loaded.expanded.taken:
        kind = (taken.item, taken.property)
        if taken.item not in applicators.names() or taken.property in CHOSEN:
            continue
        if taken.given is not None or not taken.entry.ranges:
            continue
        if kind in found:
            found[kind] = replace(found[kind], paths=(*found[kind].paths, taken.key))
        else:
            ends = taken.entry.ranges[""]
            found[kind] = _input(taken.key, ends, taken.entry.value, taken.entry)
    yield from found.values()


def _of_defaults(loaded: Loaded) -> Iterator[Input]:
    """Defaults of the case file that are in force; alike for all applicators."""
    given = loaded.expanded.fields
    tied = ("injury", "course") if loaded.case.injury.kind == DEFAULT.kind else ()
    for path, entry in _parameters(loaded).items():
        part, _, key = path.partition(".")
        if part in tied:  # see calibrated
            continue
        paths = _places(given, path)
        if part != "applicator":
            in_force = getattr(getattr(loaded.case, part, None), key, None) is not None
            paths = paths if in_force else ()
        if entry.ranges and paths:
            yield _input(paths[0], entry.ranges[""], entry.value, entry, paths)


def _parameters(loaded: Loaded) -> Mapping[str, Entry]:
    """Entries of defaults and of the injury law by the key path where a case can give them."""
    massaged = any(phase.phase == "massage" for phase in loaded.case.phases)
    law = injury_laws.entries(loaded.case.injury.kind).items()
    of_law = {f"injury.{key}": entry for key, entry in law if massaged or key != "massage"}
    return {**defaults(), **of_law}


def _places(given: dict[str, Any], path: str) -> tuple[str, ...]:
    """Key paths of the default ``path`` that the case leaves open."""
    part, _, key = path.partition(".")
    held = given.get(part)
    if part == "applicator" and held is None:
        return ()
    if not isinstance(held, list):
        return () if get(given, path) is not None else (path,)
    return tuple(f"{part}[{i + 1}].{key}" for i, table in enumerate(held) if key not in table)


def _of_phases(loaded: Loaded) -> Iterator[Input]:
    """Factors on blood flow: phases with the same factor have one and the same."""
    entry = applicators.entries("two_plate_cup")["perfusion"]
    ends = entry.ranges[""]
    places: dict[float, list[str]] = {}
    for i, phase in enumerate(loaded.case.protocol):
        if not isinstance(phase, Repeat) and phase.perfusion != 1.0:
            places.setdefault(phase.perfusion, []).append(f"protocol[{i + 1}].perfusion")
    for factor, paths in places.items():
        if float(ends[0]) <= factor <= float(ends[1]):
            yield _input(paths[0], ends, factor, entry, tuple(paths))


def _of_case(loaded: Loaded, path: str, ends: tuple[object, object], known: Input | None) -> Input:
    """The input whose range the case gives itself."""
    where = f'{loaded.path}: uncertainty."{path}"'
    value = value_of(loaded, path) if known is None else f"{known.nominal!r} {known.unit}"
    if known is not None and known.unit == "1":
        value = known.nominal
    if value is None:
        raise CaseError(f"{where}: neither the case nor the library gives a value there")
    entry = Entry(value=str(value), source=("case",), grade="A")
    try:
        found = _input(path, ends, value, entry, known.paths if known else written(loaded, path))
    except ValueError as error:
        raise CaseError(f"{where} = {shown(list(ends))}: {error}") from error
    if not found.low < found.high:
        raise CaseError(f"{where} = {shown(list(ends))}: expected the lower end first")
    return replace(found, source=(), grade="case")


def written(loaded: Loaded, path: str) -> tuple[str, ...]:
    """Where ``path`` of the file is in the case written out."""
    places = {own: place for place, own in loaded.expanded.keys.items()}
    return (places.get(path, path),)


def value_of(loaded: Loaded, path: str) -> Any:
    """The value at ``path`` of the case written out, of the library, or a default; or None."""
    found = get(loaded.expanded.fields, written(loaded, path)[0])
    if found is None and path in _parameters(loaded):
        found = _parameters(loaded)[path].value
    if found is None:
        freezing = loaded.case.anatomy.freezing
        held = {name: tissues.fields(name, freezing) for name in loaded.tissues
                if name in tissues.names()}  # fmt: skip
        found = get({"tissue": held, "blood": tissues.fields(tissues.BLOOD)}, path)
    return None if isinstance(found, dict | list) else found
