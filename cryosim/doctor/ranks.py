"""The MPI of this process and the launcher that starts many of them: they must be one."""

import importlib.util
import json
import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path

from cryosim.doctor.check import Check
from cryosim.doctor.probing import SHORT_PATIENCE, found, outcome, probe

MPI_REMEDY = (
    "mpiexec must be of the same MPI as mpi4py: pip install mpich beside the wheel, "
    "or conda install mpich; put its folder first in PATH"
)
MIX_REMEDY = (
    "one MPI and one PETSc per environment: either the wheels (pip install dolfinx-solver-real "
    "mpich mpi4py, nothing of conda's) or conda-forge's (leave the extra 'solver' out, pip "
    "uninstall mpich mpi4py); module unload other MPIs, and take them out of LD_LIBRARY_PATH "
    "and LD_PRELOAD"
)

MPI_PROBE = """
from mpi4py import MPI
total = MPI.COMM_WORLD.allreduce(1)
if MPI.COMM_WORLD.rank == 0: print("found:", total)
"""
LOADED_PROBE = """
import importlib.util, json, pathlib
if importlib.util.find_spec("dolfinx_solver"): import dolfinx_solver
import dolfinx
from mpi4py import MPI
maps = pathlib.Path("/proc/self/maps")
rows = maps.read_text().splitlines() if maps.is_file() else []
files = sorted({row.split(maxsplit=5)[5] for row in rows if ".so" in row})
print("found:", json.dumps({"says": MPI.Get_library_version(), "files": files}))
"""

FAMILIES = {
    r"Open MPI|OpenRTE|PRRTE|PMIx Reference": "Open MPI",
    r"Intel\(R\) MPI": "Intel MPI",
    r"CRAY MPICH|PALS": "Cray MPICH",
    r"MVAPICH": "MVAPICH",
    r"MPICH|HYDRA": "MPICH",
    r"slurm": "Slurm",
}
"""What a library or a launcher says of itself -> whose it is; the first that fits."""
MPICH_ABI = {"MPICH", "Intel MPI", "Cray MPICH", "MVAPICH"}
"""Libraries that may stand for each other: they share the interface of libmpi.so.12.

Source: MPICH ABI Compatibility Initiative, 2013.
"""

_MPI_FILE = re.compile(r"libmpi(ch|_abi)?\.so[.\d]*$")
_PETSC_FILE = re.compile(r"libpetsc[_a-z]*\.so[.\d]*$")


def launcher() -> str | None:
    """Path of ``mpiexec``: of this environment, of the one below it, or the first in PATH."""
    own = Path(sysconfig.get_path("scripts")) / "mpiexec"
    below = Path(sys.base_prefix) / "bin" / "mpiexec"
    return next((str(path) for path in (own, below) if path.is_file()), shutil.which("mpiexec"))


def mpi() -> Check:
    """A launcher whose two processes find each other; one of another MPI starts two alone."""
    path = launcher()
    if path is None:
        return Check("MPI launcher", False, "mpiexec not found", MPI_REMEDY)
    command = [path, "-n", "2", sys.executable, "-c", MPI_PROBE]
    # Within a batch allocation Hydra would ask the scheduler for a place, and may wait for ever.
    ok, detail = found(*outcome(command, {"HYDRA_LAUNCHER": "fork"}))
    if ok and detail != "2":
        ok, detail = False, f"two processes did not find each other, each is alone of {detail}"
    return Check("MPI launcher", ok, path if ok else f"{path}: {detail}", MPI_REMEDY)


def mix() -> Check:
    """One MPI library and one PETSc in the process, and launchers of the same family."""
    ok, said = probe(LOADED_PROBE)
    if not ok:
        return Check("MPI library", False, said, MIX_REMEDY, tuple(_shadows(None)))
    loaded = json.loads(said)
    family, files = family_of(loaded["says"]), loaded["files"]
    libraries = _distinct(files, _MPI_FILE)
    remarks = [*_both_kinds(), *_shadows(libraries), *_launchers(family)]
    detail = f"{_first_line(loaded['says'])}, {', '.join(libraries) or 'linked statically'}"
    for what, several in (("MPI", libraries), ("PETSc", _distinct(files, _PETSC_FILE))):
        if len(several) > 1:
            detail = f"{len(several)} {what} libraries in one process: {', '.join(several)}"
            ok = False
    return Check("MPI library", ok, detail, MIX_REMEDY, tuple(remarks))


def family_of(said: str) -> str:
    """Whose MPI it is that ``said`` this of itself; ``unknown`` if nobody knows."""
    families = (name for says, name in FAMILIES.items() if re.search(says, said, re.I))
    return next(families, "unknown")


def fit(one: str, other: str) -> bool:
    """Whether a launcher of one family is likely to start programs of the other."""
    return one == other or {one, other} <= MPICH_ABI or "unknown" in {one, other}


def _both_kinds() -> list[str]:
    """A remark where the wheel of DOLFINx lies over a conda environment with a PETSc or MPI."""
    if importlib.util.find_spec("dolfinx_solver") is None:
        return []
    kinds = ("petsc", "fenics-dolfinx", "mpich", "openmpi", "impi_rt")
    found = {
        kind
        for prefix in (sys.prefix, sys.base_prefix)
        for kind in kinds
        if any(Path(prefix, "conda-meta").glob(f"{kind}-[0-9]*.json"))
    }
    if not found:
        return []
    return [
        f"the wheel of DOLFINx lies in a conda environment that has {', '.join(sorted(found))}: "
        "keep to one of them"
    ]


def _launchers(family: str) -> list[str]:
    """A remark on every ``mpiexec`` one may come to use that is not of ``family``."""
    paths = dict.fromkeys(path for path in (launcher(), shutil.which("mpiexec")) if path)
    remarks = []
    for path in paths:
        ok, said = outcome([path, "--version"], patience=SHORT_PATIENCE)
        other = family_of(said) if ok else "unknown"
        if not fit(family, other):
            remarks.append(
                f"{path} is of {other}, the library of {family}: it starts single runs side "
                f"by side, or none; call {_better(path)}"
            )
    return remarks


def _better(path: str) -> str:
    own = launcher()
    return own if own and own != path else "the mpiexec of the library, or install it"


def _shadows(libraries: list[str] | None) -> list[str]:
    """Remarks on MPI libraries that the environment variables of the loader offer or force.

    ``libraries`` are those in use; None if nothing could be loaded.
    """
    remarks = []
    for folder in filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":")):
        files = sorted(Path(folder).glob("libmpi.so*"))
        if files:
            used = {str(file.resolve()) for file in files} & set(libraries or ())
            remarks.append(f"LD_LIBRARY_PATH offers {files[0]}, {_verdict(libraries, used)}")
    forced = [word for word in re.split("[: ]", os.environ.get("LD_PRELOAD", "")) if "mpi" in word]
    return remarks + [f"LD_PRELOAD forces {word} on every program; unset it" for word in forced]


def _verdict(libraries: list[str] | None, used: set[str]) -> str:
    if libraries is None:
        return "which may be why: module unload it and look again"
    if used:
        return "which is in use: mpiexec or srun must then be of it, too"
    return "which is not in use; module unload it, unless other programs need it"


def _distinct(files: list[str], pattern: re.Pattern[str]) -> list[str]:
    """The files of that name, each once however many links lead to it."""
    return sorted({str(Path(f).resolve()) for f in files if pattern.search(Path(f).name)})


def _first_line(said: str) -> str:
    return re.sub(r"\s+", " ", said.strip().split("\n")[0]).replace("Version: ", "")
