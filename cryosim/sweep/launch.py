"""How the processes of a point are started: alone, or as the ranks of an MPI job."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryosim.doctor import MPI_REMEDY, launcher
from cryosim.ending import RANKS
from cryosim.errors import CaseError, MissingTool

_OF_RANKS = ("PMI_", "PMIX_", "PMIRANK", "HYDI_", "MPI_LOCAL", "OMPI_")
"""Beginnings of variables by which MPI would take a process for a rank of a job around us."""

_OF_JOB = ("HYDRA_", "SLURM_")
"""Beginnings of variables by which a launcher finds its job; of no use to one process alone."""

_ONE_THREAD = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_OWN_STEPS = 0xFFFFFFF0
"""Slurm numbers the steps of ``srun`` from 0, and those it makes itself from here on."""


@dataclass(frozen=True)
class Launch:
    """How ranks are started here."""

    command: str | None = None
    """Such as ``srun --mpi=pmix -n {ranks}``; None for the ``mpiexec`` of this environment."""
    alone: bool = False
    """Whether a point of one rank is started by it too, where MPI wants that."""

    def __post_init__(self) -> None:
        """Raises CaseError if the command does not say how many ranks it starts."""
        if self.command is not None and "{ranks}" not in self.command:
            raise CaseError(
                f"launch command {self.command!r}: expected {{ranks}} where the number of ranks "
                'goes, such as "srun --mpi=pmix -n {ranks}"'
            )

    def starts(self, ranks: int) -> bool:
        """Whether a point of so many ranks is launched; else it is run in a worker."""
        return ranks > 1 or (self.alone and self.command is not None)

    def words(self, ranks: int) -> list[str]:
        """The launcher and its options; raises MissingTool and CaseError."""
        if self.command is not None:
            return shlex.split(self.command.replace("{ranks}", str(ranks)))
        refuse_step(os.environ)
        path = launcher()
        if path is None:
            raise MissingTool(
                f"a point wants {ranks} ranks, but mpiexec was not found; {MPI_REMEDY}"
            )
        return [path, "-n", str(ranks)]

    def environment(self, ranks: int) -> dict[str, str]:
        """Environment of the launcher."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_OF_RANKS)}
        if _nodes(kept) == 1:  # else Hydra asks Slurm for a place, and waits if there is none left
            kept.setdefault("HYDRA_LAUNCHER", "fork")
        return kept | dict.fromkeys(_ONE_THREAD, "1") | {RANKS: str(ranks)}


def environment_alone() -> dict[str, str]:
    """Environment of a process that is its own and only rank."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith((*_OF_RANKS, *_OF_JOB))}
    return kept | dict.fromkeys(_ONE_THREAD, "1") | {RANKS: "1"}


def program(case: Path, folder: Path, *, resume: bool, error_bands: bool) -> list[str]:
    """What every rank runs."""
    return [
        sys.executable, "-m", "mpi4py", "-m", "cryosim", "run", str(case), "--out", str(folder),
        "-q", *["--resume"] * resume, *["--error-bands"] * error_bands,
    ]  # fmt: skip


def refuse_step(environment: Mapping[str, str]) -> None:
    """Raise CaseError within ``srun`` on several nodes, where ``mpiexec`` would wait for ever."""
    step = environment.get("SLURM_STEP_ID", "")
    if _nodes(environment) > 1 and step.isdigit() and int(step) < _OWN_STEPS:
        raise CaseError(
            "mpiexec cannot start ranks on several nodes from within srun; call cryosim in the "
            "batch script without srun, or give a launch command of its own"
        )


def _nodes(environment: Mapping[str, str]) -> int:
    nodes = environment.get("SLURM_JOB_NUM_NODES", "")
    return int(nodes) if nodes.isdigit() else 1
