"""Text that fits: measured widths, shortened titles, labels that keep off each other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from cryosim.view import style

_MEASURE = TextToPath()


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width (pixels) of ``text`` at ``size`` (points)."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = _MEASURE.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * style.DPI / 72.0


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, float]:
    """``text`` and a size (points) at which it takes at most ``room`` pixels.

    Type is made down to four fifths as large; what is still too long loses its end.
    """
    least = 0.8 * size
    smaller = max(least, size * min(1.0, room / max(width_of(text, size, bold=bold), 1.0)))
    shown = text
    while width_of(shown, smaller, bold=bold) > 1.001 * room and len(text) > 1:
        text = text[:-1].rstrip()
        shown = f"{text}…"
    return shown, smaller


def spread(
    wanted: Sequence[float],
    sizes: Sequence[float],
    gap: float,
    low: float = -np.inf,
    high: float = np.inf,
) -> npt.NDArray[np.float64]:
    """Centres near the ``wanted`` ones, rising, of labels as large as ``sizes`` and ``gap`` apart.

    The least squares of the shifts: each crowd of labels is centred on where it wants to be.
    All stay between ``low`` and ``high``; if there is no room for that, above ``low``.
    """
    extent = np.asarray(sizes, dtype=float)
    steps = np.concatenate([[0.0], np.cumsum((extent[1:] + extent[:-1]) / 2.0 + gap)])
    crowds: list[tuple[float, int]] = []
    for place in np.asarray(wanted, dtype=float) - steps:
        mean, count = float(place), 1
        while crowds and crowds[-1][0] >= mean:
            other, members = crowds.pop()
            mean = (mean * count + other * members) / (count + members)
            count += members
        crowds.append((mean, count))
    free = np.repeat([m for m, _ in crowds], [n for _, n in crowds])
    free = np.minimum(free, high - extent[-1] / 2.0 - steps[-1])
    return np.asarray(steps + np.maximum(free, low + extent[0] / 2.0), dtype=float)
