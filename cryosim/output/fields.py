"""Fields on the mesh against time: ``fields.h5``, and what ParaView opens.

That is ``fields.xdmf``, the tissue by layer, and ``surface.xdmf``, its boundary by what holds it.

Pure numpy and h5py, for the root rank only; the caller gathers in input order and brings cells
and facets into VTK order.  Three things were measured and decide how it is written:

* HDF5 is no journal.  Replaying an append write by write, a third of the states in between lost
  *earlier* steps.  So the new step goes into a second copy of the file that then takes the
  first one's name (one atomic rename), and the two copies change roles: whenever the run is
  killed, ``fields.h5`` holds every step appended before.  The second copy is gone after `close`.
* VTK's HDF5 is older than h5py's: with ``libver="latest"`` it finds no dataset; with the default
  it reads compressed, shuffled chunks well (so does meshio).
* A reader's file lock would stop the run that writes, so nobody locks.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np

from cryosim.errors import CaseError, CryosimError
from cryosim.output.mesh import (
    Floats,
    MeshData,
    compressed,
    copy_mesh,
    phase_at,
    phases_of,
    shape_of,
    shapes_of,
    write_mesh,
)
from cryosim.output.xdmf import Described, boundary, tissue, write_xdmf

FIELDS_FILE = "fields.h5"
XDMF_FILE = "fields.xdmf"
SURFACE_FILE = "surface.xdmf"
_SHADOW = ".fields.h5.next"
_SPARE = ".fields.h5.spare"


@dataclass(frozen=True)
class FieldKind:
    """What a field on the nodes is called, in a picture and in ParaView."""

    name: str
    unit: str
    label: str

    @property
    def caption(self) -> str:
        """Label with its unit in brackets."""
        return f"{self.label} [{self.unit}]"


FIELD_KINDS = {
    kind.name: kind
    for kind in (
        FieldKind("temperature", "degC", "Temperature"),
        FieldKind("crystallised", "1", "Crystallised lipid fraction"),
        FieldKind("survival", "1", "Viable adipocyte fraction"),
    )
}
"""Every field that can be written; the last two are NaN on nodes without lipid."""


class FieldFile:
    """Writes the fields of one run; a context manager.  Root rank only."""

    def __init__(self, folder: Path) -> None:
        """Continue the complete file in ``folder``; use `create` or `reopen`."""
        self._folder = folder
        with open_fields(folder / FIELDS_FILE) as file:
            self._times: list[float] = file["times"][:].tolist()
            self._names = tuple(file["fields"]) if self._times else ()
            self._nodes = int(file["mesh/points"].shape[0])
            self._sidecars = _Sidecars.of(file)
        self._write_xdmf()

    @classmethod
    def create(cls, folder: Path, mesh: MeshData) -> Self:
        """Begin a new file with ``mesh`` and no steps, in place of an older one."""
        folder.mkdir(parents=True, exist_ok=True)
        _clean(folder)
        with h5py.File(folder / _SHADOW, "w", locking=False) as file:
            write_mesh(file, mesh)
            file.create_group("fields")
            _create_times(file, np.empty(0))
        (folder / _SHADOW).replace(folder / FIELDS_FILE)
        return cls(folder)

    @classmethod
    def reopen(cls, folder: Path, until: float) -> Self:
        """Continue an earlier run: keep its steps up to and at ``until`` (s), drop later ones.

        What is kept is copied into a new file, so the room of the dropped steps is given back.
        """
        _clean(folder)
        with open_fields(folder / FIELDS_FILE) as old:
            times = old["times"][:]
            kept = int(np.searchsorted(times, until + 1e-9 * max(1.0, abs(until)), side="right"))
            with h5py.File(folder / _SHADOW, "w", locking=False) as new:
                copy_mesh(old, new)
                _create_times(new, times[:kept])
                _copy_steps(old, new, range(kept))
        (folder / _SHADOW).replace(folder / FIELDS_FILE)
        return cls(folder)

    @property
    def times(self) -> tuple[float, ...]:
        """Times of the complete steps (s)."""
        return tuple(self._times)

    def append(self, time: float, values: Mapping[str, Floats]) -> None:
        """Add the step at ``time`` (s): nodal ``values`` by name (see `FIELD_KINDS`), shape (N,).

        On return the step is in ``fields.h5`` and in ``fields.xdmf``.
        """
        self._check(time, values)
        try:
            self._write(time, values)
        except OSError as error:
            raise CryosimError(f"{self._folder / FIELDS_FILE} cannot grow: {error}") from error
        self._times.append(time)
        self._names = tuple(values)
        self._write_xdmf()

    def close(self) -> None:
        """Remove the second copy; nothing else is pending."""
        _clean(self._folder)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened."""
        self.close()

    def _check(self, time: float, values: Mapping[str, Floats]) -> None:
        if self._times and not time > self._times[-1]:
            raise ValueError(f"step at {time} s: the last one is at {self._times[-1]} s")
        if unknown := sorted(set(values) - set(FIELD_KINDS)):
            raise ValueError(f"unknown fields {unknown}: expected some of {sorted(FIELD_KINDS)}")
        if self._names and set(values) != set(self._names):
            raise ValueError(f"fields {sorted(values)}: earlier steps hold {sorted(self._names)}")
        for name, array in values.items():
            if np.shape(array) != (self._nodes,):
                raise ValueError(f"{name} has shape {np.shape(array)}, expected ({self._nodes},)")

    def _write(self, time: float, values: Mapping[str, Floats]) -> None:
        shadow = self._folder / _SHADOW
        if not shadow.exists():
            shutil.copyfile(self._folder / FIELDS_FILE, shadow)
        with h5py.File(shadow, "r+", locking=False) as file:
            self._catch_up(file)
            for name, array in values.items():
                _write_step(file, name, len(self._times), array)
            _extend_times(file, [time])
        self._exchange()

    def _catch_up(self, shadow: h5py.File) -> None:
        """Give the second copy the step it missed when the two changed roles."""
        have = len(shadow["times"])
        if have < len(self._times):
            with open_fields(self._folder / FIELDS_FILE) as file:
                _copy_steps(file, shadow, range(have, len(self._times)))
            _extend_times(shadow, self._times[have:])

    def _write_xdmf(self) -> None:
        self._sidecars.write(self._folder, self._times, self._names)

    def _exchange(self) -> None:
        """Let the second copy take the name ``fields.h5``, and keep the first for the next step."""
        shown, shadow, spare = (self._folder / n for n in (FIELDS_FILE, _SHADOW, _SPARE))
        with contextlib.suppress(OSError):  # no hard links here: the next step copies the file
            spare.hardlink_to(shown)
        shadow.replace(shown)
        if spare.exists():
            spare.replace(shadow)


