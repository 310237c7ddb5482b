"""The table of a sweep as pictures read it: names of its columns, inputs with titles, margins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

POINT, STATUS, DONE = "point", "status", "done"
PENDING = ("waiting", "running", "stopped")
"""Statuses of points that may still get done; all others failed."""
SAFE, VERDICT = "safe", "verdict"
LIMIT = "limit: "
"""Before the key of a limit, in the name of each of its columns."""

MARGIN = "binding limit: relative margin [1]"
CUT = "margin left, cut at -0.2 [1]"
"""The relative margin as pictures show it: far beyond a limit it matters no more how far."""
CUT_AT = -0.2

_RELATIVE = {"error": ": relative margin [1]", "warning": ": relative margin to warning [1]"}


def relative_column(key: str, tier: str) -> str:
    """Name of the column of the relative margin of the limit ``key`` to a ``tier``."""
    return f"{LIMIT}{key}{_RELATIVE[tier]}"


def with_cut_margin(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the column for pictures, where it has margins."""
    return table.assign(**{CUT: table[MARGIN].clip(lower=CUT_AT)}) if MARGIN in table else table


@dataclass(frozen=True)
class Input:
    """An input of a sweep: its column, and what it is called in pictures, with its unit."""

    column: str
    title: str


@dataclass(frozen=True)
class Sweep:
    """What pictures of a sweep are made of."""

    title: str
    table: pd.DataFrame
    """A row for each point, as `cryosim.sweep.collect` makes it."""
    inputs: tuple[Input, ...]

    @property
    def done(self) -> pd.DataFrame:
        """The points that have a result."""
        return self.table[self.table[STATUS] == DONE]

    def numeric(self) -> tuple[Input, ...]:
        """Inputs that are numbers everywhere and vary."""
        return tuple(
            one for one in self.inputs
            if pd.api.types.is_numeric_dtype(self.table[one.column])
            and not pd.api.types.is_bool_dtype(self.table[one.column])
            and self.table[one.column].nunique() > 1
        )  # fmt: skip

    def margins(self, tier: str) -> pd.DataFrame:
        """Relative margin of every limit to a ``tier``, by key of the limit; NaN where none is."""
        end = _RELATIVE[tier]
        names = [c for c in self.table if c.startswith(LIMIT) and c.endswith(end)]
        keys = [name.removeprefix(LIMIT).removesuffix(end) for name in names]
        return self.table[names].set_axis(keys, axis=1).astype(float)


def levels_of(table: pd.DataFrame, one: Input) -> list[object]:
    """Distinct values of an input, in their order."""
    return sorted(table[one.column].dropna().unique(), key=_order)


def _order(value: object) -> tuple[bool, object]:
    word = isinstance(value, str)
    return word, str(value) if word else value


def least(margins: pd.DataFrame) -> tuple[npt.NDArray[np.str_], Floats]:
    """The limit with the least margin in every row, "" where none is, and that margin."""
    if margins.empty or not len(margins.columns):
        return np.full(len(margins), ""), np.full(len(margins), np.nan)
    values = margins.to_numpy(dtype=float)
    filled = np.where(np.isnan(values), np.inf, values)
    place = filled.argmin(axis=1)
    lowest = filled[np.arange(len(filled)), place]
    none = np.isinf(lowest)
    keys = np.asarray(margins.columns, dtype=str)[place]
    return np.where(none, "", keys), np.where(none, np.nan, lowest)


def first_of(names: Sequence[str], columns: Sequence[str]) -> str | None:
    """The first column whose name, without its unit, is one of ``names``."""
    plain = {column.rpartition(" [")[0] or column: column for column in columns}
    return next((plain[name] for name in names if name in plain), None)
