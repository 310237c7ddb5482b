"""The record of a point's attempts: ``attempts.jsonl``, a line per start and per end of each.

Lines are only ever added, each in one write, so that whoever is killed leaves at most half a line.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

JOURNAL_FILE = "attempts.jsonl"

Entry = Mapping[str, Any]


def note(folder: Path, event: str, **what: object) -> None:
    """Add an entry; an end, with all before it, is on the disk when this returns.

    Raises OSError.
    """
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"event": event, "time": time, **what}, ensure_ascii=False) + "\n"
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    file = os.open(folder / JOURNAL_FILE, flags, 0o666)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":  # whoever wrote it was killed
            line = "\n" + line
        os.write(file, line.encode())
        if event == "end":
            os.fsync(file)
    finally:
        os.close(file)


def entries_of(folder: Path) -> list[Entry]:
    """All entries, oldest first; what is no whole line is passed over."""
    try:
        content = (folder / JOURNAL_FILE).read_bytes()
    except OSError:
        return []
    return [entry for line in content.splitlines() if (entry := _entry(line)) is not None]


def since_forgotten(entries: list[Entry]) -> list[Entry]:
    """Those after the last time that the point was forgotten."""
    last = max((i for i, entry in enumerate(entries) if entry["event"] == "forget"), default=-1)
    return entries[last + 1 :]


def _entry(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("event"), str) else None
