"""What the samples of a case show on the terminal."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cryosim.uncertainty.study import Study, propagate
from cryosim.view.uncertainty import draw, main_outcomes

MOST = 3
"""Inputs that are named for each outcome."""


class Display:
    """A progress bar over the samples, then the bands and the inputs that matter most."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if ``quiet``."""
        self._console = Console(quiet=quiet, emoji=False)
        self._progress = Progress(
            TextColumn("[bold]samples"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed} of {task.total}{task.fields[state]}"),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=quiet,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, state="")

    def __enter__(self) -> Self:
        """Begin with the nominal sample."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._progress.stop()

    def watch(self, done: int, n: int, failed: int) -> None:
        """Show how many samples are done."""
        state = f", {failed} failed" if failed else ""
        self._progress.update(self._task, completed=done, total=n, state=state)

    def summary(self, told: dict[str, Any]) -> None:
        """Show what ``result.json`` says of the samples."""
        self._console.print(_table(told))
        print_ = self._console.print
        for sample, why in told["faults"].items():
            print_(f"sample {sample} failed: {why}", highlight=False, markup=False)
        for limit, share in told["beyond_error"].items():
            if share > 0.0:
                print_(f"{limit}: beyond the error in {100.0 * share:.0f} % of the samples")
        print_(
            f"{told['n']} samples in {told['dimension']}-D of {len(told['inputs'])} inputs, "
            f"{told['failed']} failed; bands hold 90 % of them, carried over to the run. "
            "Inputs vary independently (an assumption); the error of the model is in no band",
            highlight=False,
        )


def show_samples(
    study: Study, folder: Path, *, resume: bool, figures: bool | None, quiet: bool
) -> None:
    """Run the samples of the case whose result is in ``folder``, show and draw what they tell."""
    with Display(quiet=quiet) as display:
        told = propagate(study, folder, resume=resume, watch=display.watch)
    if study.loaded.case.output.figures if figures is None else figures:
        draw(folder)
    display.summary(told)


def _table(told: dict[str, Any]) -> Table:
    """Outcome, value, band, and the inputs that matter most."""
    table = Table(title="Uncertainty of the inputs", title_justify="left", show_lines=True)
    table.add_column("outcome", max_width=19)
    table.add_column("value\n5 to 95 %", justify="right", no_wrap=True)
    table.add_column("follows, by share of variance", min_width=34, overflow="fold")
    for name in main_outcomes(told):
        band = told["outcomes"][name]
        shown = band["full"] or band | {"value": band["nominal"]}
        value = f"{shown['value']:.4g}{'' if shown['unit'] == '1' else ' ' + shown['unit']}"
        value += "" if band["full"] else f" ({told['dimension']}-D)"
        value += f"\n{shown['p5']:.3g} to {shown['p95']:.3g}"
        most = _most_important(told["sensitivity"][name], told["noise"])
        table.add_row(*map(Text, (name, value, most)))
    return table


def _most_important(ranking: list[dict[str, Any]], noise: float) -> str:
    """The first inputs of a ranking that stand out of the noise, one a line."""
    if not ranking:
        return "too few samples to tell"
    first = [entry for entry in ranking[:MOST] if entry["index"] > noise]
    lines = [f"{e['index']:.2f} {e['input'].removeprefix('tissue.')}" for e in first]
    return "\n".join(lines) or "none stands out"
