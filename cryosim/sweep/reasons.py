"""Why a point ended as it did: the state that follows from an answer, an exit code, a last word."""

import errno
import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from cryosim.ending import RANKS
from cryosim.sweep.seat import Outcome
from cryosim.sweep.states import (
    BAD_INPUT,
    CRASHED,
    DIVERGED,
    OUT_OF_MEMORY,
    OUT_OF_TIME,
    STOPPED,
)  # fmt: skip

LOG_FILE = "run.log"

Ending = tuple[str, str]
"""Kind of state, and a message."""

_BY_ERROR = {
    "Interrupted": STOPPED, "KeyboardInterrupt": STOPPED, "CaseError": BAD_INPUT,
    "NumericalError": DIVERGED, "MemoryError": OUT_OF_MEMORY, "_ArrayMemoryError": OUT_OF_MEMORY,
}  # fmt: skip
_BY_CODE = {2: BAD_INPUT, 130: STOPPED}

_PETSC_MEMORY = 55
"""PETSC_ERR_MEM of petscerror.h."""

_ENDED_BY = re.compile(r" ended by (\w+): (.*)")
_SIGNAL = re.compile(r"\(signal (\d+)\)|Caught signal number (\d+)")
_ERROR_LINE = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Interrupt|Exit)\w*)\b")
_OF_MEMORY = re.compile(
    r"oom[-_ ]kill|MemoryError|std::bad_alloc|error code 55\b|PETSC ERROR: Out of memory", re.I
)
_NOISE = re.compile(
    r"^(=|Abort\(|application called MPI_Abort|YOUR APPLICATION|This typically|Please see|srun: "
    r"|\[\d+\]PETSC )"
)
_GO_ON = "; go on with: "
"""Where the message of an interrupted run says how to resume it by hand."""
_PROBE = 65536
"""What is written to see whether a disk is full (bytes)."""
_TAIL = 20000
"""How much of what a point printed is looked at (bytes)."""


def ending_of(outcome: Outcome, printed: str, logged: str, oom_kills: int) -> Ending:
    """State and message of a point that did not get done.

    ``printed`` and ``logged`` are what the attempt added to its output and its log, ``oom_kills``
    how many processes the kernel killed meanwhile for want of memory.
    """
    kind, message = _by_itself(outcome, printed, logged, oom_kills)
    message = message.partition(_GO_ON)[0]
    if outcome.asked is None:
        return kind, message
    if kind != STOPPED:
        message = (
            "was killed, for it did not end when asked" if outcome.killed else "ended as asked"
        )
    return (OUT_OF_TIME if outcome.asked == "out of time" else STOPPED), message


def printed_since(file: Path, offset: int) -> str:
    """What was added to ``file`` after ``offset`` (bytes), the end of it if it is much."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(offset, size - _TAIL))
            return opened.read().decode(errors="replace")
    except OSError:
        return ""


def size_of(file: Path) -> int:
    """Bytes of ``file``, 0 if there is none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def is_full(folder: Path) -> bool:
    """Whether nothing more can be written to ``folder``."""
    try:
        with TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE))
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def oom_kills() -> int:
    """How many processes the kernel has killed so far for want of memory, here and in our group."""
    return sum(_count(file) for file in (Path("/proc/vmstat"), *_group_files()))


def _by_itself(outcome: Outcome, printed: str, logged: str, oom: int) -> Ending:
    answer = outcome.answer
    if answer is None:
        return _of_code(outcome.code or 0, printed, logged, oom)
    if "error" in answer:
        return _of_error(answer)
    if "code" in answer:
        return _of_code(int(answer["code"]), printed, logged, oom)
    return CRASHED, "it ended well but left no result"


def _of_error(answer: dict[str, Any]) -> Ending:
    """Of an exception in a worker."""
    kinds: Sequence[str] = answer["error"]
    message = str(answer["message"])
    if answer.get("petsc") == _PETSC_MEMORY:
        return OUT_OF_MEMORY, message
    if "OSError" in kinds or "CryosimError" in kinds:
        foreseen = next((_BY_ERROR[kind] for kind in kinds if kind in _BY_ERROR), CRASHED)
        return foreseen, message
    return next((_BY_ERROR[k] for k in kinds if k in _BY_ERROR), CRASHED), f"{kinds[0]}: {message}"


def _of_code(code: int, printed: str, logged: str, oom: int) -> Ending:
    """Of a process, or the ranks of a job, that ended with ``code``."""
    number = _signal_of(code, printed)
    if number is not None:
        return _of_signal(number, printed, oom)
    said = _last_words(printed)
    ended = _ENDED_BY.findall(logged)
    if ended and code in (2, 3, 130):
        name, message = ended[-1]
        return _BY_ERROR.get(name, CRASHED), message
    if code == 0:
        return CRASHED, "it ended well but left no result"
    if RANKS in printed:  # the case may be good
        return CRASHED, said
    if _OF_MEMORY.search(printed):
        return OUT_OF_MEMORY, said
    return _BY_CODE.get(code, CRASHED), said or f"exit code {code}"


def _signal_of(code: int, printed: str) -> int | None:
    """The signal that ended a process; launchers tell it in several ways."""
    if code < 0:
        return -code
    told = _SIGNAL.findall(printed)
    if told and code != 0:
        return int("".join(told[-1]))
    return code - 128 if code > 128 and code != 130 else None


def _of_signal(number: int, printed: str, oom: int) -> Ending:
    name = str(number)
    with suppress(ValueError):
        name = signal.Signals(number).name
    if number in (signal.SIGTERM, signal.SIGINT):
        return STOPPED, f"ended by {name} before it could write a restart file"
    if number != signal.SIGKILL:
        return CRASHED, f"ended by {name}"
    if oom > 0 or _OF_MEMORY.search(printed):
        return OUT_OF_MEMORY, f"ended by {name}: the system was out of memory"
    return CRASHED, f"ended by {name}: by someone, or perhaps for want of memory"


def _last_words(printed: str) -> str:
    """The error message in ``printed``: of a traceback its last line, else all that was said."""
    lines = [line for line in printed.splitlines() if line.strip() and not _NOISE.match(line)]
    errors = [line for line in lines if _ERROR_LINE.match(line)]
    return errors[-1] if errors else lines[-1].strip() if lines else ""


def _group_files() -> list[Path]:
    """Files of our control group that count, of the first and the second kind of groups."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    files = []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if not kinds:
            files.append(Path("/sys/fs/cgroup", path.lstrip("/"), "memory.events"))
        elif "memory" in kinds.split(","):
            files.append(Path("/sys/fs/cgroup/memory", path.lstrip("/"), "memory.oom_control"))
    return files


def _count(file: Path) -> int:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
