"""The picture of the samples of a case: every outcome's band, and the inputs that it follows."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cryosim.errors import CaseError
from cryosim.view import style
from cryosim.view.lettering import fitted

Floats = npt.NDArray[np.float64]

MOST_ROWS, MOST_BARS = 8, 3
"""Outcomes and inputs that one page has room for."""

_NAMES, _LEFT, _MIDDLE, _RIGHT, _WIDE = 0.035, 0.265, 0.325, 0.815, 0.165
"""Left of the names and of the bands, their width; left and width of the bars."""
_TOP, _BOTTOM = 0.845, 0.075

ROUNDING = 1e-12
"""A narrower band, beside its ends, is none."""


FIRST = (
    "fat lost after 60 d", "fat lost after 90 d", "fat lost after 180 d", "volume lost after 90 d",
    "fold still crystallised after removal", "probability that ice nucleates", "coldest skin",
    "selectivity", "gain by massage after 60 d", "deepest threshold front",
)  # fmt: skip
"""Outcomes in the order in which they matter."""

AGAIN = ("volume lost after 30", "volume lost after 60", "volume lost after 180", "fat layer")
"""What says again, in another unit, what another outcome says."""


def draw(folder: Path) -> Path:
    """Draw the picture of the result in ``folder``; return its file."""
    file = Path(folder) / "figures" / "uncertainty.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    with style.typography():
        return style.save(uncertainty(Path(folder)), file)


def uncertainty(folder: Path) -> Figure:
    """Samples, band and nominal value of the main outcomes, and what they follow most."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    if "uncertainty" not in result:
        raise CaseError(f"{folder}: no samples; run the case with --samples")
    told = result["uncertainty"]
    samples = _samples(folder / "samples.csv")
    names = main_outcomes(told)[:MOST_ROWS]
    figure = style.page()
    line = (
        f"{told['n'] - told['failed']} samples of {len(told['inputs'])} uncertain inputs in "
        f"{told['dimension']}-D. Bar: 5 to 95 % and median; dotted: nominal case; pale: noise"
    )
    style.headline(figure, result["title"], line)
    _headings(figure)
    height = (_TOP - _BOTTOM) / max(len(names), 4)
    for i, name in enumerate(names):
        bottom = _TOP - (i + 1) * height
        bands = figure.add_axes((_LEFT, bottom + 0.42 * height, _MIDDLE, 0.5 * height))
        _band(bands, name, told["outcomes"][name], samples)
        bars = figure.add_axes((_RIGHT, bottom + 0.2 * height, _WIDE, 0.72 * height))
        ranking = told["sensitivity"][name][:MOST_BARS]
        _bars(bars, ranking, told["noise"], last=i == len(names) - 1)
    return figure


def main_outcomes(told: dict[str, Any]) -> list[str]:
    """Outcomes that vary and are not of a single layer or applicator, what matters most first."""
    varies = [
        n for n, band in told["outcomes"].items()
        if band["p95"] - band["p5"] > ROUNDING * max(abs(band["p95"]), abs(band["p5"]))
    ]  # fmt: skip
    whole = [n for n in varies if ": " not in n and not n.startswith(AGAIN)]
    return [n for n in FIRST if n in whole] + [n for n in whole if n not in FIRST] or varies


def _samples(path: Path) -> dict[str, Floats]:
    """Column of every outcome and input, without the nominal sample and those that failed."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    good = [row for row in rows if int(row[0]) > 0 and not row[-1]]
    return {
        name: np.array([float(row[k]) if row[k] else np.nan for row in good])
        for k, name in enumerate(header[:-1])
    }


def _headings(figure: Figure) -> None:
    """What the columns are."""
    for x, text in ((_LEFT, "outcome in the sampled model"),
                    (_RIGHT, "share of variance that an input explains")):  # fmt: skip
        right = x == _RIGHT
        figure.text(x + (_WIDE if right else 0.0), 0.875, text, fontsize=style.SMALL,
                    color=style.FAINT, ha="right" if right else "left")  # fmt: skip


def _band(axes: Axes, name: str, band: dict[str, Any], samples: dict[str, Floats]) -> None:
    """Every sample as a dot, the band, and marks of median and nominal case."""
    values = samples[f"{name} [{band['unit']}]"]
    values = values[~np.isnan(values)]
    y = 0.5 + 0.32 * np.sin(2.4 * np.arange(values.size))  # apart, so that dots are counted
    axes.plot(values, y, ".", color=style.FRONT, alpha=0.45, markersize=5.0)
    axes.plot([band["p5"], band["p95"]], [-0.15, -0.15], color=style.COLD, linewidth=5.0,
              solid_capstyle="butt")  # fmt: skip
    axes.plot([band["median"]], [-0.15], "o", color="white", markeredgecolor=style.COLD,
              markersize=8.0)  # fmt: skip
    axes.axvline(band["nominal"], color=style.INK, linewidth=1.4, linestyle=":")
    axes.set_ylim(-0.45, 1.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.04)
    text, size = fitted(name, 0.215 * style.PAGE[0], style.TEXT)
    x = (_NAMES - _LEFT) / _MIDDLE
    axes.text(x, 0.95, text, transform=axes.transAxes, fontsize=size, va="top")
    axes.text(x, 0.2, style.readable(_numbers(band)), transform=axes.transAxes,
              fontsize=style.SMALL, color="#4a5565", va="center")  # fmt: skip


def _numbers(band: dict[str, Any]) -> str:
    """The band in figures."""
    unit = "" if band["unit"] == "1" else f" {band['unit']}"
    return f"{band['p5']:.3g} to {band['p95']:.3g}{unit}"


def _bars(axes: Axes, ranking: list[dict[str, Any]], noise: float, *, last: bool) -> None:
    """The inputs that matter most, with the confidence of their index, and what is noise."""
    axes.axvspan(0.0, noise, color=style.PALE, zorder=0)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(MOST_BARS - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xticks([0.0, 0.5, 1.0], labels=None if last else ["", "", ""])
    if not ranking:
        axes.text(0.5, 1.0, "too few samples", ha="center", va="center", fontsize=style.SMALL)
    for i, entry in enumerate(ranking):
        axes.barh(i, min(entry["index"], 1.0), height=0.6, color=style.FRONT)
        if entry["confidence"] is not None:
            low = max(entry["index"] - entry["confidence"], 0.0)
            high = min(entry["index"] + entry["confidence"], 1.0)
            axes.plot([low, high], [i, i], color=style.INK, linewidth=1.2)
        text, size = fitted(
            entry["input"].removeprefix("tissue."), 0.205 * style.PAGE[0], style.SMALL
        )
        axes.text(-0.03, i, text, fontsize=size, ha="right", va="center")
