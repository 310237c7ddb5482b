"""Runs of a planned case in a process of its own, whole, with a result folder."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryosim.errors import CryosimError

_GRACE = 10.0
"""How long (s) a run that is asked to stop may take to write its checkpoint."""


def ran(case: Path, out: Path) -> dict[str, Any]:
    """What ``result.json`` says of ``case``, run to ``out`` unless that very text was before.

    A run of that text that was stopped goes on from its checkpoint.
    """
    from cryosim.folder import CASE_FILE, RESULT_FILE
    from cryosim.treatment.checkpoint import RESTART_FILE

    result, again = out / RESULT_FILE, False
    with suppress(OSError):
        again = (out / CASE_FILE).read_text(encoding="utf-8") == case.read_text(encoding="utf-8")
    if again and result.is_file():
        return dict(json.loads(result.read_text(encoding="utf-8")))
    command = [sys.executable, "-m", "cryosim", "run", str(case), "--out", str(out)]
    if again and (out / RESTART_FILE).is_file():
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


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ask the run to stop, and make it."""
    process.terminate()
    try:
        process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
