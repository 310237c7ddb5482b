"""Files of numbers that phases refer to: the log of a plate, the absorption of a source."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryosim.case.columns import ColumnFault, Kind, read_columns

TIME = Kind("s", "time [s]")
TEMPERATURE = Kind("K", "plate temperature [degC]")
DEPTH = Kind("m", "depth [mm]")
POWER = Kind("W/m^3", "power [W/cm^3]")

Fields = dict[str, Any]


def replayed(fields: Fields, path: Path) -> tuple[Fields, list[str]]:
    """The ``fields`` of a case at ``path`` with the contents of such files, and faults.

    A phase with ``log = { file = "log.csv", column = "plate [degC]" }`` follows that column of a
    CSV file (relative to the case) from its first row on; its first column is a time.  One with
    ``source = { file = "source.csv", column = "power [W/cm^3]" }`` absorbs that power; the first
    column is a depth.  Units stand in brackets in the header; rows without a number are left out.
    """
    faults: list[str] = []
    protocol = fields.get("protocol")
    if not isinstance(protocol, list):
        return fields, faults
    phases = []
    for i, phase in enumerate(protocol):
        filled = phase
        for key, (belongs, fill, without) in _FILES.items():
            if not isinstance(filled, dict) or not belongs(filled.get(key)):
                continue
            rest = {k: v for k, v in filled.items() if k != key}
            try:
                filled = rest | fill(filled[key], path.parent)
            except ColumnFault as error:
                faults.append(f"protocol[{i + 1}].{key}: {error}")
                filled = rest | without
        phases.append(filled)
    return fields | {"protocol": phases}, faults


def _schedule(log: Any, folder: Path) -> Fields:
    """Points of time since the first row, and temperature."""
    columns = read_columns(log, folder, TIME, TEMPERATURE)
    times = [t - columns.first[0] for t in columns.first]
    points = zip(times, columns.second, strict=True)
    return {"schedule": [[f"{t!r} s", f"{T!r} {columns.unit}"] for t, T in points]}


def _absorption(source: Any, folder: Path) -> Fields:
    """Depths and powers."""
    columns = read_columns(source, folder, DEPTH, POWER)
    powers = [f"{power!r} {columns.unit}" for power in columns.second]
    return {"source": {"depth": [f"{d!r} m" for d in columns.first], "power": powers}}


_FILES: dict[str, tuple[Callable[[Any], bool], Callable[[Any, Path], Fields], Fields]] = {
    "log": (lambda log: log is not None, _schedule, {"schedule": [["0 s", "0 degC"]]}),
    "source": (lambda source: isinstance(source, dict) and "file" in source, _absorption, {}),
}
"""Key of a phase -> whether it refers to a file, what the file stands for, and what else does."""
