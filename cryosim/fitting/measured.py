"""What was measured on the bench: the columns of a CSV file, in the units of the model.

The first column is a time; each other one is named like a probe of the case or a column of
``device.csv``, with its unit in brackets.  ``NAME: sd [K]`` beside a column has the standard
deviation of each of its values.  Cells may be empty, but must be there; lines that begin with
``#`` are remarks.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryosim.case.faults import shown
from cryosim.case.load import Loaded
from cryosim.errors import CaseError
from cryosim.fitting.spread import Spread, stated
from cryosim.units import convert, fits

Floats = npt.NDArray[np.float64]

PROBES, DEVICE = TABLES = ("probes.csv", "device.csv")
"""Tables of a result folder that data are compared with."""

SD = ": sd"
"""What the name of a column of standard deviations ends with."""

MOST_FAULTS = 20
"""Faults that one message tells."""

_HEADER = re.compile(r"\s*(.*?)\s*\[([^\]]+)\]\s*")

_OF_APPLICATORS = {
    "temperature": "degC", "heat flux": "mW/cm^2", "coldest skin": "degC",
}  # fmt: skip
_OF_DEVICES = {"set point": "degC", "sensor": "degC", "pumped": "mW/cm^2"}


@dataclass(frozen=True)
class Column:
    """A column of a result that may be measured."""

    table: str
    name: str
    unit: str

    @property
    def header(self) -> str:
        """As the table has it."""
        return f"{self.name} [{self.unit}]"


@dataclass(frozen=True)
class Series:
    """One measured column: times (s), values in the unit of the model, standard deviations."""

    column: Column
    times: Floats
    values: Floats
    sd: Floats
    """In K for temperatures, else in the unit of the model."""
    said: str
    """Where the standard deviations are from: "file", "option" or "assumption"."""

    def only(self, kept: npt.NDArray[np.bool_]) -> "Series":
        """The ``kept`` values alone."""
        return Series(
            self.column, self.times[kept], self.values[kept], self.sd[kept], self.said
        )  # fmt: skip


def columns_of(loaded: Loaded) -> dict[str, Column]:
    """Name -> column, of all that a result of the case has and a sensor could have measured."""
    found: dict[str, Column] = {}
    for plate in loaded.case.applicator:
        units = _OF_APPLICATORS | (_OF_DEVICES if plate.device else {})
        for what, unit in units.items():
            column = Column(DEVICE, f"{plate.name} {what}", unit)
            found[column.name] = column
    return found | {p.name: Column(PROBES, p.name, "degC") for p in loaded.case.probes}


def read(path: Path, columns: Mapping[str, Column], end: float, sds: Sequence[str]) -> list[Series]:
    """The series in the file at ``path``, whose times lie between 0 and ``end`` (s).

    ``sds`` are standard deviations as options give them.  Raises CaseError with every fault.
    """
    faults: list[str] = []
    header, rows = _rows(path)
    heads = list(_heads(header, columns, faults))
    spread = stated(sds, {h.column.name: h.column.unit for h in heads if not h.sd}, faults)
    times = _times(header[0], rows, end, faults)
    cells = {(h.column.name, h.sd): _numbers(h, rows, faults) for h in heads}
    series = [] if faults else list(_series(heads, times, cells, spread, faults))
    if not series and not faults:
        faults.append(f"no column of measurements; expected one of {_all(columns)}")
    if faults:
        more = len(faults) - MOST_FAULTS
        lines = faults[:MOST_FAULTS] + ([f"and {more} faults more"] if more > 0 else [])
        raise CaseError("\n".join([f"{path}:", *(f"  {line}" for line in lines)]))
    return series


@dataclass(frozen=True)
class _Head:
    """What one column of the file holds."""

    place: int
    cell: str
    column: Column
    unit: str
    sd: bool

    def converted(self, values: Floats) -> Floats:
        """``values`` in the unit of the model; spans of temperature in K."""
        if self.sd and self.column.unit == "degC":
            degrees = {"degC": "delta_degC", "degF": "delta_degF"}.get(self.unit, self.unit)
            return values * convert(1.0, degrees, "delta_degC")
        zero = convert(0.0, self.unit, self.column.unit)
        return zero + values * (convert(1.0, self.unit, self.column.unit) - zero)


Row = tuple[int, list[str]]
"""Line of the file (from 1) and its cells."""


def _rows(path: Path) -> tuple[list[str], list[Row]]:
    """Header and rows of the file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such file of measurements") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: cannot be read: expected CSV in UTF-8 ({error})") from error
    kept = [(i, line) for i, line in enumerate(lines, 1) if line.strip()[:1] not in ("", "#")]
    rows = [(i, next(csv.reader([line]))) for i, line in kept]
    if len(rows) < 2 or len(rows[0][1]) < 2:
        hint = "; columns are told apart by commas" if kept and ";" in kept[0][1] else ""
        raise CaseError(f"{path}: expected a header with a time and a column, and rows{hint}")
    _check_widths(path, rows[0][1], rows[1:])
    return rows[0][1], rows[1:]


