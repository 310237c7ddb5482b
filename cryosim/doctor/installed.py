"""What was installed: the interpreter, the compiler, DOLFINx and the libraries beside it."""

import os
import shlex
import sys
import sysconfig
import tempfile
from pathlib import Path

from cryosim.doctor.check import Check
from cryosim.doctor.probing import outcome, probe

DOLFINX_SERIES = "0.11"

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
LIBRARIES_REMEDY = "reinstall cryosim with its dependencies: pip install -e ."
GMSH_REMEDY = (
    "pip install gmsh; the wheel needs apt-get install libgl1 libglu1-mesa libxcursor1 libxft2 "
    "libxinerama1 libxrender1 libgomp1, or conda install python-gmsh instead"
)

DOLFINX_PROBE = """
import importlib.util
if importlib.util.find_spec("dolfinx_solver"): import dolfinx_solver
import dolfinx, numpy
from petsc4py import PETSc
print("found:", dolfinx.__version__, numpy.dtype(PETSc.ScalarType).name)
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
C_SOURCE = "#include <Python.h>\n#include <math.h>\ndouble fall(double t) { return exp(-t); }\n"


def python() -> Check:
    """The interpreter itself."""
    version = sys.version.split()[0]
    detail = f"{version}, {sys.executable}"
    return Check("Python", sys.version_info >= (3, 12), detail, PYTHON_REMEDY)


def compiler() -> Check:
    """A C compiler that compiles and links what FFCx will give it, Python's headers included."""
    configured = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(C_SOURCE, encoding="utf-8")
        include = f"-I{sysconfig.get_path('include')}"
        options = ["-shared", "-fPIC", include, str(source), "-o", f"{folder}/probe.so", "-lm"]
        ok, said = outcome([*shlex.split(configured), *options])
        if ok and not Path(folder, "probe.so").is_file():
            ok, said = False, "it made no library"
    detail = configured if ok else f"{configured}: {said.splitlines()[0]}"
    return Check("C compiler", ok, detail, COMPILER_REMEDY)


def dolfinx() -> Check:
    """DOLFINx of the supported series, on a PETSc with real numbers."""
    ok, detail = probe(DOLFINX_PROBE)
    if ok:
        version, scalar = detail.split()
        ok = version.startswith(f"{DOLFINX_SERIES}.") and scalar == "float64"
        detail = f"{version}, PETSc scalar {scalar}"
        if not ok:
            detail += f"; expected {DOLFINX_SERIES}.* with float64"
    return Check("DOLFINx", ok, detail, DOLFINX_REMEDY)


def libraries() -> Check:
    """The compiled libraries beside the solver."""
    return Check("libraries", *probe(LIBRARIES_PROBE), LIBRARIES_REMEDY)


def gmsh() -> Check:
    """Gmsh, where it is installed: its wheel needs system libraries that a server lacks."""
    return Check("Gmsh", *probe(GMSH_PROBE), GMSH_REMEDY)
