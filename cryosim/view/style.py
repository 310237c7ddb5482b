"""How every picture looks: page, type, colours.  The one place to change them."""

import io
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, withStroke

if TYPE_CHECKING:  # a look at a table needs no PyVista
    from cryosim.view.result import Layer, Result

PAGE = (1400, 900)
"""Width and height of a picture (pixels)."""
DPI = 100

INK = "#1c2430"
FAINT = "#8a94a3"
PALE = "#eef1f5"
FRONT = "#2f8fff"
"""The threshold surface."""
COLD = "#0b3c8c"
"""What belongs to the crystallisation threshold."""
DEVICE = "#111827"
SKIN = "#c77c93"
WALL = "#a9b1bd"
"""The wall of a cup."""

TEXT, SMALL, TITLE = 12.5, 11.0, 17.0
"""Sizes of type (points at 100 dots an inch)."""

HALO: list[AbstractPathEffect] = [withStroke(linewidth=3.0, foreground="white")]
"""Round a text that lies on colours."""

_TYPE: dict[Any, Any] = {
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dfe4ea",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "hatch.linewidth": 1.1,
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,  # TrueType, embedded: text stays text
    "svg.fonttype": "path",  # outlines: the same on a machine without the font
    "svg.hashsalt": "cryosim",
}

_ANCHORS = ("#0d2f6b", "#2f6fb7", "#7fb2de", "#c9dff0", "#f8f6f1", "#f6dab7", "#eab07a", "#cf8349",
            "#a0531f")  # fmt: skip
"""Blue through white to brown: told apart by every common kind of colour vision."""

_TISSUES = {
    "skin": "#c77c93",
    "epidermis": "#d9a08b",
    "dermis": "#c77c93",
    "fascia": "#8fa3a6",
    "fat": "#e3a81c",
    "muscle": "#8f2d3b",
    "bone": "#7d7461",
    "gel": "#4aa5a0",
}
_OTHERS = ("#4b7f52", "#6a5aa8", "#5b6b7a", "#b5651d")
_HATCHES = ("....", "////", "xxxx", "\\\\\\\\", "++++", "||||")


@dataclass(frozen=True)
class Scale:
    """Colours of temperature between two round numbers, white at the threshold.

    A kelvin is the same step in colour on either side, so the map does not flatter.
    """

    low: float
    high: float
    threshold: float

    @property
    def norm(self) -> Normalize:
        """From degC to the position in the map."""
        return Normalize(self.low, self.high)

    @property
    def colours(self) -> LinearSegmentedColormap:
        """The map, cut so that its white lies at the threshold."""
        whole = LinearSegmentedColormap.from_list("cold", _ANCHORS)
        reach = max(self.high - self.threshold, self.threshold - self.low)
        T = np.linspace(self.low, self.high, 512)
        part = whole(0.5 + 0.5 * (T - self.threshold) / reach)
        return LinearSegmentedColormap.from_list("temperature", part, N=512)

    @property
    def ticks(self) -> npt.NDArray[np.float64]:
        """Round temperatures (degC) for a colour bar or isotherms."""
        step = 5.0 if self.high - self.low <= 70.0 else 10.0
        return np.arange(np.ceil(self.low / step) * step, self.high + 1e-9, step)

    @classmethod
    def over(cls, coldest: float, warmest: float, threshold: float) -> "Scale":
        """The scale that holds ``coldest`` to ``warmest`` (degC), rounded outward to 5 K."""
        low, high = min(coldest, threshold - 1.0), max(warmest, threshold + 1.0)
        return cls(5.0 * np.floor(low / 5.0), 5.0 * np.ceil(high / 5.0), threshold)


def typography() -> AbstractContextManager[None]:
    """Within it, matplotlib draws in our type."""
    return mpl.rc_context(_TYPE)


class Page(Figure):
    """A figure of matplotlib that a notebook shows, with our type."""

    def _repr_png_(self) -> bytes:
        content = io.BytesIO()
        with typography():
            self.savefig(content, format="png")
        return content.getvalue()


