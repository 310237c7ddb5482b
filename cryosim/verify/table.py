"""What ``cryosim verify`` shows on the terminal; rank 0 only."""

from mpi4py import MPI
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cryosim.verify.report import COLUMNS, cells
from cryosim.verify.suite import Outcome, Report

_RIGHT = ("reference", "computed", "error", "tolerance", "order")


class Display:
    """One line as each benchmark ends, then the table of all numbers."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Show nothing if ``quiet`` or on other ranks."""
        self._shown = not quiet and MPI.COMM_WORLD.rank == 0
        console = Console(emoji=False)
        self._console = console if console.is_terminal else Console(width=160, emoji=False)

    def watch(self, outcome: Outcome) -> None:
        """Say what became of one benchmark; only where somebody waits for it."""
        if self._shown and self._console.is_terminal:
            self._console.print(_verdict(outcome), Text(outcome.benchmark.title), end="\r")

    def summary(self, report: Report) -> None:
        """Show the table."""
        if not self._shown:
            return
        self._console.print(_table(report))
        for outcome in report.outcomes:
            reason = outcome.problem or outcome.skipped
            if reason:
                self._console.print(_verdict(outcome), Text(f"{outcome.benchmark.name}: {reason}"))
        n = sum(len(outcome.results) for outcome in report.outcomes)
        verdict = "passes" if report.passes else f"FAILS: {', '.join(report.failed)}"
        self._console.print(
            f"{len(report.outcomes)} benchmarks, {n} numbers, {report.seconds:.1f} s on "
            f"{report.ranks} rank{'s' if report.ranks > 1 else ''}; the suite {verdict}",
            style="green" if report.passes else "red", highlight=False, markup=False,
        )  # fmt: skip


def _verdict(outcome: Outcome) -> Text:
    if outcome.skipped:
        return Text("not run", style="yellow")
    return Text("pass", style="green") if outcome.passes else Text("FAIL", style="red")


def _table(report: Report) -> Table:
    """Every number of every benchmark."""
    table = Table(title="cryosim verification", title_justify="left")
    for column in ("benchmark", *COLUMNS):
        right = column in _RIGHT
        table.add_column(
            column, justify="right" if right else "left", no_wrap=right or not column,
            overflow="fold",
        )  # fmt: skip
    for outcome in report.outcomes:
        name = outcome.benchmark.name
        for result in outcome.results:
            *texts, verdict = cells(result)
            style = "green" if result.passes else "bold red"
            table.add_row(name, *(Text(text) for text in texts), Text(verdict, style=style))
            name = ""
        if not outcome.results:
            table.add_row(name, *[""] * (len(COLUMNS) - 1), _verdict(outcome))
    return table
