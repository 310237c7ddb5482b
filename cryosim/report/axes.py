"""What all charts share: an option of ECharts with our type, axes, lines and marks of time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cryosim.report.blocks import Mark
from cryosim.view import style
from cryosim.view.result import Floats

Option = dict[str, Any]

TEXT = 12
"""Least size of type (pixels), on paper and on a phone too."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
GRID = "#e3e8ee"
DIM = "#4a5565"
"""Ink of axes, dark enough to be read."""
MOST_POINTS = 400
"""Of a curve; longer ones keep every so manieth row of their table."""
MARKERS = 7
"""Signs along a curve that tell it from others without colour."""
SYMBOLS = ("circle", "triangle", "rect", "diamond", "emptyCircle", "emptyTriangle", "emptyRect")
DOTTED = [2, 3]
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 44, 44
"""Room (pixels) for numbers and names round the axes."""


def option(x: Option, y: Option, series: Sequence[Option], **more: Any) -> Option:
    """A chart of one grid with ``x`` and ``y`` axes."""
    return {
        "textStyle": {"fontFamily": FONT, "fontSize": TEXT, "color": style.INK},
        "grid": {"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
        "tooltip": tooltip(),
        "xAxis": x, "yAxis": y, "series": list(series), **more,
    }  # fmt: skip


def tooltip(**more: Any) -> Option:
    """A read-out of every curve at a time; it stays within the chart."""
    return {
        "trigger": "axis", "confine": True, "valueFormatter": "plain",
        "axisPointer": {"type": "line", "lineStyle": {"color": style.FAINT}},
        "textStyle": {"fontSize": TEXT, "color": style.INK, "fontFamily": FONT}, **more,
    }  # fmt: skip


def across(name: str, low: float | None = None, high: float | None = None, **more: Any) -> Option:
    """The axis along the bottom."""
    return _axis(low, high) | {
        "name": name, "nameLocation": "middle", "nameGap": 28, "splitLine": {"show": False}, **more,
    }  # fmt: skip


def up(name: str, low: float | None = None, high: float | None = None, **more: Any) -> Option:
    """The axis on the left, its name over it."""
    return _axis(low, high) | {
        "name": name, "nameLocation": "end", "nameGap": 22,
        "nameTextStyle": {"align": "left", "padding": [0, 0, 0, -46], "color": DIM,
                          "fontSize": TEXT},
        "splitLine": {"lineStyle": {"color": GRID}}, "splitNumber": 4, **more,
    }  # fmt: skip


def _axis(low: float | None, high: float | None) -> Option:
    ends = {"min": low, "max": high}
    return {
        "type": "value", "scale": low is None,
        **{name: value for name, value in ends.items() if value is not None},
        "axisLine": {"show": True, "onZero": False, "lineStyle": {"color": style.FAINT}},
        "axisLabel": {"color": DIM, "fontSize": TEXT, "hideOverlap": True},
        "nameTextStyle": {"color": DIM, "fontSize": TEXT},
        "axisPointer": {"label": {"show": False}},
    }  # fmt: skip


def line(
    name: str, x: Floats, y: Floats, mark: Mark, *, of: str = "plain", place: int = 0
) -> Option:
    """A curve that looks as its ``mark``; ``of`` is how its values are read out.

    Its signs stand apart from those of the curves at other ``place``s.
    """
    rows = thinned(x.size)
    signs = set(np.linspace(0, rows.size - 1, MARKERS + 1).astype(int)[:-1] + 2 + 3 * place)
    points: list[Any] = []
    for k, row in enumerate(rows):
        at = [short(x[row]), short(y[row])]
        points.append(at if k in signs and mark.symbol else {"value": at, "symbol": "none"})
    plain: list[Any] = [p["value"] for p in points] if not mark.symbol else points
    return {
        "type": "line", "name": name, "data": plain,
        "symbol": mark.symbol or "circle", "symbolSize": 8, "showSymbol": bool(mark.symbol),
        "lineStyle": {"color": mark.colour, "width": mark.width, "type": dash(mark)},
        "itemStyle": {"color": mark.colour}, "emphasis": {"disabled": True},
        "tooltip": {"valueFormatter": of},
    }  # fmt: skip


def dash(mark: Mark) -> str | list[int]:
    """Dashes of a curve as ECharts wants them."""
    return [int(float(part)) for part in mark.dash.split()] if mark.dash else "solid"


def thinned(rows: int) -> Any:
    """Which of so many rows a curve shows."""
    return np.unique(np.linspace(0, rows - 1, min(rows, MOST_POINTS)).astype(int))


def short(value: float) -> float | None:
    """``value`` with the digits of a curve; None for none."""
    return None if not np.isfinite(value) else float(f"{value:.5g}")


def level(value: float, words: str, *, colour: str = style.COLD, right: bool = True) -> Option:
    """A named horizontal line."""
    return {
        "yAxis": value, "lineStyle": {"color": colour, "type": DOTTED, "width": 1.8},
        "label": {"formatter": words, "position": "insideEndTop" if right else "insideStartTop",
                  "color": colour, "fontSize": TEXT, "fontWeight": "bold",
                  "textBorderColor": "#fff", "textBorderWidth": 3},
    }  # fmt: skip


def moment(value: float, words: str = "") -> Option:
    """A vertical line, with words at its head if there are any."""
    return {
        "xAxis": value, "lineStyle": {"color": style.INK, "type": DOTTED, "width": 1.2},
        "label": {"show": bool(words), "formatter": words, "position": "end", "color": DIM,
                  "fontSize": TEXT},
    }  # fmt: skip


def holder(lines: Sequence[Option], areas: Sequence[Any] = ()) -> Option:
    """A curve without points that holds named lines and areas, so that no curve's key does."""
    return {
        "type": "line", "data": [], "tooltip": {"show": False}, "silent": True,
        "markLine": {"silent": True, "symbol": "none", "data": list(lines), "animation": False},
        "markArea": {"silent": True, "data": list(areas)},
    }  # fmt: skip


def spans(
    phases: Iterable[tuple[str, float, float]], unit: float, last: float, *, shaded: bool = True
) -> list[Any]:
    """The phases (s) of a protocol as areas, every other one shaded, named where there is room."""
    found = []
    for k, (name, start, end) in enumerate(phases):
        room = (end - start) / max(last, 1e-9) > 0.012 * len(name) + 0.03
        found.append([
            {"xAxis": start / unit, "name": name,
             "itemStyle": {"color": "#f3f5f8" if shaded and k % 2 == 0 else "#ffffff00"},
             "label": {"show": room, "position": "top", "distance": 4, "color": DIM,
                       "fontSize": TEXT}},
            {"xAxis": end / unit},
        ])  # fmt: skip
    return found


def strip(x: Floats, low: Floats, high: Floats, colour: str) -> Option:
    """A strip between two curves."""
    rows = thinned(x.size)
    data = [[short(x[k]), short(low[k]), short(high[k])] for k in rows]
    return {"type": "custom", "renderItem": "band", "data": data, "silent": True, "z": 1,
            "itemStyle": {"color": colour}, "tooltip": {"show": False},
            "encode": {"x": 0, "y": [1, 2]}}  # fmt: skip


def layer_marks(layers: Sequence[Any]) -> Mapping[str, Mark]:
    """How the curve of each layer looks: its colour, and a sign of its own."""
    colours = style.layer_colours(layers)
    return {
        k.name: Mark(k.title, readable_on_white(colours[k.name]), symbol=SYMBOLS[i % len(SYMBOLS)])
        for i, k in enumerate(layers)
    }


def readable_on_white(colour: str) -> str:
    """``colour``, darker if a line of it would be pale."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return style.darker(colour, 0.12) if 0.3 * red + 0.59 * green + 0.11 * blue > 0.6 else colour
