"""Runs the experiments: every case as ``cryosim run`` does it, in a folder that goes away."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import perf_counter

from mpi4py import MPI

from cryosim.errors import CryosimError, Interrupted
from cryosim.parallel import on_root
from cryosim.simulate import run
from cryosim.validate.cases import case_text, file_name, variants
from cryosim.validate.compare import Compared, compared
from cryosim.validate.experiment import NAMES, Experiment, experiment
from cryosim.validate.readings import Seen, read


@dataclass(frozen=True)
class Outcome:
    """What became of one experiment."""

    experiment: Experiment
    compared: list[Compared]
    runs: int
    """Cases that no experiment before it had run."""
    seconds: float
    problem: str = ""
    """Why a run ended early; empty if none did."""


@dataclass(frozen=True)
class Report:
    """A run of the experiments."""

    outcomes: list[Outcome]
    seconds: float
    ranks: int
    when: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def ran(self) -> bool:
        """Whether every run came to its end; what it found is no matter."""
        return not any(outcome.problem for outcome in self.outcomes)


Watch = Callable[[str, int, int], None]
"""Called on every rank before each run: experiment, runs done, runs in all."""


def validate(names: Sequence[str] = (), watch: Watch | None = None) -> Report:
    """Compute the experiments called ``names``, or all of them.  Collective."""
    began = perf_counter()
    wanted = [experiment(name) for name in dict.fromkeys(names or NAMES)]
    try:
        seen: dict[str, Seen] = {}
        outcomes = [_outcome(one, seen, watch) for one in wanted]
    finally:
        gc.unfreeze()
    return Report(outcomes, perf_counter() - began, MPI.COMM_WORLD.size)


def _outcome(one: Experiment, seen: dict[str, Seen], watch: Watch | None) -> Outcome:
    """One experiment; a run that fails ends it and is told.

    ``seen`` has what the cases before it left behind, by their text: trials share cases.
    """
    began, problem, found, before = perf_counter(), "", list[Compared](), len(seen)
    jobs = [(setting, variant) for setting in one.settings for variant in variants(one)]
    folder = Path(on_root(MPI.COMM_WORLD, lambda: mkdtemp(prefix="cryosim-validate-")))
    computed = {}
    try:
        for done, (setting, variant) in enumerate(jobs):
            if watch is not None:
                watch(one.title, done, len(jobs))
            text = case_text(one, setting, variant)
            if text not in seen:
                seen[text] = _seen(text, folder / file_name(setting, variant))
            if len(seen) == 1:
                gc.freeze()  # each run collects garbage, and need not look at all that was loaded
            numbers = {i: read(p.reading, seen[text]) for i, p in enumerate(setting.points)}
            computed[setting.label, variant.label] = numbers
        found = compared(one, computed)
    except Interrupted:
        raise
    except CryosimError as error:
        problem = f"{type(error).__name__}: {error}"
    finally:
        if MPI.COMM_WORLD.rank == 0:
            rmtree(folder, ignore_errors=True)
    return Outcome(one, found, len(seen) - before, perf_counter() - began, problem)


def _seen(text: str, path: Path) -> Seen:
    """What a run of the case ``text`` leaves behind; ``path`` is where to write it."""

    def write() -> None:
        path.write_text(text, encoding="utf-8")

    on_root(MPI.COMM_WORLD, write)
    results = run(path, path.parent / "results", figures=False)
    return on_root(MPI.COMM_WORLD, lambda: Seen.of(results))
