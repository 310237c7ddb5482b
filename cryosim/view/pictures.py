"""The standard pictures of a run, from its result folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from cryosim.doctor import require_rendering
from cryosim.view import charts, cut, depth, fold, limits, months, overlay, style, thickness
from cryosim.view.cups import cups_of
from cryosim.view.result import Result
from cryosim.view.style import Scale
from cryosim.view.uncertainty import uncertainty

Maker = Callable[[], Figure]


def draw(
    result_folder: Path, figures_dir: Path | None = None, *, unfinished: bool = False
) -> list[Path]:
    """Draw every picture that suits the run; returns the files (PNG, 1400 by 900 pixels).

    Fields are shown at the end of cooling (`Result.coldest_step`).  The folder ``figures`` of the
    result is filled unless ``figures_dir`` is given.
    """
    result = Result.open(Path(result_folder), unfinished=unfinished)
    folder = Path(figures_dir) if figures_dir is not None else result.folder / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    step = result.coldest_step()
    scale = scale_of(result, step)
    files = []
    for name, make in _makers(result, step, scale).items():
        with style.typography():
            files.append(style.save(make(), folder / f"{name}.png"))
    return files


def scale_of(result: Result, step: int) -> Scale:
    """Colours that hold every temperature of the run, so that pictures can be compared."""
    rows = result.table("layers")
    coldest = min(float(np.nanmin(rows[f"{k.name} minimum [degC]"])) for k in result.layers)
    shown = [result.field("temperature", i) for i in (0, step, -1)]
    warmest = max(float(field.max()) for field in shown)
    coldest = min(coldest, *(float(field.min()) for field in shown))
    return Scale.over(coldest, warmest, result.threshold)


def _makers(result: Result, step: int, scale: Scale) -> dict[str, Maker]:
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
        makers["temperature_3d"] = lambda: _rendered(result, step, scale)
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


def _rendered(result: Result, step: int, scale: Scale) -> Figure:
    """The picture in three dimensions; a `MissingTool` error where VTK would crash."""
    require_rendering()
    return overlay.tissue_3d(result, step, scale)
