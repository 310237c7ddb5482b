"""What the verbs of a sweep do: run its points here, hand them to Slurm, take up what failed."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from cryosim.errors import CaseError, CryosimError
from cryosim.sweep import bundles, export, pool, profile, slurm
from cryosim.sweep.display import Progress, Terminal, submitted, summary
from cryosim.sweep.launch import Launch
from cryosim.sweep.plan import Plan, read
from cryosim.sweep.states import DONE, FAILED, OUT_OF_TIME, TAKEN, forget
from cryosim.sweep.status import status_of


def run(
    folder: Path, *, cores: int | None, by_slurm: bool, profile_file: Path | None, quiet: bool
) -> None:
    """Run what is not done, here or by Slurm; raises CryosimError if points failed."""
    plan = read(folder)
    if by_slurm:
        _submit(plan, profile_file)
        return
    _run_here(plan, None, cores or available_cores(), Launch(), quiet=quiet)


def retry(
    folder: Path, reason: str | None, *, cores: int | None, by_slurm: bool,
    profile_file: Path | None, quiet: bool,
) -> None:  # fmt: skip
    """Run what failed (for that ``reason``) anew; raises CaseError if nothing did."""
    if reason is not None and reason not in FAILED:
        raise CaseError(f'--reason "{reason}": expected one of {", ".join(FAILED)}')
    plan = read(folder)
    wanted = [p for p, s in status_of(plan).failures if reason in (None, s.kind)]
    again = [point.name for point in wanted if forget(plan.folder_of(point))]
    if not again:
        told = f"failed as {reason}" if reason else "failed"
        raise CaseError(f"{folder}: no point {told} that nobody is at work on")
    if by_slurm:
        _submit(plan, profile_file)
        return
    _run_here(plan, again, cores or available_cores(), Launch(), quiet=quiet)


def work(
    folder: Path, *, jobs: Path | None, task: int, points: Sequence[str], only_warm: bool
) -> None:
    """Do one job of an array listed in ``jobs``, or the ``points`` by name.

    It looks at its own points only: of a sweep there may be thousands of jobs.
    """
    plan = read(folder)
    if (jobs is None) == (not points):
        raise CaseError("expected either --jobs with --task, or --point")
    if jobs is None:
        launch = Launch()
        cores = max((p.ranks for p in plan.points if p.name in points), default=1)
    else:
        bundle = bundles.bundle(jobs, task)
        launch = Launch(bundle.launch, bundle.launch_alone)
        points, cores = bundle.points, bundle.cores
    console = Terminal()
    with Progress(plan, points, console) as progress:
        tally = pool.work(
            plan, points, cores, launch=launch, watch=progress.watch, only_warm=only_warm
        )  # fmt: skip
    _refuse_failures(plan, tally)


def exported(
    folder: Path, *, snakemake: bool, profile_file: Path | None, out: Path | None
) -> list[Path]:
    """Files of the export."""
    plan, chosen = read(folder), profile.read(profile_file)
    if snakemake:
        return [export.snakefile(plan, chosen, out or folder / export.SNAKEFILE)]
    return export.scripts(plan, _left(plan), chosen, out or folder / "scripts")


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def _left(plan: Plan) -> list[str]:
    """Points that are to be tried without being told to."""
    status = status_of(plan)
    pairs = zip(status.points, status.states, strict=True)
    return [point.name for point, state in pairs if state.kind in TAKEN]


def _submit(plan: Plan, profile_file: Path | None) -> None:
    """Hand what is left to Slurm."""
    left = _left(plan)
    submitted(plan, left, slurm.submit(plan, left, profile.read(profile_file)))


def _run_here(
    plan: Plan, names: Sequence[str] | None, cores: int, launch: Launch, *, quiet: bool
) -> None:
    """Run points on this machine and tell of it."""
    console = Terminal(quiet=quiet)
    with Progress(plan, names, console) as progress:
        tally = pool.work(plan, names, cores, launch=launch, watch=progress.watch)
    if not quiet:
        summary(plan, status_of(plan))
    _refuse_failures(plan, tally)


def _refuse_failures(plan: Plan, tally: pool.Tally) -> None:
    """Raise CryosimError if points have failed."""
    if not tally.failed:
        return
    folder, done = shlex.quote(str(plan.folder)), tally.tried[DONE] + tally.left[DONE]
    late = tally.tried[OUT_OF_TIME]
    told = f"{late} of them go on with: cryosim sweep run {folder}; " if late else ""
    raise CryosimError(
        f"points that failed: {tally.failed}, done: {done}; {told}"
        f"why: cryosim sweep status {folder}"
    )
