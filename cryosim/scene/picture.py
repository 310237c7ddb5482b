"""What a show shows, as a file: a picture with a headline, or a film of all times."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from PIL import Image

from cryosim.errors import CaseError
from cryosim.output.fields import FIELD_KINDS
from cryosim.scene.choice import LAYER, Choice
from cryosim.scene.stage import Stage
from cryosim.view import style
from cryosim.view.animation import pixels_of, protocol, shown_steps, write_film

if TYPE_CHECKING:
    from cryosim.scene.show import Show

Watch = Callable[[int, int], None]
"""Told how many of how many times are drawn."""

_HEAD = 90
"""Pixels of the page above the tissue, for the headline."""
_FOOT = 50
"""Pixels below it in a film, for the protocol."""


def picture(show: "Show", path: Path) -> Path:
    """Write the picture of ``show`` to ``path`` (.png)."""
    if path.suffix.lower() != ".png":
        raise CaseError(f"{path}: unknown kind of picture; expected a name that ends in .png")
    stage = _second_stage(show, style.PAGE[1] - _HEAD)
    try:
        stage.show(show.choice)
        stage.mark(show.marked())
        figure = _page(show, show.choice, _shot(stage), foot=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        return style.save(figure, path)
    except OSError as error:
        raise CaseError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        stage.plotter.close()


def film(show: "Show", path: Path, watch: Watch | None = None) -> Path:
    """Write every time of ``show``, or every day, to ``path`` (.mp4 or .gif)."""
    choice = show.choice
    if choice.day is not None:
        days = show.tissue.days()
        choices = [replace(choice, day=days[k]) for k in shown_steps(len(days))]
    else:
        choices = [replace(choice, step=k) for k in shown_steps(len(show.tissue.times))]
    stage = _second_stage(show, style.PAGE[1] - _HEAD - _FOOT)
    try:
        return write_film(path, _frames(show, stage, choices, watch), len(choices))
    finally:
        stage.plotter.close()


def _frames(
    show: "Show", stage: Stage, choices: list[Choice], watch: Watch | None
) -> Iterator[Image.Image]:
    for done, choice in enumerate(choices):
        if watch is not None:
            watch(done, len(choices))
        stage.show(choice)
        figure = _page(show, choice, _shot(stage), foot=_FOOT)
        with style.typography():
            if choice.day is None:
                foot = figure.add_axes((0.035, 0.016, 0.93, 0.026))
                protocol(foot, show.tissue.result, choice.step)
            pixels = pixels_of(figure)
        yield pixels


def _second_stage(show: "Show", height: int) -> Stage:
    """A stage off the screen, of the size of a page, seen as the first one is."""
    plotter = pv.Plotter(off_screen=True, window_size=(style.PAGE[0], height))
    stage = Stage(show.tissue, plotter)
    stage.look_as(show.stage)
    return stage


def _shot(stage: Stage) -> npt.NDArray[np.uint8]:
    stage.plotter.render()  # a screenshot alone would be of the picture before
    image: Any = stage.plotter.screenshot(None, return_img=True)
    return np.asarray(image)[:, :, :3]


def _page(show: "Show", choice: Choice, image: npt.NDArray[np.uint8], *, foot: int) -> Any:
    with style.typography():
        figure = style.page()
        height = style.PAGE[1]
        axes = figure.add_axes((0.0, foot / height, 1.0, image.shape[0] / height))
        axes.imshow(image, interpolation="nearest", aspect="auto")
        axes.set_axis_off()
        style.headline(figure, show.tissue.result.title, said(show, choice))
    return figure


def said(show: "Show", choice: Choice) -> str:
    """What is seen, in a line."""
    tissue = show.tissue
    if choice.day is not None:
        words = f"Fat layer {choice.day} days after the last session, within what it was at first"
        if choice.exaggeration != 1.0:
            words += f"; its loss is drawn {choice.exaggeration:g} times as large"
        return words
    name = "Layers" if choice.colour == LAYER else FIELD_KINDS[choice.colour].label
    words = f"{name} at {style.moment(tissue.result, choice.step)}"
    if choice.isosurface:
        below = "colder than " if choice.colour == LAYER else ""
        words += f"; blue: {below}{style.degrees(choice.threshold)}"
    if choice.hidden:
        words += (
            f"; not shown: {', '.join(k.title for k in tissue.layers if k.name in choice.hidden)}"
        )
    return words
