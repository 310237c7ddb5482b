"""Where the points of a scattered map stand, so that none hides another."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cryosim.view.sweep_table import Floats, Input, Sweep, levels_of
from cryosim.view.sweep_words import number

X, Y = "x", "y"

_GOLDEN = np.pi * (3.0 - np.sqrt(5.0))
_APART = 0.85
"""Of points that coincide, in diameters of a mark."""


def stand(
    axes: Axes, sweep: Sweep, rows: pd.DataFrame, among: tuple[Input, Input], size: float
) -> tuple[pd.DataFrame, int]:
    """Places of the ``rows``, columns x and y, and how many were moved off another point.

    ``size`` is the area of a mark (points squared).  Points that coincide lie in a spiral, like
    the seeds of a sunflower, about their place.
    """
    all_of = {key: _along(sweep, one) for key, one in zip((X, Y), among, strict=True)}
    for (key, places), one, axis in zip(
        all_of.items(), among, (axes.xaxis, axes.yaxis), strict=True
    ):
        low, high = float(places.min()), float(places.max())
        edge = 0.05 * (high - low) or 1.0
        axes.set(**{f"{key}lim": (low - edge, high + edge)})
        if not _numeric(sweep, one):
            levels = levels_of(sweep.table, one)
            axis.set_ticks(range(len(levels)), labels=[number(level) for level in levels])
    places = pd.DataFrame(all_of).loc[rows.index]
    k = places.groupby([X, Y]).cumcount().to_numpy(dtype=float)
    step = _APART * np.sqrt(size) * np.sqrt(k)
    wide, tall = _data_per_point(axes)
    moved = places.assign(
        x=places[X] + step * np.cos(_GOLDEN * k) * wide,
        y=places[Y] + step * np.sin(_GOLDEN * k) * tall,
    )
    return moved, int((k > 0).sum())


def _along(sweep: Sweep, one: Input) -> "pd.Series[float]":
    """Numbers of an input, or the places of its words."""
    column = sweep.table[one.column]
    if _numeric(sweep, one):
        return column.astype(float)
    where = {level: k for k, level in enumerate(levels_of(sweep.table, one))}
    return column.map(where).astype(float)


def _numeric(sweep: Sweep, one: Input) -> bool:
    kind = sweep.table[one.column].dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _data_per_point(axes: Axes) -> Floats:
    """What a point of print is worth along both axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101
    inches = np.array(axes.get_position().size) * figure.get_size_inches()
    ends = np.array([axes.get_xlim(), axes.get_ylim()])
    worth: Floats = (ends[:, 1] - ends[:, 0]) / (72.0 * inches)
    return worth