@contextlib.contextmanager
def open_fields(path: Path) -> Iterator[h5py.File]:
    """Open a field file for reading without locking it; a `CaseError` if it is none."""
    if not path.is_file():
        raise CaseError(f"{path}: no such file; the run may not have reached its first output")
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise CaseError(f"{path} cannot be read as a field file: {error}") from error
    with file:
        if missing := [name for name in ("mesh", "times", "fields") if name not in file]:
            raise CaseError(f"{path} is no field file of cryosim: it has no {missing}")
        yield file


@dataclass(frozen=True)
class _Sidecars:
    """The XDMF files beside a field file."""

    described: dict[str, Described]
    nodes: int
    phases: list[dict[str, Any]]
    shapes: list[str]

    @classmethod
    def of(cls, file: h5py.File) -> Self:
        """Those of a field file."""
        nodes = int(file["mesh/points"].shape[0])
        return cls(_described(file), nodes, phases_of(file), list(shapes_of(file)))

    def write(self, folder: Path, times: Sequence[float], names: Sequence[str]) -> None:
        """Describe the steps at ``times`` (s) of the fields ``names``."""
        captions = {name: kind.caption for name, kind in FIELD_KINDS.items() if name in names}
        shapes = [self.shapes.index(shape_of(phase_at(self.phases, t))) for t in times
                  if self.shapes]  # fmt: skip
        for name, what in self.described.items():
            write_xdmf(folder / name, FIELDS_FILE, what, self.nodes, times, captions, shapes)


def describe(folder: Path) -> None:
    """Write the XDMF files of the field file in ``folder`` anew, as this version describes them."""
    with open_fields(folder / FIELDS_FILE) as file:
        times, names = file["times"][:].tolist(), tuple(file["fields"])
        sidecars = _Sidecars.of(file)
    try:
        sidecars.write(folder, times, names)
    except OSError as error:
        raise CryosimError(f"{folder} cannot be written to: {error.strerror or error}") from error


def _described(file: h5py.File) -> dict[str, Described]:
    """What each XDMF file beside a field file describes; a column has no boundary to look at."""
    layers = [str(layer["name"]) for layer in json.loads(file.attrs["layers"])]
    cells, facets, tags = (file[f"mesh/{name}"] for name in ("cells", "surface", "surface_tag"))
    found = {XDMF_FILE: tissue(str(file.attrs["cell_type"]), int(cells.shape[0]), layers)}
    if facets.shape[0] and facets.shape[1] > 1:
        names = {int(tag): str(name) for tag, name in json.loads(tags.attrs["names"]).items()}
        count, width = map(int, facets.shape)
        found[SURFACE_FILE] = boundary(count, width, names)
    return found


def _create_times(file: h5py.File, times: Floats) -> None:
    times = np.asarray(times, dtype="f8")
    data = file.create_dataset("times", data=times, maxshape=(None,), chunks=(1024,))
    data.attrs["unit"] = "s"


def _extend_times(file: h5py.File, times: Sequence[float]) -> None:
    data = file["times"]
    old = len(data)
    data.resize((old + len(times),))
    data[old:] = times


def _write_step(file: h5py.File, name: str, step: int, array: Floats) -> None:
    group = _field_group(file, name)
    compressed(group, f"{step:05d}", np.asarray(array, dtype="f4"))


def _field_group(file: h5py.File, name: str) -> h5py.Group:
    group = file["fields"].require_group(name)
    group.attrs["unit"] = FIELD_KINDS[name].unit
    group.attrs["label"] = FIELD_KINDS[name].label
    return group


def _copy_steps(source: h5py.File, target: h5py.File, steps: range) -> None:
    """Copy complete steps as they are, compressed chunks and all."""
    target.require_group("fields")
    for name in source["fields"] if steps else ():
        group = _field_group(target, name)
        for step in steps:
            source.copy(f"fields/{name}/{step:05d}", group)


def _clean(folder: Path) -> None:
    for name in (_SHADOW, _SPARE, f".{XDMF_FILE}", f".{SURFACE_FILE}"):
        (folder / name).unlink(missing_ok=True)
