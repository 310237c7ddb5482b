"""The standard pictures of a run, from its result folder."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from cryosim import __version__
from cryosim.doctor import require_rendering
from cryosim.errors import CaseError
from cryosim.view import charts, cut, depth, fold, limits, months, overlay, style, thickness
from cryosim.view.cups import cups_of
from cryosim.view.result import Result
from cryosim.view.scale import scale_of
from cryosim.view.style import Scale
from cryosim.view.uncertainty import uncertainty

Maker = Callable[[], Figure]

_MOST_MAGNIFIED = 3
"""An image of the tissue has at most so many times the pixels of a page; finer is not seen."""


FORMATS = ("png", "svg", "pdf")
"""Kinds of files that pictures are written as."""


def draw(
    result_folder: Path,
    figures_dir: Path | None = None,
    *,
    unfinished: bool = False,
    only: Sequence[str] | None = None,
    formats: Sequence[str] = ("png",),
    dpi: float = style.DPI,
    case_hash: str | None = None,
) -> list[Path]:
    """Draw every picture that suits the run, or ``only`` those; returns the files.

    A page is 14 by 9 inches, so a PNG has 1400 by 900 pixels at 100 ``dpi``.  PDF and SVG hold
    lines and type as such; maps of temperature and the tissue in three dimensions are images of
    ``dpi`` in them.  Fields are shown at the end of cooling (`Result.coldest_step`).  The folder
    ``figures`` of the result is filled unless ``figures_dir`` is given.  Files say which case they
    are of: that of ``result.json``, or ``case_hash`` before that is written.
    """
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise CaseError(f"format {unknown[0]}: unknown; expected one of {', '.join(FORMATS)}")
    result = Result.open(Path(result_folder), unfinished=unfinished)
    folder = Path(figures_dir) if figures_dir is not None else result.folder / "figures"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [
            style.save(
                figure, folder / f"{name}.{kind}", dpi=dpi, told=_told(result, name, case_hash)
            )
            for name, figure in _drawn(result, only, dpi)
            for kind in dict.fromkeys(formats)
        ]
    except OSError as error:
        raise CaseError(f"{folder} cannot be written to: {error.strerror or error}") from error


def names_of(result: Result) -> tuple[str, ...]:
    """Names of the pictures that suit the run, in the order in which they are drawn."""
    step = result.coldest_step()
    return tuple(_makers(result, step, scale_of(result, step)))


def figures_of(
    result: Result, only: Sequence[str] | None = None, *, dpi: float = style.DPI
) -> dict[str, Figure]:
    """The pictures themselves by name, all or ``only`` some; to be saved at ``dpi``."""
    return {name: _at(figure, dpi) for name, figure in _drawn(result, only, dpi)}


def _at(figure: Figure, dpi: float) -> Figure:
    figure.set_dpi(dpi)
    return figure


def _drawn(result: Result, only: Sequence[str] | None, dpi: float) -> Iterator[tuple[str, Figure]]:
    """Name and page of each picture that is wanted, one after the other, in our type."""
    step = result.coldest_step()
    makers = _makers(result, step, scale_of(result, step), dpi)
    if lost := [name for name in only or () if name not in makers]:
        raise CaseError(
            f"{result.folder}: no picture is called {lost[0]}; of this run there are "
            f"{', '.join(makers)}"
        )
    for name, make in makers.items():
        if only is None or name in only:
            with style.typography():
                yield name, make()


def _told(result: Result, name: str, case_hash: str | None) -> dict[str, str]:
    """What the file of a picture says of itself."""
    if case_hash is None and (result.folder / "result.json").is_file():
        case_hash = result.json.get("case_hash")
    case = {"subject": f"case {case_hash}"} if case_hash else {}
    title = f"{style.readable(result.title)}: {name.replace('_', ' ')}"
    return {"title": title, "software": f"cryosim {__version__}", **case}


def _makers(result: Result, step: int, scale: Scale, dpi: float = style.DPI) -> dict[str, Maker]:
    """The pictures by the name of their file, in the order in which they are drawn."""
    makers: dict[str, Maker] = {}
    if result.dimension == 1:
        makers["layers_cut"] = lambda: depth.depth_profiles(result, step)
    else:
        makers["layers_cut"] = lambda: cut.layers_cut(result, step, scale)
    makers["layers_over_time"] = lambda: charts.layers_over_time(result)
    if result.has("profile") and len(result.table("profile")) > 2:
        makers["depth_time"] = lambda: depth.depth_over_time(result, scale)
    if result.dimension == 2:
        makers["temperature_2d"] = lambda: cut.flat_temperature(result, step, scale)
    if cups_of(result) and result.dimension > 1:
        for name, at in fold.ends_of_phases(result).items():
            makers[f"phase_{name}"] = partial(fold.phase_layers, result, at, scale)
    makers |= _of_meaning(result)
    if (result.folder / "result.json").is_file() and "uncertainty" in result.json:
        makers["uncertainty"] = lambda: uncertainty(result.folder)
    if result.dimension == 3:  # last: where nothing can be rendered, the charts are there
        makers["temperature_3d"] = lambda: _rendered(result, step, scale, dpi)
    return makers


def _of_meaning(result: Result) -> dict[str, Maker]:
    """What the run means, as far as it says so: the months after, the fat layer and safety."""
    makers: dict[str, Maker] = {}
    if result.has("course"):
        makers["months"] = lambda: months.months(result)
    if result.has("thickness"):
        makers["thickness_map"] = lambda: thickness.thickness_map(result)
    if limits.told(result):
        makers["limits"] = lambda: limits.limits_chart(result)
    return makers


def _rendered(result: Result, step: int, scale: Scale, dpi: float) -> Figure:
    """The picture in three dimensions; a `MissingTool` error where VTK would crash."""
    require_rendering()
    magnified = min(max(1, round(dpi / style.DPI)), _MOST_MAGNIFIED)
    return overlay.tissue_3d(result, step, scale, magnified=magnified)
