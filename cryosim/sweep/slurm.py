"""Slurm does the scheduling: job arrays of what is not done, and what became of them.

``jobs/submitted.jsonl`` keeps what was submitted, a line before and a line after each call of
sbatch.  Whether a point is done is never asked of Slurm, which forgets; only what is still queued
or running is, by squeue, and found by the name of the job: numbers begin anew one day.
"""

import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryosim.errors import CryosimError, MissingTool
from cryosim.output.files import write_text
from cryosim.sweep import bundles, script
from cryosim.sweep.bundles import Array
from cryosim.sweep.plan import Plan
from cryosim.sweep.profile import Profile
from cryosim.sweep.script import Job

JOBS = "jobs"
"""Folder of scripts, lists and output, within that of the sweep."""

SUBMITTED = "submitted.jsonl"

PATIENCE = 120.0
"""How long Slurm may take to answer (s); assumption, it gives up by itself after some minutes."""

_WAITING = ("PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "REQUEUE_FED")
"""States of a job that has not begun."""


@dataclass(frozen=True)
class Submission:
    """One array that Slurm took."""

    job: str
    """Its number."""
    label: str
    script: Path
    points: int
    jobs: int


@dataclass(frozen=True)
class Queue:
    """What of a sweep is in Slurm."""

    points: Mapping[str, str] = field(default_factory=dict)
    """Name of a point in a job -> "queued" or "started"."""
    jobs: tuple[str, ...] = ()
    """Numbers of the arrays, as scancel takes them."""
    warm: str | None = None
    """Number of the job that compiles, if it is there."""
    note: str = ""
    """Why nothing is known, if so."""


def submit(plan: Plan, names: Sequence[str], profile: Profile) -> list[Submission]:
    """Submit the points ``names`` but those that are in Slurm already.

    A job that compiles what they need goes first, where something is not compiled.  Raises
    MissingTool without Slurm, CryosimError with Slurm's own words where it refuses; what it took
    by then stays.
    """
    queue = _queue(plan)
    left = [name for name in names if name not in queue.points]
    arrays = bundles.arrays(plan, left, profile)
    if not arrays:
        return []
    folder = _new_folder(plan)
    first = queue.warm
    compiling = bundles.warming(plan, left, profile)
    if first is None and compiling is not None:
        first = _submitted(plan, compiling, folder, profile, None).job
    return [_submitted(plan, array, folder, profile, first) for array in arrays]


def queue_state(plan: Plan) -> Queue:
    """What of the sweep is in Slurm, or why that is not known; raises nothing of Slurm's."""
    try:
        return _queue(plan)
    except CryosimError as error:
        return Queue(note=str(error))


def cancel(plan: Plan) -> Queue:
    """Take all jobs of the sweep out of Slurm; running ones are asked to end.  What there was."""
    queue = _queue(plan)
    jobs = [*queue.jobs, *([queue.warm] if queue.warm else [])]
    if jobs:
        _ask("scancel", *jobs)
    return queue


def _new_folder(plan: Plan) -> Path:
    stamp = f"{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(2)}"
    folder = plan.folder.resolve() / JOBS / stamp
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise CryosimError(f"{folder} could not be made: {error.strerror or error}") from error
    return folder


def _submitted(
    plan: Plan, array: Array, folder: Path, profile: Profile, after: str | None
) -> Submission:
    """The submission of one array, its list written first."""
    job, file = script.of_array(plan, array, folder), folder / f"{array.label}.sh"
    number = _sent(plan, job, file, profile, after)
    return Submission(number, array.label, file, array.points, len(array.bundles))


def _sent(plan: Plan, job: Job, file: Path, profile: Profile, after: str | None = None) -> str:
    """Number of the job that sbatch makes of ``job``, written as ``file``."""
    write_text(file, script.text(job, profile))
    record = {"name": job.name, "list": f"{file.parent.name}/{file.stem}.json"}
    _record(plan, record | {"folder": str(plan.folder.resolve())})
    waiting = [] if after is None else [f"--dependency=afterany:{after}"]
    try:
        number = _ask("sbatch", "--parsable", *waiting, str(file)).strip().split(";")[0]
    except MissingTool:
        raise
    except CryosimError as error:
        raise CryosimError(f"{error}\n  the script was {file}") from error
    _record(plan, {"name": job.name, "job": number})
    return number


def _record(plan: Plan, fields: Mapping[str, str]) -> None:
    fields = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **fields}
    path = plan.folder / JOBS / SUBMITTED
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CryosimError(f"{path} could not be written: {error.strerror or error}") from error


def _recorded(plan: Plan) -> dict[str, Path]:
    """Name of a job -> its list; without those of another folder that this one is a copy of."""
    folder = plan.folder.resolve()
    found = {}
    with suppress(FileNotFoundError):
        for line in (folder / JOBS / SUBMITTED).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):  # the last line of a submission that was cut short
                fields = json.loads(line)
                if fields.get("folder") == str(folder):
                    found[fields["name"]] = folder / JOBS / fields["list"]
    return found


def _queue(plan: Plan) -> Queue:
    """What of the sweep is in Slurm; raises MissingTool or CryosimError if that is not known."""
    lists = _recorded(plan)
    if not lists:
        return Queue()
    points: dict[str, str] = {}
    jobs: dict[str, None] = {}
    arrays: dict[str, Array] = {}
    warm = None
    for number, task, state, name in _squeue():
        if name not in lists:
            continue
        if name.endswith(f"-{bundles.WARM}"):
            warm = number
            continue
        jobs[number] = None
        array = arrays.setdefault(name, bundles.read(lists[name]))
        begun = "queued" if state in _WAITING else "started"
        points.update(dict.fromkeys(array.bundles[task], begun))
    return Queue(points, tuple(jobs), warm)


def _squeue() -> Iterator[tuple[str, int, str, str]]:
    """Number of the array, index in it (-1 if none), state and name of each job of this user."""
    said = _ask("squeue", "-h", "-r", "-u", str(os.getuid()), "-o", "%F %K %T %j")
    for line in said.splitlines():
        number, task, state, name = line.split(maxsplit=3)
        yield number, int(task) if task.isdigit() else -1, state, name


def _ask(tool: str, *arguments: str) -> str:
    """What a command of Slurm prints; raises MissingTool, or CryosimError with its complaint."""
    try:
        done = subprocess.run(
            [tool, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE,
            env=_outside_of_a_job(),
        )  # fmt: skip
    except FileNotFoundError as error:
        raise MissingTool(
            f"{tool} is missing: there is no Slurm here; go to a login node of the cluster (module "
            "load slurm, on some), or work on this machine: cryosim sweep run"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise CryosimError(f"{tool} did not answer within {PATIENCE:g} s; try again") from error
    except OSError as error:
        raise CryosimError(f"{tool}: {error.strerror or error}") from error
    if done.returncode != 0:
        raise CryosimError(f"{tool} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _outside_of_a_job() -> dict[str, str]:
    """The environment without what an interactive job says of itself, which sbatch would take."""
    kept = ("SLURM_CONF", "SLURM_CLUSTERS")
    return {k: v for k, v in os.environ.items() if not k.startswith("SLURM_") or k in kept}
