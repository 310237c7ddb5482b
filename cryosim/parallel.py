"""The few things that must happen the same way on every MPI rank.

This is also the one place that decides the order of imports: the PyPI build of DOLFINx needs its
module ``dolfinx_solver`` before anything of MPI or PETSc, the conda-forge build has no such module.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator

with contextlib.suppress(ModuleNotFoundError):
    import dolfinx_solver  # noqa: F401  (first: it makes MPI and PETSc loadable)

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.errors import CryosimError

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


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
    return value  # type: ignore[return-value]


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

    def __init__(self, comm: MPI.Comm, place: Indices) -> None:
        """Owned value ``i`` of this rank goes to ``place[i]`` of the whole.  Collective."""
        self.comm = comm
        counts = comm.gather(place.size)
        self._counts = np.array(counts if counts is not None else [], dtype=np.int64)
        self._place = np.empty(int(self._counts.sum()), dtype=np.int64)
        self._collect(np.ascontiguousarray(place, dtype=np.int64), self._place, MPI.INT64_T)

    def _collect(self, local: npt.NDArray[np.generic], whole: npt.NDArray[np.generic], kind: MPI.Datatype) -> None:
        self.comm.Gatherv([local, kind], [whole, self._counts, kind] if self.comm.rank == 0 else None)

    def __call__(self, local: Values) -> Values | None:
        """The whole on rank 0, None on others.  Collective."""
        flat = np.empty(self._place.size)
        self._collect(np.ascontiguousarray(local, dtype=np.float64), flat, MPI.DOUBLE)
        if self.comm.rank != 0:
            return None
        whole = np.empty_like(flat)
        whole[self._place] = flat
        return whole

    def scatter(self, whole: Values | None) -> Values:
        """Owned values of this rank from the ``whole`` that rank 0 holds.  Collective."""
        n_local = np.empty(1, dtype=np.int64)
        self.comm.Scatter(self._counts if self.comm.rank == 0 else None, n_local)
        local = np.empty(int(n_local[0]))
        flat = None if whole is None else np.ascontiguousarray(whole[self._place])
        send = [flat, self._counts, MPI.DOUBLE] if self.comm.rank == 0 else None
        self.comm.Scatterv(send, [local, MPI.DOUBLE])
        return local
