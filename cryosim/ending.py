"""How a command ends that failed: one message and one exit code, on any number of ranks."""

import os
import sys
from time import monotonic, sleep
from typing import Any

from rich.console import Console

from cryosim.errors import CaseError

RANKS = "CRYOSIM_RANKS"
"""Variable by which whoever starts ranks says how many there should be."""

_NUMBERS = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")
"""Variables by which launchers number the processes that they start."""

_FORWARDED = 0.5
"""How long (s) a launcher has to pass on the last words of a rank that aborts all; assumption."""

_FAILED = 4712
"""Tag of the message that a rank has failed."""

_PATIENCE = 3.0
"""How long (s) a rank that failed waits for the others to do the same."""


def end(message: str, code: int) -> None:
    """Print ``message`` once and end with ``code``, on every rank."""
    comm = several_ranks()
    together = comm is None or _all_fail(comm)
    if comm is None or comm.rank == 0 or not together:
        console = Console(stderr=True, soft_wrap=True, emoji=False)
        console.print(message, style="red", markup=False, highlight=False)
    if comm is not None and not together:
        abort(comm, code)
    if comm is not None:
        comm.Barrier()  # under python -m mpi4py the first to leave aborts the others
    sys.exit(code)


def abort(comm: Any, code: int) -> None:
    """End all ranks, once what was said has been passed on: the launcher drops what comes late."""
    sys.stderr.flush()
    sleep(_FORWARDED)
    comm.Abort(code)


def refuse_other_size(size: int) -> None:
    """Raise CaseError unless as many ranks found each other as were started, where that is told.

    Of processes that did not find each other the first complains, the others end in silence.
    """
    asked = os.environ.get(RANKS)
    if asked in (None, "", str(size)):
        return
    if any(os.environ.get(name, "0") != "0" for name in _NUMBERS):
        raise SystemExit(CaseError.exit_code)
    raise CaseError(
        f"{asked} ranks were asked for ({RANKS}), but MPI found {size}: the launcher is of another "
        "MPI than mpi4py, or srun was told --mpi=none; see: cryosim doctor, and srun --mpi=list"
    )


def several_ranks() -> Any:
    """The communicator of all ranks, None where there is one or nothing loaded MPI."""
    mpi = sys.modules.get("mpi4py.MPI")
    return mpi.COMM_WORLD if mpi and mpi.COMM_WORLD.size > 1 else None


def _all_fail(comm: Any) -> bool:
    """Whether every rank comes here within a moment; one that fails alone must not be waited for.

    Plain messages, for the others may be within a collective call.
    """
    waiting = set(range(comm.size)) - {comm.rank}
    sent = [comm.isend(None, rank, _FAILED) for rank in waiting]
    deadline = monotonic() + _PATIENCE
    while waiting and monotonic() < deadline:
        here = {rank for rank in waiting if comm.iprobe(rank, _FAILED)}
        for rank in here:
            comm.recv(source=rank, tag=_FAILED)
        waiting -= here
        sleep(0.01)
    return not waiting and all(request.test()[0] for request in sent)
