r"""Pigment after inflammation of the skin: too much of it, or too little.

Hyperpigmentation.  Inflammation is there at once and fades with the time :math:`\tau_i` (s); after
a delay :math:`t_d` it drives the making of melanin, which fades with :math:`\tau_m` (s),

.. math:: \dot M = e^{-x / \tau_i} / \tau_i - M / \tau_m, \quad x = t - t_d \ge 0, \qquad
          M = \frac{e^{-x / \tau_m} - e^{-x / \tau_i}}{1 - \tau_i / \tau_m}, \qquad
          x_{peak} = \frac{\ln(\tau_m / \tau_i)}{1 / \tau_i - 1 / \tau_m} .

3, 3 and 10 weeks follow what was seen after suction blisters in 30 persons of phototypes III and
IV: melanin rises after week 3, peaks in week 8 and is still there at week 24, inflammation lasts 8
to 12 weeks (Liu et al.; abstract).  They give a peak at 8.2 weeks and 29 % of it at 24.  That cold
acts as blisters do, and that all phototypes keep this pace, is an **assumption**; after cryogen
spray all marks were gone in week 8 (Datrice et al. 2006).

How much.  The strength (1) is that of a usual treatment of phototype III out of the sun times

.. math:: A = i\; \varphi\, \Big(1 + \gamma\, \frac{u}{\mathrm{SPF}}\Big)

with the inflammation :math:`i` of the skin over the usual one, the factor :math:`\varphi` of the
phototype, the erythemal exposure :math:`u` (W/m^2 in Python, SED a day in the formula; 1 SED is 100
J/m^2), the sun protection factor and the gain :math:`\gamma`.  No source gives :math:`\varphi` or
:math:`\gamma`: both are an **assumption**.  Cryogen spray left marks in phototypes III to VI only.

Risk.  A patient sees hyperpigmentation with the probability

.. math:: P = 1 - e^{-(\lambda_0 + \lambda_c\, d)\, A}, \qquad \lambda = -\ln(1 - \text{rate})

where :math:`d` (0 to 1) is the share of epidermal cells that cold injured.  :math:`\lambda_0` is
between 1 in 11,000 treatments, as reported spontaneously to the manufacturer, and 2 % of the
patients of pooled trials (Pizzol et al. 2024); :math:`\lambda_c` is from 4 of 27 persons, of all
phototypes, after cryogen spray (Datrice et al. 2006): 4.2 to 33.7 %, the exact binomial interval of
95 %.  The two base rates differ 220-fold, by how they were counted, so there is a band and no
middle.  That rates are those of phototype III, and that injury adds to them, is an **assumption**.

Hypopigmentation.  Melanocytes die in frozen skin from about -5 degC, keratinocytes far below (Gage
& Baust, second-hand).  Here the share that dies rises linearly from 0 at -4 degC to 1 at -7 degC
(recalled, **assumption**).  Those numbers are from frozen tissue: the low end of the band counts
ice only, the high end takes supercooled melanocytes to die as well.  How long it lasts is not
modelled (6 months and more after a standard freeze).
"""

from math import log1p
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from scipy.special import exprel

from cryosim.outcome.course import DAY
from cryosim.part import Part
from cryosim.units import Delay, Duration, Temperature, Unit, fault

Values = npt.NDArray[np.float64]

SED = 100.0
"""Standard erythemal dose (J/m^2), by definition (ISO 17166, recalled)."""

PHOTOTYPES = {"I": 0.25, "II": 0.5, "III": 1.0, "IV": 1.5, "V": 2.0, "VI": 2.5}
"""Strength of the response over that of phototype III (1); assumption."""

BASE_RATE = (1.0 / 11000.0, 0.02)
"""Hyperpigmentation per treatment: spontaneous reports; pooled trials (Pizzol et al. 2024)."""

COLD_RATE = (0.042, 0.337)
"""Hyperpigmentation after cryogen spray: 95 % interval of 4 in 27 (Datrice et al. 2006)."""

Exposure = Annotated[float, Unit("W/m^2", "100 J/m^2/day")]


class Band(NamedTuple):
    """Least and most of what is plausible."""

    low: Values
    high: Values


