"""Runs the suite: every benchmark in a folder of its own, whatever becomes of the others."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import perf_counter

from mpi4py import MPI
from threadpoolctl import threadpool_limits

from cryosim.errors import CryosimError
from cryosim.parallel import collected_together, on_root
from cryosim.verify.registry import chosen
from cryosim.verify.results import Benchmark, NotHere, Result


@dataclass(frozen=True)
class Outcome:
    """What became of one benchmark."""

    benchmark: Benchmark
    results: list[Result]
    seconds: float
    problem: str = ""
    """Why it ended early; empty if it did not."""
    skipped: str = ""
    """Why it has nothing to compare here; empty if it has."""

    @property
    def passes(self) -> bool:
        """Whether it ran, found something, and all of that is within tolerance."""
        if self.skipped:
            return True
        return not self.problem and bool(self.results) and all(r.passes for r in self.results)


@dataclass(frozen=True)
class Report:
    """A run of the suite."""

    quick: bool
    outcomes: list[Outcome]
    seconds: float
    ranks: int
    when: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def passes(self) -> bool:
        """Whether every benchmark passes."""
        return bool(self.outcomes) and all(outcome.passes for outcome in self.outcomes)

    @property
    def failed(self) -> list[str]:
        """Names of the benchmarks that do not pass."""
        return [o.benchmark.name for o in self.outcomes if not o.passes]


Watch = Callable[[Outcome], None]
"""Called on every rank after each benchmark."""


def verify(
    *, quick: bool, watch: Watch | None = None, benchmarks: Sequence[Benchmark] | None = None
) -> Report:
    """Run the quick suite, the whole one, or the ``benchmarks`` given.  Collective."""
    comm, began = MPI.COMM_WORLD, perf_counter()
    outcomes = []
    with threadpool_limits(1):
        for benchmark in chosen(quick=quick) if benchmarks is None else benchmarks:
            with collected_together(comm):
                outcomes.append(_run(benchmark, comm))
            if watch is not None:
                watch(outcomes[-1])
    return Report(quick, outcomes, perf_counter() - began, comm.size)


def _run(benchmark: Benchmark, comm: MPI.Comm) -> Outcome:
    """Outcome of one benchmark.

    On several ranks only errors that all of them raise are an outcome; others end the suite.
    """
    folder = Path(on_root(comm, lambda: mkdtemp(prefix="cryosim-verify-")))
    began, results, problem, skipped = perf_counter(), [], "", ""
    try:
        results = benchmark.compute(folder)
    except NotHere as error:
        skipped = str(error)
    except CryosimError as error:
        problem = f"{type(error).__name__}: {error}"
    except (ArithmeticError, LookupError, ValueError) as error:
        if comm.size > 1:
            raise
        problem = f"{type(error).__name__}: {error}"
    finally:
        if comm.rank == 0:
            rmtree(folder, ignore_errors=True)
    return Outcome(benchmark, results, perf_counter() - began, problem, skipped)


def hardware() -> dict[str, str]:
    """Where it was computed."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"
