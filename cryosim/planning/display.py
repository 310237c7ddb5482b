"""What a plan shows on the terminal."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cryosim.planning.told import REACHED
from cryosim.planning.words import headline, protocol, sentences

Entry = Mapping[str, Any]


class Display:
    """What is looked for and how much is evaluated; then the plan."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if ``quiet``."""
        self._console = Console(quiet=quiet, emoji=False)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
            console=self._console, disable=quiet, transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None)
        self._stage = ""
        self._count = ""

    def __enter__(self) -> Self:
        """Begin."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        self._progress.stop()

    def say(self, stage: str) -> None:
        """Show what is looked for."""
        self._stage = stage
        self._show()

    def watch(self, known: int, wanted: int) -> None:
        """Show how much is evaluated."""
        self._count = f"{known} evaluations" + (f", {wanted} under way" if wanted else "")
        self._show()

    def _show(self) -> None:
        self._progress.update(self._task, description=f"{self._stage}: {self._count}")

    def summary(self, told: Entry, folder: Path) -> None:
        """Show the plan; a headline that is an error is left to who raises it."""
        self._console.print(_table(told))
        if told["status"] == REACHED:
            self._console.print(headline(told), markup=False, highlight=False, style="bold")
        for sentence in sentences(told):
            self._console.print(sentence, markup=False, highlight=False)
        self._console.print(f"plan in {folder}", markup=False, highlight=False)


def _table(told: Entry) -> Table:
    """Greatest safe loss by cycles and duration, the case itself and the answer."""
    goal = told["goal"]
    corrected = ", corrected" if told["correction"]["factor"] != 1.0 else ""
    title = f"Greatest safe loss, {told['model_dimension']}-D{corrected}"
    table = Table(title=title, title_justify="left")
    table.add_column("in all", justify="right")
    table.add_column("protocol")
    table.add_column(f"{goal['outcome']} [{goal['unit']}]", justify="right", max_width=16)
    table.add_column("stopped by")
    rows = [(entry, "") for entry in told["front"]] + [(told["own"], "")]
    if told["answer"] is not None:
        rows.append((told["answer"], "bold"))
    for entry, style in sorted(rows, key=lambda row: (row[0]["cycles"], row[0]["duration [min]"])):
        table.add_row(
            *map(Text, (f"{entry['duration [min]']:.4g} min", protocol(entry),
                        f"{entry['loss']:.3g}", _why(entry, entry is told["own"]))),
            style=style,
        )  # fmt: skip
    return table


def _why(entry: Entry, own: bool) -> str:
    """The limit that stops one line."""
    if own:
        return "the case itself" + (f"; breaks {entry['broken']}" if entry["broken"] else "")
    if entry["shortest"]:
        return "the shortest time"
    return entry["limit"]["key"] if entry["limit"] else "the range of temperatures"
