"""Measured logs of a plate or a sensor, replayed as the schedule of a phase."""

import csv
import re
from pathlib import Path
from typing import Any

from cryosim.case.faults import did_you_mean, shown
from cryosim.units import convert, fits

_HEADER = re.compile(r"\s*(.*?)\s*\[([^\]]+)\]\s*")

Points = list[tuple[str, str]]


def replayed(fields: dict[str, Any], path: Path) -> tuple[dict[str, Any], list[str]]:
    """The ``fields`` of a case at ``path`` with every log as a schedule, and faults.

    A phase with ``log = { file = "log.csv", column = "plate [degC]" }`` follows that column of a
    CSV file (relative to the case) from its first row on; its first column is a time.  Units stand
    in brackets in the header; rows without a number are left out.
    """
    faults: list[str] = []
    protocol = fields.get("protocol")
    if not isinstance(protocol, list):
        return fields, faults
    phases = []
    for i, phase in enumerate(protocol):
        log = phase.get("log") if isinstance(phase, dict) else None
        if log is None:
            phases.append(phase)
            continue
        where = f"protocol[{i + 1}].log"
        try:
            schedule = _schedule(log, path.parent)
        except (_Fault, OSError, UnicodeDecodeError) as error:
            faults.append(f"{where}: {error}")
            schedule = [("0 s", "0 degC")]
        rest = {key: value for key, value in phase.items() if key != "log"}
        phases.append(rest | {"schedule": [list(point) for point in schedule]})
    return fields | {"protocol": phases}, faults


class _Fault(Exception):
    """What is wrong with a log."""


def _schedule(log: Any, folder: Path) -> Points:
    """Points of time since the first row, and temperature."""
    if not isinstance(log, dict) or not isinstance(log.get("file"), str):
        raise _Fault('expected { file = "log.csv", column = "plate temperature [degC]" }')
    unknown = [key for key in log if key not in ("file", "column")]
    if unknown:
        raise _Fault(f"unknown key {shown(unknown[0])}; expected file and column")
    rows = _rows(folder / log["file"])
    header = rows[0]
    column = _column(header, log.get("column"))
    time_unit, unit = _unit(header[0], "s"), _unit(header[column], "K")
    numbers = [(_number(row, 0), _number(row, column)) for row in rows[1:]]
    points = [(t, T) for t, T in numbers if t is not None and T is not None]
    if not points:
        raise _Fault(f"{log['file']}: no row has numbers in both columns")
    seconds = [convert(t - points[0][0], time_unit, "s") for t, _ in points]
    late = next((i for i in range(1, len(seconds)) if seconds[i] <= seconds[i - 1]), None)
    if late is not None:
        raise _Fault(f"{log['file']}: time does not rise at {points[late][0]:g} {time_unit}")
    return [(f"{t!r} s", f"{T!r} {unit}") for t, (_, T) in zip(seconds, points, strict=True)]


def _rows(file: Path) -> list[list[str]]:
    """Rows of a CSV file, header first."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except FileNotFoundError as error:
        raise _Fault(f"no such file; looked for {file}") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise _Fault(f"{file}: expected a header, rows, and a time column before the others")
    return rows


def _column(header: list[str], name: Any) -> int:
    """Index of the column to replay."""
    others = [cell.strip() for cell in header[1:]]
    if name is None:
        if len(others) == 1:
            return 1
        raise _Fault(f"column is missing; expected one of {', '.join(map(shown, others))}")
    if name in others:
        return 1 + others.index(name)
    raise _Fault(f"no column is called {shown(name)}; {did_you_mean(str(name), others)}")


def _unit(cell: str, dimension: str) -> str:
    """Unit in brackets of a header ``cell``."""
    match = _HEADER.fullmatch(cell)
    if match is None or not fits(match[2], dimension):
        example = "time [s]" if dimension == "s" else "plate temperature [degC]"
        raise _Fault(f"column {shown(cell.strip())}: expected its unit, such as in {example!r}")
    return match[2]


def _number(row: list[str], column: int) -> float | None:
    """The number in a cell, if it holds one."""
    try:
        number = float(row[column])
    except (ValueError, IndexError):
        return None
    return number if number == number and abs(number) != float("inf") else None
