"""The plane of two inputs of a sweep: values on its levels, and which limit binds between them.

Between levels margins are bilinear; a limit of which nothing was seen at a point has all of its way
left there.  A single point without a result takes what lies between its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cryosim.view.sweep_table import CUT, CUT_AT, STATUS, Floats, Input, levels_of

FINE = 241
"""Lines of the fine grid on which regions are coloured."""

FEWEST = 3
"""Levels along both inputs from which a map runs smoothly between points; else it has cells."""


@dataclass(frozen=True)
class Plane:
    """Points of a grid over two inputs; arrays have shape (levels of y, levels of x)."""

    x: Sequence[object]
    y: Sequence[object]
    values: Floats
    """NaN where there is no result."""
    margins: Mapping[str, Floats]
    """Relative margin by limit; 1 where nothing was seen, NaN where there is no result."""
    status: npt.NDArray[np.object_]
    """Of the points; "" where the sweep has none."""

    @property
    def smooth(self) -> bool:
        """Whether values between the levels can be drawn."""
        numbers = not any(isinstance(v, str | bool | np.bool_) for v in [*self.x, *self.y])
        return numbers and min(len(self.x), len(self.y)) >= FEWEST

    def axis(self, levels: Sequence[object]) -> Floats:
        """Where levels stand: at their number, or one after the other where there are cells."""
        if self.smooth:
            return np.array(levels, dtype=float)
        return np.arange(len(levels), dtype=float)

    def edges(self, levels: Sequence[object]) -> tuple[float, float]:
        """Where the map begins and ends; cells are as wide as their distance."""
        at, half = self.axis(levels), 0.0 if self.smooth else 0.5
        return float(at[0]) - half, float(at[-1]) + half

    def fine(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """``values`` on a fine grid and its two axes; NaN beside points without a result."""
        xs = np.linspace(*self.edges(self.x), FINE)
        ys = np.linspace(*self.edges(self.y), FINE)
        j, u = self._place(self.axis(self.x), xs)
        i, v = self._place(self.axis(self.y), ys)
        i, v = i[:, None], v[:, None]
        lower = values[i, j] * (1 - u) + values[i, j + 1] * u if self.smooth else values[i, j]
        if not self.smooth:
            return xs, ys, lower
        upper = values[i + 1, j] * (1 - u) + values[i + 1, j + 1] * u
        return xs, ys, lower * (1 - v) + upper * v

    def cut(self, name: str) -> Floats:
        """Margins of a limit, not below -1: edges are drawn between these.

        Chances grow by decades, so a straight line from far beyond the limit would put its edge
        right beside the last point within.
        """
        return np.maximum(self.margins[name], -1.0)

    def lowest(self) -> tuple[Floats, Floats, Floats]:
        """The least of all margins on a fine grid and its two axes; it is zero on the edge."""
        xs, ys, _ = self.fine(self.values)
        every = np.stack([self.fine(self.cut(name))[2] for name in self.margins])
        least: Floats = every.min(axis=0)
        return xs, ys, least

    def painted(self, outcome: str) -> tuple[Floats, Floats, Floats]:
        """What a smooth map has in colours, and its two axes.

        The margin left is that of the edge: the least between points, not between the least at
        points, for another limit may bind at the next one.
        """
        if outcome == CUT and self.margins:
            xs, ys, left = self.lowest()
            return xs, ys, np.maximum(left, CUT_AT)
        return self.axis(self.x), self.axis(self.y), self.values

    def _place(self, at: Floats, fine: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
        """Level below each fine place, and the share of the way on; of cells the nearest."""
        if not self.smooth:
            return np.clip(np.rint(fine), 0, at.size - 1).astype(np.int64), np.zeros(fine.size)
        below = np.clip(np.searchsorted(at, fine, side="right") - 1, 0, at.size - 2)
        return below, (fine - at[below]) / (at[below + 1] - at[below])


def plane_of(rows: pd.DataFrame, margins: pd.DataFrame, x: Input, y: Input, outcome: str) -> Plane:
    """The plane of the ``rows`` of a grid; ``margins`` have the same index."""
    xs, ys = levels_of(rows, x), levels_of(rows, y)
    j = rows[x.column].map({level: k for k, level in enumerate(xs)}).to_numpy(dtype=int)
    i = rows[y.column].map({level: k for k, level in enumerate(ys)}).to_numpy(dtype=int)
    shape = (len(ys), len(xs))
    known = rows[outcome].notna().to_numpy()
    status = np.full(shape, "", dtype=object)
    status[i, j] = rows[STATUS].to_numpy()
    spread = {
        key: _spread(shape, i, j, np.where(known, margins[key].fillna(1.0), np.nan))
        for key in margins
    }
    values = _spread(shape, i, j, rows[outcome].to_numpy(dtype=float, na_value=np.nan))
    return Plane(xs, ys, values, spread, status)


def _spread(
    shape: tuple[int, int], i: npt.NDArray[np.int64], j: npt.NDArray[np.int64], values: Floats
) -> Floats:
    whole = np.full(shape, np.nan)
    whole[i, j] = values
    return _bridged(whole)


def _bridged(values: Floats) -> Floats:
    """``values`` with the mean of two neighbours that face each other where one is missing."""
    around = np.pad(values, 1, constant_values=np.nan)
    pairs = np.stack([
        0.5 * (around[1:-1, :-2] + around[1:-1, 2:]), 0.5 * (around[:-2, 1:-1] + around[2:, 1:-1])
    ])  # fmt: skip
    known = ~np.isnan(pairs)
    count = known.sum(axis=0)
    mean = np.where(known, pairs, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(np.isnan(values) & (count > 0), mean, values)
