"""Compiled forms and kernels: made once by one point, wherever many points start at once.

A stamp beside FFCx's cache says that what cases of one kind need is compiled.  Who finds no stamp
claims the right to make it; the others wait, so 200 jobs do not compile the same on a shared home.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import sys
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import cryosim
from cryosim.sweep.attempt import CASE_FILE
from cryosim.sweep.claims import Claim, claimed, claims_of, now, take
from cryosim.sweep.plan import Plan, Point

_STAMP = "warm"

_ABANDONED = 600.0
"""Age (s) at which a form that is not compiled yet never will be; assumption."""

_COMPILING = ("fenics-dolfinx", "fenics-ffcx", "numba", "numpy")


def compiled_at() -> Path:
    """Folder of FFCx's cache, where DOLFINx has it."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "fenics"


def kind_of(case: Path) -> str:
    """What decides which forms and kernels a case needs; "" if it cannot be read."""
    try:
        content = tomllib.loads(case.read_text(encoding="utf-8"))
        applicators = content.get("applicator", {})
        several = applicators if isinstance(applicators, list) else [applicators]
        laws = {name: content.get(name, {}).get("kind") for name in ("injury", "crystallisation")}
        kind = {
            "dimension": content.get("dimension"), **laws, "numerics": content.get("numerics"),
            "applicators": sorted({str(one.get("kind", one.get("library"))) for one in several}),
        }  # fmt: skip
    except (OSError, ValueError, AttributeError):
        return ""
    return json.dumps(kind, sort_keys=True, default=str)


def first_of_kinds(plan: Plan, points: Iterable[Point]) -> dict[str, Point]:
    """A first one of ``points`` of every kind; of what looks alike only one case is read."""
    firsts: dict[tuple[tuple[str, object], ...], Point] = {}
    for point in points:
        firsts.setdefault(_words(point), point)
    kinds: dict[str, Point] = {}
    for point in firsts.values():
        kinds.setdefault(kind_of(plan.folder_of(point) / CASE_FILE), point)
    kinds.pop("", None)
    return kinds


def _words(point: Point) -> tuple[tuple[str, object], ...]:
    """Settings that may change what is compiled; numbers do not, but for that of dimensions."""
    return tuple(
        (name, value) for name, value in point.settings.items()
        if isinstance(value, str | bool) or value is None or name == "dimension"
    )  # fmt: skip


def place_of(kind: str) -> Path:
    """Folder of the stamp of ``kind`` for this version on this kind of processor."""
    decides = [kind, os.environ.get("NUMBA_CACHE_DIR"), *_installation()]
    told = hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]
    return compiled_at() / f"cryosim-{told}"


def is_warm(kind: str) -> bool:
    """Whether all that ``kind`` needs was compiled."""
    return (place_of(kind) / _STAMP).exists()


def stamp(kind: str) -> None:
    """Say that it was."""
    with suppress(OSError):
        (place_of(kind) / _STAMP).touch()


def claim(kind: str) -> Claim | None:
    """The right to compile for ``kind``, None if another has it; raises OSError."""
    place = place_of(kind)
    place.mkdir(parents=True, exist_ok=True)
    return take(place)


def is_being_made(kind: str) -> bool:
    """Whether another is at it."""
    try:
        return claimed(claims_of(place_of(kind))) is not None
    except OSError:
        return False


def clear_abandoned(age: float = _ABANDONED) -> None:
    """Remove forms that somebody began to compile ``age`` (s) ago and was killed over.

    FFCx would wait for them in every later run, and fail.
    """
    with suppress(OSError):
        folder = compiled_at()
        begun = [c for c in folder.glob("libffcx_*.c") if not _is_ready(c)]
        for c in begun:
            if now(folder) - c.stat().st_mtime > age and not _is_ready(c):
                c.unlink(missing_ok=True)


def _is_ready(c: Path) -> bool:
    return c.with_suffix(".c.cached").exists()


@cache
def _installation() -> tuple[Any, ...]:
    """What makes compiled code of another installation or processor useless here."""
    package = Path(cryosim.__file__).parent
    newest = max(file.stat().st_mtime_ns for file in package.rglob("*.py"))
    return (
        cryosim.__version__, str(package), newest, sys.version, _processor(),
        *(_version(name) for name in _COMPILING),
    )  # fmt: skip


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
