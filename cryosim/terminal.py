"""What a run shows on the terminal; rank 0 only."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mpi4py import MPI
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cryosim.outcome.limits import TIERS
from cryosim.treatment.events import told
from cryosim.treatment.observe import Observation
from cryosim.treatment.verdicts import NOT_COMPUTED


class Display:
    """A progress bar with simulated time, time left, coldest skin and deepest front."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if ``quiet`` or on other ranks."""
        self._shown = not quiet and MPI.COMM_WORLD.rank == 0
        self._console = Console()
        self._task: TaskID | None = None
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[state]}"),
            TextColumn("left"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            disable=not self._shown,
            transient=False,
        )

    def __enter__(self) -> Self:
        """Begin with the set-up."""
        self._progress.start()
        self._task = self._progress.add_task("setting up", total=None, state="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the finished bar, or after an error the terminal as it was."""
        if kind is not None:
            self._progress.live.transient = True
            self._progress.live.stop()
            return
        if self._task is not None:
            self._progress.update(self._task, description="done")
        self._progress.stop()

    def watch(self, t: float, duration: float, seen: Observation) -> None:
        """Show what was observed at ``t`` of ``duration`` (s)."""
        if self._task is None or not self._shown:
            return
        front = seen.front
        state = (
            f"{t / 60:5.1f} of {duration / 60:g} min | "
            f"coldest skin {front['coldest skin [degC]']:6.2f} degC | "
            f"threshold at {front['threshold depth [mm]']:5.2f} mm"
        )
        description = "marching" if t < duration else "drawing"
        self._progress.update(
            self._task, total=duration, completed=t, state=state, description=description
        )

    def summary(self, folder: Path) -> None:
        """Show the table of the result in ``folder``."""
        if not self._shown:
            return
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        self._console.print(_quantities(result))
        self._console.print(_limits(result["limits"]))
        timing, ledger = result["timing"], result["ledger"]
        self._console.print(
            f"{timing['unknowns']} unknowns, {timing['steps']} steps, "
            f"{timing['products']} operator applications; set-up {timing['setup_s']:.1f} s, "
            f"march {timing['march_s']:.1f} s "
            f"({timing['march_core_s']:.1f} core-s), output {timing['output_s']:.1f} s; "
            f"energy closes to {ledger['residual over heat removed']:.1e} of the heat removed",
            highlight=False,
        )
        for happened in result["events"]:
            self._console.print(told(happened), highlight=False, markup=False)
        for override in result["overrides"]:
            self._console.print(f"overrides {override}", highlight=False, markup=False)
        if result["figures"] != "drawn":
            self._console.print(f"figures: {result['figures']}", markup=False)
        self._console.print(_reported(result), highlight=False, markup=False)
        self._console.print(f"result in {folder}", highlight=False, markup=False)


def _quantities(result: dict[str, Any]) -> Table:
    table = Table(title=Text(result["title"]), title_justify="left")
    table.add_column("quantity")
    table.add_column("value", justify="right")
    banded = any(entry["band"] is not None for entry in result["quantities"].values())
    if banded:
        table.add_column("numerical error", justify="right")
    table.add_column("unit")
    for name, entry in result["quantities"].items():
        band = [_width(entry["band"], entry["value"])] if banded else []
        table.add_row(Text(name), f"{entry['value']:.4g}", *band, entry["unit"])
    return table


def _width(band: float | None, value: float) -> str:
    """Half-width of a band; 0 where it is rounding, nothing where none was made."""
    if band is None:
        return ""
    return f"\u00b1 {band if band > 1e-9 * abs(value) else 0.0:.1g}"


_TITLE = 21
"""Letters of the name of a limit that no narrow terminal takes away."""

_STYLES = {"error": "bold red", "warning": "yellow", "ok": ""}


def _limits(limits: list[dict[str, Any]]) -> Table:
    """Value, nearest tier left or last one broken, margin, place and first time of every limit."""
    table = Table(title=Text("Safety"), title_justify="left", box=box.SIMPLE, pad_edge=False)
    table.add_column("limit of", min_width=_TITLE)
    for column in ("value", "limit", "margin"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("at [mm]", "since", ""):
        table.add_column(column, no_wrap=True)
    for x in limits:
        if x["value"] is not None:
            tier = _tier(x)
            first = x["first_time_s"][tier]
            cells = (
                x["title"],
                f"{x['value']:.3g} {x['unit'].removeprefix('1')}".strip(),
                _number(x[tier]),
                _number(x["margin"][tier]),
                ", ".join(f"{c:.3g}" for c in x["where"]["mm"]) if x["where"] else "",
                "" if first is None else f"{first / 60:.3g} min",
                x["status"],
            )
            table.add_row(*map(Text, cells), style=_STYLES[x["status"]])
    return table


def _tier(x: dict[str, Any]) -> str:
    """The tier that a limit is beyond, or else the first that it has."""
    if x["status"] != "ok":
        return str(x["status"])
    return next((tier for tier in TIERS if x[tier] is not None), TIERS[0])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _reported(result: dict[str, Any]) -> str:
    """What is not computed, and what no run can know, in two lines."""
    rates = [
        f"{x['title']} {x['how'].removesuffix(NOT_COMPUTED)}"
        for x in result["limits"]
        if x["status"] == "info"
    ]
    return (
        f"Reported, not computed: {'; '.join(rates)}.\n"
        f"{len(result['caveats'])} things no run can know: caveats in result.json, docs/safety.md. "
        "A tool for research and design, not medical advice."
    )
