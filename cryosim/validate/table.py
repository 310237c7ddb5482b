"""What ``cryosim validate`` shows on the terminal; rank 0 only."""

from collections.abc import Mapping
from typing import Any

from mpi4py import MPI
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cryosim.validate.page import numbers

_RIGHT = ("measured", "nominal", "5 to 95 %", "band of inputs", "difference", "in SD")


class Display:
    """A line while the cases run, then a table and the verdict of every experiment."""

    def __init__(self) -> None:
        """Show nothing on other ranks."""
        self._shown = MPI.COMM_WORLD.rank == 0
        console = Console(emoji=False)
        self._console = console if console.is_terminal else Console(width=140, emoji=False)

    def watch(self, title: str, done: int, of: int) -> None:
        """Say what is being computed; only where somebody waits for it."""
        if self._shown and self._console.is_terminal:
            self._console.print(f"{done + 1:3} of {of}  {title[:60]:60}", end="\r", markup=False)

    def summary(self, content: Mapping[str, Any]) -> None:
        """Show the JSON ``content`` of the report."""
        if not self._shown:
            return
        for entry in content["experiments"]:
            self._console.print(_table(entry))
            lines = entry["verdict"] or [f"A run failed: {entry['problem']}"]
            for line in lines:
                self._console.print(f"  {line}", highlight=False, markup=False)
            self._console.print()
        runs = sum(entry["runs"] for entry in content["experiments"])
        self._console.print(
            f"{len(content['experiments'])} experiments, {runs} runs, "
            f"{content['seconds']:.1f} s on {content['ranks']} rank"
            f"{'s' if content['ranks'] > 1 else ''}",
            highlight=False,
        )


def _table(entry: Mapping[str, Any]) -> Table:
    title = Text(f"{entry['title']} ({entry['name']}; {entry['role']}, grade {entry['grade']})")
    table = Table(title=title, title_justify="left")
    found = numbers(entry)
    for column in found.head:
        right = column in _RIGHT
        table.add_column(
            column or entry["counted"], justify="right" if right else "left", overflow="fold"
        )
    for row in found.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
