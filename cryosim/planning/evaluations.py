"""Evaluations of settings by worker processes, kept in the folder of the plan as they come.

The same case file is not run twice, in this call or the next: lines of the file are found by a
hash of the case as it is run, of the base case with the library's values, and of the version.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryosim import __version__
from cryosim.case.load import Loaded
from cryosim.errors import CryosimError
from cryosim.output.files import write_text
from cryosim.planning.setting import Fields, Setting, Template
from cryosim.uncertainty.outcomes import Outcomes
from cryosim.uncertainty.workers import Answer, Workers

KEPT_FILE, TABLE_FILE = "evaluations.jsonl", "evaluations.csv"

Watch = Callable[[int, int], None]
"""Called with the numbers of evaluations that are known and that were asked for."""


@dataclass
class Evaluations:
    """What the model says of settings of one case."""

    folder: Path
    loaded: Loaded
    template: Template
    base: Fields
    workers: Workers
    watch: Watch | None = None
    known: dict[Setting, Outcomes] = field(default_factory=dict)
    ran: int = 0
    """How many were run by this call."""
    core_s: float = 0.0
    _kept: dict[str, Outcomes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what earlier calls left, and drop what was cut as it was written."""
        file = self.folder / KEPT_FILE
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        whole = []
        for line in text.splitlines():
            with suppress(ValueError, KeyError):
                entry = json.loads(line)
                self._kept[entry["key"]] = {k: (v, u) for k, (v, u) in entry["outcomes"].items()}
                whole.append(line + "\n")
        if text != "".join(whole):  # or the next line would be added to half a one
            write_text(file, "".join(whole))

    def __call__(self, settings: Sequence[Setting]) -> list[Outcomes]:
        """Outcomes of ``settings``; raises CryosimError if one of them cannot be run."""
        texts = {s: self.template.text(self.base, s) for s in settings if s not in self.known}
        keys = {s: self._key(text) for s, text in texts.items()}
        self.known |= {s: self._kept[key] for s, key in keys.items() if key in self._kept}
        missing = [s for s in texts if s not in self.known]
        self._tell(len(missing))
        for place, answer in self.workers.run([texts[s] for s in missing]) if missing else ():
            self._add(missing[place], keys[missing[place]], answer)
            self._tell(len(missing))
        return [self.known[s] for s in settings]

    def _key(self, text: str) -> str:
        whole = "\n".join((__version__, self.loaded.hash, text))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def _add(self, setting: Setting, key: str, answer: Answer) -> None:
        """Keep an answer at once, for the next may never come."""
        if "fault" in answer:
            why = " ".join(str(answer["fault"]).split())
            raise CryosimError(
                f"{self.loaded.path}: the model cannot be run at {setting}: {why}; "
                "narrow --temperature or --time"
            )
        self.ran += 1
        self.core_s += float(answer.get("core", 0.0))
        self.known[setting] = {k: (v, u) for k, (v, u) in answer["outcomes"].items()}
        self._kept[key] = self.known[setting]
        line = json.dumps({"key": key, "setting": as_dict(setting), "outcomes": answer["outcomes"]})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / KEPT_FILE).open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            where = self.folder / KEPT_FILE
            raise CryosimError(f"{where} could not be written: {error.strerror}") from error

    def _tell(self, wanted: int) -> None:
        if self.watch is not None:
            self.watch(len(self.known), wanted)


def as_dict(setting: Setting) -> dict[str, Any]:
    """A setting with units."""
    return {
        "temperature [degC]": setting.temperature,
        "time [min]": setting.time,
        "cycles": setting.cycles,
    }


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all evaluations as a table."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, buffer.getvalue())