class Pigment(Part):
    """Skin of the patient, its sun, and how its pigment answers to inflammation."""

    phototype: Literal["I", "II", "III", "IV", "V", "VI"] = "III"
    """Phototype of the skin by Fitzpatrick."""
    uv: Exposure = 0.0
    """Erythemal exposure of the treated skin, such as ``"100 J/m^2/day"``, which is 1 SED a day."""
    spf: float = Field(1.0, ge=1.0, le=200.0)
    """Sun protection factor of what covers the skin; 1 is nothing."""
    uv_gain: float = Field(0.5, ge=0.0, le=100.0)
    """Growth of the response for each SED a day (1); assumption."""
    delay: Delay = 21 * DAY
    """Time until melanin rises; 3 weeks, fitted to suction blisters."""
    inflamed: Duration = 21 * DAY
    """Time with which inflammation fades; 3 weeks, fitted to suction blisters."""
    fading: Duration = 70 * DAY
    """Time with which melanin fades; 10 weeks, fitted to suction blisters."""
    melanocytes_spared: Temperature = 269.15
    """No melanocyte dies above; -4 degC, recalled, assumption."""
    melanocytes_lost: Temperature = 266.15
    """All melanocytes die below; -7 degC, recalled, assumption."""

    @model_validator(mode="after")
    def _dies_in_the_cold(self) -> Self:
        if self.melanocytes_lost >= self.melanocytes_spared:
            raise fault(
                "not_rising", "expected melanocytes_lost to be colder than melanocytes_spared"
            )
        return self

    @property
    def peak(self) -> float:
        """When melanin peaks (s)."""
        slow, fast = self._times()
        more = slow / fast - 1.0
        return self.delay + slow * (log1p(more) / more if more > 0.0 else 1.0)

    def clock(self, times: npt.ArrayLike) -> Values:
        """Excess of melanin at ``times`` (s) after a session, over its peak (1); 0 until the delay.

        Sessions add up: each with ``times`` less its own.
        """
        since = np.maximum(np.asarray(times, dtype=float) - self.delay, 0.0)
        result: Values = self._melanin(since) / self._melanin(np.array(self.peak - self.delay))
        return result

    def strength(self, inflammation: npt.ArrayLike = 1.0) -> Values:
        """Strength of the response over that of phototype III out of the sun (1).

        ``inflammation`` is that of the skin over the inflammation of a usual treatment.
        """
        exposure = self.uv * DAY / SED / self.spf
        factor = PHOTOTYPES[self.phototype] * (1.0 + self.uv_gain * exposure)
        return factor * _at_least_zero(inflammation, "inflammation")

    def melanin(self, times: npt.ArrayLike, inflammation: float = 1.0) -> Values:
        """Melanin index at ``times`` (s): 1 at the peak of phototype III out of the sun."""
        return self.strength(inflammation) * self.clock(times)

    def hyperpigmentation(
        self, injured: npt.ArrayLike = 0.0, inflammation: npt.ArrayLike = 1.0
    ) -> Band:
        """Probability of visible hyperpigmentation; ``injured`` is the share of the epidermis."""
        share = _at_least_zero(injured, "injured share")
        if (share > 1.0).any():
            raise ValueError(f"injured share {share.max():g} must be at most 1")
        hazards = -np.log1p(-np.array([BASE_RATE, COLD_RATE]))
        strength = self.strength(inflammation)
        low, high = (-np.expm1(-(base + cold * share) * strength) for base, cold in hazards.T)
        return Band(low, high)

    def hypopigmentation(self, coldest: npt.ArrayLike, ice: npt.ArrayLike) -> Band:
        """Share of melanocytes that die where skin was ``coldest`` (K) and ``ice`` formed.

        ``ice`` is 1 where it did and 0 where it did not, or its probability.
        """
        span = self.melanocytes_spared - self.melanocytes_lost
        below = (self.melanocytes_spared - np.asarray(coldest, dtype=float)) / span
        dead: Values = np.clip(below, 0.0, 1.0)
        return Band(dead * _at_least_zero(ice, "ice"), dead)

    def _times(self) -> tuple[float, float]:
        """Slow and fast time (s); the response is the same if they change places."""
        return max(self.fading, self.inflamed), min(self.fading, self.inflamed)

    def _melanin(self, since: Values) -> Values:
        """Melanin ``since`` (s) the delay; equal times are no exception."""
        slow, fast = self._times()
        grown: Values = since * exprel(-since * (1.0 / fast - 1.0 / slow))
        return grown * np.exp(-since / slow)


def _at_least_zero(values: npt.ArrayLike, name: str) -> Values:
    array = np.asarray(values, dtype=float)
    if not (array >= 0.0).all():
        raise ValueError(f"{name} {array.min():g} must be at least 0")
    return array
