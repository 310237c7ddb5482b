"""Named items of a data file of the library, each with words about it and cited entries."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from cryosim.errors import CaseError
from cryosim.library.tissues import Entry


@dataclass(frozen=True)
class Item:
    """One site or applicator."""

    words: Mapping[str, str]
    """Its title, and what else the file says of it in plain text."""
    entries: Mapping[str, Entry]


@cache
def items(file: str) -> Mapping[str, Item]:
    """Name -> item of a data file, in the order of the file."""
    text = files("cryosim.library").joinpath(file).read_text(encoding="utf-8")
    return {
        name: Item(
            {key: value for key, value in table.items() if isinstance(value, str)},
            {key: Entry(**value) for key, value in table.items() if isinstance(value, dict)},
        )
        for name, table in tomllib.loads(text).items()
    }


def item(file: str, kind: str, name: str) -> Item:
    """The item ``name``; raises CaseError, which calls it a ``kind``, if there is none."""
    known = items(file)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else "."
        raise CaseError(f'unknown {kind} "{name}"{hint} The library has: {", ".join(known)}')
    return known[name]
