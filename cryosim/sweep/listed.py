"""Points listed in a CSV file: a column for each key path, a row for each point."""

import csv
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

from cryosim.errors import CaseError
from cryosim.sweep.definition import ASIDE, Value

RANKS = "ranks"
"""Column that says on how many ranks its points run."""


def rows_of_list(path: Path) -> Iterator[dict[str, Value]]:
    """What each row gives, by key path; an empty cell gives nothing.

    Raises CaseError with the row and the column of what cannot be.
    """
    header, lines = _read(path)
    keys = [_key_and_unit(cell.strip()) for cell in header]
    _refuse_keys([key for key, _ in keys], path)
    for number, cells in lines:
        where = f"{path}: line {number}"
        if len(cells) != len(keys):
            raise CaseError(f"{where}: {len(cells)} cells, expected {len(keys)}")
        row = {
            key: _cell(cell.strip(), unit, f"{where}: {key}")
            for (key, unit), cell in zip(keys, cells, strict=True)
            if cell.strip()
        }
        ranks = row.get(RANKS, 1)
        if isinstance(ranks, bool) or not isinstance(ranks, int) or ranks < 1:
            raise CaseError(f"{where}: ranks = {ranks}: expected a whole number from 1")
        yield row


def quantity(x: float, unit: str) -> Value:
    """A number with its unit as a case file gives it, without noise of the last digits."""
    if unit != "1":
        return f"{x:.12g} {unit}"
    return int(x) if x == int(x) else float(f"{x:.12g}")


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and the cells of every line with its number; empty lines are left out."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as content:
            reader = csv.reader(content, strict=True)
            lines = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CaseError(f"{path}: cannot be read: {error}") from error
    if len(lines) < 2:
        raise CaseError(f"{path}: expected a header of key paths, then a line for each point")
    return lines[0][1], lines[1:]


def _refuse_keys(keys: Sequence[str], path: Path) -> None:
    """Raise CaseError for a column without a key path, or with that of another."""
    for column, key in enumerate(keys, 1):
        if not key or key in ASIDE:
            told = f'"{key}" ' if key else ""
            raise CaseError(
                f"{path}: column {column}: {told}is no key path of what decides a result; a table "
                "of pandas is written without its index by to_csv(index=False)"
            )
        if key in keys[: column - 1]:
            raise CaseError(f'{path}: column {column}: "{key}" is there twice')


def _key_and_unit(header: str) -> tuple[str, str]:
    """Key path and unit of a column; the place in a list is no unit: there is no blank before."""
    key, blank, rest = header.rpartition(" [")
    return (key.strip(), rest.removesuffix("]")) if blank and rest.endswith("]") else (header, "")


def _cell(text: str, unit: str, where: str) -> Value:
    """A cell as a case file gives it."""
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number) or "_" in text:
        raise CaseError(f"{where} = {text}: expected a number, or an empty cell for the case's own")
    return quantity(number, unit or "1")
