"""Verbs of the command line that look at results; they load VTK only when they are called."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

ResultFolder = Annotated[Path, typer.Argument(help="Result folder.", show_default=False)]


class Colours(StrEnum):
    """What the colours of an animation show."""

    temperature = "temperature"
    layers = "layers"


class Kind(StrEnum):
    """Kinds of files that pictures are written as."""

    png = "png"
    svg = "svg"
    pdf = "pdf"


def plot(
    result: ResultFolder,
    formats: Annotated[
        list[Kind] | None, typer.Option("--format", help="Kind of file; several may be given.")
    ] = None,
    dpi: Annotated[
        float, typer.Option(min=50, max=600, help="Dots an inch of PNG, and of images in PDF, SVG.")
    ] = 100.0,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="This picture; several may be given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the pictures; figures there if not given.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Name the pictures, draw none.")] = False,
) -> None:
    """Draw the pictures of a result folder again: PNG, or SVG and PDF for print."""
    from cryosim.view.pictures import draw, names_of
    from cryosim.view.result import Result

    if list_:
        print(*names_of(Result.open(result)), sep="\n")
        return
    kinds = [kind.value for kind in formats or (Kind.png,)]
    for file in draw(result, out, only=only, formats=kinds, dpi=dpi):
        print(file)


def paraview(
    result: ResultFolder,
    out: Annotated[
        Path | None, typer.Option(help="Script to write; paraview_state.py there if not given.")
    ] = None,
) -> None:
    """Write a state for ParaView that opens the run with our colours, layers and phases."""
    from cryosim.view.paraview import write_state

    print(write_state(result, out))


def animate(
    result: ResultFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="MP4 or GIF to write; figures/animation.gif there if not given."),
    ] = None,
    what: Annotated[Colours, typer.Option(help="What the colours show.")] = Colours.temperature,
) -> None:
    """Make a moving picture of a treatment from its result folder."""
    from rich.console import Console
    from rich.progress import Progress

    from cryosim.view.animation import animate as film

    console = Console(stderr=True, emoji=False)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("drawing frames", total=None)

        def watch(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        file = film(result, out, what=what.value, watch=watch)
    print(file)
