"""A process that runs one sample after the other: ``python -m cryosim.uncertainty.worker``.

A line of its input is a sample as JSON, a line of its output what became of it.  It ends with its
input, so it does not outlive who started it by more than a sample.
"""

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, TextIO

from cryosim.uncertainty.outcomes import outcomes_of


def main() -> None:
    """Answer line by line; what libraries print goes to the error output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        _tell(answers, sampled(json.loads(line)["text"]))


def sampled(text: str) -> dict[str, Any]:
    """Outcomes of the case ``text``, or the ``fault`` that ended it; seconds of wall and core."""
    began = perf_counter(), process_time()
    try:
        answer: dict[str, Any] = {"outcomes": _outcomes(text)}
    except Exception as error:  # noqa: BLE001  (whatever it is, the other samples go on)
        answer = {"fault": f"{type(error).__name__}: {error}"}
    return answer | {"wall": perf_counter() - began[0], "core": process_time() - began[1]}


def _outcomes(text: str) -> dict[str, tuple[float, str]]:
    from cryosim.folder import RESULT_FILE
    from cryosim.run import run

    with TemporaryDirectory(prefix="cryosim-") as name:
        path = Path(name) / "sample.toml"
        path.write_text(text, encoding="utf-8")
        folder = run(path, Path(name) / "out", figures=False)
        return outcomes_of(json.loads((folder / RESULT_FILE).read_text(encoding="utf-8")))


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
