"""The calibration of injury and course as one uncertain input.

Its parameters are tied to each other (shape and scale of the injury law are known together only),
so they are not drawn one by one: the input is the rank of a draw of the calibration, by how many
cells it kills in an hour of full crystallisation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cryosim.case.schema import Case
from cryosim.injury import CrystalDose
from cryosim.library import calibration
from cryosim.treatment.calibrated import alternatives
from cryosim.uncertainty.input import Distribution, Input
from cryosim.uncertainty.paths import Value

NAME = "calibration of injury"

_AN_HOUR = np.array([[3600.0], [0.0]])
"""State of the crystal dose after an hour of full crystallisation."""

_SECONDS = ("injury.scale", "course.phagocytosed")
"""Parameters that a case file gives with a unit."""


@dataclass(frozen=True)
class Calibrated(Input):
    """Rank (0 to 1) among the draws of the calibration; nominal is what the library holds."""

    rows: tuple[dict[str, Value], ...] = ()
    """Settings of every draw, the mildest first."""

    @property
    def distribution(self) -> Distribution:
        """Every draw is as likely."""
        return "uniform"

    def settings(self, x: float) -> dict[str, Value]:
        """What a case file gives for the rank ``x``: nothing for the nominal one."""
        if x == self.nominal:
            return {}
        return self.rows[min(int(x * len(self.rows)), len(self.rows) - 1)]


def calibrated(case: Case) -> Iterator[Input]:
    """The calibration, if ``case`` leaves injury and course to it."""
    if any(path.startswith(("injury.", "course.")) for path in case.uncertainty):
        return
    if next(alternatives(case, calibration.draws()), None) is None:
        return
    rows = sorted(calibration.draws(), key=lambda draw: _killed(CrystalDose(**draw[0])))
    milder = [_killed(CrystalDose(**draw[0])) < _killed(CrystalDose()) for draw in rows]
    yield Calibrated(
        name=NAME, paths=(), nominal=sum(milder) / len(rows), low=0.0, high=1.0, unit="1",
        source=("coleman-2009", "boey-2014", "zelickson-2015", "stevens-2014", "spiteri-2019"),
        grade="A", rows=tuple(_settings(*draw) for draw in rows),
    )  # fmt: skip


def _killed(law: CrystalDose) -> float:
    """Share of cells that die in an hour of full crystallisation (1)."""
    return 1.0 - float(law.survival(_AN_HOUR)[0])


def _settings(injury: Mapping[str, float], course: Mapping[str, float]) -> dict[str, Value]:
    """One draw as a case file gives it."""
    flat = {f"injury.{k}": x for k, x in injury.items()}
    flat |= {f"course.{k}": x for k, x in course.items()}
    return {path: f"{x!r} s" if path in _SECONDS else x for path, x in flat.items()}
