"""Processes that share the samples: one thread each, so as many as there are cores.

MPI and PETSc may not be forked, so each is a program of its own, started outside any MPI job and
out of reach of the terminal's Ctrl-C.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import Any

_OF_MPI = ("PMI_", "PMIX_", "PMIRANK", "HYDRA_", "HYDI_", "MPI_LOCAL", "OMPI_", "SLURM_")
"""Beginnings of variables by which MPI would take a worker for a rank of our own job."""

_ONE_THREAD = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Answer = dict[str, Any]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


class Worker:
    """One process; started when it is first asked, and again after it has died."""

    def __init__(self, tables: Sequence[str] = ()) -> None:
        """Not started yet; ``tables`` of every result come with its answer."""
        self._process: subprocess.Popen[str] | None = None
        self._more = {"tables": list(tables)} if tables else {}
        self._errors = TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._ended = False

    def run(self, text: str) -> Answer:
        """What became of the case ``text``; a process that dies is a fault like another."""
        if self._ended:
            return {"fault": "stopped"}
        process = self._process = self._process or self._started()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
        try:
            process.stdin.write(json.dumps({"text": text} | self._more) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line:
            return dict(json.loads(line))
        process.communicate()  # it has ended; this closes its pipes
        self._process = None
        return {"fault": f"its process ended with code {process.returncode}: {self._last_words()}"}

    def stop(self) -> None:
        """Kill the process, whatever it does; who waits for it gets a fault."""
        self._ended = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Stop, and leave nothing open; nobody may wait for an answer."""
        self.stop()
        if self._process is not None:
            self._process.communicate()
        self._errors.close()

    def _started(self) -> "subprocess.Popen[str]":
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_OF_MPI)}
        return subprocess.Popen(
            [sys.executable, "-m", "cryosim.uncertainty.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            encoding="utf-8", start_new_session=True,
            env=environment | dict.fromkeys(_ONE_THREAD, "1"),
        )  # fmt: skip

    def _last_words(self) -> str:
        self._errors.seek(0)
        return (self._errors.read().strip().splitlines() or ["it said nothing"])[-1]


class Workers:
    """Several processes that take samples from one pile."""

    def __init__(self, count: int, tables: Sequence[str] = ()) -> None:
        """Start none yet; ``tables`` of every result come with its answer."""
        self._all = [Worker(tables) for _ in range(count)]
        self._free: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._all:
            self._free.put(worker)

    def first(self, text: str) -> Answer:
        """The answer to one sample alone, which also fills the caches of compiled code."""
        return self._all[0].run(text)

    def run(self, texts: Sequence[str]) -> Iterator[tuple[int, Answer]]:
        """Place in ``texts`` and answer of each, as they come."""
        with ThreadPoolExecutor(len(self._all)) as pool:
            places = {pool.submit(self._take, text): i for i, text in enumerate(texts)}
            try:
                for future in as_completed(places):
                    yield places[future], future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for worker in self._all:
                    worker.stop()
                raise

    def close(self) -> None:
        """End all processes."""
        for worker in self._all:
            worker.close()

    def _take(self, text: str) -> Answer:
        worker = self._free.get()
        try:
            return worker.run(text)
        finally:
            self._free.put(worker)


@contextmanager
def working(count: int, tables: Sequence[str] = ()) -> Iterator[Workers]:
    """``count`` processes that end with the block; SIGTERM ends it like Ctrl-C."""
    workers = Workers(count, tables)
    old = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield workers
    finally:
        workers.close()
        signal.signal(signal.SIGTERM, old)
