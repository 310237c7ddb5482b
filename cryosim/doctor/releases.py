"""Versions: what cryosim demands, and the one set that passed its tests together."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cryosim.doctor.check import Check

VERSIONS_REMEDY = (
    "pip install -c constraints.txt -e '.[solver,mesh]' (without solver where conda-forge "
    "provides DOLFINx)"
)
EXTRAS = ("solver", "mesh", "video")
"""Extras that a user of cryosim may have; those of its developers are not looked at."""
TESTED = Path(__file__).parents[2] / "constraints.txt"
"""Lies beside the package in a checkout; a wheel does not bring it, and nothing is compared."""


def versions() -> Check:
    """Whether the distributions beside cryosim are those it demands, and those it was tested on."""
    name = "versions"
    try:
        demanded = [Requirement(text) for text in metadata.requires("cryosim") or ()]
    except metadata.PackageNotFoundError:
        return Check(name, False, "cryosim is used but not installed", VERSIONS_REMEDY)
    core = [r for r in demanded if _applies(r, "")]
    extra = [r for r in demanded if not _applies(r, "") and any(_applies(r, e) for e in EXTRAS)]
    faults = [fault for requirement in core if (fault := _fault(requirement))]
    remarks = [fault for r in extra if _installed(r.name) and (fault := _fault(r))]
    present = [r.name for r in (*core, *extra) if _installed(r.name)]
    untested = list(_untested(present))
    if untested:
        remarks.append(
            f"never tested together: {', '.join(untested)}; cryosim verify --quick tells whether "
            "they agree"
        )
    detail = "; ".join(faults) or f"{len(present)} distributions as pyproject.toml demands"
    if not TESTED.is_file():
        detail += "; the tested set (constraints.txt) is not here"
    return Check(name, not faults, detail, VERSIONS_REMEDY, tuple(remarks))


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _fault(requirement: Requirement) -> str:
    """What is wrong with the distribution that meets ``requirement``; empty if nothing."""
    found = _installed(requirement.name)
    if found is None:
        return f"{requirement.name} is missing"
    if requirement.specifier.contains(found, prereleases=True):
        return ""
    return f"{requirement.name} is {found}, expected {requirement.specifier}"


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _untested(names: list[str]) -> Iterator[str]:
    """Those of another version than the tested one."""
    tested = _tested()
    for name in names:
        found, known = _installed(name), tested.get(canonicalize_name(name))
        if known is not None and found != known:
            yield f"{name} {found} (tested: {known})"


def _tested() -> dict[str, str]:
    """Name -> version of the tested set; empty where it is not known."""
    if not TESTED.is_file():
        return {}
    lines = TESTED.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonicalize_name(name): version.strip() for name, version in pairs}
