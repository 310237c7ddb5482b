"""One case, from file to result, in one straight line."""

import logging
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mpi4py import MPI
from threadpoolctl import threadpool_limits

from cryosim.case.load import Loaded, load
from cryosim.errors import Interrupted
from cryosim.folder import RESULT_FILE, begin, done_already, draw_pictures, logged
from cryosim.output.files import write_json
from cryosim.parallel import collected_together, on_root
from cryosim.treatment.bands import Coarser, coarser_solves, refuse_unless_coarsenable
from cryosim.treatment.build import build
from cryosim.treatment.events import told
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import Observation
from cryosim.treatment.outcome import outcome_of
from cryosim.treatment.outcome import write as write_months
from cryosim.treatment.phases import output_times
from cryosim.treatment.record import Recorder
from cryosim.treatment.result import After, Stopwatch, contents
from cryosim.treatment.verdicts import verdicts
from cryosim.treatment.verdicts import write as write_limits

log = logging.getLogger("cryosim")

Watch = Callable[[float, float, Observation], None]
"""Called on every rank with simulated time (s), duration (s) and what was observed."""


def run(
    path: Path,
    out: Path | None = None,
    *,
    text: str | None = None,
    resume: bool = False,
    figures: bool | None = None,
    error_bands: bool = False,
    watch: Watch | None = None,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Path:
    """Run the case at ``path``; return its result folder.  Collective.

    With ``text`` that is the case, and ``path`` where it would stand.
    An earlier result in that folder is replaced, but ``resume`` of a finished run leaves it as it
    is.  Raises a CryosimError that says what to do; Interrupted leaves a restart file behind.
    """
    stopwatch = Stopwatch()
    loaded = on_root(comm, lambda: load(path, text))
    if error_bands:
        refuse_unless_coarsenable(loaded)
    folder = out or Path("results") / path.stem
    if on_root(comm, lambda: done_already(folder, loaded) if resume else begin(folder, loaded)):
        return folder
    with (
        threadpool_limits(1),
        _stop_requests(comm) as stop_requested,  # to the very end: a signal must not kill one rank
        collected_together(comm),
        logged(comm, folder),
    ):
        treatment = build(loaded, comm)
        recorder = Recorder(treatment, folder, resume=resume)
        on_root(comm, lambda: (folder / RESULT_FILE).unlink(missing_ok=True))
        stopwatch.lap("setup")
        duration, n_told = loaded.case.duration, len(treatment.events)
        interrupted = partial(_interrupted, treatment, path, folder, error_bands=error_bands)
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
                raise interrupted()
        recorder.close()
        limits = verdicts(treatment.frame, treatment.safety.merged())
        after = After(limits, outcome_of(treatment, limits))
        on_root(comm, lambda: _write(folder, after))
        coarser = None
        if error_bands:
            coarser = _coarser(recorder, loaded, comm, stop_requested, interrupted)
        stopwatch.lap("bands" if error_bands else "output")
        problem = on_root(comm, lambda: draw_pictures(folder, loaded, wanted=figures))
        stopwatch.lap("output")
        result = contents(
            treatment, recorder.history, after, stopwatch, coarser, problem or "drawn"
        )
        on_root(comm, lambda: write_json(folder / RESULT_FILE, result))
    return folder


def _interrupted(
    treatment: Treatment, path: Path, folder: Path, *, error_bands: bool
) -> Interrupted:
    """What to raise when the run was asked to stop, with the command that goes on."""
    again = ["cryosim", "run", str(path), "--out", str(folder), "--resume"]
    return Interrupted(
        f"stopped at {treatment.t:.0f} of {treatment.frame.loaded.case.duration:.0f} s as asked; "
        f"go on with: {shlex.join([*again, *['--error-bands'] * error_bands])}"
    )


def _coarser(
    recorder: Recorder,
    loaded: Loaded,
    comm: MPI.Comm,
    stop_requested: Callable[[], bool],
    interrupted: Callable[[], Interrupted],
) -> Coarser:
    """The solves for error bands; a run that is stopped here begins them anew when resumed."""
    recorder.save()

    def between() -> None:
        if stop_requested():
            raise interrupted()

    return coarser_solves(loaded, comm, output_times(loaded), between)


def _write(folder: Path, after: After) -> None:
    """Write the tables of what came after the protocol."""
    write_limits(folder, after.limits)
    if after.months is not None:
        write_months(folder, after.months)


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
        if asked and number == signal.SIGINT:  # the second time it is meant at once
            raise KeyboardInterrupt  # but schedulers send SIGTERM to ranks and launchers alike
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
