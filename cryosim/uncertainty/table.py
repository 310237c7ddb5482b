"""``samples.csv``: a row for each sample, added as soon as it is known, so that none is lost.

Sample 0 is the case as it is; its row comes first and says which outcomes there are.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryosim.errors import CaseError
from cryosim.output.files import write_text
from cryosim.uncertainty.input import Input
from cryosim.uncertainty.outcomes import Outcomes
from cryosim.uncertainty.samples import Floats

SAMPLES_FILE = "samples.csv"

FIRST, LAST = ("sample", "dimension"), "fault"


@dataclass
class Row:
    """What became of one sample: its outcomes, or why it has none."""

    outcomes: dict[str, float] = field(default_factory=dict)
    fault: str = ""


class SampleTable:
    """The rows of all samples, in memory and in the file."""

    def __init__(self, path: Path, inputs: Sequence[Input], X: Floats, dimension: int) -> None:
        """No rows yet; ``X`` are the values of ``inputs``, nominal ones first."""
        self.rows: dict[int, Row] = {}
        self.units: dict[str, str] = {}
        self.path, self._inputs, self._X, self._dimension = path, inputs, X, dimension

    def begin(self, nominal: Outcomes) -> None:
        """A new file with the row of the nominal sample."""
        self.units = {name: unit for name, (_, unit) in nominal.items()}
        write_text(self.path, "")
        self._append([*FIRST, *(i.header for i in self._inputs), *self._of_outcomes(), LAST])
        self.add(0, Row({name: value for name, (value, _) in nominal.items()}))

    def add(self, sample: int, row: Row) -> None:
        """Keep the ``row`` of a sample and append it to the file."""
        self.rows[sample] = row
        self._append(self._cells(sample))

    def sort(self) -> None:
        """Write the file anew, by number of sample."""
        header = self.path.read_text(encoding="utf-8").splitlines()[0]
        write_text(self.path, header + "\n")
        for sample in sorted(self.rows):
            self._append(self._cells(sample))

    def read(self) -> None:
        """Take the rows of an interrupted run; raises CaseError if they are of other samples."""
        if not self.path.is_file():
            return
        with self.path.open(newline="", encoding="utf-8") as file:
            header, *lines = list(csv.reader(file)) or [[]]
        here = len(FIRST) + len(self._inputs)
        if header[:here] != [*FIRST, *(i.header for i in self._inputs)]:
            raise CaseError(f"{self.path} is of other inputs; run without --resume")
        names = [cell.removesuffix("]").rpartition(" [") for cell in header[here:-1]]
        self.units = {name: unit for name, _, unit in names}
        for cells in lines:
            if len(cells) != len(header):
                continue  # the last row, where a run was killed while it was written
            sample = int(cells[0])
            if sample >= len(self._X) or cells[:here] != self._of_inputs(sample):
                raise CaseError(
                    f"{self.path} is of other samples; give --samples, --seed and "
                    "--samples-dimension as before, or run without --resume"
                )
            values = zip(self.units, cells[here:-1], strict=True)
            found = {name: float(cell) for name, cell in values if cell}
            self.rows[sample] = Row(found, cells[-1])
        self.sort()

    def _append(self, cells: Sequence[str]) -> None:
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)

    def _cells(self, sample: int) -> list[str]:
        row = self.rows[sample]
        values = [repr(row.outcomes[n]) if n in row.outcomes else "" for n in self.units]
        return [*self._of_inputs(sample), *values, row.fault]

    def _of_inputs(self, sample: int) -> list[str]:
        return [str(sample), str(self._dimension), *(repr(float(x)) for x in self._X[sample])]

    def _of_outcomes(self) -> list[str]:
        return [f"{name} [{unit}]" for name, unit in self.units.items()]
