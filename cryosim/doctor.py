"""What this machine has of what cryosim needs, and what to install where something is missing.

Whatever may crash is tried in a process of its own: VTK does not raise where the graphics
library is missing, it takes the interpreter down, and so can an MPI that finds no transport.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryosim.errors import MissingTool

DOLFINX_SERIES = "0.11"
PATIENCE = 120.0
"""How long one probe may take (s); a cold import from a network disk takes tens of seconds."""

PYTHON_REMEDY = "install Python 3.12 or newer and remake the environment (make clean, make env)"
COMPILER_REMEDY = (
    "FFCx compiles its forms with it: apt-get install gcc libc6-dev python3-dev, "
    "dnf install gcc python3-devel, or conda install c-compiler; "
    "if the environment variable CC is set, it must name a working compiler"
)
DOLFINX_REMEDY = (
    f"pip install 'dolfinx-solver-real=={DOLFINX_SERIES}.*' (Linux x86-64), or "
    f"conda install -c conda-forge 'fenics-dolfinx={DOLFINX_SERIES}' 'petsc=*=real*'; "
    "if the error speaks of UCX, export UCX_TLS=self,sm,tcp"
)
MPI_REMEDY = (
    "mpiexec must be of the same MPI as mpi4py: pip install mpich beside the wheel, "
    "or conda install mpich; put its folder first in PATH"
)
RENDERING_REMEDY = (
    "apt-get install libgl1 libegl1 libglu1-mesa libxcursor1 libxft2 libxinerama1 libxrender1 "
    "libgomp1, dnf install mesa-libGL mesa-libEGL mesa-dri-drivers mesa-libGLU, "
    "or, without root, conda install -c conda-forge libgl libegl mesalib"
)
LIBRARIES_REMEDY = "reinstall cryosim with its dependencies: pip install -e ."
GMSH_REMEDY = (
    "pip install gmsh; the wheel needs apt-get install libgl1 libglu1-mesa libxcursor1 libxft2 "
    "libxinerama1 libxrender1 libgomp1, or conda install python-gmsh instead"
)
CACHE_REMEDY = "set NUMBA_CACHE_DIR to a folder that you may write to"

FOUND = "found: "
"""What a probe writes before its finding: UCX and VTK write lines of their own between."""
DOLFINX_PROBE = """
import importlib.util
if importlib.util.find_spec("dolfinx_solver"): import dolfinx_solver
import dolfinx, numpy
from petsc4py import PETSc
print("found:", dolfinx.__version__, numpy.dtype(PETSc.ScalarType).name)
"""
MPI_PROBE = """
from mpi4py import MPI
total = MPI.COMM_WORLD.allreduce(1)
if MPI.COMM_WORLD.rank == 0: print("found:", total)
"""
RENDERING_PROBE = """
import pyvista
plotter = pyvista.Plotter(off_screen=True, window_size=(64, 64))
plotter.add_mesh(pyvista.Sphere())
if plotter.screenshot(None, return_img=True).std() == 0: raise SystemExit("the picture is empty")
print("found: VTK draws by", plotter.render_window.GetClassName())
"""
LIBRARIES_PROBE = """
import h5py, meshio, numba, pyvista, scipy
modules = h5py, meshio, numba, pyvista, scipy
print("found:", ", ".join(f"{module.__name__} {module.__version__}" for module in modules))
"""
GMSH_PROBE = """
import importlib.util
if importlib.util.find_spec("gmsh") is None:
    print("found: not installed; only meshes of one's own making need it")
else:
    import gmsh
    print("found: gmsh", gmsh.__version__)
