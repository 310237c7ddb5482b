"""A result folder, read back: mesh, fields, tables and what was computed from them.

Lengths are in millimetres and temperatures in degC here, as people read them.  Everything comes
from the files; nothing of the solver is needed, today or in ten years.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE, open_fields
from cryosim.output.mesh import phase_at, phases_of, shape_of, shapes_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MILLIMETRES = 1e3
"""In a metre."""

_VTK_CELL = {
    "interval": pv.CellType.LINE,
    "triangle": pv.CellType.TRIANGLE,
    "quadrilateral": pv.CellType.QUAD,
    "tetrahedron": pv.CellType.TETRA,
    "hexahedron": pv.CellType.HEXAHEDRON,
}


@dataclass(frozen=True)
class Layer:
    """One layer of tissue of the run."""

    index: int
    name: str
    tissue: str
    title: str


@dataclass(frozen=True)
class Result:
    """The result folder of one finished run; open it with `open`."""

    folder: Path
    title: str
    dimension: int
    cell_type: str
    threshold: float
    """Crystallisation threshold (degC)."""
    layers: tuple[Layer, ...]
    applicators: tuple[dict[str, Any], ...]
    times: Floats
    """Times of the fields (s)."""
    field_names: tuple[str, ...]
    phases: tuple[dict[str, Any], ...]
    """Name, start and end (s) of each phase, and the cups that then draw; none in an old file."""

    @classmethod
    def open(cls, path: Path, *, unfinished: bool = False) -> Self:
        """Open the folder at ``path``; a run still under way only if ``unfinished`` is allowed."""
        folder = Path(path)
        if not folder.is_dir():
            raise CaseError(f"{folder}: no such folder; name the result folder of a run")
        if not unfinished and not (folder / "result.json").is_file():
            raise CaseError(_why_not(folder))
        with open_fields(folder / FIELDS_FILE) as file:
            return cls(folder=folder, **_heading(file))

    @cached_property
    def json(self) -> dict[str, Any]:
        """What ``result.json`` says."""
        path = self.folder / "result.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CaseError(_why_not(self.folder)) from error
        except json.JSONDecodeError as error:
            raise CaseError(f"{path} is damaged: {error}; run the case again") from error
        if not isinstance(content, dict):
            raise CaseError(f"{path} is damaged: expected a table; run the case again")
        return content

    @cached_property
    def grid(self) -> pv.UnstructuredGrid:
        """The mesh (mm) with cell array ``layer`` and point array ``depth`` (mm)."""
        with open_fields(self.folder / FIELDS_FILE) as file:
            mesh = file["mesh"]
            points, cells = mesh["points"][:] * MILLIMETRES, mesh["cells"][:]
            layer, depth = mesh["layer"][:], mesh["depth"][:] * MILLIMETRES
        grid = pv.UnstructuredGrid({_VTK_CELL[self.cell_type]: cells}, points)
        grid.cell_data["layer"] = layer
        grid.point_data["depth"] = depth.astype(float)
        return grid

    def phase(self, step: int) -> dict[str, Any] | None:
        """The phase at ``times[step]``, at its end the one that ends; None in an old file."""
        here = phase_at(self.phases, float(self.times[step]))
        return None if here is None else dict(here)

    def drawing(self, step: int) -> tuple[str, ...]:
        """Names of the cups that draw tissue in at ``times[step]``."""
        here = self.phase(step) if self._moved else None
        return tuple(here["cups"]) if here else ()

    def standing(self, step: int) -> pv.UnstructuredGrid:
        """The mesh (mm) as tissue stands at ``times[step]``: drawn into cups, or at rest."""
        if not self.drawing(step):
            return self.grid
        grid = self.grid.copy()
        grid.points = np.asarray(self.grid.points) + self._moved[shape_of(self.phase(step))]
        return grid

    @cached_property
    def _moved(self) -> dict[str, Floats]:
        """Displacement (mm) of the nodes in every shape by its name; empty without cups."""
        with open_fields(self.folder / FIELDS_FILE) as file:
            return {name: data[:] * MILLIMETRES for name, data in shapes_of(file).items()}

    @cached_property
    def facets(self) -> tuple[Integers, tuple[str, ...]]:
        """Nodes of the boundary facets, and what holds on each (applicator, room, core ...)."""
        with open_fields(self.folder / FIELDS_FILE) as file:
            surface, tags = file["mesh/surface"][:], file["mesh/surface_tag"][:]
        names = self.surface_names
        return surface, tuple(names.get(int(tag), "") for tag in tags)

    @cached_property
    def surface_names(self) -> dict[int, str]:
        """What holds on boundary facets, by the number they have in ``surface.xdmf``."""
        with open_fields(self.folder / FIELDS_FILE) as file:
            names = json.loads(file["mesh/surface_tag"].attrs["names"])
        return {int(tag): str(name) for tag, name in names.items()}

    def field(self, name: str, step: int) -> Floats:
        """Nodal values of field ``name`` at ``times[step]``, in the field's unit."""
        if name not in self.field_names:
            raise CaseError(f"{self.folder} holds no field {name}, only {list(self.field_names)}")
        index = range(len(self.times))[step]
        with open_fields(self.folder / FIELDS_FILE) as file:
            return np.asarray(file[f"fields/{name}/{index:05d}"][:], dtype=float)

    def has(self, table: str) -> bool:
        """Whether the run left ``<table>.csv``."""
        return (self.folder / f"{table}.csv").is_file()

    def table(self, name: str) -> dict[str, Floats]:
        """Columns of ``<name>.csv`` by their heading; a last line cut short is left out."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise CaseError(f"{path}: no such file; this run left no table of that name")
        with path.open(encoding="utf-8", newline="") as lines:
            head, *rows = csv.reader(lines)
        if rows and len(rows[-1]) != len(head):
            rows.pop()
        return {title: _column(path, rows, i) for i, title in enumerate(head)}

    def at_time(self, table: dict[str, Floats], column: str, time: float) -> float:
        """Value of ``column`` at ``time`` (s), between two rows if need be."""
        return float(np.interp(time, table["time [s]"], table[column]))

    def lipid_layers(self) -> tuple[Layer, ...]:
        """The layers that can crystallise."""
        columns = self.table("layers")
        return tuple(k for k in self.layers if f"{k.name} crystallised [1]" in columns)

    @property
    def skin(self) -> str:
        """What depth is measured from: "the skin", or which one if there are several."""
        first, *others = self.layers
        several = any(k.tissue == first.tissue for k in others)
        return f"the {first.title[:1].lower()}{first.title[1:]}" if several else "the skin"

    def layer_sizes(self) -> Floats:
        """Volume (mm^3), area (mm^2) or length (mm) of each layer."""
        sizes = self.grid.compute_cell_sizes()
        measure = sizes.cell_data[("Length", "Area", "Volume")[self.dimension - 1]]
        weights = np.abs(np.asarray(measure))
        return np.bincount(self.grid.cell_data["layer"], weights, minlength=len(self.layers))

    def layer_depths(self) -> tuple[tuple[float, float], ...]:
        """Depth (mm) at which each layer begins and ends."""
        nodes = self.grid.cell_connectivity.reshape(self.grid.n_cells, -1)
        depth = np.asarray(self.grid.point_data["depth"])[nodes]
        found = []
        for layer in self.layers:
            here = depth[self.grid.cell_data["layer"] == layer.index]
            found.append((float(here.min()), float(here.max())))
        return tuple(found)

    def coldest_step(self) -> int:
        """The last step at which an applicator is as cold as it ever is: the end of cooling.

        One with a controller is told by its set point, which it may overshoot.  Without an
        applicator, the last step at which most lipid tissue is below the threshold; if none ever
        is, that of the coldest tissue.
        """
        course = self._coldest_device()
        if course is not None and np.isfinite(course).any():
            return int(np.flatnonzero(course <= np.nanmin(course) + 0.5)[-1])
        rows, sizes = self.table("layers"), self.layer_sizes()
        time, total = rows["time [s]"], np.zeros(len(self.times))
        for layer in self.lipid_layers() or self.layers:
            share = rows[f"{layer.name} below threshold [1]"]
            total += sizes[layer.index] * np.interp(self.times, time, share)
        if total.max() <= 0.0:
            coldest = np.min([rows[f"{k.name} minimum [degC]"] for k in self.layers], axis=0)
            total = -np.interp(self.times, time, coldest)
        return int(np.flatnonzero(total >= total.max() - 1e-9 * np.abs(total).max())[-1])

    def ends_cooling(self, step: int) -> bool:
        """Whether the applicators warm up or go after ``step``."""
        return (
            self._coldest_device() is not None
            and step < len(self.times) - 1
            and step == self.coldest_step()
        )

    def _coldest_device(self) -> Floats | None:
        """What the coldest applicator is, or is to be (degC), at `times`; NaN where none is on."""
        table = self.table("device") if self.has("device") else {}
        names = [k.removesuffix(" temperature [degC]") for k in table
                 if k.endswith(" temperature [degC]")]  # fmt: skip
        if not names:
            return None
        set_points = {name: table.get(f"{name} set point [degC]", np.full(1, np.nan))
                      for name in names}  # fmt: skip
        courses = [
            table[f"{name} temperature [degC]"] if np.isnan(set_points[name]).all()
            else set_points[name] for name in names
        ]  # fmt: skip
        coldest = np.min([np.where(np.isnan(v), np.inf, v) for v in courses], axis=0)
        time = table["time [s]"]
        rows = np.clip(np.searchsorted(time, self.times - 1e-6), 0, len(time) - 1)
        return np.where(np.isfinite(coldest[rows]), coldest[rows], np.nan)


def _heading(file: h5py.File) -> dict[str, Any]:
    """What is known of a run without reading its fields."""
    layers = json.loads(file.attrs["layers"])
    times = np.asarray(file["times"][:], dtype=float)
    if not times.size:
        raise CaseError(f"{file.filename} holds no step yet; wait for the first output")
    return {
        "title": str(file.attrs["title"]),
        "dimension": int(file.attrs["dimension"]),
        "cell_type": str(file.attrs["cell_type"]),
        "threshold": float(file.attrs["threshold"]),
        "layers": tuple(
            Layer(i, k["name"], k.get("tissue", k["name"]), _shown(k)) for i, k in enumerate(layers)
        ),
        "applicators": tuple(json.loads(file.attrs["applicators"])),
        "times": times,
        "field_names": tuple(file["fields"]),
        "phases": tuple(phases_of(file)),
    }


def _shown(layer: dict[str, str]) -> str:
    """What a layer is called: by the title of its tissue unless it has a name of its own."""
    name = layer["name"]
    title = layer.get("title") if name == layer.get("tissue", name) else ""
    return title or name[:1].upper() + name[1:].replace("_", " ")


def _why_not(folder: Path) -> str:
    if (folder / FIELDS_FILE).is_file():
        return f"{folder} has no result.json: the run is not done, or was stopped; resume it first"
    return f"{folder} is no result folder: it has neither result.json nor {FIELDS_FILE}"


def _column(path: Path, rows: Sequence[Sequence[str]], index: int) -> Floats:
    try:
        return np.array([float(row[index] or "nan") for row in rows])
    except (ValueError, IndexError) as error:
        raise CaseError(f"{path}: {error} in column {index + 1}; expected numbers") from error
