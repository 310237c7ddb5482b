"""``cryosim sweep collect``: the table of a sweep, and on request the same for xarray."""

from pathlib import Path

from cryosim.sweep.collect import Watch, collect, write_table
from cryosim.sweep.dataset import write_netcdf
from cryosim.sweep.plan import read


def gather(folder: Path, netcdf: Path | None = None, watch: Watch | None = None) -> list[Path]:
    """Write the table of the sweep in ``folder``; return the files.  Raises CaseError of `read`."""
    plan = read(folder)
    table = collect(plan, watch)
    files = [*write_table(table, plan.folder)]
    if netcdf is not None:
        files.append(write_netcdf(plan, netcdf, table))
    return files
