"""Injury laws by kind: equation, validity, limits and what their parameters rest on.

The words and numbers are in ``injury.toml``, the laws themselves in ``cryosim.injury``.
"""

from collections.abc import Mapping

from cryosim.library.named import item, items
from cryosim.library.tissues import Entry

FILE = "injury.toml"

WORDS = ("equation", "validity", "limits")
"""What is said of every law beside its title."""


def names() -> tuple[str, ...]:
    """Kinds of the laws, in the order of the file."""
    return tuple(items(FILE))


def title(name: str) -> str:
    """The law in words."""
    return item(FILE, "injury law", name).words["title"]


def words(name: str) -> Mapping[str, str]:
    """Equation, range of validity and known limits of the law ``name``."""
    said = item(FILE, "injury law", name).words
    return {key: said[key] for key in WORDS}


def entries(name: str) -> Mapping[str, Entry]:
    """Every parameter of the law ``name``."""
    return item(FILE, "injury law", name).entries
