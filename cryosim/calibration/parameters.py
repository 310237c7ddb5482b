"""The free parameters, as logarithms: nothing else of injury and course is fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Literal

import numpy as np
import numpy.typing as npt

from cryosim.injury import CrystalDose
from cryosim.outcome.course import DAY, Course

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Free:
    """One free parameter: ``least + unit e^z`` (SI) of a number ``z`` without bounds."""

    name: str
    law: Literal["injury", "course"]
    unit: str
    """What it is shown in."""
    size: float = 1.0
    """That unit in SI."""
    least: float = 0.0

    def value(self, z: float) -> float:
        """Value (SI)."""
        return self.least + self.size * exp(z)

    def z(self, value: float) -> float:
        """The number that stands for ``value`` (SI)."""
        return log((value - self.least) / self.size)

    def shown(self, value: float) -> float:
        """``value`` (SI) in the unit that it is shown in."""
        return value / self.size


FREE = (
    Free("shape", "injury", "1"),
    Free("scale", "injury", "min", 60.0),
    Free("massage", "injury", "1", least=1.0),
    Free("phagocytosed", "course", "d", DAY),
    Free("massage_hastens", "course", "1", least=1.0),
)
"""Shape, scale and massage of the dose of crystals; digestion, and how massage hastens it."""


def values(z: Values) -> Values:
    """Values (SI) of the free parameters."""
    return np.array([free.value(x) for free, x in zip(FREE, z, strict=True)])


def updates(found: Values) -> tuple[dict[str, float], dict[str, float]]:
    """Fields of the injury law and of the course for the values ``found`` (SI)."""
    laws: dict[str, dict[str, float]] = {"injury": {}, "course": {}}
    for free, value in zip(FREE, found, strict=True):
        laws[free.law][free.name] = float(value)
    return laws["injury"], laws["course"]


def laws(found: Values) -> tuple[CrystalDose, Course]:
    """Injury law and course with the values ``found`` (SI), checked."""
    injury, course = updates(found)
    return CrystalDose(**injury), Course(**course)


@dataclass(frozen=True)
class Prior:
    """What is taken for granted of every ``z``: mean and standard deviation."""

    mean: Values
    sd: Values


def prior_of(table: Mapping[str, tuple[float, float]]) -> Prior:
    """Prior from the median (shown unit, less the least value) and factor of each parameter."""
    pairs = [table[free.name] for free in FREE]
    return Prior(np.log([m for m, _ in pairs]), np.log([f for _, f in pairs]))
