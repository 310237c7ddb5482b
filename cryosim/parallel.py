"""The few things that must happen the same way on every MPI rank.

This is also the one place that decides the order of imports: the PyPI build of DOLFINx needs its
module ``dolfinx_solver`` before anything of MPI or PETSc, the conda-forge build has no such module.
PETSc would answer SIGTERM and SIGPIPE with pages of its own; it is told not to before it is loaded.
"""

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from typing import Any, cast

os.environ["PETSC_OPTIONS"] = f"{os.environ.get('PETSC_OPTIONS', '')} -no_signal_handler".strip()

with contextlib.suppress(ModuleNotFoundError):
    import dolfinx_solver  # noqa: F401  (first: it makes MPI and PETSc loadable)

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.errors import CryosimError

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


def ranks_found() -> int:
    """Number of ranks that MPI sees."""
    return int(MPI.COMM_WORLD.size)


def on_root[T](comm: MPI.Comm, work: Callable[[], T]) -> T:
    """Do ``work`` on rank 0 only; return its value, or raise its error, on every rank."""
    value, error = None, None
    if comm.rank == 0:
        try:
            value = work()
        except (CryosimError, OSError) as caught:
            error = caught
    value, error = comm.bcast((value, error))
    if error is not None:
        raise error
    return cast(T, value)


def on_root_only[T](comm: MPI.Comm, work: Callable[[], T]) -> T | None:
    """Do ``work`` on rank 0; its value stays there, its error is raised on every rank."""
    kept: list[T] = []
    on_root(comm, lambda: kept.append(work()))
    return kept[0] if kept else None


@contextlib.contextmanager
def collected_together(comm: MPI.Comm) -> Iterator[None]:
    """Keep the garbage collector from destroying PETSc objects on one rank at a time.

    Destroying one is collective, so a collection that strikes a single rank deadlocks the run.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.collect()
    comm.Barrier()


class Gather:
    """Collects owned values of all ranks on rank 0, in an order that no partition changes."""

    def __init__(self, comm: MPI.Comm, key: Indices) -> None:
        """Owned value ``i`` of this rank has the unique sorting ``key[i]``.  Collective."""
        self.comm = comm
        self._counts = np.array(comm.allgather(key.size), dtype=np.int64)
        self._n_local = key.size
        keys = self._collect(np.ascontiguousarray(key, dtype=np.int64), MPI.INT64_T)
        self._order = None if keys is None else np.argsort(keys)

    def _collect(self, local: npt.NDArray[Any], kind: MPI.Datatype) -> npt.NDArray[Any] | None:
        """All values on rank 0, rank after rank."""
        if self.comm.rank != 0:
            self.comm.Gatherv([local, kind], None)
            return None
        whole = np.empty(int(self._counts.sum()), dtype=local.dtype)
        self.comm.Gatherv([local, kind], [whole, self._counts, kind])
        return whole

    def __call__(self, local: Values) -> Values | None:
        """The whole on rank 0, None on others.  Collective."""
        flat = self._collect(np.ascontiguousarray(local, dtype=np.float64), MPI.DOUBLE)
        return None if flat is None else flat[self._order]

    def scatter(self, whole: Values | None) -> Values:
        """Owned values of this rank from the ``whole`` that rank 0 holds.  Collective."""
        send = None
        if whole is not None:
            flat = np.empty(whole.size)
            flat[self._order] = whole
            send = [flat, self._counts, MPI.DOUBLE]
        local = np.empty(self._n_local)
        self.comm.Scatterv(send, [local, MPI.DOUBLE])
        return local
