r"""Power that tissue absorbs from outside: radio-frequency, light, ultrasound.

Per volume of tissue (W/m^3), against the depth :math:`d` below the skin, either a table
:math:`Q(d)`, linear between its points and zero beyond them, or Beer and Lambert's law

.. math:: Q(d) = \frac{P}{\delta}\, e^{-d/\delta}

with the power :math:`P` that passes the skin per area (W/m^2) and is absorbed below it, and the
length :math:`\delta` (m) in which it falls to 1/e.  How an emitter makes such a field is not
computed: it comes from a measurement or from another code.
"""

from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from cryosim.part import Part
from cryosim.units import FluxLimit, Length, Position, PowerDensity, fault

Values = npt.NDArray[np.float64]


class Absorption(Part):
    """Power absorbed per volume of tissue: a table against depth, or exponential decay."""

    depth: tuple[Position, ...] | None = Field(None, min_length=2)
    """Depths below the skin, rising."""
    power: tuple[PowerDensity, ...] | None = Field(None, min_length=2)
    """As many powers per volume; linear between the depths, zero beyond them."""
    surface: FluxLimit | None = None
    """Power per area that passes the skin and is absorbed below it."""
    decay: Length | None = None
    """Depth in which that power falls to 1/e."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = {k for k in ("depth", "power", "surface", "decay") if getattr(self, k) is not None}
        if given not in ({"depth", "power"}, {"surface", "decay"}):
            got = " and ".join(sorted(given)) or "neither"
            raise fault(
                "one_source", f"expected either depth and power or surface and decay; got {got}"
            )
        if self.depth is None or self.power is None:
            return self
        if len(self.depth) != len(self.power):
            raise fault("source_table", f"expected {len(self.depth)} powers, one for each depth")
        if any(b <= a for a, b in pairwise(self.depth)):
            raise fault("source_table", "expected depths in strictly rising order")
        return self

    def density(self, depth: Values) -> Values:
        """Absorbed power (W/m^3) at ``depth`` (m)."""
        if self.depth is not None and self.power is not None:
            return np.interp(depth, self.depth, self.power, left=0.0, right=0.0)
        assert self.surface is not None  # noqa: S101  (the model demands one of the two)
        assert self.decay is not None  # noqa: S101
        return np.asarray(self.surface / self.decay * np.exp(-depth / self.decay))
