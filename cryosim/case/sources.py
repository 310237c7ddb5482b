"""The literature that a case rests on."""

from typing import Any

from cryosim.case.load import Loaded
from cryosim.library import tissues
from cryosim.library.cite import Bibliography, bibliography, defaults


def bibliography_of(loaded: Loaded) -> Bibliography:
    """Values of every tissue of the case, of blood and of its defaults, with their sources."""
    case = loaded.case
    freezing = case.anatomy.freezing
    names = [*loaded.tissues, tissues.BLOOD]
    known = {*tissues.names(), tissues.BLOOD}
    used = [(n, tuple(tissues.fields(n, freezing)) if n in known else ()) for n in names]
    given = {**case.tissue, tissues.BLOOD: case.blood}
    return bibliography(used, given, freezing, _choices(loaded))


def _choices(loaded: Loaded) -> dict[str, Any]:
    """Key of every default -> what the case file gives instead, as it gives it, or None."""
    applicators = loaded.fields.get("applicator", {})
    several = applicators if isinstance(applicators, list) else [applicators]
    parts = loaded.fields | {"applicator": several[0] if several else {}}
    return {path: parts.get(path.split(".")[0], {}).get(path.split(".")[1]) for path in defaults()}
