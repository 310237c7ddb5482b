"""One case, from file to result, in one straight line."""

import json
import logging
import platform
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from mpi4py import MPI
from threadpoolctl import threadpool_limits

from cryosim import __version__
from cryosim.case.load import Loaded, load
from cryosim.case.sources import bibliography_of
from cryosim.errors import CaseError, Interrupted
from cryosim.outcome.caveats import CAVEATS
from cryosim.output.fields import FIELDS_FILE, XDMF_FILE
from cryosim.output.files import write_csv, write_json, write_text
from cryosim.output.provenance import versions
from cryosim.parallel import collected_together, on_root
from cryosim.treatment.bands import Coarser, banded, coarser_solves, refuse_unless_coarsenable
from cryosim.treatment.build import build
from cryosim.treatment.checkpoint import RESTART_FILE
from cryosim.treatment.events import told
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import Observation
from cryosim.treatment.outcome import Outcome, outcome_of
from cryosim.treatment.phases import output_times
from cryosim.treatment.record import Recorder
from cryosim.treatment.summary import closure, draws, quantities
from cryosim.treatment.verdicts import LIMITS_FILE, refuse_errors, verdicts, with_selectivity
from cryosim.treatment.verdicts import write as write_limits

RESULT_FILE = "result.json"
CASE_FILE = "case.toml"
LOG_FILE = "run.log"
COURSE_FILE = "course.csv"
THICKNESS_FILE = "thickness.csv"

_LEFTOVERS = (
    RESULT_FILE, RESTART_FILE, FIELDS_FILE, XDMF_FILE,
    "probes.csv", "layers.csv", "device.csv", "front.csv", "ledger.csv", "profile.csv",
    COURSE_FILE, THICKNESS_FILE, LIMITS_FILE,
    "figures/layers_*.png", "figures/depth_*.png", "figures/temperature_*.png",
    "figures/phase_*.png", "figures/animation.*",
    "samples.csv", "figures/uncertainty.png",
)  # fmt: skip
"""What an earlier run may have left in a result folder; nothing else there is touched."""

log = logging.getLogger("cryosim")

Watch = Callable[[float, float, Observation], None]
"""Called on every rank with simulated time (s), duration (s) and what was observed."""


@dataclass
class Stopwatch:
    """Wall and core time (s) of this rank, by what it was spent on."""

    wall: dict[str, float] = field(default_factory=dict)
    core: dict[str, float] = field(default_factory=dict)
    _now: tuple[float, float] = field(default_factory=lambda: (perf_counter(), process_time()))

    def lap(self, name: str) -> None:
        """Book the time since the last lap under ``name``."""
        now = (perf_counter(), process_time())
        self.wall[name] = self.wall.get(name, 0.0) + now[0] - self._now[0]
        self.core[name] = self.core.get(name, 0.0) + now[1] - self._now[1]
        self._now = now


