"""Which points go into which job: an array of jobs for each number of ranks.

``jobs/STAMP/LABEL.json`` lists the points of an array, job by job; a job reads its own there.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import batched
from pathlib import Path

from cryosim.errors import CaseError
from cryosim.output.files import write_json
from cryosim.sweep import warm
from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.profile import Profile

WARM = "warm"
"""Label of the single job that compiles what all others need."""

_SHAPES = ("anatomy", "applicator", "dimension", "mesh")
"""Tables of a case that decide its mesh."""


@dataclass(frozen=True)
class Bundle:
    """What one job works through, with no more than ``cores`` ranks at a time."""

    points: tuple[str, ...]
    ranks: int
    cores: int
    launch: str | None
    """What starts the ranks, see :attr:`Profile.launch`."""
    launch_alone: bool


@dataclass(frozen=True)
class Array:
    """Jobs that are submitted together: they ask for the same."""

    label: str
    ranks: int
    cores: int
    launch: str | None
    launch_alone: bool
    bundles: tuple[tuple[str, ...], ...]
    """Names of points by job."""

    @property
    def points(self) -> int:
        """Number of points in all jobs."""
        return sum(map(len, self.bundles))

    def write(self, file: Path) -> None:
        """Write the list of the array."""
        write_json(file, asdict(self))


def read(file: Path) -> Array:
    """The list of an array; raises CaseError if it cannot be read."""
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
        return Array(**{**fields, "bundles": tuple(map(tuple, fields["bundles"]))})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CaseError(f"{file}: no list of jobs that can be read: {error}") from error


def bundle(file: Path, task: int) -> Bundle:
    """What job ``task`` of the array listed in ``file`` works through; raises CaseError."""
    array = read(file)
    if not 0 <= task < len(array.bundles):
        raise CaseError(f"{file}: job {task}; expected one from 0 to {len(array.bundles) - 1}")
    return Bundle(
        array.bundles[task], array.ranks, array.cores, array.launch, array.launch_alone
    )  # fmt: skip


def arrays(plan: Plan, names: Sequence[str], profile: Profile) -> list[Array]:
    """The points ``names`` of the plan as arrays of at most ``profile.max_array`` jobs."""
    wanted = set(names)
    points = [point for point in plan.points if point.name in wanted]
    found = []
    for ranks in sorted({point.ranks for point in points}):
        request = profile.request(ranks)
        cores = max(ranks, request.cores or ranks)
        each = request.points_per_job or cores // ranks
        alike = [point.name for point in by_mesh([p for p in points if p.ranks == ranks])]
        jobs = list(batched(alike, each))
        parts = list(batched(jobs, profile.max_array))
        for number, part in enumerate(parts, start=1):
            label = f"ranks_{ranks}" + (f"_part_{number}" if len(parts) > 1 else "")
            launch = profile.launch, profile.launch_alone
            found.append(Array(label, ranks, cores, *launch, part))
    return found


def warming(plan: Plan, names: Sequence[str], profile: Profile) -> Array | None:
    """The points of ``names`` that have what all need compiled; None if all is, as far as is known.

    That is looked up where jobs have their caches.
    """
    wanted = set(names)
    points = sorted((p for p in plan.points if p.name in wanted), key=lambda point: point.ranks)
    with _surroundings(profile):
        firsts = warm.first_of_kinds(plan, points).items()
        cold = [point for kind, point in firsts if not warm.is_warm(kind)]
    if not cold:
        return None
    ranks = max(point.ranks for point in cold)
    names = tuple(point.name for point in cold)
    return Array(WARM, ranks, ranks, profile.launch, profile.launch_alone, (names,))


@contextmanager
def _surroundings(profile: Profile) -> Iterator[None]:
    """The caches that a job has."""
    own = {key: os.path.expandvars(value) for key, value in profile.environment().items()}
    before = {key: os.environ.get(key) for key in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


def by_mesh(points: Sequence[Point]) -> Iterator[Point]:
    """The points, those of one mesh behind one another: what it needs is then read once."""
    groups: dict[tuple[object, ...], list[Point]] = {}
    for point in points:
        shape = tuple(v for k, v in point.settings.items() if re.split(r"[.\[]", k)[0] in _SHAPES)
        groups.setdefault(shape, []).append(point)
    for group in groups.values():
        yield from group
