"""Points of the tissue that were asked about: found under a pixel, followed through time."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cryosim.output.fields import FIELD_KINDS
from cryosim.scene.sheet import Sheet
from cryosim.scene.tissue import Tissue
from cryosim.view import style

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Of markers and curves: Okabe and Ito's, told apart by colour-blind eyes."""
_DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.6, 1.2, 1.6)))
_LONGEST = 24
"""Letters of the name of a layer beside the curves."""
_MARKS = ("o", "s", "^", "D", "v", "P", "X")


@dataclass(frozen=True)
class Probe:
    """A point of the tissue that was asked about."""

    name: str
    point: Floats
    """Where it is seen (mm)."""
    layer: str
    """Title of the layer that it is in."""
    depth: float
    """mm below the skin."""


@dataclass(frozen=True, eq=False)
class Spot:
    """A probe as a weighted mean of nodes of the run, which moves with the tissue."""

    number: int
    layer: str
    """Title of the layer that it is in."""
    nodes: Integers
    weights: Floats

    @property
    def colour(self) -> str:
        """Of its marker and curve."""
        return COLOURS[(self.number - 1) % len(COLOURS)]

    def of(self, nodal: Floats) -> Floats:
        """The value of ``nodal`` here."""
        return np.asarray(self.weights @ np.asarray(nodal, dtype=float)[self.nodes])


@dataclass(frozen=True, eq=False)
class Hit:
    """Where a line of sight meets a sheet."""

    sheet: Sheet
    point: Floats
    nodes: Integers
    weights: Floats


def met(sheets: Sequence[Sheet], start: Floats, way: Floats) -> Hit | None:
    """The first point of ``sheets`` on the line from ``start`` along ``way`` (mm)."""
    nearest, found = np.inf, None
    for sheet in sheets:
        a, b, c = (sheet.points[sheet.triangles[:, k]] for k in range(3))
        share, along = _crossing(a, b - a, c - a, start, way)
        if along.size and along.min() < nearest:
            k = int(np.argmin(along))
            nearest = float(along[k])
            found = (sheet, sheet.triangles[k], share[k])
    if found is None:
        return None
    sheet, corners, share = found
    row = np.asarray(share @ sheet.weights[corners].toarray())
    nodes = np.flatnonzero(row)
    return Hit(sheet, share @ sheet.points[corners], nodes, row[nodes])


def _crossing(a: Floats, u: Floats, v: Floats, start: Floats, way: Floats) -> tuple[Floats, Floats]:
    """Weights of the corners (M, 3) and distance along the line; infinite where it misses."""
    across = np.cross(way, v)
    flat = (u * across).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = start - a
        s = (off * across).sum(axis=1) / flat
        turned = np.cross(off, u)
        t = (turned @ way) / flat
        along = (v * turned).sum(axis=1) / flat
        hit = (s >= 0.0) & (t >= 0.0) & (s + t <= 1.0) & np.isfinite(along)
        weights = np.stack([1.0 - s - t, s, t], axis=1)
    return weights, np.where(hit, along, np.inf)


def curves(
    tissue: Tissue, spots: Sequence[Spot], name: str, step: int, threshold: float,
    size: tuple[float, float],
) -> Figure:  # fmt: skip
    """Field ``name`` at ``spots`` against time, with ``times[step]`` marked; size in inches."""
    unit, word = style.clock_unit(float(tissue.times[-1]))
    with style.typography():
        figure = Figure(figsize=size, dpi=style.DPI, facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        small = style.SMALL if min(size) > 2.6 else 8.5
        now = float(tissue.times[step]) / unit
        axes.axvline(now, color=style.FAINT, linewidth=1.6, zorder=1.0)
        known = False
        for spot in spots:
            course = tissue.course(name, spot.nodes) @ spot.weights
            layer = shorten(spot.layer, _LONGEST, placeholder=" …")
            words = f"{spot.number}  {layer}, {spot.of(tissue.depth):.1f} mm deep"
            words += "" if np.isfinite(course).any() else ": no lipid"
            known |= bool(np.isfinite(course).any())
            axes.plot(tissue.times / unit, course, color=spot.colour, zorder=3.0, label=words,
                      linestyle=_DASHES[(spot.number - 1) % len(_DASHES)])  # fmt: skip
            axes.plot([now], [course[step]], _MARKS[(spot.number - 1) % len(_MARKS)],
                      color=spot.colour, markersize=7.0, zorder=4.0)  # fmt: skip
        if name == "temperature":
            axes.axhline(threshold, color=style.COLD, linewidth=1.6, linestyle=(0, (4, 2)))
            axes.annotate(style.degrees(threshold), (1.0, threshold), (-2.0, 3.0),
                          xycoords=("axes fraction", "data"), textcoords="offset points",
                          ha="right", color=style.COLD, fontsize=small,
                          path_effects=style.HALO)  # fmt: skip
        axes.set_xlim(0.0, max(float(tissue.times[-1]) / unit, 1e-9))
        axes.set_xlabel(f"time [{word}]", fontsize=small)
        axes.set_ylabel(style.readable(FIELD_KINDS[name].caption), fontsize=small)
        axes.tick_params(labelsize=small)
        if not known:
            axes.set_ylim(0.0, 1.0)
        if spots:
            axes.legend(loc="best", fontsize=small, frameon=True, framealpha=0.85, edgecolor="none")
        else:
            axes.text(0.5, 0.5, "Click on the tissue to follow a point in time",
                      transform=axes.transAxes, ha="center", color=style.FAINT)  # fmt: skip
    return figure