"""
CACHE_PROBE = """
from numba.core.caching import FunctionCache
from cryosim import doctor
print("found:", FunctionCache(doctor.checks).cache_path)
"""
C_SOURCE = "#include <Python.h>\n#include <math.h>\ndouble fall(double t) { return exp(-t); }\n"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found and, if that will not do, what helps."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def checks() -> list[Check]:
    """Everything a run, a mesh or a picture needs; takes a few seconds and raises nothing."""
    looks: Sequence[Callable[[], Check]] = (
        python, compiler, dolfinx, mpi, libraries, gmsh, rendering, kernel_cache,
    )  # fmt: skip
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda look: look(), looks))


@cache
def require_rendering() -> None:
    """Raise :class:`MissingTool` unless pictures can be drawn; only a success is remembered."""
    check = rendering()
    if not check.ok:
        raise MissingTool(f"pictures cannot be drawn here ({check.detail}); {check.remedy}")


def headless_environment() -> dict[str, str]:
    """What to add to the environment before VTK is imported where there is no screen.

    VTK would look for an X server first and complain.  A choice made by the user stays.
    """
    if sys.platform != "linux" or os.environ.get("DISPLAY"):
        return {}
    if "VTK_DEFAULT_OPENGL_WINDOW" in os.environ:
        return {}
    return {"VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"}


def launcher() -> str | None:
    """Path of ``mpiexec``: of this environment, of the one below it, or the first in PATH."""
    own = Path(sysconfig.get_path("scripts")) / "mpiexec"
    below = Path(sys.base_prefix) / "bin" / "mpiexec"
    return next((str(path) for path in (own, below) if path.is_file()), shutil.which("mpiexec"))


def python() -> Check:
    """The interpreter itself."""
    found = sys.version.split()[0]
    return Check("Python", sys.version_info >= (3, 12), f"{found}, {sys.executable}", PYTHON_REMEDY)


def compiler() -> Check:
    """A C compiler that compiles and links what FFCx will give it, Python's headers included."""
    configured = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(C_SOURCE, encoding="utf-8")
        include = f"-I{sysconfig.get_path('include')}"
        options = ["-shared", "-fPIC", include, str(source), "-o", f"{folder}/probe.so", "-lm"]
        ok, said = _outcome([*shlex.split(configured), *options])
        if ok and not Path(folder, "probe.so").is_file():
            ok, said = False, "it made no library"
    detail = configured if ok else f"{configured}: {said.splitlines()[0]}"
    return Check("C compiler", ok, detail, COMPILER_REMEDY)


def dolfinx() -> Check:
    """DOLFINx of the supported series, on a PETSc with real numbers."""
    ok, detail = _probe(DOLFINX_PROBE)
    if ok:
        version, scalar = detail.split()
        ok = version.startswith(f"{DOLFINX_SERIES}.") and scalar == "float64"
        detail = f"{version}, PETSc scalar {scalar}"
        if not ok:
            detail += f"; expected {DOLFINX_SERIES}.* with float64"
    return Check("DOLFINx", ok, detail, DOLFINX_REMEDY)


def mpi() -> Check:
    """A launcher whose two processes find each other; one of another MPI starts two alone."""
    path = launcher()
    if path is None:
        return Check("MPI launcher", False, "mpiexec not found", MPI_REMEDY)
    command = [path, "-n", "2", sys.executable, "-c", MPI_PROBE]
    # Within a batch allocation Hydra would ask the scheduler for a place, and may wait for ever.
    ok, detail = _found(*_outcome(command, {"HYDRA_LAUNCHER": "fork"}))
    if ok and detail != "2":
        ok, detail = False, f"two processes did not find each other, each is alone of {detail}"
    return Check("MPI launcher", ok, path if ok else f"{path}: {detail}", MPI_REMEDY)


def libraries() -> Check:
    """The compiled libraries beside the solver."""
    return Check("libraries", *_probe(LIBRARIES_PROBE), LIBRARIES_REMEDY)


def gmsh() -> Check:
    """Gmsh, where it is installed: its wheel needs system libraries that a server lacks."""
    return Check("Gmsh", *_probe(GMSH_PROBE), GMSH_REMEDY)


def rendering() -> Check:
    """Drawing without a screen."""
    ok, detail = _probe(RENDERING_PROBE, headless_environment())
    return Check("off-screen rendering", ok, detail, RENDERING_REMEDY)


def kernel_cache() -> Check:
    """A place where numba keeps compiled kernels; without one every start compiles anew."""
    return Check("kernel cache", *_probe(CACHE_PROBE), CACHE_REMEDY)


def _probe(code: str, extra: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run ``code`` in an interpreter of its own: whether it ended well, and its last word."""
    return _found(*_outcome([sys.executable, "-c", code], extra))


def _found(ok: bool, said: str) -> tuple[bool, str]:
    lines = said.splitlines()
    if ok:
        lines = [line.removeprefix(FOUND) for line in lines if line.startswith(FOUND)]
    return (ok, lines[-1].strip()) if lines else (False, "it ended without a finding")


def _outcome(command: Sequence[str], extra: dict[str, str] | None = None) -> tuple[bool, str]:
    """Run ``command``: whether it ended well, and what it said.

    A crash, a hang and a missing file are outcomes like any other.
    """
    try:
        code, output, errors = _run(command, os.environ | (extra or {}))
    except subprocess.TimeoutExpired:
        return False, f"no answer within {PATIENCE:.0f} s"
    except OSError as error:
        return False, f"{error.strerror}: {command[0]}"
    if code < 0:
        return False, f"crashed ({signal.Signals(-code).name})"
    return code == 0, (errors if code else output).strip() or f"exit code {code}"


def _run(command: Sequence[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Run ``command`` in a session of its own, so that its children end with it."""
    with subprocess.Popen(
        command, env=environment, start_new_session=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output, errors
