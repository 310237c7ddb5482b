"""Who is at work on a point: one at a time, whoever runs and wherever.

A claim is a file of a name that nobody else has.  One who wants the point writes a claim and then
looks whether there is another: of two who do so at once at least one sees the other and withdraws,
so there are never two.  That needs neither locks nor links of the file system, and a dead claim is
taken over the same way, for it is passed over when it is looked for and removed only by the heir.

A claim is dead on its own machine when its processes are, elsewhere when nobody touched it lately.
"""

import json
import os
import random
import socket
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryosim.output.files import write_text

BEAT = 60.0
"""Time (s) between two touches of a claim; assumption."""
STALE = 600.0
"""Age (s) of the last touch after which a claim of another machine is dead; assumption."""

_CLAIM = "claim-"
_TRIES = 5
_CLOCK_HOLDS = 600.0
"""How long (s) a comparison with the clock of a file system is trusted; assumption."""

_offsets: dict[int, tuple[float, float]] = {}
"""By device: when its clock was looked at, and how far (s) it was ahead of ours."""


@dataclass
class Claim:
    """A point that is ours until it is released."""

    path: Path
    content: dict[str, Any] = field(default_factory=dict)

    def add(self, pid: int) -> None:
        """Let the process ``pid`` of this machine hold the claim too."""
        self.content["processes"].append([pid, start_of(pid)])
        write_text(self.path, json.dumps(self.content))

    def touch(self) -> bool:
        """Say that we live; False if another took the claim for dead and has the point now."""
        try:
            os.utime(self.path)
        except FileNotFoundError:
            return False
        except OSError:  # a file system that is away for a moment
            return True
        return True

    def release(self) -> None:
        """Let others have the point."""
        with suppress(OSError):
            self.path.unlink()


def take(folder: Path) -> Claim | None:
    """Claim ``folder``, None if another has it; raises OSError if it cannot be written to."""
    for _ in range(_TRIES):
        others = claims_of(folder)
        if claimed(others) is not None:
            return None
        claim = _written(folder)
        if set(claims_of(folder)) <= {claim.path, *others}:
            for dead in others:
                dead.unlink(missing_ok=True)
            return claim
        claim.release()
        time.sleep(random.uniform(0.005, 0.05))
    return None


def is_claim(name: str) -> bool:
    """Whether a file of this name is a claim."""
    return name.startswith(_CLAIM)


def claims_of(folder: Path) -> list[Path]:
    """All claims of a folder, dead or alive."""
    return [path for path in folder.iterdir() if is_claim(path.name)]


def claimed(claims: Iterable[Path]) -> dict[str, Any] | None:
    """What the first claim that is alive says, {} if it cannot be read; None if none is alive."""
    for path in claims:
        content = _content(path)
        if content is not None and _alive(path, content):
            return content
    return None


def start_of(pid: int) -> str:
    """When a process of this machine began, in the kernel's count; "" if there is none."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if words[0] in "ZX" else words[19]


def _written(folder: Path) -> Claim:
    me = os.getpid()
    content = {
        **_here(), "processes": [[me, start_of(me)]], "job": os.environ.get("SLURM_JOB_ID"),
        "since": time.time(),
    }  # fmt: skip
    claim = Claim(folder / f"{_CLAIM}{uuid4().hex}", content)
    try:
        claim.path.write_text(json.dumps(content), encoding="utf-8")
    except OSError:  # a full disk leaves it empty
        claim.release()
        raise
    return claim


@cache
def _here() -> dict[str, str]:
    """What tells this machine, this boot of it and this space of process numbers from others."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    return {
        "host": socket.gethostname(), "machine": _line("/etc/machine-id"),
        "boot": _line("/proc/sys/kernel/random/boot_id"), "space": space,
    }  # fmt: skip


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _content(path: Path) -> dict[str, Any] | None:
    """What a claim says, {} if it is being written; None if it is gone."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _alive(path: Path, content: dict[str, Any]) -> bool:
    here = _here()
    same = {key: bool(here[key]) and here[key] == content.get(key) for key in here}
    if same["boot"] and same["space"]:
        return any(_runs(one) for one in content.get("processes", ()))
    if same["host"] and same["machine"] and here["boot"] and not same["boot"]:
        return False  # this machine, before it was started anew
    try:
        touched = path.stat().st_mtime
    except OSError:
        return False
    return now(path.parent) - touched < STALE


def _runs(process: object) -> bool:
    match process:
        case [int(pid), str(start)]:
            return bool(start) and start_of(pid) == start
    return False


def now(folder: Path) -> float:
    """Time (s since 1970) by the clock that stamps the files of ``folder``, ours if read-only."""
    device = folder.stat().st_dev
    looked, offset = _offsets.get(device, (-_CLOCK_HOLDS, 0.0))
    if time.monotonic() - looked >= _CLOCK_HOLDS:
        with suppress(OSError), tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b".")
            probe.flush()
            offset = os.fstat(probe.fileno()).st_mtime - time.time()
        _offsets[device] = time.monotonic(), offset
    return time.time() + offset
