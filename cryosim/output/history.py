"""The tables of a run: rows against time, written as CSV; on the root rank only."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from cryosim.output.files import write_csv

TIME = "time [s]"

TABLES = ("probes", "layers", "device", "front", "ledger", "fat")
"""Tables that are kept; ``fat`` is for the summary and not written."""

_WRITTEN = TABLES[:-1]


class History:
    """Rows of every table, one for each observed time, and the temperature along a line."""

    def __init__(self, line_depth: npt.NDArray[np.float64]) -> None:
        """No rows yet; ``line_depth`` (m) are the points of the line, if there is one."""
        self.times: list[float] = []
        self.rows: dict[str, list[dict[str, float]]] = {name: [] for name in TABLES}
        self.line: list[list[float]] = []
        self._line_depth = line_depth

    def append(
        self, time: float, rows: Mapping[str, Mapping[str, float]], line: Sequence[float]
    ) -> None:
        """Add what was observed at ``time`` (s)."""
        self.times.append(time)
        for name in TABLES:
            self.rows[name].append(dict(rows[name]))
        self.line.append(list(line))

    def column(self, table: str, name: str) -> npt.NDArray[np.float64]:
        """Values of one column against time."""
        return np.array([row[name] for row in self.rows[table]])

    def columns(self, table: str) -> list[str]:
        """Names of the columns of ``table``, without time."""
        return list(self.rows[table][0]) if self.rows[table] else []

    def write(self, folder: Path) -> None:
        """Write every table to ``folder``."""
        for table in _WRITTEN:
            names = self.columns(table)
            pairs = zip(self.times, self.rows[table], strict=True)
            rows = [[t, *(row[name] for name in names)] for t, row in pairs]
            write_csv(folder / f"{table}.csv", [TIME, *names], rows)
        if self._line_depth.size:
            header = ["depth [mm]", *(f"{t:.10g} s [degC]" for t in self.times)]
            depth = self._line_depth * 1e3 + 0.0  # no minus before a zero
            profile = np.column_stack([depth, np.array(self.line).T])
            write_csv(folder / "profile.csv", header, profile.tolist())

    def to_json(self) -> str:
        """Everything, for a restart file."""
        return json.dumps({"times": self.times, "rows": self.rows, "line": self.line})

    @classmethod
    def from_json(cls, text: str, line_depth: npt.NDArray[np.float64]) -> Self:
        """History from a restart file."""
        history, kept = cls(line_depth), json.loads(text)
        history.times, history.rows, history.line = kept["times"], kept["rows"], kept["line"]
        return history
