"""A result folder: how it begins, its log, its pictures, and what refuses a result."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mpi4py import MPI

from cryosim import __version__
from cryosim.case.load import Loaded
from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE, SURFACE_FILE, XDMF_FILE
from cryosim.output.files import write_text
from cryosim.parallel import on_root
from cryosim.treatment.checkpoint import RESTART_FILE
from cryosim.treatment.outcome import COURSE_FILE, THICKNESS_FILE
from cryosim.treatment.verdicts import LIMITS_FILE, refuse_errors

RESULT_FILE = "result.json"
CASE_FILE = "case.toml"
LOG_FILE = "run.log"

_LEFTOVERS = (
    RESULT_FILE, RESTART_FILE, FIELDS_FILE, XDMF_FILE, SURFACE_FILE,
    "probes.csv", "layers.csv", "device.csv", "front.csv", "ledger.csv", "profile.csv",
    COURSE_FILE, THICKNESS_FILE, LIMITS_FILE,
    "samples.csv", "paraview_state.py", "report.html", "figures/animation.*",
    *(f"figures/{name}.{kind}" for kind in ("png", "svg", "pdf") for name in (
        "layers_*", "depth_*", "temperature_*", "phase_*", "uncertainty", "months",
        "thickness_map", "limits",
    )),
)  # fmt: skip
"""What an earlier run may have left in a result folder; nothing else there is touched."""

log = logging.getLogger("cryosim")


def done_already(folder: Path, loaded: Loaded) -> bool:
    """Whether ``folder`` holds the result of this very case; it can be resumed if not."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
        if found["case_hash"] == loaded.hash:
            return True
    if not (folder / RESTART_FILE).is_file():
        raise CaseError(f"{folder / RESTART_FILE}: no restart file; run without --resume")
    return False


def begin(folder: Path, loaded: Loaded) -> None:
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


@contextmanager
def logged(comm: MPI.Comm, folder: Path) -> Iterator[None]:
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


def draw_pictures(folder: Path, loaded: Loaded, *, wanted: bool | None) -> str | None:
    """Draw the pictures in a process of their own; return what went wrong, if something did.

    A graphics library that is missing makes VTK crash, which must not take the result with it.
    """
    output = loaded.case.output
    if not (output.figures if wanted is None else wanted):
        return "no figures were asked for"
    if not output.fields:
        return "figures need output.fields"
    command = [sys.executable, "-m", "cryosim.view", str(folder), loaded.hash]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    last = (done.stderr.strip().splitlines() or ["it crashed without a word"])[-1]
    return f"pictures were not drawn (exit code {done.returncode}): {last}; see: cryosim doctor"


def refuse_broken_limits(folder: Path, comm: MPI.Comm = MPI.COMM_WORLD) -> None:
    """Raise LimitExceeded if a limit of the result in ``folder`` is in error.  Collective."""
    file = folder / RESULT_FILE
    on_root(comm, lambda: refuse_errors(json.loads(file.read_text(encoding="utf-8"))["limits"]))
