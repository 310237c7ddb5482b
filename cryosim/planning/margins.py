"""The limits that a plan keeps, and how far an evaluation stays inside them.

A tier that is an error is always kept.  The cautious plan, which is the default, also keeps the
warning of every limit that has an error tier: it warns on the way to harm.  A limit that has a
warning alone, such as the numbness that half of all treatments bring, stops no plan and is told.
A case that gives such a limit an error tier makes it stop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log10, nan

from cryosim.case import limits as tiers
from cryosim.case.limits import Limits
from cryosim.uncertainty.outcomes import Outcomes

ICE = "ice"
"""A probability that runs over decades, so its margin is one of its logarithm."""

LEAST = 1e-12
"""A probability that is as good as none."""


class Margin(StrEnum):
    """How far a plan stays from harm."""

    warning = "warning"
    error = "error"


@dataclass(frozen=True)
class Guard:
    """One limit that is kept: ``tier`` in ``unit``, ``sign`` 1 if the highest value counts."""

    key: str
    title: str
    tier: float
    unit: str
    sign: float
    scale: float

    def margin(self, value: float | None) -> float:
        """Share (1) of the way that is left; negative beyond the tier, 1 if nothing was seen."""
        if value is None:
            return 1.0
        if self.key == ICE and self.tier > 0.0:
            return log10(self.tier / max(value, LEAST))
        return self.sign * (self.tier - value) / self.scale

    def value(self, margin: float) -> float:
        """The value that leaves this ``margin``."""
        if self.key == ICE and self.tier > 0.0:
            return float(self.tier / 10.0**margin)
        return self.tier - self.sign * self.scale * margin

    @property
    def shown(self) -> str:
        """The tier with its unit."""
        return f"{self.tier:g}{'' if self.unit == '1' else ' ' + self.unit}"


def guards_of(limits: Limits, margin: Margin) -> list[Guard]:
    """Limits that stop a plan."""
    guards = []
    for limit in tiers.limits_of(limits):
        kept = limit.error
        if margin is Margin.warning and limit.warning is not None and kept is not None:
            kept = limit.warning
        tier = tiers.told(limit.key, kept)
        if tier is None:
            continue
        harmless = tiers.told(limit.key, limit.harmless)
        scale = abs(tier) if harmless is None else abs(tier - harmless)
        unit = tiers.unit_of(limit.key)
        guards.append(Guard(limit.key, limit.title, tier, unit, limit.sign, scale or 1.0))
    return guards


def margins(guards: list[Guard], outcomes: Outcomes) -> Mapping[str, float]:
    """Margin (1) of every guard, by its key."""
    found = {g.key: value_of(g.key, outcomes) for g in guards}
    return {g.key: g.margin(found[g.key]) for g in guards}


def value_of(key: str, outcomes: Outcomes) -> float | None:
    """The worst value of the limit ``key``, if it was seen."""
    value = outcomes.get(f"limit: {key}", (nan, ""))[0]
    return None if value != value else value
