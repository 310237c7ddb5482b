"""A treatment as a moving picture, MP4 or GIF, from its result folder.

Every frame is a picture of one output time, all in one frame and from one place; below it runs the
protocol.  A GIF needs nothing more than the pictures do, an MP4 needs imageio-ffmpeg.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from cryosim.doctor import require_rendering
from cryosim.errors import CaseError, MissingTool
from cryosim.output.fields import FIELDS_FILE
from cryosim.view import style
from cryosim.view.fold import panels_of, shapes_shown, standing
from cryosim.view.overlay import bounds_of, tissue_3d
from cryosim.view.result import Result
from cryosim.view.scale import scale_of

SIZE = (1280, 822)
"""Width and height of a frame (pixels); even numbers, as H.264 wants them."""

_MOST = 90
"""Frames of an animation, so that a GIF stays below 10 MB; of more output times some are shown."""

_SECONDS = 9.0
"""What an animation lasts, if that takes no more than 15 and no fewer than 4 frames a second."""

_OFTEN = 12
"""Pixels of a colour in a frame from which on it counts for the palette of a GIF."""


Watch = Callable[[int, int], None]
"""Called after each frame with the number of frames drawn and that of all."""


def animate(
    folder: Path, out: Path | None = None, *, what: str = "temperature", watch: Watch | None = None
) -> Path:
    """Write an animation of the result in ``folder`` to ``out`` (.mp4 or .gif); returns the file.

    Tissue is coloured by ``what``: temperature or layers.  Without ``out`` the file is
    ``figures/animation.gif`` in the folder.
    """
    if what not in ("temperature", "layers"):
        raise CaseError(f'what = "{what}": unknown; expected "temperature" or "layers"')
    file = Path(out) if out is not None else Path(folder) / "figures" / "animation.gif"
    _writer(file)
    result = _opened(Path(folder))
    steps = shown_steps(len(result.times))
    frames = _frames(result, steps, by_layer=what == "layers")
    return write_film(file, _watched(frames, len(steps), watch), len(steps))


def _watched(
    frames: Iterator[Image.Image], total: int, watch: Watch | None
) -> Iterator[Image.Image]:
    """The ``frames``, each told of once it is drawn."""
    for done, frame in enumerate(frames, 1):
        if watch is not None:
            watch(done, total)
        yield frame


def shown_steps(count: int) -> list[int]:
    """Which of ``count`` times are shown."""
    shown = np.linspace(0, count - 1, min(count, _MOST)).round().astype(int)
    return [int(step) for step in np.unique(shown)]


def write_film(file: Path, frames: Iterator[Image.Image], count: int) -> Path:
    """Write ``count`` ``frames`` of any one size to ``file`` (.mp4 or .gif); returns the file."""
    write = _writer(file)
    rate = float(np.clip(count / _SECONDS, 4.0, 15.0))
    temporary = file.with_name(f".{file.name}")
    sized = (frame.resize(SIZE, Image.Resampling.LANCZOS) for frame in frames)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(temporary, sized, rate)
        return temporary.replace(file)
    except OSError as error:
        raise CaseError(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _writer(file: Path) -> Callable[[Path, Iterator[Image.Image], float], None]:
    write = {".gif": _write_gif, ".mp4": _write_mp4}.get(file.suffix.lower())
    if write is None:
        raise CaseError(f"{file}: unknown kind of file; expected a name that ends in .mp4 or .gif")
    return write


def _opened(folder: Path) -> Result:
    """The result, if it can be animated."""
    if (folder / "result.json").is_file() and not (folder / FIELDS_FILE).is_file():
        raise CaseError(
            f"{folder / FIELDS_FILE}: no such file; an animation needs fields: run the case with "
            "output.fields = true"
        )
    result = Result.open(folder)
    if result.dimension == 1:
        raise CaseError(f"{folder}: a column is not animated; see its picture depth_time.png")
    if result.dimension == 3:
        require_rendering()
    return result


def _frames(result: Result, steps: list[int], *, by_layer: bool) -> Iterator[Image.Image]:
    """The pictures of ``steps``."""
    scale = scale_of(result, result.coldest_step())
    whole = result.dimension == 3
    bounds = bounds_of(result, shapes_shown(result)) if whole else None
    panels = [] if whole else panels_of(result)
    for step in steps:
        with style.typography():
            if whole:
                figure = tissue_3d(result, step, scale, by_layer=by_layer, bounds=bounds)
            else:
                figure = standing(result, step, scale, panels, by_layer=by_layer)
            protocol(figure.add_axes((0.035, 0.016, 0.93, 0.026)), result, step)
            frame = pixels_of(figure)
        yield frame


def protocol(axes: Axes, result: Result, step: int) -> None:
    """Phases in a row, with what has passed by ``times[step]`` filled, and the time."""
    now, end = float(result.times[step]), max(float(result.times[-1]), 1.0)
    phases = result.phases or ({"name": "", "start": 0.0, "end": end, "cups": ()},)
    for phase in phases:
        start, stop = float(phase["start"]), min(float(phase["end"]), end)
        passed = min(max(now - start, 0.0), stop - start)
        axes.barh(0.0, stop - start, left=start, height=1.0, color=style.PALE,
                  edgecolor=style.FAINT, linewidth=1.0)  # fmt: skip
        axes.barh(0.0, passed, left=start, height=1.0, color=style.lighter(style.COLD, 0.55))
        if stop - start > 0.06 * end:
            axes.text((start + stop) / 2.0, 0.0, phase["name"], ha="center", va="center",
                      fontsize=style.SMALL)  # fmt: skip
    axes.plot([now, now], [-0.8, 0.8], color=style.INK, linewidth=2.4, clip_on=False)
    axes.set_xlim(0.0, end)
    axes.set_ylim(-0.5, 0.5)
    axes.set_axis_off()


def pixels_of(figure: Figure) -> Image.Image:
    """The page as an image."""
    canvas: Any = figure.canvas
    canvas.draw()
    return Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, :3]))


def _write_gif(path: Path, frames: Iterator[Image.Image], rate: float) -> None:
    """One palette for all frames, so that nothing flickers, and no dither."""
    images = list(frames)
    palette = _palette(images[:: max(1, len(images) // 8)])
    packed = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    packed[0].save(path, format="gif", save_all=True, append_images=packed[1:], loop=0,
                   duration=round(1000.0 / rate), optimize=False)  # fmt: skip


def _palette(images: list[Image.Image]) -> Image.Image:
    """An image with 256 colours for ``images``: each colour counts once, however much it covers."""
    found = []
    for image in images:
        colours, count = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)
        found.append(colours[count >= _OFTEN])
    colours = np.unique(np.vstack(found), axis=0)
    reduced = Image.fromarray(colours[None, :, :]).quantize(256)
    chosen = np.reshape(reduced.getpalette() or (), (-1, 3)).astype(np.uint8)
    chosen[(chosen >= 248).all(axis=1)] = 255  # the page stays white
    palette = Image.new("P", (1, 1))
    palette.putpalette(chosen.tobytes())
    return palette


def _write_mp4(path: Path, frames: Iterator[Image.Image], rate: float) -> None:
    """H.264, which every player and browser shows."""
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise MissingTool(
            "an MP4 needs imageio-ffmpeg, which is not installed; run: "
            "pip install 'cryosim[video]', or name a file that ends in .gif"
        ) from error
    writer = imageio_ffmpeg.write_frames(
        str(path), SIZE, fps=rate, codec="libx264", macro_block_size=2, quality=None,
        ffmpeg_log_level="error",
        output_params=["-crf", "20", "-movflags", "+faststart"],
    )  # fmt: skip
    writer.send(None)
    try:
        for frame in frames:
            writer.send(frame.tobytes())
    finally:
        writer.close()
