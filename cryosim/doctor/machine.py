"""What of the machine this process may use: cores, memory, threads, and the disk it stands on."""

import os
import sys
from pathlib import Path

from cryosim.doctor.caches import look_at
from cryosim.doctor.check import Check

MEMORY_PER_RANK = 1.0
"""GB that one rank should find; 0.6 to 0.7 were measured, for a column and a coarse plate."""
FREE = 1.0
"""Free disk (GB) below which a remark is due; a 3-D run with fields writes tens of MB."""
INODES = 100_000
"""Files that may still be made; ten for each of 10,000 points: assumption."""

CORES_REMEDY = "ask the scheduler for more: --ntasks, --cpus-per-task"
MEMORY_REMEDY = "ask the scheduler for more: --mem-per-cpu=2G"
DISK_REMEDY = "go to a folder that you may write to (work or scratch, not a full home)"

CGROUP = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")


def cores() -> Check:
    """Cores this process may run on, and the threads that libraries would start on them."""
    all_of_them = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else all_of_them
    share = _cpu_share()
    threads = os.environ.get("OMP_NUM_THREADS")
    detail = f"{usable} of {all_of_them}, OMP_NUM_THREADS {threads or 'not set'}"
    remarks = []
    if share is not None and share < usable:
        detail += f", but time for {share:g} only"
        remarks.append(f"a control group allows the time of {share:g} cores: start no more ranks")
    ranks = int(os.environ.get("SLURM_NTASKS", "1"))
    if threads is None and ranks > 1:
        remarks.append(
            f"{ranks} tasks and OMP_NUM_THREADS not set: cryosim run keeps each rank to one "
            "thread, other programs of this job do not; export OMP_NUM_THREADS=1"
        )
    return Check("cores", True, detail, CORES_REMEDY, tuple(remarks))


def memory() -> Check:
    """Memory of the machine and what the control group of a job leaves of it."""
    total, free = _meminfo()
    limit = _memory_limit()
    usable = min(total, limit) if limit else total
    detail = f"{total:.1f} GB, {free:.1f} free"
    if limit and limit < total:
        detail += f"; this process may take {limit:.1f}"
    scarce = 0 < min(usable, free) < MEMORY_PER_RANK
    remarks = (f"a rank takes about {MEMORY_PER_RANK:g} GB; {MEMORY_REMEDY}",) if scarce else ()
    return Check("memory", True, detail, MEMORY_REMEDY, remarks)


def disk() -> Check:
    """The current folder, where results would go."""
    place = look_at(str(Path.cwd()))
    if isinstance(place, str):
        return Check("disk", False, f"{Path.cwd()}: {place}", DISK_REMEDY)
    remarks = []
    if place.free < 1000 * FREE:
        remarks.append(f"less than {FREE:g} GB free; fields of a 3-D sweep need more")
    if place.files and place.inodes < INODES:
        remarks.append(
            f"only {place.inodes} files may still be made here; a point of a sweep makes about "
            'ten: take keep = "numbers", or another disk'
        )
    if place.kind in {"tmpfs", "overlay"} and "SLURM_JOB_ID" in os.environ:
        remarks.append(f"{place.kind} of this node: it is gone when the job ends; copy results")
    detail = f"{place.folder}, {place.kind}, {place.free / 1000:.0f} GB free"
    return Check("disk", True, detail, DISK_REMEDY, tuple(remarks))


def _meminfo() -> tuple[float, float]:
    """Total and available memory (GB); zeros where the system does not say."""
    file = Path("/proc/meminfo")
    if not file.is_file():
        return 0.0, 0.0
    rows = dict(line.split(":") for line in file.read_text(encoding="ascii").splitlines())
    total, free = (int(rows.get(k, "0 kB").split()[0]) for k in ("MemTotal", "MemAvailable"))
    return total / 1e6, free / 1e6


def _memory_limit() -> float | None:
    """The tightest limit (GB) of the control groups above this process."""
    found = [_number(folder / "memory.max") for folder in _groups("")]
    found += [_number(folder / "memory.limit_in_bytes") for folder in _groups("memory")]
    limits = [limit for limit in found if limit is not None]
    return min(limits) / 1e9 if limits else None


def _cpu_share() -> float | None:
    """Cores' worth of time that the control groups above this process allow."""
    shares = []
    for folder in _groups(""):
        words = _words(folder / "cpu.max")
        if len(words) == 2 and words[0].isdigit():
            shares.append(int(words[0]) / int(words[1]))
    for folder in _groups("cpu"):
        quota, period = (_number(folder / f"cpu.cfs_{k}_us") for k in ("quota", "period"))
        if quota and period and quota > 0:
            shares.append(quota / period)
    return min(shares, default=None)


def _groups(controller: str) -> list[Path]:
    """Folders of the control group of this process and those above; "" is the unified tree."""
    known = OWN_GROUPS.is_file()
    rows = OWN_GROUPS.read_text(encoding="utf-8").splitlines() if known else []
    for row in rows:
        _, names, path = row.split(":", 2)
        if controller in names.split(","):
            top = CGROUP / names if controller else CGROUP
            leaf = top / path.lstrip("/")
            return [leaf, *(up for up in leaf.parents if up.is_relative_to(top))]
    return []


def _number(file: Path) -> float | None:
    words = _words(file)
    return float(words[0]) if words and words[0].lstrip("-").isdigit() else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except OSError:
        return []
