"""Colours of values, with the words and numbers beside them; told apart by colour-blind eyes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, to_rgb

from cryosim.output.fields import FIELD_KINDS
from cryosim.view import style
from cryosim.view.result import Result
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]

UNKNOWN = "#c9ced6"
"""Where a field has no value: tissue without lipid."""

_COUNT = 256
"""Colours of a map."""


@dataclass(frozen=True, eq=False)
class Shade:
    """Colours between two values."""

    caption: str
    """What is coloured, with its unit; empty: nothing that a bar would tell."""
    colours: Any
    """Map of matplotlib."""
    low: float
    high: float
    ticks: tuple[float, ...] = ()
    threshold: float | None = None
    """Marked on the bar."""
    unknown: str = ""
    """What the colour of no value means; empty where there is none."""

    @property
    def table(self) -> npt.NDArray[np.uint8]:
        """RGBA of `_COUNT` values from low to high."""
        count = self.colours.N if isinstance(self.colours, ListedColormap) else _COUNT
        share = (np.arange(min(count, _COUNT)) + 0.5) / min(count, _COUNT)
        return np.rint(255 * np.asarray(self.colours(share))).astype(np.uint8)


def of_temperature(scale: Scale) -> Shade:
    """White at the threshold of the run."""
    caption = style.readable(FIELD_KINDS["temperature"].caption)
    ticks = tuple(float(t) for t in scale.ticks)
    return Shade(caption, scale.colours, scale.low, scale.high, ticks, scale.threshold)


def of_fraction(result: Result, name: str) -> Shade:
    """Crystals dark on yellow, dead cells dark among living ones that are bright."""
    last = result.field(name, -1)
    low = 0.0
    if name == "survival" and np.isfinite(last).any():
        low = float(np.clip(np.floor(10.0 * np.nanmin(last) - 1e-6) / 10.0, 0.0, 0.8))
    colours = colormaps["viridis" if name == "survival" else "cividis_r"]
    step = 0.1 if low > 0.45 else 0.2
    ticks = np.round(np.arange(low, 1.0 + 1e-9, step), 6)
    return Shade(FIELD_KINDS[name].caption, colours, low, 1.0, tuple(ticks.tolist()),
                 unknown="no lipid")  # fmt: skip


def of_loss(most: float) -> Shade:
    """Loss of thickness (mm), up to a round number above ``most``."""
    high = max(most, 0.01)
    base = 10.0 ** np.floor(np.log10(high / 4.0))
    step = next(base * k for k in (1.0, 2.0, 5.0, 10.0) if base * k * 5.0 >= high)
    ticks = tuple(np.round(step * np.arange(np.ceil(high / step - 1e-6) + 1.0), 9).tolist())
    return Shade("Loss of thickness [mm]", colormaps["YlOrBr"], 0.0, ticks[-1], ticks)


def of_layer(colour: str, threshold: float) -> Shade:
    """The ``colour`` of a layer, and `chilled` below ``threshold`` (degC)."""
    two = ListedColormap([to_rgb(chilled(colour)), to_rgb(colour)])
    return Shade("", two, threshold - 1.0, threshold + 1.0)


def chilled(colour: str) -> str:
    """What is colder than the threshold in a layer of this ``colour``."""
    cold = (np.array(to_rgb(style.COLD)) + np.array(to_rgb(style.FRONT))) / 2.0
    mixed = 0.25 * np.array(to_rgb(colour)) + 0.75 * cold
    return "#" + "".join(f"{round(255 * float(c)):02x}" for c in mixed)
