"""Slurm, where there is one: whether it answers, and what a sweep must know of it."""

import os
import re
import shutil
from collections.abc import Mapping

from cryosim.doctor.check import Check
from cryosim.doctor.probing import SHORT_PATIENCE, outcome

SLURM_REMEDY = (
    "ask on the login node whether squeue answers there, and module load slurm if your site "
    "wants it; without Slurm, cryosim sweep run works on this machine alone"
)
NOT_A_STEP = 0xFFFFFFF0
"""Slurm's own steps (batch, interactive, extern) are numbered from here: mpiexec works in them."""


def slurm() -> Check:
    """Whether the scheduler answers, and what a sweep must know of it.

    Neither its absence nor its silence keeps cryosim from running here.
    """
    if shutil.which("sbatch") is None:
        return Check("Slurm", True, "not here; sweeps run on this machine", SLURM_REMEDY)
    ok, version = _ask("sbatch", "--version")
    if not ok:
        return Check("Slurm", True, version.splitlines()[-1], SLURM_REMEDY, (SLURM_REMEDY,))
    ok, answer = _ask("squeue", "--noheader", "--user", str(os.getuid()))
    if not ok:
        detail = f"{version}, but squeue fails: {answer.splitlines()[-1]}"
        return Check("Slurm", True, detail, SLURM_REMEDY, (SLURM_REMEDY,))
    settings = _settings()
    plugins = _plugins()
    facts = [
        version, f"arrays of up to {largest_array(settings) or '?'}",
        f"partitions {_partitions()}",
        f"srun --mpi of {', '.join(plugins) or 'nothing'}"
        f" (default {settings.get('MpiDefault', '?')})",
    ]  # fmt: skip
    remarks = tuple(_remarks(settings, plugins))
    return Check("Slurm", True, ", ".join(facts), SLURM_REMEDY, remarks)


def allocation() -> Check:
    """The job that this shell belongs to, and how ``mpiexec`` would fare in it."""
    job = os.environ.get("SLURM_JOB_ID")
    if job is None:
        return Check("Slurm job", True, "this shell is of none", SLURM_REMEDY)
    nodes = int(os.environ.get("SLURM_JOB_NUM_NODES", "1"))
    tasks = os.environ.get("SLURM_NTASKS", "1")
    detail = (
        f"job {job}: {nodes} nodes, {tasks} tasks, {os.environ.get('SLURM_JOB_PARTITION', '?')}"
    )
    remarks = []
    if "HYDRA_LAUNCHER" not in os.environ and in_step() and nodes == 1:
        remarks.append(
            "this shell was itself started by srun: mpiexec would ask for a second step and wait "
            "for ever; export HYDRA_LAUNCHER=fork (cryosim sweep does)"
        )
    if os.environ.get("HYDRA_LAUNCHER") == "fork" and nodes > 1:
        remarks.append(
            f"HYDRA_LAUNCHER=fork puts all ranks on the first of {nodes} nodes; unset it"
        )
    return Check("Slurm job", True, detail, SLURM_REMEDY, tuple(remarks))


def in_step() -> bool:
    """Whether ``srun`` started this process, rather than ``sbatch`` or ``salloc``."""
    step = os.environ.get("SLURM_STEP_ID", "")
    return step.isdigit() and int(step) < NOT_A_STEP


def largest_array(settings: Mapping[str, str]) -> int | None:
    """The number of jobs that one array may have; the index must stay below MaxArraySize."""
    size = settings.get("MaxArraySize", "")
    return int(size) if size.isdigit() else None


def _remarks(settings: Mapping[str, str], plugins: list[str]) -> list[str]:
    remarks = []
    if largest_array(settings) == 0:
        remarks.append("job arrays are switched off here (MaxArraySize=0); ask the site, or use "
                       "cryosim sweep export --script")  # fmt: skip
    if plugins and not {"pmi2", "pmix"} & {name.split("_")[0] for name in plugins}:
        remarks.append(
            "srun --mpi=list has neither pmi2 (MPICH) nor pmix (Open MPI): srun would start "
            "single runs side by side; start ranks by mpiexec"
        )
    elif plugins and "pmi2" not in plugins:
        remarks.append("srun has no pmi2, which the MPICH wheel needs: start its ranks by mpiexec")
    return remarks


def _settings() -> dict[str, str]:
    """Name -> value of ``scontrol show config``; empty if it does not answer."""
    ok, said = _ask("scontrol", "show", "config")
    rows = re.findall(r"^(\w+)\s*= (.*)$", said, re.M) if ok else []
    return {name: value.strip() for name, value in rows}


def _partitions() -> str:
    """Names and time limits, at most six of them."""
    ok, said = _ask("sinfo", "--noheader", "--format", "%P (%l)")
    names = list(dict.fromkeys(line.strip() for line in said.splitlines())) if ok else []
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return " ".join(names[:6]) + more if names else "?"


def _plugins() -> list[str]:
    """Names that ``srun --mpi`` knows.  Some releases write the list to standard error."""
    srun = shutil.which("srun")
    if srun is None:
        return []
    ok, said = _ask("sh", "-c", f"'{srun}' --mpi=list 2>&1")
    rows = [row.replace("srun:", "").strip() for row in said.splitlines()] if ok else []
    return [name for name in rows if re.fullmatch(r"[a-z_]+\d*[a-z_\d]*", name) and name != "none"]


def _ask(*command: str) -> tuple[bool, str]:
    return outcome(command, patience=SHORT_PATIENCE)
