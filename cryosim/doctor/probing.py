"""Trying things in processes of their own: a crash or a hang there is a finding like any other.

VTK does not raise where the graphics library is missing, it takes the interpreter down, and so
can an MPI that finds no transport.  A file server that is away lets its callers hang.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

PATIENCE = 120.0
"""How long a probe may take (s); a cold import from a network disk takes tens of seconds."""
SHORT_PATIENCE = 15.0
"""How long a question to Slurm, a launcher or a file system may take (s): assumption."""

FOUND = "found: "
"""What a probe writes before its finding: UCX and VTK write lines of their own between."""


def probe(
    code: str, extra: Mapping[str, str] | None = None, patience: float | None = None
) -> tuple[bool, str]:
    """Run ``code`` in an interpreter of its own: whether it ended well, and its last word."""
    return found(*outcome([sys.executable, "-c", code], extra, patience))


def found(ok: bool, said: str) -> tuple[bool, str]:
    """The last finding in what a probe ``said``, or the last line of its complaint."""
    lines = said.splitlines()
    if ok:
        lines = [line.removeprefix(FOUND) for line in lines if line.startswith(FOUND)]
    return (ok, lines[-1].strip()) if lines else (False, "it ended without a finding")


def outcome(
    command: Sequence[str], extra: Mapping[str, str] | None = None, patience: float | None = None
) -> tuple[bool, str]:
    """Run ``command``: whether it ended well, and what it said.

    A crash, a hang and a missing file are outcomes too.  ``patience`` (s) is
    :data:`PATIENCE` if not given.
    """
    limit = PATIENCE if patience is None else patience
    try:
        code, output, errors = _run(command, os.environ | dict(extra or {}), limit)
    except subprocess.TimeoutExpired:
        return False, f"no answer within {limit:.0f} s"
    except OSError as error:
        return False, f"{error.strerror}: {command[0]}"
    if code < 0:
        return False, f"crashed ({signal.Signals(-code).name})"
    return code == 0, (errors if code else output).strip() or f"exit code {code}"


def _run(
    command: Sequence[str], environment: Mapping[str, str], patience: float
) -> tuple[int, str, str]:
    """Run ``command`` in a session of its own, so that its children end with it."""
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        output, errors = process.communicate(timeout=patience)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        # A process that waits for a dead file server cannot even be killed: leave it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=1)
        raise
    return process.returncode, output, errors