def page() -> Page:
    """An empty page; draw on it within `typography`."""
    figure = Page(figsize=(PAGE[0] / DPI, PAGE[1] / DPI), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def headline(figure: Figure, title: str, line: str) -> None:
    """Title of the case and, below it, what is seen."""
    left = 0.035
    title = readable(title)
    size = TITLE if len(title) <= 88 else max(TITLE * 88 / len(title), SMALL)
    title = title if len(title) <= 140 else title[:139] + "…"
    figure.text(left, 0.965, title, fontsize=size, fontweight="bold", va="center")
    figure.text(left, 0.925, line, fontsize=TEXT, color="#4a5565", va="center")


def readable(text: str) -> str:
    """``text`` with the signs of print for what a case writes in plain letters."""
    return re.sub(r"(?<![\w.])-(?=\d)", "−", re.sub(r"\bdegC\b", "°C", text))


def save(
    figure: Figure, path: Path, *, dpi: float = DPI, told: Mapping[str, str] | None = None
) -> Path:
    """Write the page under a temporary name, then rename it; its kind is that of the name.

    ``told``: title, software and subject for the file's metadata.  The same page is the same
    bytes, for no file holds a date.
    """
    kind = path.suffix.removeprefix(".").lower()
    temporary = path.with_name(f".{path.name}")
    figure.savefig(temporary, dpi=dpi, format=kind, metadata=_metadata(kind, told or {}))
    return temporary.replace(path)


def _metadata(kind: str, told: Mapping[str, str]) -> dict[str, str | None]:
    """``told`` by the keys that the kind of file has for it."""
    keys = {
        "png": {"title": "Title", "software": "Software", "subject": "Description"},
        "pdf": {"title": "Title", "software": "Creator", "subject": "Subject"},
        "svg": {"title": "Title", "software": "Creator", "subject": "Description"},
    }[kind]
    undated: dict[str, dict[str, str | None]] = {
        "pdf": {"CreationDate": None, "ModDate": None},
        "svg": {"Date": None},
    }
    return undated.get(kind, {}) | {keys[name]: text for name, text in told.items()}


def layer_colours(layers: "Sequence[Layer]") -> dict[str, str]:
    """A colour for each layer, by its tissue; a repeated tissue gets a lighter shade."""
    colours: dict[str, str] = {}
    for layer in layers:
        words = f"{layer.tissue} {layer.name}".lower()
        known = next((c for word, c in _TISSUES.items() if word in words), None)
        colour = known or _OTHERS[layer.index % len(_OTHERS)]
        while colour in colours.values():
            colour = lighter(colour, 0.35)
        colours[layer.name] = colour
    return colours


def layer_hatch(layer: "Layer") -> str:
    """A hatch for each layer, so that colour is not needed to tell them apart."""
    return _HATCHES[layer.index % len(_HATCHES)]


def lighter(colour: str, share: float) -> str:
    """``colour`` mixed with a ``share`` of white."""
    mixed = [(1 - share) * c + share for c in to_rgb(colour)]
    return "#" + "".join(f"{round(255 * c):02x}" for c in mixed)


def darker(colour: str, share: float) -> str:
    """``colour`` mixed with a ``share`` of black."""
    return "#" + "".join(f"{round(255 * (1 - share) * c):02x}" for c in to_rgb(colour))


def degrees(value: float) -> str:
    """A temperature with its unit."""
    return f"{value:.1f} °C".replace("-", "−")


def whole_degrees(value: float) -> str:
    """A round temperature with its unit."""
    return f"{value:.0f} °C".replace("-", "−")


def suited(seconds: float) -> tuple[float, str]:
    """A time in the unit that suits it, and the name of that unit."""
    if seconds < 120.0:
        return seconds, "s"
    return (seconds / 60.0, "min") if seconds < 5 * 3600.0 else (seconds / 3600.0, "h")


def clock(seconds: float) -> str:
    """A time with a unit that suits it."""
    value, unit = suited(seconds)
    return f"{value:g} s" if unit == "s" else f"{value:.4g} {unit}"


def moment(result: "Result", step: int) -> str:
    """The time of ``step`` and what happens then."""
    when, phase = clock(float(result.times[step])), result.phase(step)
    if result.ends_cooling(step):
        return f"{when}, the end of cooling"
    return f"{when}, phase {phase['name']}" if phase else when


def clock_unit(last: float) -> tuple[float, str]:
    """Seconds in the unit for an axis that ends at ``last`` (s), and its name."""
    if last < 300.0:
        return 1.0, "s"
    return (60.0, "min") if last < 5 * 3600.0 else (3600.0, "h")
