"""A process that runs one point after the other: ``python -m cryosim.sweep.worker``.

A line of its input is a point as JSON, a line of its output how it ended.  What a point prints goes
to a file.  SIGTERM makes the point write a restart file and end; so does the end of the input, for
then nobody is there any more to take the answer.
"""

import gc
import json
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from time import process_time
from typing import Any, TextIO

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Input:
    """Lines of the standard input, read aside so that its end is seen during a run."""

    def __init__(self) -> None:
        """Begin to read."""
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._busy = self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        self._ended = True
        self._lines.put(None)
        if self._busy:
            os.kill(os.getpid(), signal.SIGTERM)

    def next(self) -> dict[str, Any] | None:
        """The next request, None after the last or when nobody waits for its answer."""
        self._busy = False
        line = self._lines.get()
        self._busy = True  # before the end is looked for: the reader does it the other way round
        return None if line is None or self._ended else dict(json.loads(line))


def main() -> None:
    """Answer line by line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests = Input()
    for count, request in enumerate(iter(requests.next, None)):
        _print_to(request["output"])
        began = process_time()
        answer = ended(request)
        _tell(answers, answer | {"core": process_time() - began, "memory": _memory()})
        if count == 0:
            gc.freeze()  # each run collects garbage, and need not look at all that was imported


def ended(request: dict[str, Any]) -> dict[str, Any]:
    """How the point ended: {} if well, else its ``error`` with all its kinds and a ``message``."""
    try:
        _run(request)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (the other points go on)
        if not _foreseen(error):
            traceback.print_exc()
        kinds = [kind.__name__ for kind in type(error).__mro__]
        message = str(error) or kinds[0]
        return {"error": kinds, "message": message, "petsc": getattr(error, "ierr", None)}
    return {}


def _run(request: dict[str, Any]) -> None:
    from cryosim.errors import CaseError
    from cryosim.simulate import run

    case, folder, bands = Path(request["case"]), Path(request["folder"]), request["error_bands"]
    if request["resume"]:
        try:
            run(case, folder, resume=True, error_bands=bands)
        except CaseError as error:
            print(f"{error}; beginning anew", file=sys.stderr)
        else:
            return
    run(case, folder, error_bands=bands)


def _foreseen(error: BaseException) -> bool:
    from cryosim.errors import CryosimError

    if isinstance(error, CryosimError):
        print(error, file=sys.stderr)
    return isinstance(error, CryosimError)


def _print_to(path: str) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _memory() -> int:
    """Bytes in use now, 0 where the system does not tell."""
    gc.collect()
    try:
        pages = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    except OSError:
        return 0
    return int(pages) * _PAGE


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):  # who asked is gone
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
