"""All points of a sweep in one table: a row for each point, done or not.

Results are read by threads, a thousand points at a time, so a slow shared disk is waited for once
and the memory of the rows never holds more than these.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from typing import Any

import pandas as pd

from cryosim.errors import CryosimError
from cryosim.output.files import write_text
from cryosim.sweep.plan import Plan
from cryosim.sweep.rows import TIMING, row_of
from cryosim.view.sweep_table import LIMIT, POINT, SAFE, STATUS, VERDICT

CSV_FILE, PARQUET_FILE = "table.csv", "table.parquet"

THREADS = 8
"""That read at once; a disk answers several requests in the time of one."""

CHUNK = 1000
"""Points whose rows are held as Python objects."""

LEADING = (POINT, STATUS, "message", "ranks", "attempts")

Watch = Callable[[int, int], None]
"""Called with the numbers of points that were read and of all."""


def collect(plan: Plan, watch: Watch | None = None) -> pd.DataFrame:
    """One row for each point, in the order of the ``plan``; see ``docs/sweep-results.md``."""
    inputs = [v.header for v in plan.variables]
    frames = [pd.DataFrame(columns=[*LEADING, *inputs])] if not plan.points else []
    for rows in _chunks(plan):
        frames.append(pd.DataFrame(rows))
        if watch is not None:
            watch(sum(map(len, frames)), len(plan.points))
    names = list(dict.fromkeys(name for frame in frames for name in frame))
    fixed = {name: k for k, name in enumerate([*LEADING, *inputs])}
    ordered = sorted(names, key=lambda name: (_group(name, fixed), fixed.get(name, 0)))
    whole = pd.concat([_told(frame) for frame in frames], ignore_index=True)
    return _plain(whole.reindex(columns=ordered))


def _chunks(plan: Plan) -> Iterator[list[dict[str, Any]]]:
    with ThreadPoolExecutor(THREADS) as pool:
        for points in batched(plan.points, CHUNK):
            yield list(pool.map(lambda point: row_of(plan, point), points))


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` without columns that are empty in it, whose kind another one knows."""
    return frame.dropna(axis=1, how="all")


def _group(name: str, fixed: dict[str, int]) -> int:
    """Where a column stands: inputs, verdict, outcomes, limits, timing."""
    if name in fixed:
        return 0
    if name in (VERDICT, SAFE) or name.startswith("binding "):
        return 1
    if name.startswith(LIMIT):
        return 3
    return 4 if name.startswith(TIMING) or name == "version" else 2


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Every column of one kind: numbers, truths or words; a mixture is words."""
    for name in table:
        column = table[name]
        if not pd.api.types.is_object_dtype(column.dtype):
            continue
        if column.isna().all():
            table[name] = column.astype(float)
        elif column.dropna().map(type).eq(bool).all():
            table[name] = column.astype("boolean")
        else:
            told = column.convert_dtypes()
            mixed = told.dtype == object
            table[name] = column.map(str, na_action="ignore").astype("string") if mixed else told
    return table


def write_table(table: pd.DataFrame, folder: Path) -> tuple[Path, Path]:
    """Write the table as CSV and Parquet, by rename; return both files."""
    csv, parquet = folder / CSV_FILE, folder / PARQUET_FILE
    write_text(csv, table.to_csv(index=False, lineterminator="\n"))
    by_rename(parquet, lambda path: table.to_parquet(path, index=False))
    return csv, parquet


def by_rename(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` write to a temporary name, then rename it to ``path``."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CryosimError(f"{path} could not be written: {error.strerror or error}") from error
