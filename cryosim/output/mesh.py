"""What a field file tells before its first step: the mesh, the shapes it takes, the phases."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from cryosim.output.xdmf import TOPOLOGY

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.integer[Any]]

AT_REST = ""
"""Name of the shape of tissue that nothing draws."""

_SAME_TIME = 1e-6
"""Times (s) that differ by less are the same."""

_CHUNK = 1 << 18
"""Values in a compressed chunk."""


@dataclass(frozen=True)
class MeshData:
    """The mesh of a run in input order, with what a reader must know to draw it."""

    dimension: int
    cell_type: str
    points: Floats
    """Coordinates (m), shape (N, 3)."""
    cells: Integers
    """Nodes of each cell in VTK order, shape (M, nodes per cell)."""
    layer: Integers
    """Index into ``layers`` of each cell, shape (M,)."""
    depth: Floats
    """Depth of each node below the skin (m), shape (N,)."""
    surface: Integers
    """Nodes of each boundary facet in VTK order, shape (K, nodes per facet)."""
    surface_tag: Integers
    """Key into ``surface_names`` of each boundary facet, shape (K,)."""
    surface_names: Mapping[int, str]
    """What holds on a facet: applicator, room, core, insulated; of skin drawn into cups,
    "NAME wall" or "NAME cavity" of each cup that touches or holds it, joined by " + "."""
    layers: Sequence[Mapping[str, str]]
    """``{"name", "tissue", "title"}`` of each layer."""
    threshold: float
    """Crystallisation threshold (degC)."""
    title: str
    applicators: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    """``{"name", "kind", "face"}`` of each applicator; a cup has ``centre``, ``cup`` (its
    lengths) and ``mouth``, the height of the mouth above the skin at rest, too (m)."""
    phases: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    """``{"name", "start", "end", "cups"}`` of each phase (s), with the cups that then draw."""
    shapes: Mapping[str, Floats] = field(default_factory=dict)
    """Displacement (m), shape (N, 3), in every shape but that at rest; see `shape_of`."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together, before anything is on disk."""
        if self.cell_type not in TOPOLOGY:
            raise ValueError(f"cell type {self.cell_type}: expected one of {sorted(TOPOLOGY)}")
        n, m, k = len(self.points), len(self.cells), len(self.surface)
        width = TOPOLOGY[self.cell_type][1]
        shapes = {"points": (n, 3), "cells": (m, width), "layer": (m,), "depth": (n,),
                  "surface_tag": (k,)}  # fmt: skip
        for name, expected in shapes.items():
            found = np.shape(getattr(self, name))
            if found != expected:
                raise ValueError(f"{name} has shape {found}, expected {expected}")
        for name, moved in self.shapes.items():
            if np.shape(moved) != (n, 3):
                raise ValueError(f"shape {name} has shape {np.shape(moved)}, expected {(n, 3)}")
        known = {AT_REST, *self.shapes}
        if lost := [p["name"] for p in self.phases if self.shapes and shape_of(p) not in known]:
            raise ValueError(f"phases {lost}: no such shape among {sorted(known)}")


def shape_of(phase: Mapping[str, Any] | None) -> str:
    """Name of the shape that tissue has in ``phase``: the cups that draw it."""
    return " + ".join(phase["cups"]) if phase is not None else AT_REST


def phase_at(phases: Sequence[Mapping[str, Any]], time: float) -> Mapping[str, Any] | None:
    """The phase that holds at ``time`` (s), at its end the one that ends; None without any."""
    here = (p for p in phases if time <= p["end"] + _SAME_TIME)
    return next(here, phases[-1] if phases else None)


def write_mesh(file: h5py.File, mesh: MeshData) -> None:
    """Begin a field file with all that ``mesh`` tells."""
    file.attrs["dimension"] = mesh.dimension
    file.attrs["cell_type"] = mesh.cell_type
    file.attrs["threshold"] = float(mesh.threshold)
    file.attrs["title"] = mesh.title
    for name in ("layers", "applicators", "phases"):
        file.attrs[name] = json.dumps([dict(row) for row in getattr(mesh, name)])
    group = file.create_group("mesh")
    compressed(group, "points", np.asarray(mesh.points, dtype="f8"))
    compressed(group, "cells", np.asarray(mesh.cells, dtype="i8"))
    compressed(group, "layer", np.asarray(mesh.layer, dtype="i4"))
    compressed(group, "depth", np.asarray(mesh.depth, dtype="f4"))
    compressed(group, "surface", np.asarray(mesh.surface, dtype="i8"))
    tag = compressed(group, "surface_tag", np.asarray(mesh.surface_tag, dtype="i4"))
    tag.attrs["names"] = json.dumps({str(k): name for k, name in mesh.surface_names.items()})
    if mesh.shapes:
        rest = {AT_REST: np.zeros(np.shape(mesh.points))}
        group = file.create_group("shapes")
        for index, (name, moved) in enumerate((rest | dict(mesh.shapes)).items()):
            data = compressed(group, f"{index:05d}", np.asarray(moved, dtype="f4"))
            data.attrs["name"] = name
            data.attrs["unit"] = "m"


def copy_mesh(old: h5py.File, new: h5py.File) -> None:
    """Copy what ``write_mesh`` wrote."""
    new.attrs.update(old.attrs)
    for group in ("mesh", "shapes"):
        if group in old:
            old.copy(group, new)


def phases_of(file: h5py.File) -> list[dict[str, Any]]:
    """Phases of the run; none in a file written before they were."""
    phases: list[dict[str, Any]] = json.loads(file.attrs.get("phases", "[]"))
    return phases


def shapes_of(file: h5py.File) -> dict[str, h5py.Dataset]:
    """Displacement (m) in every shape, that at rest too, by its name; empty if there is one."""
    group = file.get("shapes", {})
    return {str(data.attrs["name"]): data for data in group.values()}


def compressed(group: h5py.Group, name: str, array: npt.NDArray[Any]) -> h5py.Dataset:
    """A data set of ``array``, shuffled and packed."""
    if array.size == 0:
        return group.create_dataset(name, data=array)
    rows = max(1, min(len(array), _CHUNK * len(array) // array.size))
    return group.create_dataset(
        name, data=array, chunks=(rows, *array.shape[1:]), shuffle=True,
        compression="gzip", compression_opts=1,
    )  # fmt: skip
