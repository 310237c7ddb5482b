"""Thickness maps: measured thicknesses of layers over the treated area, from a table or a picture.

A table is a CSV file with the columns ``x [mm]``, ``y [mm]`` and one for every layer that was
measured, such as ``fat [mm]``, in any unit of length.  Its rows are the nodes of a rectangular
grid in any order; the origin is that of the block.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np

from cryosim.case.faults import did_you_mean, shown
from cryosim.part import Part
from cryosim.shape.layers import ThicknessMap, Values
from cryosim.units import Length, Position, Unit, convert, fits

THICKEST = 1.0
"""Thickness (m) above which a unit must be wrong."""

Thickness = Annotated[float, Unit("m", "2.2 mm", high=THICKEST, strict=True)]

_COLUMN = re.compile(r"\s*(.+?)\s*\[\s*(.+?)\s*\]\s*")


class ThicknessImage(Part):
    """A picture whose grey levels are the thickness of one layer.

    Its pixels are nodes, the outermost on the rim of ``extent``; up in the picture is along y.
    """

    file: str
    """Picture (.png), relative to the case file."""
    layer: str
    """Name of the layer."""
    low: Thickness
    """Thickness where the picture is black."""
    high: Thickness
    """Thickness where it is white."""
    extent: tuple[Length, Length]
    """Size of the picture along x and y."""
    centre: tuple[Position, Position] = (0.0, 0.0)
    """Place of its centre along x and y."""


class Unreadable(Exception):
    """Why a map cannot be used; ``load`` tells it with its key."""


def file_of(given: str | ThicknessImage) -> str:
    """Name of the file of a map."""
    return given if isinstance(given, str) else given.file


def read(given: str | ThicknessImage, folder: Path, layers: Sequence[str]) -> ThicknessMap:
    """The map ``given`` by a case in ``folder`` for its ``layers``; raises Unreadable."""
    path = folder / file_of(given)
    if not path.is_file():
        raise Unreadable(f"no such file; looked for {path}")
    if isinstance(given, ThicknessImage):
        return _from_picture(path, given, layers)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"cannot be read as a table: {error}") from error
    return _from_table(rows, layers)


# --- table -----------------------------------------------------------------------------------


def _from_table(rows: list[tuple[int, list[str]]], layers: Sequence[str]) -> ThicknessMap:
    """The map of numbered rows, the first of which names the columns."""
    columns = _columns(rows[0][1] if rows else [], layers)
    values = np.array([_numbers(row, line, columns) for line, row in rows[1:]])
    if not values.size:
        raise Unreadable("has no rows of numbers")
    names = [name for name, _ in columns]
    x, at_x = np.unique(values[:, names.index("x")], return_inverse=True)
    y, at_y = np.unique(values[:, names.index("y")], return_inverse=True)
    times = np.zeros((x.size, y.size), dtype=int)
    np.add.at(times, (at_x, at_y), 1)
    if np.any(times != 1):
        i, j = np.argwhere(times != 1)[0]
        what = "more than one row" if times[i, j] > 1 else "no row"
        raise Unreadable(
            f"{what} for x = {x[i] * 1e3:g} mm, y = {y[j] * 1e3:g} mm; expected a rectangular grid "
            f"with one row for each of the {x.size} values of x with each of the {y.size} of y"
        )
    grids = {}
    for k, name in enumerate(names):
        if name not in ("x", "y"):
            grids[name] = np.empty((x.size, y.size))
            grids[name][at_x, at_y] = values[:, k]
    return ThicknessMap(x, y, grids)


def _columns(header: Sequence[str], layers: Sequence[str]) -> list[tuple[str, str]]:
    """Name and unit of every column."""
    columns: list[tuple[str, str]] = []
    for cell in header:
        column = _column(cell, layers)
        if column[0] in [name for name, _ in columns]:
            raise Unreadable(f"column {shown(cell)}: {column[0]} has a column already")
        columns.append(column)
    names = [name for name, _ in columns]
    for name in ("x", "y"):
        if name not in names:
            raise Unreadable(f"has no column {name}; expected x [mm], y [mm] and layers")
    if len(names) < 3:
        raise Unreadable(f"has no column of a layer; expected one of {', '.join(layers)}")
    return columns


def _column(cell: str, layers: Sequence[str]) -> tuple[str, str]:
    """Name and unit of one column."""
    match = _COLUMN.fullmatch(cell)
    if match is None:
        raise Unreadable(f"column {shown(cell)}: expected a name and a unit, such as fat [mm]")
    name, unit = match[1], match[2]
    known = ["x", "y", *layers]
    if name not in known:
        hint = did_you_mean(name, known)
        raise Unreadable(f"column {shown(cell)}: no layer has this name; {hint}")
    if not fits(unit, "m"):
        raise Unreadable(f"column {shown(cell)}: expected a unit of length, such as mm")
    return name, unit


def _numbers(row: Sequence[str], line: int, columns: Sequence[tuple[str, str]]) -> list[float]:
    """Values (m) of a row; thicknesses are within reason."""
    if len(row) != len(columns):
        raise Unreadable(f"line {line}: {len(row)} values; expected {len(columns)}")
    values = []
    for cell, (name, unit) in zip(row, columns, strict=True):
        where = f"line {line}, column {name} [{unit}] = {shown(cell)}"
        try:
            value = convert(float(cell), unit, "m")
        except ValueError as error:
            raise Unreadable(f"{where}: expected a number") from error
        thick = name not in ("x", "y")
        if not np.isfinite(value) or (thick and not 0.0 < value <= THICKEST):
            expected = "a thickness above 0 and at most 1 m" if thick else "a finite number"
            raise Unreadable(f"{where}: expected {expected}")
        values.append(value)
    return values


# --- picture ---------------------------------------------------------------------------------


def _from_picture(path: Path, given: ThicknessImage, layers: Sequence[str]) -> ThicknessMap:
    """The map of the grey levels of a picture."""
    from matplotlib.image import imread

    if given.layer not in layers:
        raise Unreadable(f"layer {shown(given.layer)}: {did_you_mean(given.layer, layers)}")
    try:
        picture = np.asarray(imread(path, format="png"), dtype=np.float64)
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable(f"cannot be read as a PNG picture: {error}") from error
    grey = _grey(picture)
    axes: list[Values] = []
    for n, extent, centre in zip(grey.shape, given.extent, given.centre, strict=True):
        if n < 2:
            shape = " x ".join(map(str, grey.shape))
            raise Unreadable(f"has {shape} pixels; expected 2 x 2 or more")
        axes.append(centre + np.linspace(-extent / 2, extent / 2, n))
    thickness = given.low + (given.high - given.low) * grey
    return ThicknessMap(axes[0], axes[1], {given.layer: thickness})


def _grey(picture: Values) -> Values:
    """Grey levels from 0 to 1, shape (x, y), y upwards; colours are refused."""
    if picture.ndim == 3:
        colours = picture[:, :, : 3 if picture.shape[2] > 2 else 1]
        if np.ptp(colours, axis=2).max() > 0.0:
            raise Unreadable("has colours; expected a picture in grey levels")
        picture = colours[:, :, 0]
    return picture[::-1].T
