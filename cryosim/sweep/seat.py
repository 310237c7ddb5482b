"""The driver's side of a process that runs points: a worker, or the guard of an MPI job."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Literal

GRACE = 60.0
"""How long (s) a point may take to write its restart file and end; assumption."""

_LOOK = 1.0
"""Time (s) between two looks at the clock; an answer is seen at once."""

_GROWTH = 2**30
"""Bytes by which a worker may grow over its first point before another takes its place; assumption.

PETSc and the allocator keep what a big point needed, which no small point after it will use.
"""

Why = Literal["stopped", "out of time", "lost"]


@dataclass(frozen=True)
class Outcome:
    """What came back: an answer, or the exit code of a process that died without one."""

    answer: dict[str, Any] | None
    code: int | None
    asked: Why | None
    """Why the point was asked to end, if it was."""
    killed: bool
    """Whether it had to be killed."""


class Seat:
    """One process, in a session of its own; started when first asked and after it has died."""

    def __init__(self, module: str, environment: dict[str, str], grace: float = GRACE) -> None:
        """Not started yet."""
        self._command = [sys.executable, "-m", module]
        self._environment, self._grace = environment, grace
        self._process: subprocess.Popen[str] | None = None
        self._first_memory = 0
        self._asked: Why | None = None
        self._since = 0.0
        self._killed = False

    def ready(self) -> None:
        """Forget that the point before was asked to end; to be called before the next is begun."""
        self._asked = None

    def open(self, output: Path) -> int:
        """Start the process unless it runs; its number."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            with output.open("ab") as file:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file,
                    text=True, encoding="utf-8", start_new_session=True, env=self._environment,
                )  # fmt: skip
            self._first_memory, self._killed = 0, False
        return self._process.pid

    def run(self, request: dict[str, Any], limit: float | None = None) -> Outcome:
        """Have a point run; asked to end after ``limit`` (s), and killed if it does not.

        The process must be open.
        """
        process = self._process
        assert process is not None and process.stdin and process.stdout  # noqa: S101, PT018
        if self._asked:  # before there was a process to tell
            return Outcome(None, -signal.SIGTERM, self._asked, killed=False)
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        began = monotonic()
        while not select.select([process.stdout], [], [], _LOOK)[0]:
            if limit is not None and monotonic() - began > limit:
                self.stop("out of time")
            if self._asked and monotonic() - self._since > self._grace:
                self.kill()
        line = process.stdout.readline()
        answer = dict(json.loads(line)) if line.endswith("\n") else None
        code = None if answer is not None else process.wait()
        outcome = Outcome(answer, code, self._asked, self._killed)
        if answer is None or self._has_grown(answer.get("memory", 0)):
            self.close()
        return outcome

    def stop(self, why: Why) -> None:
        """Ask the point to write a restart file and end; asked once only."""
        if self._asked is None:
            self._asked, self._since = why, monotonic()
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process and what it started."""
        self._killed = True
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process; nobody may wait for an answer."""
        if self._process is not None:
            self.kill()
            self._process.communicate()
            self._process = None

    def _has_grown(self, memory: int) -> bool:
        self._first_memory = self._first_memory or memory
        return memory - self._first_memory > _GROWTH
