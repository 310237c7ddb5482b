"""Numbers read from a result folder, as an experiment measured them."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import inf
from pathlib import Path
from typing import Any, Self

import numpy as np

from cryosim.outcome.course import DAY
from cryosim.parallel import Values
from cryosim.validate.experiment import Number, Reading


@dataclass(frozen=True)
class Seen:
    """What a run left behind."""

    time: Values
    """Times (s) of the probes."""
    probes: Mapping[str, Values]
    """Temperatures (degC) by the name of the probe."""
    course: Mapping[str, Values]
    """Columns of ``course.csv`` by their name without unit; empty without fat."""
    result: Mapping[str, Any]
    """``result.json``."""

    @classmethod
    def of(cls, folder: Path) -> Self:
        """From the result ``folder``."""
        probes = _columns(folder / "probes.csv")
        months = folder / "course.csv"
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        return cls(probes.pop("time"), probes, _columns(months) if months.exists() else {}, result)


def _columns(path: Path) -> dict[str, Values]:
    """Columns of a table, by their name without unit."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    names = [name.rpartition(" [")[0] for name in header]
    return dict(zip(names, np.array(rows, dtype=float).T, strict=True))


def read(reading: Reading, seen: Seen) -> Number:
    """The number that ``reading`` asks for; infinite for a fall that was not reached."""
    match reading.kind:
        case "quantity":
            return Number(seen.result["quantities"][reading.name]["value"])
        case "outcome":
            entry = seen.result["outcome"][reading.name]
            return Number(entry["value"], entry["interval"] and tuple(entry["interval"]))
        case "course":
            return _on_a_day(reading, seen.course)
        case "pigment":
            return Number(
                reduce(lambda x, key: x[key], reading.name.split("."), seen.result["pigment"])
            )
        case "limit":
            (limit,) = (x for x in seen.result["limits"] if x["key"] == reading.name)
            return Number(reading.times * limit["value"])
    T = seen.probes[reading.probe]
    if reading.kind == "time to cool":
        return Number(_minutes_to_fall(seen.time, T, reading.by))
    now = float(np.interp(reading.at, seen.time, T))
    if reading.kind == "temperature":
        return Number(now)
    return Number(now - float(np.interp(reading.since, seen.time, T)))


def _on_a_day(reading: Reading, course: Mapping[str, Values]) -> Number:
    """A column of the course on a day, with its interval."""
    names = [f"{reading.name}{end}" for end in ("", " low", " high")]
    value, *ends = (
        reading.times * float(np.interp(reading.day / DAY, course["time"], course[name]))
        for name in names
        if name in course
    )
    return Number(value, (ends[0], ends[1]) if ends else None)


def _minutes_to_fall(time: Values, T: Values, by: float) -> float:
    """Minutes until ``T`` is first ``by`` (K) below its start, linear between rows."""
    fall = T[0] - T
    reached = np.flatnonzero(fall >= by)
    if not reached.size:
        return inf
    i = int(reached[0])
    share = (by - fall[i - 1]) / (fall[i] - fall[i - 1])
    return float(time[i - 1] + share * (time[i] - time[i - 1])) / 60.0
