"""One uncertain input: its ends, its distribution, and where a case gives it."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from cryosim.uncertainty.paths import Value

DECADE = 10.0
"""Ratio of the ends above which the logarithm is uniform."""

Distribution = Literal["triangular", "uniform", "log-uniform"]


@dataclass(frozen=True)
class Input:
    """One uncertain input; its numbers are in ``unit``."""

    name: str
    """Key path of the case where it can be given."""
    paths: tuple[str, ...]
    """Key paths of the case written out that take its value."""
    nominal: float
    low: float
    high: float
    unit: str
    source: tuple[str, ...]
    grade: str
    """Of the library, or "case"."""

    @property
    def distribution(self) -> Distribution:
        """How the values between the ends are distributed."""
        if self.low > 0.0 and self.high > DECADE * self.low:
            return "log-uniform"
        return "triangular" if self.low <= self.nominal <= self.high else "uniform"

    def at(self, share: float) -> float:
        """The value below which there is a ``share`` (0 to 1) of all."""
        if self.distribution == "log-uniform":
            return float(self.low * (self.high / self.low) ** share)
        width, below = self.high - self.low, self.nominal - self.low
        if self.distribution == "uniform":
            return self.low + share * width
        if share * width < below:
            return self.low + sqrt(share * width * below)
        return self.high - sqrt((1.0 - share) * width * (width - below))

    def given(self, x: float) -> Value:
        """The value ``x`` as a case file gives it."""
        return x if self.unit == "1" else f"{x!r} {self.unit}"

    def settings(self, x: float) -> dict[str, Value]:
        """What a case file gives for the value ``x``, by key path."""
        return dict.fromkeys(self.paths, self.given(x))

    @property
    def header(self) -> str:
        """Name with unit, for a table."""
        return f"{self.name} [{self.unit}]"

    def as_dict(self) -> dict[str, Any]:
        """What ``result.json`` says of it."""
        return {
            "value": self.nominal, "low": self.low, "high": self.high, "unit": self.unit,
            "distribution": self.distribution, "source": list(self.source), "grade": self.grade,
        }  # fmt: skip
