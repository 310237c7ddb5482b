r"""Bands of the outcomes, and what they are worth for the full run.

The band of the samples is that of a model in fewer dimensions, whose nominal value :math:`y_0` is
not the value :math:`Y_0` of the full run.  Each end :math:`y` is carried over by how it lies to
:math:`y_0`:

- temperatures by the difference, :math:`Y = Y_0 + (y - y_0)`;
- shares, where all numbers lie between 0 and 1, by the ratio of odds, :math:`Y / (1 - Y) = Y_0 / (1
  - Y_0) \cdot [y / (1 - y)] / [y_0 / (1 - y_0)]`, which is the plain ratio where they are small and
  keeps below 1;
- all else by the ratio, :math:`Y = Y_0\, y / y_0`, whatever the units: mm of a column, cm3 of a
  block.

That the full model answers alike is an assumption.  Where :math:`y_0` is zero a ratio says nothing
and nothing is carried over.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cryosim.uncertainty.outcomes import Outcomes
from cryosim.uncertainty.samples import Floats

ENDS = {"p5": 0.05, "median": 0.5, "p95": 0.95}
"""What is told of a distribution."""

_OF_ONE = {"1": 1.0, "%": 100.0}
"""Units of shares, and what the whole is in them."""

Band = dict[str, Any]


def band_of(values: Floats, unit: str, nominal: float) -> Band:
    """Median and ends of the band of the samples' ``values``."""
    ends = {name: float(np.quantile(values, share)) for name, share in ENDS.items()}
    return {"unit": unit, "nominal": nominal, "n": values.size, **ends}


def carried_over(band: Mapping[str, Any], full: Outcomes, name: str) -> Band | None:
    """The ``band`` about the value of the full run, and how; None if that cannot be."""
    if name not in full:
        return None
    value, unit = full[name]
    y0, ends = float(band["nominal"]), {k: float(band[k]) for k in ENDS}
    whole = _OF_ONE.get(unit)
    shares = whole is not None and _within(whole, value, y0) and _within(whole, *ends.values())
    if unit in ("degC", "K"):
        how, carried = "difference", {k: value + (y - y0) for k, y in ends.items()}
    elif y0 == 0.0:
        return None
    elif whole is not None and shares:
        how = "ratio of odds"
        carried = {k: whole * _by_odds(value / whole, y / whole, y0 / whole)
                   for k, y in ends.items()}  # fmt: skip
    else:
        how, carried = "ratio", {k: value * y / y0 for k, y in ends.items()}
    low, high = sorted((carried["p5"], carried["p95"]))
    return {"unit": unit, "value": value, "how": how, **carried, "p5": low, "p95": high}


def _within(whole: float, *values: float) -> bool:
    """Whether all are shares of ``whole``, neither nothing nor all of it."""
    return all(0.0 < value < whole for value in values)


def _by_odds(value: float, y: float, y0: float) -> float:
    """The share whose odds are to those of ``value`` as those of ``y`` to those of ``y0``."""
    times = y * (1.0 - y0) * value
    other = (1.0 - y) * y0 * (1.0 - value)
    return times / (times + other)
