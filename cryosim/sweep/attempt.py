"""One attempt at one point, from the first line of its record to the last."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from cryosim.sweep.claims import Claim
from cryosim.sweep.journal import JOURNAL_FILE, Entry, entries_of, note, since_forgotten
from cryosim.sweep.launch import Launch, program
from cryosim.sweep.plan import Point, Running
from cryosim.sweep.reasons import (
    LOG_FILE,
    Ending,
    ending_of,
    is_full,
    oom_kills,
    printed_since,
    size_of,
)
from cryosim.sweep.seat import Outcome, Seat
from cryosim.sweep.states import (
    BAD_INPUT,
    CRASHED,
    DONE,
    RESTART_FILE,
    RESULT_FILE,
    RUNNING,
    State,
    is_done,
)

CASE_FILE = "case.toml"
OUTPUT_FILE = "output.txt"

_KEPT = frozenset({CASE_FILE, RESULT_FILE, JOURNAL_FILE})
"""What is left of a point that is done where only numbers are kept."""


class Attempt:
    """One go at a point that is claimed."""

    def __init__(
        self, point: Point, claim: Claim, running: Running, launch: Launch | None = None
    ) -> None:
        """Prepare; nothing is written yet.  A launch is for ranks, none for a worker."""
        self._point, self._claim, self._running, self._launch = point, claim, running, launch
        self._folder = claim.path.parent
        self._output = self._folder / OUTPUT_FILE
        self._began = monotonic()

    def run(self, seat: Seat) -> State:
        """Run the point to whatever end; raises OSError if its folder cannot be written to."""
        self._began = monotonic()
        before = since_forgotten(entries_of(self._folder))
        resume = self._resumable(before)
        pid = seat.open(self._output)
        self._claim.add(pid)
        note(
            self._folder, "begin", host=self._claim.content["host"], pid=pid,
            job=self._claim.content["job"], ranks=self._point.ranks, resume=resume,
            restart=_stamp(self._folder / RESTART_FILE) if resume else None,
        )  # fmt: skip
        (kind, message), outcome, core = self._tried(seat, resume=resume)
        if kind == BAD_INPUT and resume and self._launch is not None and outcome.asked is None:
            # perhaps the restart file is of another version; a worker has tried that itself
            seat.close()
            seat.open(self._output)
            (kind, message), outcome, more = self._tried(seat, resume=False)
            core += more
        if outcome.asked == "lost":
            return State(RUNNING, "another took it over", 0)
        note(
            self._folder, "end", state=kind, message=message, raised=_raised(outcome),
            wall_s=round(monotonic() - self._began, 3), core_s=round(core, 3),
        )  # fmt: skip
        if kind == DONE and self._running.keep == "numbers":
            prune(self._folder)
        return State(kind, message, 1 + sum(entry["event"] == "begin" for entry in before))

    def _tried(self, seat: Seat, *, resume: bool) -> tuple[Ending, Outcome, float]:
        """How the point ended, what came back and the seconds of all cores."""
        log = self._folder / LOG_FILE
        sizes, kills = (size_of(self._output), size_of(log)), oom_kills()
        outcome = seat.run(self._request(resume=resume), self._time_left())
        core = float((outcome.answer or {}).get("core", 0.0))
        if is_done(self._folder):
            return (DONE, ""), outcome, core
        printed, logged = printed_since(self._output, sizes[0]), printed_since(log, sizes[1])
        kind, message = ending_of(outcome, printed, logged, oom_kills() - kills)
        if kind == CRASHED and is_full(self._folder):
            message = f"{message}; no space left on the disk of {self._folder}"
        return (kind, message), outcome, core

    def _request(self, *, resume: bool) -> dict[str, Any]:
        case, bands = self._folder / CASE_FILE, self._running.error_bands
        output = str(self._output)
        if self._launch is None:
            return {
                "case": str(case), "folder": str(self._folder), "resume": resume,
                "error_bands": bands, "output": output,
            }  # fmt: skip
        ranks = program(case, self._folder, resume=resume, error_bands=bands)
        return {"command": [*self._launch.words(self._point.ranks), *ranks], "output": output}

    def _time_left(self) -> float | None:
        limit = self._running.time
        return None if limit is None else max(0.0, limit - (monotonic() - self._began))

    def _resumable(self, before: Sequence[Entry]) -> bool:
        """Whether there is a restart file that did not make the last attempt fail at once."""
        restart = _stamp(self._folder / RESTART_FILE)
        if restart is None:
            return False
        begun = [entry for entry in before if entry["event"] == "begin"]
        ended = before[-1] if before else {}
        failed_so = ended.get("state") == CRASHED and ended.get("raised")
        return not (failed_so and begun and begun[-1].get("restart") == restart)


def prune(folder: Path) -> None:
    """Remove what is not numbers from the folder of a point that is done, but no claim."""
    for path in folder.iterdir():
        if path.name in _KEPT or path.name.startswith("claim-"):
            continue
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _raised(outcome: Outcome) -> bool:
    """Whether the program itself gave up, rather than being ended from outside."""
    answer = outcome.answer or {}
    return "error" in answer or answer.get("code") in (1, 3)


def _stamp(file: Path) -> int | None:
    """When ``file`` was last written (ns), None if it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return None
