"""What became of a point, told by the files of its folder alone: no daemon and no scheduler.

A point is done when ``result.json`` says so, which is written last and by rename; it runs while
somebody alive claims it; else the last line of its attempts tells.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryosim.sweep.claims import claimed, is_claim, take
from cryosim.sweep.journal import JOURNAL_FILE, Entry, entries_of, note, since_forgotten

RESULT_FILE = "result.json"
RESTART_FILE = "restart.h5"

DONE, RUNNING, WAITING, STOPPED = "done", "running", "waiting", "stopped"
BAD_INPUT, DIVERGED = "bad input", "diverged"
OUT_OF_TIME, OUT_OF_MEMORY, CRASHED = "out of time", "out of memory", "crashed"

FAILED = (BAD_INPUT, DIVERGED, OUT_OF_TIME, OUT_OF_MEMORY, CRASHED)
"""Reasons why a point failed."""

TAKEN = frozenset({WAITING, STOPPED, OUT_OF_TIME, OUT_OF_MEMORY, CRASHED})
"""What is tried without being told to; bad input and divergence would only come again."""

KINDS = (DONE, RUNNING, WAITING, STOPPED, *FAILED)

_HEAD = 1024
"""How much of ``result.json`` is read (bytes) to find the status, which stands first."""
_STATUS = re.compile(rb'\A\s*\{\s*"status"\s*:\s*"(\w+)"')

_NO_LAST_WORD = "whoever ran it ended without a word: killed, or the machine failed"

RESULT_FILE = "result.json"


@dataclass(frozen=True)
class State:
    """What a point is at, why, and how often it was begun since it was last forgotten."""

    kind: str
    message: str
    attempts: int


def state_of(folder: Path) -> State:
    """The state of the point in ``folder``; raises nothing for files that are missing or broken."""
    return _state(folder, by_claims=True)


def at_rest(folder: Path) -> State:
    """The state but for claims, for one who has the point."""
    return _state(folder, by_claims=False)


def _state(folder: Path, *, by_claims: bool) -> State:
    try:
        names = os.listdir(folder)  # noqa: PTH208  (half the time of pathlib, 100,000 times)
    except OSError:
        names = []
    entries = since_forgotten(entries_of(folder)) if JOURNAL_FILE in names else []
    attempts = sum(entry["event"] == "begin" for entry in entries)
    if RESULT_FILE in names and is_done(folder):
        return State(DONE, "", attempts)
    claims = [folder / name for name in names if by_claims and is_claim(name)]
    holder = claimed(claims) if claims else None
    if holder is not None:
        return State(RUNNING, _where(holder), attempts)
    kind, message = _last(entries)
    return State(kind, message, attempts)


def is_done(folder: Path) -> bool:
    """Whether ``result.json`` is there and says "done"."""
    try:
        with (folder / RESULT_FILE).open("rb") as file:
            found = _STATUS.match(file.read(_HEAD))
            if found:
                return found[1] == b"done"
            file.seek(0)
            content = json.loads(file.read())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("status") == "done"


def forget(folder: Path) -> bool:
    """Let a point begin anew at the next run; False if it is done or somebody is at work on it.

    The restart file goes, the record of attempts stays.
    """
    if is_done(folder):
        return False
    claim = take(folder)
    if claim is None:
        return False
    try:
        (folder / RESTART_FILE).unlink(missing_ok=True)
        note(folder, "forget")
    finally:
        claim.release()
    return True


def _last(entries: Sequence[Entry]) -> tuple[str, str]:
    """State and message by the last entry."""
    told = [entry for entry in entries if entry["event"] in ("begin", "end")]
    if not told:
        return WAITING, ""
    last = told[-1]
    if last["event"] == "begin":
        return CRASHED, _NO_LAST_WORD
    kind = last.get("state")
    if kind == DONE:
        return WAITING, f"it was done, but {RESULT_FILE} is gone"
    known = kind in (STOPPED, *FAILED)
    return (str(kind) if known else CRASHED), str(last.get("message", ""))


def _where(holder: dict[str, Any]) -> str:
    job = f", job {holder['job']}" if holder.get("job") else ""
    return f"on {holder['host']}{job}" if holder.get("host") else "somewhere"
