"""Applicators by generic name, and the protocol that goes with each.

The numbers are in ``applicators.toml``.  What is returned is in the language of case files, as a
case would have given it.
"""

from collections.abc import Mapping
from typing import Any

from cryosim.library.named import item, items
from cryosim.library.tissues import Entry

FILE = "applicators.toml"

SIZE = ("width", "length")
"""Entries of the size of a plate, along x and y."""

CAVITY = ("form", "gap", "length", "depth", "lip", "rim")
"""Entries of the cavity of a cup."""

COOLING = ("temperature", "ramp", "duration", "perfusion")
"""Entries of the cooling phase of the standard protocol."""

PROTOCOL = (*COOLING, "rest")
"""Entries of the standard protocol."""

ASIDE = ("massage",)
"""Entries that no case takes."""


def names() -> tuple[str, ...]:
    """Applicators of the library, in the order of its file."""
    return tuple(items(FILE))


def title(name: str) -> str:
    """The applicator in words."""
    return item(FILE, "applicator", name).words["title"]


def entries(name: str) -> Mapping[str, Entry]:
    """Every property that the library holds of the applicator ``name``."""
    return item(FILE, "applicator", name).entries


def applicator(name: str) -> dict[str, Any]:
    """The applicator ``name`` as a table of a case file."""
    table: dict[str, Any] = {"kind": item(FILE, "applicator", name).words["kind"]}
    for key in of_applicator(name):
        value = entries(name)[key].value
        match path(name, key):
            case ("size", _):
                table.setdefault("size", []).append(value)
            case ("cup", _):
                table.setdefault("cup", {})[key] = value
            case _:
                table[key] = value
    return table


def of_applicator(name: str) -> list[str]:
    """Entries of the applicator ``name`` itself, without its protocol."""
    return [key for key in entries(name) if key not in (*PROTOCOL, *ASIDE)]


def of_protocol(name: str) -> list[str]:
    """Entries of the standard protocol of the applicator ``name``."""
    return [key for key in entries(name) if key in PROTOCOL]


def path(name: str, key: str) -> tuple[str | int, ...]:
    """Keys and places in the table of the applicator ``name`` that lead to its entry ``key``."""
    if item(FILE, "applicator", name).words["kind"] == "cup" and key in CAVITY:
        return ("cup", key)
    return ("size", SIZE.index(key)) if key in SIZE else (key,)


def protocol(name: str) -> list[dict[str, Any]]:
    """The standard protocol of the applicator ``name``: cool, then off."""
    held: dict[str, Any] = {key: entry.value for key, entry in entries(name).items()}
    cool = {key: held[key] for key in COOLING if key in held}
    if "perfusion" in cool:
        cool["perfusion"] = float(cool["perfusion"])
    return [{"phase": "cool", **cool}, {"phase": "remove", "duration": held["rest"]}]
