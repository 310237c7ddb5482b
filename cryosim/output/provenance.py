"""What computed a result."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from cryosim import __version__

_PACKAGES = (
    "fenics-dolfinx",
    "dolfinx-solver-real",
    "petsc4py",
    "mpi4py",
    "mpich",
    "numpy",
    "scipy",
    "numba",
    "meshio",
    "pyvista",
)
"""Packages that a result may depend on; those that are not installed are left out."""


def versions() -> dict[str, str]:
    """Versions of cryosim, Python and the packages a result depends on."""
    return {"cryosim": __version__, "python": platform.python_version()} | _installed()


@cache
def _installed() -> dict[str, str]:
    """Versions of those that are installed, read once for many runs."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
