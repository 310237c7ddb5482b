"""The literature that a case rests on."""

from collections.abc import Iterator, Mapping
from typing import Any

from cryosim.case.load import Loaded
from cryosim.case.shorthand import Taken
from cryosim.library import injury_laws, limits, tissues
from cryosim.library.cite import Bibliography, Use, bibliography, defaults, use_of


def bibliography_of(loaded: Loaded) -> Bibliography:
    """Values of every tissue, of blood, of sites, applicators and defaults, with their sources."""
    case = loaded.case
    ices = case.nucleation.event != "none"
    freezing = "equilibrium" if ices else case.anatomy.freezing
    names = [*loaded.tissues, tissues.BLOOD]
    known = {*tissues.names(), tissues.BLOOD}
    used = [(n, tuple(tissues.fields(n, freezing)) if n in known else ()) for n in names]
    given = {**case.tissue, tissues.BLOOD: case.blood}
    taken = [use_of(t.item, t.property, t.entry, _given(t, loaded)) for t in loaded.expanded.taken]
    taken += _of_injury(loaded)
    taken += _limits(loaded.fields.get("limits", {}))
    return bibliography(used, given, freezing, _choices(loaded), taken)


def _limits(given: Mapping[str, Any]) -> list[Use]:
    """Every value of the limits of safety."""
    return [
        use_of(f"limits.{key}", name, entry, given.get(key, {}).get(name))
        for key in limits.limits()
        for name, entry in limits.entries(key).items()
    ]


def _given(taken: Taken, loaded: Loaded) -> Any:
    """What the case gives instead of a value ``taken`` from the library, or None."""
    mapped = loaded.thickness is not None and taken.property in loaded.thickness.thickness
    if mapped and taken.key.startswith("anatomy."):
        return "anatomy.thickness_map"
    return taken.given


def _of_injury(loaded: Loaded) -> Iterator[Use]:
    """Every parameter of the injury law of the case."""
    given = loaded.fields.get("injury", {})
    for key, entry in injury_laws.entries(loaded.case.injury.kind).items():
        yield use_of("injury", key, entry, given.get(key))


def _choices(loaded: Loaded) -> dict[str, Any]:
    """Key of every default -> what the case file gives instead, as it gives it, or None.

    Without those that come from the library by name.
    """
    applicators = loaded.fields.get("applicator", {})
    several = applicators if isinstance(applicators, list) else [applicators]
    parts = loaded.fields | {"applicator": several[0] if several else {}}
    named = {f"applicator.{t.property}" for t in loaded.expanded.taken}
    return {
        path: parts.get(path.split(".")[0], {}).get(path.split(".")[1])
        for path in defaults()
        if path not in named
    }
