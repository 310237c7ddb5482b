"""Charts over depth: temperature under the applicator against time, and at the end of cooling."""

from base64 import b64encode
from io import BytesIO
from itertools import pairwise

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Sheet
from PIL import Image

from cryosim.report import axes
from cryosim.report.axes import Option
from cryosim.report.blocks import Backdrop, Figure, Mark, Panel, Ramp
from cryosim.report.over_time import Clock
from cryosim.report.run import Run
from cryosim.report.words import number
from cryosim.view import style
from cryosim.view.cups import cups_of
from cryosim.view.result import Floats
from cryosim.view.style import Scale

ACROSS, DOWN = 60, 36
"""Most cells that are read out; their temperatures lie between those of the table."""
_DEPTH = "depth [mm]"


def profile(run: Run) -> tuple[Floats, Floats, Floats] | None:
    """Depths (mm), times (s) and temperatures (degC) of the line under the applicator."""
    table = run.table("profile")
    names = [k for k in table if k != _DEPTH]
    if len(names) < 2:
        return None
    seconds = np.array([float(name.split()[0]) for name in names])
    return table[_DEPTH], seconds, np.stack([table[name] for name in names], axis=1)


def depth_time(run: Run) -> Figure | None:
    """The map of temperature over depth and time, with the line of the threshold."""
    found = profile(run)
    if found is None:
        return None
    depth, seconds, T = found
    clock = Clock(run, seconds)
    last, deepest = clock.last / clock.unit, float(depth[-1])
    at, down = _centres(last, min(ACROSS, seconds.size)), _centres(deepest, min(DOWN, depth.size))
    scale = Scale.over(float(np.nanmin(T)), float(np.nanmax(T)), run.threshold)
    lines = _threshold_lines(clock.x, depth, T, run.threshold)
    over = {"xAxisIndex": 1, "yAxisIndex": 1}
    chart = axes.option({}, {}, [
        _cells(at, down, _between(clock.x, depth, T, at, down)),
        *[_isoline(line) | over for line in lines],
        _reach(lines, run.threshold, deepest) | over,
        clock.marks(_boundaries(run, deepest), shaded=False) | over,
    ])  # fmt: skip
    chart |= _axes_of_map(clock, at, down, last, deepest)
    chart["visualMap"] = {"show": False, "seriesIndex": 0, "dimension": 2, "min": scale.low,
                          "max": scale.high}  # fmt: skip
    chart["tooltip"] = axes.tooltip(trigger="item")
    key = (Mark(f"threshold {style.degrees(run.threshold)}", style.COLD, width=3.0),
           Mark("boundary of layers", style.INK, "2 3", width=1.4))  # fmt: skip
    rest = " of the tissue at rest" if run.has_fields and cups_of(run.result) else ""
    several = len(run.result.applicators) > 1
    owner = run.result.applicators[0]["name"] if several else "applicator"
    words = f"Temperature under the {owner}'s centre over time and depth{rest}."
    backdrop = Backdrop(_painted(clock.x, depth, T, scale), axes.LEFT, axes.RIGHT, axes.TOP,
                        axes.BOTTOM)  # fmt: skip
    panel = Panel("depth_time_map", "Depth and time", chart, 420, key, words, backdrop=backdrop,
                  ramp=_ramp(scale))  # fmt: skip
    return Figure("depth_time", words, (panel,))


def _centres(length: float, count: int) -> Floats:
    return (np.arange(count) + 0.5) * length / count


def _between(x: Floats, y: Floats, T: Floats, at: Floats, down: Floats) -> Floats:
    """``T`` at other places, straight between those of the table; rows are ``down``."""
    over = np.stack([np.interp(at, x, row) for row in T])
    return np.stack([np.interp(down, y, column) for column in over.T], axis=1)


def _cells(at: Floats, down: Floats, T: Floats) -> Option:
    """Cells that are not seen and tell what they hold."""
    data = [
        [i, j, round(float(T[j, i]), 1), round(float(t), 2), round(float(d), 2)]
        for i, t in enumerate(at)
        for j, d in enumerate(down)
        if np.isfinite(T[j, i])
    ]
    return {
        "type": "heatmap", "data": data, "name": "", "progressive": 0,
        "dimensions": ["i", "j", "temperature [°C]", "time", _DEPTH],
        "encode": {"x": 0, "y": 1, "value": 2, "tooltip": [3, 4, 2]},
        "itemStyle": {"opacity": 0},
        "emphasis": {"itemStyle": {"opacity": 1, "color": "#ffffff55", "borderColor": style.INK}},
    }  # fmt: skip


