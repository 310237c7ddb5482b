"""The plan of a sweep: ``plan.json``, which says what points there are and how they are run.

A point is known by a hash of its case, so a plan that grows neither renames nor repeats a point.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cryosim.errors import CaseError
from cryosim.output.files import write_text

PLAN_FILE = "plan.json"

POINTS = "points"
"""Folder of the points, within that of the sweep."""

FORMAT = 1

_NAME = re.compile("[0-9a-f]{16}")
"""Names of points."""

Setting = float | str | bool | None
"""What a point gives a variable; a number is in the unit of the variable."""

Kind = Literal["grid", "list", "latin", "sobol"]


@dataclass(frozen=True)
class Variable:
    """What is varied."""

    name: str
    """Key path of a case, such as ``protocol[1].temperature``."""
    unit: str
    """"1" for bare numbers, "" for words and truths."""

    @property
    def header(self) -> str:
        """Name with unit, for a table."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True)
class Point:
    """One case of the sweep."""

    name: str
    """Hash of its case, 16 hexadecimal digits."""
    ranks: int
    settings: Mapping[str, Setting]
    """By name of variable; what a design leaves alone is as in the base case, None if not there."""


@dataclass(frozen=True)
class Design:
    """One way of choosing points; their order is that of the sampler."""

    kind: Kind
    variables: tuple[str, ...]
    n: int
    """Samples of a Latin hypercube, base number N of the N (D + 2) points of Sobol; else points."""
    seed: int
    points: tuple[str, ...]


@dataclass(frozen=True)
class Running:
    """How every point is run."""

    time: float | None = None
    """Wall time (s) of an attempt, after which it is asked to stop; None for no end."""
    error_bands: bool = False
    keep: Literal["all", "numbers"] = "all"
    """What is kept of a point that is done: its folder, or ``result.json`` and its case only."""


@dataclass(frozen=True)
class Plan:
    """All points of a sweep."""

    folder: Path
    title: str
    case: str
    """Name of the base case."""
    variables: tuple[Variable, ...]
    points: tuple[Point, ...]
    designs: tuple[Design, ...]
    running: Running

    def folder_of(self, point: Point) -> Path:
        """Folder of a point; 256 folders share them out, for file systems dislike long lists."""
        return folder_of(self.folder, point.name)


def folder_of(sweep: Path, name: str) -> Path:
    """Folder of the point ``name``."""
    return sweep / POINTS / name[:2] / name


def write(plan: Plan) -> None:
    """Write ``plan.json``, by rename."""
    content: dict[str, Any] = {"format": FORMAT, **asdict(plan)}
    del content["folder"]
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    write_text(plan.folder / PLAN_FILE, text + "\n")


def read(folder: Path) -> Plan:
    """The plan in ``folder``; raises CaseError if there is none that can be read."""
    file = folder / PLAN_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise CaseError(
                f"{file}: format {content['format']}, expected {FORMAT}; plan the sweep anew from "
                "its definition with this version, points that are done stay: cryosim sweep plan"
            )
        return _plan(folder, content)
    except FileNotFoundError as error:
        raise CaseError(
            f"{folder} holds no {PLAN_FILE}; make one with: cryosim sweep plan SWEEP.toml"
        ) from error
    except KeyError as error:
        raise CaseError(f"{file} cannot be read: it lacks {error}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CaseError(f"{file} cannot be read: {error}") from error


def _plan(folder: Path, content: dict[str, Any]) -> Plan:
    for one in content["points"]:
        name, ranks = one["name"], one["ranks"]
        if not (isinstance(name, str) and _NAME.fullmatch(name) and isinstance(ranks, int)):
            raise ValueError(f"no point is called {name!r} and has {ranks!r} ranks")
    designs = (
        Design(**{**one, "variables": tuple(one["variables"]), "points": tuple(one["points"])})
        for one in content["designs"]
    )
    return Plan(
        folder, content["title"], content["case"],
        tuple(Variable(**one) for one in content["variables"]),
        tuple(Point(**one) for one in content["points"]),
        tuple(designs), Running(**content["running"]),
    )  # fmt: skip
