"""What a case may name instead of writing it out: a site, an applicator, a standard protocol.

``anatomy.site`` stands for layers, ``applicator.library`` for the keys of an applicator, and
``protocol = "standard"``, or none, for the protocol of that applicator.  They are written out
before the case is checked, so nothing past this module knows of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryosim.case.faults import did_you_mean, shown
from cryosim.library import applicators, sites
from cryosim.library.tissues import Entry

STANDARD = "standard"

_ANY_LAYERS = [{"tissue": "skin", "thickness": "2 mm"}]
_ANY_PROTOCOL = [{"phase": "remove", "duration": "1 min"}]
"""Stand-ins for what cannot be written out, so that the faults of the rest are found as well."""


@dataclass(frozen=True)
class Taken:
    """One value that a case takes from the library, or replaces there."""

    item: str
    """Site or applicator."""
    property: str
    entry: Entry
    key: str
    """Key path of the case where it can be replaced."""
    given: Any = None
    """What the case gives instead; None if nothing."""


@dataclass
class Expanded:
    """A case written out."""

    fields: dict[str, Any]
    taken: list[Taken] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """Key path of what was written out -> the key path in the file."""
    faults: list[str] = field(default_factory=list)

    @property
    def replaced(self) -> list[Taken]:
        """What the case replaces of it."""
        return [taken for taken in self.taken if taken.given is not None]


def expand(given: Mapping[str, Any]) -> Expanded:
    """Write out what the fields ``given`` by a case file name of the library."""
    case = Expanded(dict(given))
    site = _site(case)
    library = _applicators(case)
    _protocol(case, library)
    if "title" not in given and (site or library or case.faults):
        words = ", ".join(name.replace("_", " ") for name in (site, *library) if name) or STANDARD
        case.fields = {"title": words[0].upper() + words[1:], **case.fields}
    return case


def _site(case: Expanded) -> str | None:
    """Write out the layers of a site; return its name."""
    anatomy = case.fields.get("anatomy")
    if not isinstance(anatomy, dict) or not {"site", "thickness"} & set(anatomy):
        return None
    rest = {key: value for key, value in anatomy.items() if key not in ("site", "thickness")}
    name = anatomy.get("site")
    faults = list(_faults_of_site(anatomy))
    case.faults += faults
    case.fields["anatomy"] = {"layers": _ANY_LAYERS} | rest
    if faults or not isinstance(name, str):
        return None
    own = anatomy.get("thickness", {})
    layers = []
    for i, (tissue, mean) in enumerate(sites.layers(name).items()):
        layers.append({"tissue": tissue, "thickness": own.get(tissue, mean)})
        key = f"anatomy.thickness.{tissue}"
        case.keys[f"anatomy.layers[{i + 1}].thickness"] = key
        case.taken.append(Taken(name, tissue, sites.entries(name)[tissue], key, own.get(tissue)))
    case.fields["anatomy"] = {"layers": layers} | rest
    return name


def _faults_of_site(anatomy: Mapping[str, Any]) -> Iterator[str]:
    """Unknown site or layer, and keys that do not go together."""
    name, own = anatomy.get("site"), anatomy.get("thickness", {})
    if "site" not in anatomy:
        yield "anatomy.thickness: replaces thicknesses of a site; expected anatomy.site beside it"
    elif not isinstance(name, str) or name not in sites.names():
        hint = did_you_mean(str(name), sites.names())
        yield f"anatomy.site = {shown(name)}: unknown site; {hint}"
    elif "layers" in anatomy:
        yield (
            f"anatomy.site = {shown(name)}: layers are given, too; expected one of the two, or "
            'a site and other thicknesses, such as thickness = { fat = "25 mm" }'
        )
    elif not isinstance(own, dict):
        yield f'anatomy.thickness = {shown(own)}: expected a table such as {{ fat = "25 mm" }}'
    else:
        for layer in own:
            if layer not in sites.layers(name):
                hint = did_you_mean(layer, [*sites.layers(name)])
                yield f"anatomy.thickness.{layer}: no layer of the site {name}; {hint}"


def _applicators(case: Expanded) -> list[str]:
    """Write out applicators of the library; return their names."""
    given = case.fields.get("applicator")
    several = given if isinstance(given, list) else [given]
    names, tables = [], []
    for i, table in enumerate(several):
        if not isinstance(table, dict) or "library" not in table:
            tables.append(table)
            continue
        own = {key: value for key, value in table.items() if key != "library"}
        name = table["library"]
        if not isinstance(name, str) or name not in applicators.names():
            where = f"applicator[{i + 1}].library = {shown(name)}"
            hint = did_you_mean(str(name), applicators.names())
            case.faults.append(f"{where}: unknown applicator; {hint}")
            case.fields.setdefault("protocol", _ANY_PROTOCOL)
            tables.append(own)
            continue
        names.append(name)
        tables.append(_merged(applicators.applicator(name), own))
        key = f"applicator[{i + 1}]" if isinstance(given, list) else "applicator"
        case.taken += _taken_of(name, own, key)
    if "applicator" in case.fields:
        case.fields["applicator"] = tables if isinstance(given, list) else tables[0]
    return list(dict.fromkeys(names))


def _taken_of(name: str, own: Mapping[str, Any], where: str) -> Iterator[Taken]:
    """Geometry, suction and contact of the applicator ``name`` with ``own`` keys beside it."""
    for key in applicators.of_applicator(name):
        path = applicators.path(name, key)
        place = where + "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in path)
        yield Taken(name, key, applicators.entries(name)[key], place, _within(own, path))


def _within(table: Any, path: Sequence[str | int]) -> Any:
    """What stands at ``path`` in a table of a case; None if nothing."""
    for part in path:
        if isinstance(table, dict) and isinstance(part, str):
            table = table.get(part)
        elif isinstance(table, list) and isinstance(part, int) and part < len(table):
            table = table[part]
        else:
            return None
    return table


def _merged(table: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``table`` with ``own`` values, tables within it merged as well."""
    both = {**table, **own}
    for key, value in table.items():
        if isinstance(value, dict) and isinstance(own.get(key), dict):
            both[key] = {**value, **own[key]}
    return both


def _protocol(case: Expanded, library: list[str]) -> None:
    """Write out the standard protocol of the applicators ``library``."""
    given = case.fields.get("protocol", STANDARD if library else None)
    if not isinstance(given, str):
        return
    standard = [applicators.protocol(name) for name in library]
    case.fields["protocol"] = standard[0] if standard else _ANY_PROTOCOL
    where = f"protocol = {shown(given)}"
    if given != STANDARD:
        case.faults.append(f'{where}: expected "{STANDARD}" or phases, each as [[protocol]]')
    elif not standard and not case.faults:
        case.faults.append(f"{where}: is that of an applicator of the library, and there is none")
    elif any(protocol != standard[0] for protocol in standard):
        case.faults.append(f"{where}: {' and '.join(library)} have different ones; write phases")
    for name in library[:1]:
        entries = applicators.entries(name)
        case.taken += [
            Taken(name, key, entries[key], "protocol") for key in applicators.of_protocol(name)
        ]
