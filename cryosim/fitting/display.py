"""What a fit shows on the terminal."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from cryosim.fitting.words import number

MISFIT = 2.0
"""Residual in standard deviations above which the model is said to miss the data."""


class Display:
    """Runs and residual while it searches, then parameters, series and warnings."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if ``quiet``."""
        self._console = Console(quiet=quiet, emoji=False)
        self._status = Status("first run", console=self._console)

    def __enter__(self) -> Self:
        """Begin with the case as it is."""
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        self._status.stop()

    def watch(self, runs: int, rms: float, values: str) -> None:
        """Show how far the search is."""
        line = f"{runs} runs, residual {rms:.3g} standard deviations: {values}"
        self._status.update(Text(line))

    def summary(self, told: dict[str, Any]) -> None:
        """Show what ``fit.json`` says."""
        print_ = self._console.print
        print_(_parameters(told))
        print_(_series(told))
        for line in _remarks(told):
            print_(line, highlight=False, markup=False)
        for doubt in told["warnings"]:
            line = f"WARNING, identifiability: {doubt['message']}; {doubt['advice']}"
            print_(line, style="yellow", highlight=False, markup=False)


def _parameters(told: dict[str, Any]) -> Table:
    table = Table(title=Text(f"Fitted to {told['data']}"), title_justify="left", show_lines=True)
    table.add_column("parameter", overflow="fold")
    for column in ("start", "fitted", "95 % interval"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for entry in told["parameters"]:
        se = "" if entry["se"] is None else f" \u00b1 {number(entry['se'], 2)}"
        cells = (entry["name"], number(entry["start"], 4), f"{number(entry['value'], 4)}{se}",
                 _ends(entry["interval"]), entry["unit"])  # fmt: skip
        table.add_row(*map(Text, cells))
    return table


def _ends(ends: list[float] | None) -> str:
    return "not decided" if ends is None else f"{number(ends[0], 3)} to {number(ends[1], 3)}"


def _series(told: dict[str, Any]) -> Table:
    table = Table(title="Residuals, root mean square", title_justify="left")
    table.add_column("series", overflow="fold")
    for column in ("values", "independent\nabout", "at start", "fitted", "standard\ndeviation"):
        table.add_column(column, justify="right")
    table.add_column("unit")
    for one in told["series"]:
        assumed = " (assumed)" if one["sd_by"] == "assumption" else ""
        unit = "K" if one["unit"] == "degC" else one["unit"]
        cells = (one["name"], str(one["n"]), f"{one['n'] / one['autocorrelation']:.0f}",
                 f"{one['rms_at_start']:.3g}", f"{one['rms']:.3g}", f"{one['sd']:.3g}{assumed}",
                 unit)  # fmt: skip
        table.add_row(*map(Text, cells))
    return table


def _remarks(told: dict[str, Any]) -> list[str]:
    """What else there is to know."""
    lines = [
        f"{told['values']} values, about {told['effective_values']:.0f} of them independent; "
        f"residual {told['residual_sd']:.3g} standard deviations; {told['runs']} runs in "
        f"{told['dimension']}-D, {told['core_s']:.0f} core-s"
    ]
    if told["collinearity"] is not None:
        lines.append(f"collinearity index {told['collinearity']:.3g} (above 10: not told apart)")
    for one in told["series"]:
        if one["left_out"]:
            lines.append(f"{one['name']}: {one['left_out']} values left out, for the case has none "
                         "then (the applicator is off)")  # fmt: skip
        if one["outliers"]:
            lines.append(f"{one['name']}: {one['outliers']} values count less than half (outliers)")
        if one["far_off"] and told["loss"] == "squares":
            lines.append(f"{one['name']}: {one['far_off']} values are far off beside the others; "
                         "correct them, or let them count less: --robust")  # fmt: skip
    lines += [
        f"{entry['name']} is outside of the library's range, {_ends(entry['library'])} "
        f"{entry['unit'].removeprefix('1')}".rstrip()
        for entry in told["parameters"]
        if entry["outside_library"]
    ]
    if told["residual_sd"] > MISFIT:
        lines.append(
            "the model misses the data by more than their standard deviations; intervals are "
            "widened by that, but no interval knows what the model leaves out"
        )
    if not told["converged"]:
        lines.append(f"NOT CONVERGED: {told['ended']}")
    return lines
