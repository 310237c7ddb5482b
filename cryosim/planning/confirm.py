"""Runs of a planned case in a process of its own, whole, with a result folder."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryosim import __version__
from cryosim.errors import CryosimError

_GRACE = 10.0
"""How long (s) a run that is asked to stop may take to write its checkpoint."""


def ran(case: Path, out: Path) -> dict[str, Any]:
    """What ``result.json`` says of ``case``, run to ``out`` unless that very case was before.

    A run of that case that was stopped goes on from its checkpoint.
    """
    from cryosim.case.load import load
    from cryosim.folder import RESULT_FILE

    result, hash_ = out / RESULT_FILE, load(case).hash
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(result.read_text(encoding="utf-8"))
        if (found["case_hash"], found["versions"]["cryosim"]) == (hash_, __version__):
            return dict(found)
    command = [sys.executable, "-m", "cryosim", "run", str(case), "--out", str(out)]
    if _stopped(out, hash_):
        command.append("--resume")
    process = subprocess.Popen(
        [*command, "--no-figures", "--quiet"], text=True, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _, errors = process.communicate()
    except BaseException:
        _stop(process)
        raise
    if process.returncode != 0:
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise CryosimError(f"{case}: its run ended with code {process.returncode}: {last}")
    return dict(json.loads(result.read_text(encoding="utf-8")))


def _stopped(out: Path, hash_: str) -> bool:
    """Whether a run of the case of this hash was stopped here; a resumed one checks the rest."""
    import h5py

    from cryosim.treatment.checkpoint import RESTART_FILE

    with suppress(OSError, KeyError), h5py.File(out / RESTART_FILE, "r", locking=False) as file:
        return bool(file.attrs["case_hash"] == hash_)
    return False


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ask the run to stop, and make it."""
    process.terminate()
    try:
        process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