def _painted(x: Floats, y: Floats, T: Floats, scale: Scale) -> str:
    """The temperatures as a picture (data address); browsers smooth it as they stretch it."""
    wide, tall = min(4 * x.size, 480), 240
    at, down = np.linspace(0.0, x[-1], wide), np.linspace(0.0, y[-1], tall)
    paint = scale.colours(scale.norm(_between(x, y, T, at, down)), bytes=True)
    buffer = BytesIO()
    Image.fromarray(np.asarray(paint)[..., :3]).save(buffer, format="PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode()}"


def _ramp(scale: Scale) -> Ramp:
    """The bar of colours below the map, white at the threshold."""
    shades = [to_hex(scale.colours(k)) for k in np.linspace(0.0, 1.0, 17)]
    at = (scale.threshold - scale.low) / (scale.high - scale.low)
    return Ramp(shades, style.whole_degrees(scale.low), style.whole_degrees(scale.high), at,
                style.degrees(scale.threshold))  # fmt: skip


def _axes_of_map(clock: Clock, at: Floats, down: Floats, last: float, deepest: float) -> Option:
    """Axes of the cells, which are hidden, and over them those that are read."""
    hidden: Option = {"type": "category", "show": False}
    return {
        "xAxis": [hidden | {"data": [f"{t:.4g}" for t in at]},
                  clock.axis | {"position": "bottom", "max": last}],
        "yAxis": [hidden | {"data": [f"{d:.4g}" for d in down], "inverse": True},
                  axes.up(_DEPTH, 0.0, deepest, inverse=True, nameLocation="start",
                          position="left", splitLine={"show": False})],
    }  # fmt: skip


def _reach(lines: list[Floats], threshold: float, deepest: float) -> Option:
    """The deepest place of the threshold, with its depth."""
    data = []
    if lines:
        x, y = max((max(line, key=lambda p: p[1]) for line in lines), key=lambda p: p[1])
        if y < 0.97 * deepest:
            words = f"{style.degrees(threshold)} reaches {number(float(y), 3)} mm"
            data = [{"value": [axes.short(x), axes.short(y)], "label": {"formatter": words}}]
    return {
        "type": "scatter", "data": data, "symbolSize": 8, "silent": True, "z": 6,
        "itemStyle": {"color": "#fff", "borderColor": style.COLD, "borderWidth": 2},
        "label": {"show": True, "position": "bottom", "distance": 8, "color": style.COLD,
                  "fontWeight": "bold", "fontSize": axes.TEXT, "textBorderColor": "#fff",
                  "textBorderWidth": 3}, "tooltip": {"show": False},
    }  # fmt: skip


def _threshold_lines(x: Floats, y: Floats, T: Floats, threshold: float) -> list[Floats]:
    """Lines along which it is as cold as the ``threshold``."""
    if not np.nanmin(T) < threshold < np.nanmax(T):
        return []
    lines = Sheet().add_subplot().contour(x, y, T, levels=[threshold])
    paths = [path.to_polygons(closed_only=False) for path in lines.get_paths()]
    return [np.asarray(line) for path in paths for line in path]


def _isoline(points: Floats) -> Option:
    data = [[axes.short(a), axes.short(b)] for a, b in points[axes.thinned(len(points))]]
    return {
        "type": "line", "data": data, "showSymbol": False,
        "lineStyle": {"color": style.COLD, "width": 3}, "silent": True, "z": 4,
        "emphasis": {"disabled": True}, "tooltip": {"show": False},
    }  # fmt: skip


def layer_ends(run: Run, deepest: float) -> list[tuple[str, float, float]]:
    """Title, top and bottom (mm) of each layer on the line of the profile, of the case."""
    if run.loaded is None or run.loaded.thickness is not None:
        return []
    thick = [1e3 * (layer.thickness or 0.0) for layer in run.loaded.case.anatomy.layers]
    ends = [0.0, *np.cumsum(thick).tolist()]
    if abs(ends[-1] - deepest) > 0.01 * deepest:  # a mesh file, or another face of a fold
        return []
    return [(k.title, a, b) for k, (a, b) in zip(run.layers, pairwise(ends), strict=True)]


def _boundaries(run: Run, deepest: float) -> list[Option]:
    """Where one layer ends and the next begins, each line with the name of what lies above it."""
    found = []
    for title, top, bottom in layer_ends(run, deepest):
        line = axes.level(bottom, title, colour=style.INK)
        thin = bottom - top < 0.05 * deepest
        line["label"] |= {"fontWeight": "normal", "show": not thin or top == 0.0}
        line["lineStyle"] |= {"width": 1.4 if bottom < deepest else 0.0}
        found.append(line)
    return found


def at_end_of_cooling(found: tuple[Floats, Floats, Floats], when: float) -> Floats:
    """Temperature (degC) over depth at the time (s) of the table nearest to ``when``."""
    _, seconds, T = found
    return np.asarray(T[:, int(np.argmin(np.abs(seconds - when)))])
