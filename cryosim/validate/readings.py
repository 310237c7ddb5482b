"""Numbers read from a result folder, as an experiment measured them."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Self

import numpy as np

from cryosim.parallel import Values
from cryosim.validate.experiment import Reading


@dataclass(frozen=True)
class Seen:
    """What a run left behind: probes (degC) against time (s), and quantities."""

    time: Values
    probes: Mapping[str, Values]
    quantities: Mapping[str, float]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """From the result ``folder``."""
        with (folder / "probes.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        columns = np.array(rows, dtype=float).T
        names = [name.removesuffix(" [degC]") for name in header[1:]]
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        quantities = {name: entry["value"] for name, entry in result["quantities"].items()}
        return cls(columns[0], dict(zip(names, columns[1:], strict=True)), quantities)


def read(reading: Reading, seen: Seen) -> float:
    """The number that ``reading`` asks for; infinite for a fall that was not reached."""
    if reading.kind == "quantity":
        return float(seen.quantities[reading.name])
    T = seen.probes[reading.probe]
    if reading.kind == "time to cool":
        return _minutes_to_fall(seen.time, T, reading.by)
    now = float(np.interp(reading.at, seen.time, T))
    if reading.kind == "temperature":
        return now
    return now - float(np.interp(reading.since, seen.time, T))


def _minutes_to_fall(time: Values, T: Values, by: float) -> float:
    """Minutes until ``T`` is first ``by`` (K) below its start, linear between rows."""
    fall = T[0] - T
    reached = np.flatnonzero(fall >= by)
    if not reached.size:
        return inf
    i = int(reached[0])
    share = (by - fall[i - 1]) / (fall[i] - fall[i - 1])
    return float(time[i - 1] + share * (time[i] - time[i - 1])) / 60.0
