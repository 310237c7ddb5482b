"""The literature that a case rests on."""

from cryosim.case.load import Loaded
from cryosim.library import tissues
from cryosim.library.cite import Bibliography, bibliography


def bibliography_of(loaded: Loaded) -> Bibliography:
    """Values of every tissue of the case and of blood, and the sources they cite."""
    case = loaded.case
    freezing = case.anatomy.freezing
    names = [*loaded.tissues, tissues.BLOOD]
    known = {*tissues.names(), tissues.BLOOD}
    used = [(n, tuple(tissues.fields(n, freezing)) if n in known else ()) for n in names]
    return bibliography(used, {**case.tissue, tissues.BLOOD: case.blood}, freezing)
