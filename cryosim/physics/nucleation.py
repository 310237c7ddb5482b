r"""Ice nucleation in supercooled tissue water: a hazard that grows with supercooling.

Nucleation is stochastic: a place that is as cold as another may freeze now, later or never
(Wilson, Heneghan & Haymet 2003).  Per volume of freezable water and time ice appears at the rate

.. math:: J(T) = J_0\,\big(e^{a\,(T_f - T)} - 1\big) \quad (T < T_f), \qquad J = 0 \text{ above},

the form of Bigg (1953; recalled) for water drops, with freezing point :math:`T_f`, and the
probability that there is ice by the time :math:`t` is

.. math:: P = 1 - e^{-\Lambda}, \qquad \Lambda(t) = \int_0^t \int J(T)\,dV\,dt' .

No :math:`J_0` and :math:`a` of human tissue have been published; both are an **assumption**.
:math:`a` = 0.66/K is that of rain water (Barklie & Gokhale 1959; recalled).  Two anchors of
:math:`J_0` lie a factor of 3000 apart, and between them nothing is known:

- **Skin under gel**, the default, 1.05e-4 /m^3/s: a plate of 60 mm x 60 mm at -11 degC for 35 min
  on the abdomen (``cases/abdomen_plate.toml``) gives 1 in 15,000, the rate of freeze burns that the
  manufacturer tells per treatment.  It takes every reported burn for one nucleation and none for
  unreported, and that plate for the treatment of the reports.
- **Bare skin**, 0.32 /m^3/s: 8 cm^3 of skin, with 72 % of water by volume, freezes with 5 % in half
  an hour at -4.8 degC, the 5 % risk of frostbite by Danielsson (recalled), with 50 % at -8.6 degC
  and 99 % at -11.5 degC, within the -5 to -12 degC to which skin supercools (recalled).  The same
  plate gives 18 %.  Take it to ask what happens where gel or membrane fails.

For comparing protocols, not a risk of patients.
"""

from math import exp
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from cryosim.part import Part
from cryosim.physics.tissue import Tissue
from cryosim.units import Duration, Length, NucleationRate, PerKelvin, fault

Values = npt.NDArray[np.float64]

LATENT_HEAT_OF_WATER = 334e3
"""Latent heat of pure water (J/kg), by which tissues give theirs."""

DENSITY_OF_WATER = 1000.0
"""Density of water (kg/m^3)."""


class Nucleation(Part):
    """When supercooled water of tissue freezes."""

    event: Literal["none", "drawn", "forced"] = "none"
    """Only its probability; ice at a time drawn from the hazard; or ice at the time ``at``."""
    seed: int = Field(0, ge=0)
    """Seed of the draw: the same seed gives the same time."""
    at: Duration | None = None
    """Time since the start at which ice is forced; nothing happens if no tissue is supercooled."""
    rate: NucleationRate = 1.05e-4
    """Factor of the hazard; assumption: 1 in 15,000 under gel, see above; 0.32 for bare skin."""
    steepness: PerKelvin = 0.66
    """Growth of the hazard with supercooling; assumption: that of rain water."""
    across: Length = 0.06
    """How far tissue reaches along every axis that the case lacks; 60 mm, assumption."""

    @model_validator(mode="after")
    def _time_if_forced(self) -> Self:
        if (self.at is not None) != (self.event == "forced"):
            raise fault("forced_at", 'expected both event = "forced" and at, or neither')
        return self

    def hazard(self, supercooling: Values) -> Values:
        """Rate (1/m^3/s) of nucleation in water ``supercooling`` (K) below its freezing point."""
        result: Values = self.rate * np.expm1(self.steepness * np.maximum(supercooling, 0.0))
        return result

    def threshold(self) -> float:
        """Cumulative hazard (1) at which ice appears: drawn, or never reached."""
        if self.event != "drawn":
            return float("inf")
        return float(np.random.default_rng(self.seed).standard_exponential())


def probability(cumulative: float) -> float:
    """Probability (1) that there is ice at the ``cumulative`` hazard (1)."""
    return 1.0 - exp(-cumulative)


def water_share(tissue: Tissue) -> float:
    """Volume (1) of freezable water in a volume of ``tissue``, from the latent heat of its ice."""
    if tissue.ice is None:
        return 0.0
    heat = tissue.density * tissue.ice.water.latent_heat
    return heat / (DENSITY_OF_WATER * LATENT_HEAT_OF_WATER)


def freezing_point(tissue: Tissue) -> float:
    """Temperature (K) below which there is supercooled water in ``tissue``; -inf if nowhere."""
    if tissue.ice is None:
        return float("-inf")
    return max(tissue.ice.water.curve.kinks(), default=float("-inf"))
