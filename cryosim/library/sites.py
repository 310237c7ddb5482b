"""Body sites by name: the layers under the skin, and the applicator that suits.

The numbers are in ``sites.toml``.
"""

from collections.abc import Mapping

from cryosim.library.named import item, items
from cryosim.library.tissues import Entry

FILE = "sites.toml"

SUITS = "applicator"
"""The entry that names an applicator; all others are layers."""


def names() -> tuple[str, ...]:
    """Sites of the library, in the order of its file."""
    return tuple(items(FILE))


def title(name: str) -> str:
    """The site in words."""
    return item(FILE, "site", name).words["title"]


def entries(name: str) -> Mapping[str, Entry]:
    """Every property that the library holds of the site ``name``."""
    return item(FILE, "site", name).entries


def layers(name: str) -> dict[str, str]:
    """Tissue -> mean thickness of the layers of the site ``name``, from the surface down."""
    return {key: str(entry.value) for key, entry in entries(name).items() if key != SUITS}
