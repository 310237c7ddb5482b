"""The verb of the command line that plans; heavy modules are loaded when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from cryosim.planning.margins import Margin


def plan(
    case: Annotated[Path, typer.Argument(help="Case file (TOML).", show_default=False)],
    target: Annotated[str, typer.Option(help="Loss to reach.")] = "20 %",
    at: Annotated[
        str | None, typer.Option(help='Outcome, or days such as "90 d"; the last if not given.')
    ] = None,
    temperature: Annotated[
        tuple[str, str], typer.Option(help="Coldest and warmest plate.", metavar="LOW HIGH")
    ] = ("-15 degC", "0 degC"),
    time: Annotated[
        tuple[str, str],
        typer.Option(help="Shortest and longest treatment.", metavar="LOW HIGH"),
    ] = ("5 min", "120 min"),
    cycles: Annotated[int, typer.Option(min=1, max=10, help="Most cycles of cooling.")] = 1,
    pause: Annotated[str, typer.Option(help="Applicator off between cycles.")] = "5 min",
    margin: Annotated[
        Margin, typer.Option(help="Tier of the limits that is kept.")
    ] = Margin.warning,
    phase: Annotated[
        int | None, typer.Option(min=1, help="Phase to plan; the one that cools if not given.")
    ] = None,
    dimension: Annotated[
        int | None, typer.Option(min=1, max=3, help="Of the search; 1, or 2 for cups.")
    ] = None,
    confirm: Annotated[bool, typer.Option(help="Run the answer in the case's dimension.")] = True,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the plan; results/<case>_plan if not given.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Find the shortest protocol that reaches a loss of fat within the limits of safety.

    Exit code 3 if none does; what was found is written all the same.
    """
    from cryosim.errors import CryosimError
    from cryosim.planning.display import Display
    from cryosim.planning.goal import Wanted, quantity, span
    from cryosim.planning.plan import plan as planned
    from cryosim.planning.task import task_of
    from cryosim.planning.told import REACHED
    from cryosim.planning.words import headline
    from cryosim.view.plan import draw

    wanted = Wanted(
        target, at, span(temperature, "degC", "--temperature", "-12 degC"),
        span(time, "min", "--time", "60 min"), cycles, quantity(pause, "min", "--pause", "5 min"),
        margin, phase, dimension, confirm,
    )  # fmt: skip
    task = task_of(case, wanted, out)
    with Display(quiet=quiet) as display:
        told = planned(task, workers, display.watch, display.say)
    draw(task.out)
    display.summary(told, task.out)
    if told["status"] != REACHED:
        raise CryosimError(headline(told))
