"""Limits of safety by name, and side effects whose rates are reported.

The numbers are in ``limits.toml``.
"""

from collections.abc import Mapping

from cryosim.library.named import Item, item, items
from cryosim.library.tissues import Entry

FILE = "limits.toml"

RATE = "rate"
"""The entry of what is reported and not computed."""


def names() -> tuple[str, ...]:
    """Limits, then side effects, in the order of the file."""
    return tuple(items(FILE))


def title(name: str) -> str:
    """What it is about, in words."""
    return held(name).words["title"]


def entries(name: str) -> Mapping[str, Entry]:
    """Every value that the library holds of ``name``."""
    return held(name).entries


def held(name: str) -> Item:
    """The item ``name``, with what it says in plain words."""
    return item(FILE, "limit", name)


def limits() -> tuple[str, ...]:
    """Limits alone."""
    return tuple(name for name in names() if RATE not in entries(name))


def rates() -> tuple[str, ...]:
    """Side effects alone."""
    return tuple(name for name in names() if RATE in entries(name))
