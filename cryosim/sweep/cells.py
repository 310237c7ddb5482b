r"""A sampler in every cell of a grid: shares of the variance of all cells together.

The samples :math:`x` are the same in each of the :math:`C` cells :math:`c`, so with every cell as
likely as the next the variance of the whole comes apart,

.. math:: \operatorname{Var} y = \operatorname{Var}_x \bar y(x) + \mathrm{E}_x \operatorname{Var}_c
          y(x, c), \qquad \bar y(x) = \frac1C \sum_c y(x, c),

and the indices of the whole follow from those that SALib gives.  The first-order index of a sampled
input is that of :math:`\bar y`, times its share of the variance; its total index is the mean of
those in the cells, weighted by the variance in each.  Intervals are scaled alike.  An input of the
grid has the variance of the means of its levels by itself, and in all the mean variance along it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from cryosim.view.sweep_effects import Effect, Effects

Floats = npt.NDArray[np.float64]
Analysis = Callable[[Floats], Effects | None]
"""Indices of outcomes in the order of the samples, NaN where missing."""


def is_whole(settings: pd.DataFrame) -> bool:
    """Whether the rows of ``settings``, one for each cell, are all cells of a grid."""
    count = int(np.prod([settings[name].nunique() for name in settings]))
    return not settings.duplicated().any() and not settings.isna().any(axis=None) and (
        count == len(settings)
    )  # fmt: skip


def over_cells(settings: pd.DataFrame, y: Floats, analysis: Analysis) -> Effects | None:
    """Indices over all cells, whose ``settings`` are rows and whose outcomes columns of ``y``."""
    whole = np.where(np.isnan(y).any(axis=1, keepdims=True), np.nan, y)
    mean = analysis(whole.mean(axis=1))
    each = [analysis(column) for column in whole.T]
    known = whole[~np.isnan(whole[:, 0])]
    if mean is None or np.ptp(known) == 0.0:
        return None
    variance = float(known.var())
    scale = float(known.mean(axis=1).var()) / variance
    weights = known.var(axis=0) / variance / len(settings)
    sampled = [_sampled(effect, scale, each, weights) for effect in mean.effects]
    total = mean.effects[0].total is not None
    among = [_of_grid(settings, name, known, variance, total=total) for name in settings]
    effects = sorted([*sampled, *among], key=lambda effect: -(effect.total or effect.share))
    note = f"over all {len(settings)} cells of the grid, each as likely"
    note += f"; of their mean, {mean.note}" if mean.note else ""
    noise = None if mean.noise is None else mean.noise * scale
    return Effects(mean.method, known.size, tuple(effects), None, noise, note)


def _sampled(
    effect: Effect, scale: float, each: list[Effects | None], weights: Floats
) -> Effect:  # fmt: skip
    """A sampled input over all cells, from its index of the mean and those in the cells."""
    confidence = None if effect.confidence is None else effect.confidence * scale
    if effect.total is None:
        return Effect(effect.column, effect.share * scale, confidence)
    totals = np.zeros(2)
    for found, weight in zip(each, weights, strict=True):
        for one in found.effects if found else ():
            if one.column == effect.column:
                totals += weight * np.array([one.total, one.total_confidence])
    return Effect(effect.column, effect.share * scale, confidence, *map(float, totals))


def _of_grid(
    settings: pd.DataFrame, name: str, y: Floats, variance: float, *, total: bool
) -> Effect:  # fmt: skip
    """An input of the grid: the variance of the means of its levels, and the variance along it."""
    levels = pd.factorize(settings[name])[0]
    means = np.array([y[:, levels == k].mean() for k in range(levels.max() + 1)])
    share = float(means.var()) / variance
    if not total:
        return Effect(name, share)
    others = settings.drop(columns=name)
    lines = others.groupby(list(others)).ngroup() if len(others.columns) else 0 * levels
    lines = np.asarray(lines)
    along = np.mean([y[:, lines == k].var(axis=1).mean() for k in range(lines.max() + 1)])
    return Effect(name, share, None, float(along) / variance, None)