def run(
    path: Path,
    out: Path | None = None,
    *,
    resume: bool = False,
    figures: bool | None = None,
    error_bands: bool = False,
    watch: Watch | None = None,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Path:
    """Run the case at ``path``; return its result folder.  Collective.

    An earlier result in that folder is replaced, but ``resume`` of a finished run leaves it as it
    is.  Raises a CryosimError that says what to do; Interrupted leaves a restart file behind.
    """
    stopwatch = Stopwatch()
    loaded = on_root(comm, lambda: load(path))
    if error_bands:
        refuse_unless_coarsenable(loaded)
    folder = out or Path("results") / path.stem
    if on_root(comm, lambda: _done_already(folder, loaded) if resume else _begin(folder, loaded)):
        return folder
    with (
        threadpool_limits(1),
        _stop_requests(comm) as stop_requested,  # to the very end: a signal must not kill one rank
        collected_together(comm),
        _logged(comm, folder),
    ):
        treatment = build(loaded, comm)
        recorder = Recorder(treatment, folder, resume=resume)
        on_root(comm, lambda: (folder / RESULT_FILE).unlink(missing_ok=True))
        stopwatch.lap("setup")
        duration, n_told = loaded.case.duration, len(treatment.events)
        for landed in treatment.march(output_times(loaded)):
            stopwatch.lap("march")
            for happened in treatment.events[n_told:]:
                log.info("%s", told(happened))
            n_told = len(treatment.events)
            if landed:
                seen = recorder.observe()
                _tell(watch, treatment.t, duration, seen)
                stopwatch.lap("output")
            if stop_requested() and treatment.t < duration:
                recorder.save()
                recorder.close()
                raise Interrupted(
                    f"stopped at {treatment.t:.0f} of {duration:.0f} s as asked; "
                    f"go on with: cryosim run {shlex.join([str(path), '--out', str(folder)])} "
                    f"--resume{' --error-bands' if error_bands else ''}"
                )
        recorder.close()
        outcome = outcome_of(treatment)
        on_root(comm, lambda: _write_months(folder, outcome))
        coarser = coarser_solves(loaded, comm, output_times(loaded)) if error_bands else None
        stopwatch.lap("bands" if error_bands else "output")
        problem = on_root(comm, lambda: _draw(folder, loaded, wanted=figures))
        stopwatch.lap("output")
        result = _result(treatment, recorder, stopwatch, problem, coarser)
        result["outcome"] = dict(outcome.entries) if outcome is not None else {}
        on_root(comm, lambda: write_limits(folder, result["limits"]))
        on_root(comm, lambda: write_json(folder / RESULT_FILE, result))
    return folder


def _write_months(folder: Path, outcome: Outcome | None) -> None:
    """Write the tables of the months after, if there is fat for them."""
    if outcome is None:
        return
    tables = ((COURSE_FILE, outcome.course), (THICKNESS_FILE, outcome.thickness))
    for name, table in tables:
        if table:
            write_csv(folder / name, list(table), np.column_stack([*table.values()]).tolist())


def refuse_broken_limits(folder: Path, comm: MPI.Comm = MPI.COMM_WORLD) -> None:
    """Raise LimitExceeded if a limit of the result in ``folder`` is in error.  Collective."""
    file = folder / RESULT_FILE
    on_root(comm, lambda: refuse_errors(json.loads(file.read_text(encoding="utf-8"))["limits"]))


def _done_already(folder: Path, loaded: Loaded) -> bool:
    """Whether ``folder`` holds the result of this very case; it can be resumed if not."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
        if found["case_hash"] == loaded.hash:
            return True
    if not (folder / RESTART_FILE).is_file():
        raise CaseError(f"{folder / RESTART_FILE}: no restart file; run without --resume")
    return False


def _begin(folder: Path, loaded: Loaded) -> None:
    """Make the result folder, without what an earlier run left there."""
    kept = folder / CASE_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = kept.exists() and not (folder / LOG_FILE).exists()
        if foreign and not kept.samefile(loaded.path):
            raise CaseError(
                f"{folder} holds a {CASE_FILE} that no run left there; choose another with --out"
            )
        for pattern in _LEFTOVERS:
            for path in folder.glob(pattern):
                path.unlink()
        write_text(kept, loaded.text)
    except OSError as error:
        raise CaseError(f"{folder} is no folder to write to: {error.strerror or error}") from error


def _tell(watch: Watch | None, t: float, duration: float, seen: Observation) -> None:
    front = seen.front
    log.info(
        "t = %.0f s of %.0f s, coldest skin %.2f degC, threshold depth %.2f mm",
        t, duration, front["coldest skin [degC]"], front["threshold depth [mm]"],
    )  # fmt: skip
    if watch is not None:
        watch(t, duration, seen)


@contextmanager
def _stop_requests(comm: MPI.Comm) -> Iterator[Callable[[], bool]]:
    """Whether any rank was asked to stop (SIGTERM, SIGINT); asking is collective."""
    asked: list[int] = []
    kinds = (signal.SIGTERM, signal.SIGINT)

    def ask(number: int, _: object) -> None:
        if asked:  # the second time it is meant at once
            raise KeyboardInterrupt
        asked.append(number)

    try:
        old = {kind: signal.signal(kind, ask) for kind in kinds}
    except ValueError:  # not the main thread: its owner decides
        old = {}
    try:
        yield lambda: bool(comm.allreduce(len(asked), MPI.MAX))
    finally:
        for kind, handler in old.items():
            signal.signal(kind, handler)


@contextmanager
def _logged(comm: MPI.Comm, folder: Path) -> Iterator[None]:
    """Write the log of rank 0 to run.log."""
    if comm.rank != 0:
        yield
        return
    handler = logging.FileHandler(folder / LOG_FILE, mode="a", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.info("cryosim %s, %d ranks", __version__, comm.size)
    try:
        yield
    except BaseException as error:
        log.warning("ended by %s: %s", type(error).__name__, error)
        raise
    finally:
        log.removeHandler(handler)
        handler.close()


def _draw(folder: Path, loaded: Loaded, *, wanted: bool | None) -> str | None:
    """Draw the pictures in a process of their own; return what went wrong, if something did.

    A graphics library that is missing makes VTK crash, which must not take the result with it.
    """
    output = loaded.case.output
    if not (output.figures if wanted is None else wanted):
        return "no figures were asked for"
    if not output.fields:
        return "figures need output.fields"
    command = [sys.executable, "-m", "cryosim.view", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    last = (done.stderr.strip().splitlines() or ["it crashed without a word"])[-1]
    return f"pictures were not drawn (exit code {done.returncode}): {last}; see: cryosim doctor"


def _result(
    treatment: Treatment,
    recorder: Recorder,
    stopwatch: Stopwatch,
    problem: str | None,
    coarser: Coarser | None,
) -> dict[str, Any]:
    """Contents of result.json.  Collective."""
    frame, comm, history = treatment.frame, treatment.frame.operators.team.comm, recorder.history
    loaded = frame.loaded
    limits = verdicts(frame, treatment.safety.merged())
    computed = banded(frame, quantities(frame, history), coarser)
    core = {name: comm.allreduce(seconds) for name, seconds in stopwatch.core.items()}
    return {
        "status": "done",
        "title": loaded.case.title,
        "dimension": loaded.case.dimension,
        "quantities": with_selectivity(computed, limits),
        "limits": limits,
        "ledger": closure(history),
        "events": treatment.events,
        "draws": draws(frame),
        "timing": {
            **{f"{name}_s": seconds for name, seconds in stopwatch.wall.items()},
            **{f"{name}_core_s": seconds for name, seconds in core.items()},
            "ranks": comm.size,
            "unknowns": frame.operators.space.dofmap.index_map.size_global,
            "integrator": treatment.balance.integrator.name,
            "spectral_radius_per_s": treatment.balance.spectral_radius,
            **asdict(treatment.balance.work),
        },
        "figures": problem or "drawn",
        "caveats": list(CAVEATS),
        "overrides": loaded.overrides,
        "sources": sorted(bibliography_of(loaded).sources),
        "versions": versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "case_hash": loaded.hash,
    }
