"""Where compiled kernels and forms are kept: whether that can be written, and what is there."""

import json
import os
from dataclasses import dataclass

from cryosim.doctor.check import Check
from cryosim.doctor.probing import SHORT_PATIENCE, probe

KERNEL_REMEDY = "set NUMBA_CACHE_DIR to a folder that you may write to"
FORM_REMEDY = (
    "set XDG_CACHE_HOME to a folder that you may write to, with room to spare; "
    "if the home folder is over its quota, take one on the work or project disk"
)
FULL = 200.0
"""Least free space (MB); a cache of every case of this project was 50 MB, assumption: 4 times."""
SHARED = {"nfs", "nfs4", "lustre", "gpfs", "beegfs", "panfs", "ceph", "cifs", "smb3", "afs",
          "orangefs", "wekafs", "fuse.glusterfs", "fuse.sshfs"}  # fmt: skip
"""File systems that many nodes share; all take milliseconds for what a local disk does in one."""

FOLDER_PROBE = """
import json, os, pathlib, sys, tempfile, time
folder = pathlib.Path({folder!r}).expanduser().absolute()
there = folder
while not os.path.lexists(there): there = there.parent  # what exists must be a folder
with tempfile.TemporaryFile(dir=there) as file:
    file.write(bytes(1 << 20)); file.flush(); os.fsync(file.fileno())
real, kind = there.resolve(), "?"
mounts = pathlib.Path("/proc/self/mountinfo")
rows = mounts.read_text().splitlines() if mounts.is_file() else []
points = [(row.split()[4].replace("\\\\040", " "), row.split(" - ")[1].split()[0]) for row in rows]
within = [point for point in points if real.is_relative_to(point[0])]
if within: kind = max(reversed(within), key=lambda point: len(point[0]))[1]
disk = os.statvfs(there)
now, begun, done = time.time(), set(), set()
for name in os.listdir(folder) if folder.is_dir() else []:
    if name.endswith(".c.cached"): done.add(name[:-9])
    elif name.endswith(".c") and now - (folder / name).stat().st_mtime > 600: begun.add(name[:-2])
print("found:", json.dumps({{"folder": str(folder), "kind": kind,
    "free": disk.f_bavail * disk.f_frsize / 1e6, "inodes": disk.f_favail,
    "files": disk.f_files, "forms": len(done), "stuck": sorted(begun - done)}}))
"""
KERNEL_PROBE = """
import json, os, pathlib
from numba.core.caching import FunctionCache
import cryosim.errors
from cryosim import doctor
package = pathlib.Path(cryosim.errors.__file__).parent
cache = pathlib.Path(FunctionCache(doctor.checks).cache_path)
root = package if cache.is_relative_to(package) else cache.parent
asked = os.environ.get("NUMBA_CACHE_DIR")
used = not asked or cache.is_relative_to(pathlib.Path(asked).absolute())
print("found:", json.dumps([str(root), sum(1 for _ in root.rglob("*.nbi")), used]))
"""
FORM_PROBE = """
import json, os, pathlib
folder = os.path.join(os.getenv("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"), "fenics")
config = os.getenv("XDG_CONFIG_HOME", pathlib.Path.home() / ".config")
for place in pathlib.Path(config, "dolfinx"), pathlib.Path():
    file = place / "dolfinx_jit_options.json"
    if file.is_file(): folder = json.loads(file.read_text()).get("cache_dir", folder)
print("found:", folder)
"""


@dataclass(frozen=True)
class Folder:
    """A folder, or the first of its parents that exists, after 1 MB was written there."""

    folder: str
    kind: str
    free: float
    """Free space (MB)."""
    inodes: int
    """Number of files that may still be made."""
    files: int
    """Number of files there may be; 0 where the file system does not count."""
    forms: int
    """Compiled forms that are ready."""
    stuck: list[str]
    """Forms whose compilation began more than ten minutes ago and never ended."""

    @property
    def shared(self) -> bool:
        """Whether it is of a kind that many nodes share."""
        return self.kind in SHARED


def look_at(folder: str) -> Folder | str:
    """What is to be known of ``folder``, or why it cannot be written."""
    ok, said = probe(FOLDER_PROBE.format(folder=folder), patience=SHORT_PATIENCE)
    return Folder(**json.loads(said)) if ok else said


def kernel_cache() -> Check:
    """A place where numba keeps compiled kernels; without one every start compiles anew."""
    name = "kernel cache"
    ok, said = probe(KERNEL_PROBE)
    if not ok:
        return Check(name, False, said, KERNEL_REMEDY)
    path, kernels, as_asked = json.loads(said)
    place = look_at(path)
    if isinstance(place, str):
        return Check(name, False, f"{path}: {place}", KERNEL_REMEDY)
    warmth = f"{kernels} kernels compiled" if kernels else "cold"
    detail = f"{path}, {place.kind}, {warmth}"
    remarks = _remarks(place, cold=not kernels)
    if not as_asked:
        asked = os.environ.get("NUMBA_CACHE_DIR")
        remarks.append(f"NUMBA_CACHE_DIR={asked} cannot be written, so numba does not use it; "
                       "set it to a folder that you may write to, or unset it")  # fmt: skip
    return Check(name, True, detail, KERNEL_REMEDY, tuple(remarks))


def form_cache() -> Check:
    """A place where FFCx keeps compiled forms; without one no run can begin."""
    name = "form cache"
    ok, path = probe(FORM_PROBE, patience=SHORT_PATIENCE)
    place = look_at(path) if ok else path
    if isinstance(place, str):
        return Check(name, False, f"{path}: {place}" if ok else place, FORM_REMEDY)
    warmth = f"{place.forms} forms compiled" if place.forms else "cold"
    detail = f"{place.folder}, {place.kind}, {place.free / 1000:.0f} GB free, {warmth}"
    remarks = _remarks(place, cold=not place.forms)
    if place.stuck:
        remarks.append(
            f"{len(place.stuck)} compilations there never ended, and runs that need them will "
            f"wait and fail: rm {place.folder}/{place.stuck[0]}*"
            + (" and so on" if len(place.stuck) > 1 else "")
        )
    return Check(name, place.free > FULL, detail, FORM_REMEDY, tuple(remarks))


def _remarks(place: Folder, *, cold: bool) -> list[str]:
    if not (place.shared and cold):
        return []
    return [
        f"it is cold and on {place.kind}: run one small case before a hundred jobs compile the "
        "same at once (cryosim sweep run does so by itself)"
    ]
