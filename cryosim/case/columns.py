"""Two columns of a CSV file that a case refers to, with units in the brackets of their header."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryosim.case.faults import did_you_mean, shown
from cryosim.units import convert, fits

_HEADER = re.compile(r"\s*(.*?)\s*\[([^\]]+)\]\s*")


class ColumnFault(Exception):
    """What is wrong with a file of numbers."""


@dataclass(frozen=True)
class Kind:
    """A quantity: the SI unit of its dimension, and a header that has one."""

    symbol: str
    header: str


@dataclass(frozen=True)
class Columns:
    """Numbers of two columns, row by row, and their units."""

    first: list[float]
    """In SI units, rising."""
    second: list[float]
    unit: str
    """Of the second."""


def read_columns(spec: Any, folder: Path, first: Kind, second: Kind) -> Columns:
    """The first column of ``spec["file"]`` and the one that ``spec["column"]`` names.

    Rows without both numbers are left out.  Raises ColumnFault.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("file"), str):
        raise ColumnFault(f'expected {{ file = "log.csv", column = "{second.header}" }}')
    unknown = [key for key in spec if key not in ("file", "column")]
    if unknown:
        raise ColumnFault(f"unknown key {shown(unknown[0])}; expected file and column")
    header, *rows = _rows(folder / spec["file"])
    column = _column(header, spec.get("column"))
    unit_of_first, unit = _unit(header[0], first), _unit(header[column], second)
    numbers = [(_number(row, 0), _number(row, column)) for row in rows]
    points = [(a, b) for a, b in numbers if a is not None and b is not None]
    if not points:
        raise ColumnFault(f"{spec['file']}: no row has numbers in both columns")
    values = [convert(a, unit_of_first, first.symbol) for a, _ in points]
    late = next((i for i in range(1, len(values)) if values[i] <= values[i - 1]), None)
    if late is not None:
        name = first.header.split(" [")[0]
        at = f"{points[late][0]:g} {unit_of_first}"
        raise ColumnFault(f"{spec['file']}: {name} does not rise at {at}")
    return Columns(values, [b for _, b in points], unit)


def _rows(file: Path) -> list[list[str]]:
    """Rows of a CSV file, header first."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except FileNotFoundError as error:
        raise ColumnFault(f"no such file; looked for {file}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ColumnFault(str(error)) from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ColumnFault(f"{file}: expected a header, rows, and a column before that of values")
    return rows


def _column(header: list[str], name: Any) -> int:
    """Index of the column of values."""
    others = [cell.strip() for cell in header[1:]]
    if name is None:
        if len(others) == 1:
            return 1
        raise ColumnFault(f"column is missing; expected one of {', '.join(map(shown, others))}")
    if name in others:
        return 1 + others.index(name)
    raise ColumnFault(f"no column is called {shown(name)}; {did_you_mean(str(name), others)}")


def _unit(cell: str, kind: Kind) -> str:
    """Unit in brackets of a header ``cell``."""
    match = _HEADER.fullmatch(cell)
    if match is None or not fits(match[2], kind.symbol):
        raise ColumnFault(
            f"column {shown(cell.strip())}: expected its unit, such as in {kind.header!r}"
        )
    return match[2]


def _number(row: list[str], column: int) -> float | None:
    """The number in a cell, if it holds one."""
    try:
        number = float(row[column])
    except (ValueError, IndexError):
        return None
    return number if number == number and abs(number) != float("inf") else None
