"""What a run shows on the terminal; rank 0 only."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from mpi4py import MPI
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from cryosim.output.fields import FIELDS_FILE
from cryosim.tables import limits, months, pigment, quantities, reported
from cryosim.treatment.events import told
from cryosim.treatment.observe import Observation


class Display:
    """A progress bar with simulated time, time left, coldest skin and deepest front."""

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing if ``quiet`` or on other ranks."""
        self._shown = not quiet and MPI.COMM_WORLD.rank == 0
        self._console = Console(emoji=False)
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
            self._progress.update(self._task, description="done", refresh=True)
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
        self._console.print(quantities(result))
        if result["outcome"]:
            self._console.print(months(result))
        self._console.print(limits(result["limits"]))
        self._console.print(pigment(result["pigment"]), highlight=False, markup=False)
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
        self._console.print(reported(result), highlight=False, markup=False)
        self._console.print(f"result in {folder}", highlight=False, markup=False)
        solid = result["dimension"] > 1 and (folder / FIELDS_FILE).is_file()
        verbs = ("view", "report") if solid else ("report",)
        looked = " or ".join(f"cryosim {verb} {folder}" for verb in verbs)
        self._console.print(
            f"to look at it: {looked}", highlight=False, markup=False, soft_wrap=True
        )
