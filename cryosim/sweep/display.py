"""What the verbs of a sweep show on the terminal."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.table import Table

from cryosim.sweep.making import CHECKED, Made, Watch
from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.pool import Happened
from cryosim.sweep.slurm import Submission
from cryosim.sweep.states import DONE
from cryosim.sweep.status import Status


class Terminal(Console):
    """Prints what cases and files say as it is, and goes on where its reader has gone."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Print nothing if ``quiet``."""
        super().__init__(quiet=quiet, highlight=False, soft_wrap=True, emoji=False)

    def on_broken_pipe(self) -> None:
        """A sweep is not over because nobody listens, as behind head."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


SHOWN = 10
"""Failures that are shown; all are in the table that collect writes."""


def planned(made: Made) -> None:
    """What a plan has become."""
    plan, console = made.plan, Terminal()
    kept = len(plan.points) - made.new
    told = f"{len(plan.points)} points: {made.new} new, {kept} as before"
    console.print(told + (f"; {made.left} of before are none of it now" if made.left else ""))
    for variable in plan.variables:
        console.print(f"  {variable.name}: {_range(plan, variable.name, variable.unit)}",
                      markup=False)  # fmt: skip
    if made.alike:
        console.print(f"{made.alike} more combinations make points that others make, too")
    if made.checked < len(plan.points):
        console.print(f"checked {made.checked} of them here (of more than {CHECKED} not every one)")
    for name, why in list(made.bad.items())[:SHOWN]:
        console.print(f"{name} is bad input: {why}", style="red", markup=False)
    if made.bad:
        console.print(f"{len(made.bad)} of {made.checked} points are bad input, and are left out")
    console.print(f"plan in {plan.folder}; now: {_command('run', plan)}", markup=False)


def _command(verb: str, plan: Plan) -> str:
    """What to type next."""
    return shlex.join(["cryosim", "sweep", verb, str(plan.folder)])


@contextmanager
def planning(*, quiet: bool = False) -> Iterator[Watch]:
    """A bar while points are written, on a terminal."""
    console = Terminal(quiet=quiet)
    columns = progress.TextColumn("planning"), progress.BarColumn(), progress.MofNCompleteColumn()
    with progress.Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:
        task = bar.add_task("planning", total=None)
        yield lambda written, of: bar.update(task, completed=written, total=of)


def _range(plan: Plan, name: str, unit: str) -> str:
    """Values of a variable in a few words."""
    values = list(dict.fromkeys(point.settings[name] for point in plan.points))
    numbers = sorted(x for x in values if isinstance(x, int | float) and not isinstance(x, bool))
    if len(numbers) < len(values) or len(numbers) <= 6:
        told = ", ".join("as in the library" if x is None else f"{x:g}" if x in numbers else str(x)
                         for x in (numbers if len(numbers) == len(values) else values))  # fmt: skip
    else:
        told = f"{numbers[0]:g} to {numbers[-1]:g} ({len(numbers)} values)"
    return told if unit in ("", "1") else f"{told} {unit}"


def summary(plan: Plan, status: Status) -> None:
    """Where a sweep stands: counts, and what failed and why."""
    console = Terminal()
    counts = ", ".join(f"{n} {kind}" for kind, n in status.counts.items())
    console.print(f"{len(plan.points)} points: {counts}")
    if status.failures:
        console.print(_failures(plan, status))
    if status.settled:
        console.print(
            f"bad input and divergence come again: once the cause is gone, "
            f"{_command('retry', plan)}", markup=False,
        )  # fmt: skip


def _failures(plan: Plan, status: Status) -> Table:
    """The first failures."""
    table = Table("point", "settings", "reason", "message", box=None, pad_edge=False)
    for point, state in status.failures[:SHOWN]:
        table.add_row(point.name, settings(plan, point), state.kind, state.message)
    if len(status.failures) > SHOWN:
        table.add_row("...", f"and {len(status.failures) - SHOWN} more", "", "")
    return table


def settings(plan: Plan, point: Point) -> str:
    """What a point gives its variables, in a few words."""
    units = {v.name: "" if v.unit == "1" else v.unit for v in plan.variables}
    told = [
        f"{name.rpartition('.')[2]} {f'{x:.4g}' if isinstance(x, float) else x} {units[name]}"
        for name, x in point.settings.items() if x is not None
    ]  # fmt: skip
    return ", ".join(part.strip() for part in told[:4]) + (" ..." if len(told) > 4 else "")


class Progress:
    """How far the points are: a bar on a terminal, a line for each end of a point elsewhere."""

    def __init__(self, plan: Plan, names: Sequence[str] | None, console: Console) -> None:
        """Of the points ``names``, all if None."""
        self._plan, self._console = plan, console
        self._total = len(plan.points if names is None else names)
        self._bar = progress.Progress(
            progress.TextColumn("[bold]{task.description}"),
            progress.BarColumn(bar_width=30),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[state]}"),
            progress.TimeElapsedColumn(),
            console=console,
            disable=console.quiet or not console.is_terminal,
        )
        self._task = self._bar.add_task("points", total=self._total, state="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave it as it is."""
        self._bar.stop()

    def watch(self, happened: Happened) -> None:
        """Show what happened to a point; what failed gets a line of its own."""
        tally, state = happened.tally, happened.state
        left, tried = sum(tally.left.values()), sum(tally.tried.values())
        told = f"{tally.failed} failed" if tally.failed else ""
        self._bar.update(self._task, completed=left + tried, state=told)
        if state is None or (self._console.is_terminal and state.kind == DONE):
            return
        text = f"{happened.point.name} {state.kind}: {settings(self._plan, happened.point)}"
        why = f"; {state.message}" if state.message else ""
        self._bar.console.print(f"{left + tried} of {self._total}: {text}{why}", markup=False)


def submitted(plan: Plan, left: Sequence[str], found: Sequence[Submission]) -> None:
    """What Slurm took."""
    console = Terminal()
    for one in found:
        console.print(f"job {one.job}: {one.points} points in {one.jobs} jobs, {one.script}",
                      markup=False)  # fmt: skip
    taken = sum(one.points for one in found)
    if not left:
        console.print("every point is done")
    elif taken < len(left):
        console.print(f"{len(left) - taken} points are in Slurm already")
    if found:
        console.print(f"see: {_command('status', plan)}", markup=False)
