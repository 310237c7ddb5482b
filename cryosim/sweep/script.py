"""The text of a batch script: what is asked of Slurm, and what the job then does."""

import math
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryosim.sweep.bundles import WARM, Array
from cryosim.sweep.plan import Plan
from cryosim.sweep.profile import Profile

MEBI = 2**20

_PLAIN = re.compile(r"[\w./%=:,@+-]+")
"""What needs no quotes behind #SBATCH."""


@dataclass(frozen=True)
class Job:
    """One submission: an array of jobs, or a single one."""

    name: str
    remarks: Sequence[str]
    """Lines of comment at its head."""
    ranks: int
    """Of its points."""
    cores: int
    output: Path
    """With the patterns of sbatch, such as ``%A``, in its last part."""
    command: str
    """Line of shell that does the work."""
    jobs: int | None = None
    """Number of jobs of an array."""


def of_array(plan: Plan, array: Array, folder: Path) -> Job:
    """The jobs of ``array``; writes their list into ``folder``, where their output goes too."""
    listed = folder / f"{array.label}.json"
    array.write(listed)
    work = command("work", plan.folder.resolve(), "--jobs", listed)
    if array.label == WARM:
        jobs, output, work = None, f"{array.label}_%j.out", f"{work} --warm"
        remark = "Begins a point of each kind, so that what all others need is compiled only once."
    else:
        jobs, output = len(array.bundles), f"{array.label}_%a.out"
        work += ' --task "$SLURM_ARRAY_TASK_ID"'
        remark = f"Points with so many ranks: {array.ranks}; {listed.name} has those of each job."
    return Job(
        _name(folder, array.label), [f"Sweep: {plan.title}", remark], array.ranks, array.cores,
        folder / output, work, jobs,
    )  # fmt: skip


def _name(folder: Path, label: str) -> str:
    """Name of a job; there is no second of it."""
    return f"cryosim-{folder.name}-{label}"


def command(*arguments: str | Path) -> str:
    """``cryosim sweep ARGUMENTS`` by this Python, as a line of shell."""
    words = [sys.executable, "-m", "cryosim", "sweep", *map(str, arguments)]
    return " ".join(map(shlex.quote, words))


def text(job: Job, profile: Profile) -> str:
    """The whole script."""
    exports = [f"export {key}={shell_word(v)}" for key, v in profile.environment().items()]
    before = [*profile.prologue, *exports]
    lines = [
        "#!/bin/bash",
        *(f"# {' '.join(remark.split())}" for remark in job.remarks),
        *(f"#SBATCH {option}" for option in options(job, profile)),
        *(["", *before] if before else []),
        "",
        "# From here on this shell is the sweep itself: it gets the signal before the time is up.",
        f"exec {job.command}",
    ]
    return "\n".join(lines) + "\n"


def options(job: Job, profile: Profile) -> list[str]:
    """Options of sbatch; what the profile adds comes last, where it wins."""
    request = profile.request(job.ranks)
    given = {
        "job-name": job.name,
        "array": None if job.jobs is None else _indices(job.jobs, request.max_parallel),
        "nodes": profile.nodes(job.cores),
        "ntasks": job.cores,
        "cpus-per-task": 1,
        "partition": request.partition,
        "account": request.account,
        "qos": request.qos,
        "constraint": request.constraint,
        "time": None if request.time is None else _clock(request.time),
        "mem-per-cpu": None if request.memory is None else f"{math.ceil(request.memory / MEBI)}M",
        "signal": f"B:TERM@{round(profile.signal_before)}",
        "output": str(job.output.parent).replace("%", "%%") + f"/{job.output.name}",
    }
    own = [_quoted(f"--{key}={value}") for key, value in given.items() if value is not None]
    return [*own, "--open-mode=append", "--requeue", *profile.args]


def _indices(jobs: int, at_once: int | None) -> str:
    return f"0-{jobs - 1}" + (f"%{at_once}" if at_once else "")


def _clock(time: float) -> str:
    """Hours, minutes and seconds, in whole minutes, as Slurm counts."""
    minutes = math.ceil(time / 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _quoted(option: str) -> str:
    """An option as the parser of #SBATCH lines takes it."""
    return option if _PLAIN.fullmatch(option) else '"' + re.sub(r'(["\\])', r"\\\1", option) + '"'


def shell_word(value: str) -> str:
    """A value for the shell, which fills in the variables that it names."""
    if "$" not in value:
        return shlex.quote(value)
    return '"' + re.sub(r'(["\\`])', r"\\\1", value) + '"'
