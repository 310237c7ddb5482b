"""A process that runs one sample after the other: ``python -m cryosim.uncertainty.worker``.

A line of its input is a sample as JSON, a line of its output what became of it: ``text`` is the
case file, and ``tables`` names CSV files of the result folder that come back too.  It ends with its
input, so it does not outlive who started it by more than a sample.
"""

import csv
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, TextIO

from cryosim.uncertainty.outcomes import outcomes_of


def main() -> None:
    """Answer line by line; what libraries print goes to the error output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for count, line in enumerate(sys.stdin):
        request = json.loads(line)
        _tell(answers, sampled(request["text"], request.get("tables", ())))
        if count == 0:
            gc.freeze()  # each run collects garbage, and need not look at all that was imported


def sampled(text: str, tables: Sequence[str] = ()) -> dict[str, Any]:
    """Outcomes of the case ``text``, or the ``fault`` that ended it; seconds of wall and core.

    With ``tables`` the columns of those that the run wrote are there too.
    """
    began = perf_counter(), process_time()
    try:
        answer: dict[str, Any] = _found(text, tables)
    except Exception as error:  # noqa: BLE001  (whatever it is, the other samples go on)
        answer = {"fault": f"{type(error).__name__}: {error}"}
    return answer | {"wall": perf_counter() - began[0], "core": process_time() - began[1]}


def _found(text: str, tables: Sequence[str]) -> dict[str, Any]:
    from cryosim.folder import RESULT_FILE
    from cryosim.simulate import run

    with TemporaryDirectory(prefix="cryosim-") as name:
        path = Path(name) / "sample.toml"
        path.write_text(text, encoding="utf-8")
        folder = run(path, Path(name) / "out", figures=False)
        result = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
        found: dict[str, Any] = {"outcomes": outcomes_of(result)}
        if tables:
            written = [name for name in tables if (folder / name).is_file()]
            found["tables"] = {name: _columns(folder / name) for name in written}
        return found


def _columns(file: Path) -> dict[str, list[float | None]]:
    """Numbers by the header of their column; None for an empty cell."""
    with file.open(newline="", encoding="utf-8") as lines:
        header, *rows = list(csv.reader(lines))
    return {
        name: [float(row[k]) if row[k] else None for row in rows] for k, name in enumerate(header)
    }


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