def _check_widths(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    """Raise CaseError if rows do not have the columns of the header, for then cells are shifted."""
    n = len(header)
    wrong = [(i, cells) for i, cells in rows if len(cells) < n or any(map(str.strip, cells[n:]))]
    if not wrong:
        return
    line, cells = wrong[0]
    more = f", and {len(wrong) - 1} rows more do not fit it" if len(wrong) > 1 else ""
    hint = "write numbers with a point: commas tell columns apart"
    if len(cells) < n:
        hint = "leave a cell empty where nothing was recorded, with its comma"
    raise CaseError(
        f"{path}:\n  line {line}: {len(cells)} cells, but the header has {n}{more}; {hint}"
    )


def _heads(
    header: Sequence[str], columns: Mapping[str, Column], faults: list[str]
) -> Iterator[_Head]:
    """What each column but the first holds."""
    seen = set()
    for place, cell in enumerate(header[1:], 1):
        where = f"column {place + 1}, {shown(cell.strip())}"
        match = _HEADER.fullmatch(cell)
        if match is None:
            faults.append(f'{where}: expected a name and its unit, such as "surface [degC]"')
            continue
        name, unit = match[1].removesuffix(SD).strip(), match[2].strip()
        sd = match[1].endswith(SD)
        if name not in columns:
            faults.append(f"{where}: the case records no such thing; {_meant(name, columns)}")
        elif not fits(unit, columns[name].unit):
            faults.append(f"{where}: expected a unit that converts to {columns[name].unit}")
        elif (name, sd) in seen:
            faults.append(f"{where}: there is such a column already")
        else:
            seen.add((name, sd))
            yield _Head(place, cell.strip(), columns[name], unit, sd)


def _meant(name: str, columns: Mapping[str, Column]) -> str:
    """The header that was probably meant, or all."""
    close = get_close_matches(name, columns, n=1)
    return f'did you mean "{columns[close[0]].header}"?' if close else (
        f"expected one of {_all(columns)}"
    )  # fmt: skip


def _all(columns: Mapping[str, Column]) -> str:
    return ", ".join(column.header for column in columns.values())


def _times(cell: str, rows: Sequence[Row], end: float, faults: list[str]) -> Floats:
    """Times (s) of the rows: rising, within the case."""
    match = _HEADER.fullmatch(cell)
    if match is None or not fits(match[2], "s"):
        where = f"column 1, {shown(cell.strip())}"
        faults.append(f'{where}: expected a time and its unit, such as "time [s]"')
        return np.full(len(rows), np.nan)
    times = _column(0, cell.strip(), rows, faults) * convert(1.0, match[2], "s")
    before = -np.inf
    for (line, _), t in zip(rows, times, strict=True):
        where = f"line {line}, {shown(cell.strip())}"
        if not isfinite(t):
            faults.append(f"{where}: a row without a time")
            continue
        if t <= before:
            faults.append(f"{where}: time does not rise")
        before = t
    outside = [line for (line, _), t in zip(rows, times, strict=True) if not 0.0 <= t <= end]
    if outside and np.isfinite(times).all():
        faults.append(
            f"line {outside[0]}: the case lasts from 0 to {end:g} s, and {len(outside)} rows are "
            "outside; cut them off, or lengthen the protocol"
        )
    return times


def _numbers(head: _Head, rows: Sequence[Row], faults: list[str]) -> Floats:
    """Values of a column in the unit of the model; NaN where there are none."""
    values = head.converted(_column(head.place, head.cell, rows, faults))
    if head.sd:
        bad = [line for (line, _), v in zip(rows, values, strict=True) if v <= 0.0]
        faults += [f"line {line}, {shown(head.cell)}: expected above 0" for line in bad]
    return values


def _column(place: int, name: str, rows: Sequence[Row], faults: list[str]) -> Floats:
    values = np.full(len(rows), np.nan)
    for i, (line, cells) in enumerate(rows):
        text = cells[place].strip() if place < len(cells) else ""
        if text.lower() in ("", "nan"):
            continue
        try:
            values[i] = float(text)
        except ValueError:
            faults.append(f"line {line}, {shown(name)} = {shown(text)}: expected a number")
            continue
        if not isfinite(values[i]):
            faults.append(f"line {line}, {shown(name)} = {shown(text)}: expected a finite number")
    return values


def _series(
    heads: Sequence[_Head], times: Floats, cells: Mapping[tuple[str, bool], Floats],
    spread: Mapping[str, Spread], faults: list[str],
) -> Iterator[Series]:  # fmt: skip
    """Every column of values with its standard deviations."""
    for head in heads:
        name = head.column.name
        if head.sd:
            if (name, False) not in cells:
                faults.append(f"{shown(head.cell)}: there is no column of its values")
            continue
        values = cells[name, False]
        here = np.isfinite(values)
        if not here.any():
            faults.append(f"{shown(head.cell)}: holds no number")
            continue
        sd, said = cells.get((name, True)), "file"
        if sd is None:
            sd, said = spread[name].of(values)
        elif not np.isfinite(sd[here]).all():
            faults.append(f"{shown(head.cell)}: not every value has its standard deviation")
        yield Series(head.column, times, values, sd, said).only(here)
