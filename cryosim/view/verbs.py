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


def plot(result: ResultFolder) -> None:
    """Draw the pictures of a result folder again."""
    from cryosim.view.pictures import draw

    for file in draw(result):
        print(file)


def animate(
    result: ResultFolder,
    out: Annotated[
        Path | None,
        typer.Option(help="MP4 or GIF to write; figures/animation.gif there if not given."),
    ] = None,
    what: Annotated[Colours, typer.Option(help="What the colours show.")] = Colours.temperature,
) -> None:
    """Make a moving picture of a treatment from its result folder."""
    from cryosim.view.animation import animate as film

    print(film(result, out, what=what.value))
