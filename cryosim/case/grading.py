"""Where the planes of a graded block lie: fine near chosen places, coarser away from them."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from cryosim.case.faults import fault_at
from cryosim.part import Part
from cryosim.units import Length

Values = npt.NDArray[np.float64]

FEWEST_CELLS = 3
"""Fewest cells between neighbouring fixed planes, so that no layer is a single kink."""

FINEST = 1e-6
"""Finest cell (m) of a case file; below it tissue is no continuum and a march has no end."""


class Grading(Part):
    """Cell size ``finest`` at the fine places, growing with distance to ``coarsest``."""

    finest: Length
    growth: float = Field(1.12, ge=1.0, le=2.0)
    """Ratio of neighbouring cells."""
    coarsest: Length

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.finest > self.coarsest:
            raise fault_at("finest", f"expected at most coarsest, {self.coarsest * 1e3:g} mm")
        if self.finest < FINEST:
            raise fault_at("finest", f"impossible value: expected at least {FINEST * 1e6:g} um")
        return self

    def planes(self, fixed: Sequence[float], fine: Sequence[float], fewest: int = 1) -> Values:
        """Planes (m) that include all of ``fixed`` and are densest at ``fine``.

        The size wanted at a distance d from the nearest fine place is
        ``min(coarsest, finest + d * ln(growth))``: neighbouring cells differ by about ``growth``.
        """
        fixed = sorted(set(fixed))
        pieces = [self._between(a, b, np.asarray(fine), fewest) for a, b in pairwise(fixed)]
        return np.concatenate([[fixed[0]], *pieces])

    def _between(self, a: float, b: float, fine: Values, fewest: int) -> Values:
        """Planes after ``a`` up to and including ``b``, spaced evenly in the integral of 1/size."""
        x = np.linspace(a, b, 2001)
        distance = np.abs(x[:, None] - fine[None, :]).min(axis=1) if fine.size else np.zeros(x.size)
        density = 1.0 / np.minimum(self.coarsest, self.finest + distance * np.log(self.growth))
        count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
        n = max(fewest, ceil(count[-1] - 1e-6))
        planes = np.interp(np.linspace(0.0, count[-1], n + 1), count, x)
        planes[-1] = b
        result: Values = planes[1:]
        return result
