"""What this machine has of what cryosim needs, and what to do where something is missing.

On a laptop, a login node or within a job: what is asked differs, and so may the answers.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryosim.doctor.check import Check
from cryosim.doctor.pictures import headless_environment, require_rendering
from cryosim.doctor.ranks import MPI_REMEDY, launcher
from cryosim.doctor.windows import (
    has_screen,
    require_web_view,
    require_window,
    window_environment,
)

__all__ = [
    "MPI_REMEDY", "Check", "checks", "has_screen", "headless_environment", "launcher",
    "require_rendering", "require_web_view", "require_window", "window_environment",
]  # fmt: skip


def checks() -> list[Check]:
    """Everything a run, a sweep or a picture needs; takes a few seconds and raises nothing."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda look: look(), _looks()))


def _looks() -> Sequence[Callable[[], Check]]:
    """What is looked at, in the order it is told; ``packaging`` loads only when it is asked."""
    from cryosim.doctor.caches import form_cache, kernel_cache
    from cryosim.doctor.installed import compiler, dolfinx, gmsh, libraries, python
    from cryosim.doctor.machine import cores, disk, memory
    from cryosim.doctor.pictures import rendering
    from cryosim.doctor.ranks import mix, mpi
    from cryosim.doctor.releases import versions
    from cryosim.doctor.scheduler import allocation, slurm
    from cryosim.doctor.windows import web_view, window

    return (
        python, versions, compiler, dolfinx, mix, mpi, libraries, gmsh, rendering,
        window, web_view, kernel_cache, form_cache, cores, memory, disk, slurm, allocation,
    )  # fmt: skip
