"""A process that starts a command and sees to its end: ``python -m cryosim.sweep.guard``.

The first line of its input is the command as JSON, its answer the exit code and the seconds of all
cores.  When its input ends, for whoever started it is gone, it asks the command to stop: no rank
runs on without anybody to look after it.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading

GRACE = 60.0
"""How long (s) a command may take to end after it was asked to; assumption."""

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run one command to its end."""
    request = json.loads(sys.stdin.readline())
    with open(request["output"], "ab", buffering=0) as output:  # noqa: PTH123
        process = subprocess.Popen(
            request["command"], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            preexec_fn=_die_with_parent,
        )  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGTERM))
    threading.Thread(target=_stop_with_input, args=(process,), daemon=True).start()
    code = process.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps({"code": code, "core": used.ru_utime + used.ru_stime}), flush=True)


def _die_with_parent() -> None:
    """Have the kernel ask us to stop when the guard itself is killed (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop_with_input(process: "subprocess.Popen[bytes]") -> None:
    while os.read(0, 4096):
        pass
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    main()
