"""Writing files whole: under a temporary name, then renamed."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryosim.errors import CryosimError


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically; a full disk leaves the old file as it was."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):  # a folder that is read-only refuses this too
            temporary.unlink(missing_ok=True)
        raise CryosimError(f"{path} could not be written: {error.strerror or error}") from error


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` to ``path`` atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[float]]) -> None:
    """Write a table to ``path`` atomically; NaN becomes an empty cell."""
    write_table(path, header, [[None if v != v else v for v in row] for row in rows])


def write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[float | str | None]]
) -> None:
    """Write a table of numbers and words to ``path`` atomically; None becomes an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    write_text(path, buffer.getvalue())


def _cell(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.10g}"
