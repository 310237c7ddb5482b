"""What was measured, and how a case is set for it: one data file for each experiment.

``data/<name>.toml`` holds the measurements with their source and what is assumed;
``data/<name>.case.toml`` is the case, with ``$names`` where its settings and inputs go.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from cryosim.case.faults import did_you_mean
from cryosim.errors import CaseError
from cryosim.library import cite
from cryosim.library.tissues import Grade
from cryosim.part import Part
from cryosim.units import Delay, TemperatureSpan

NAMES = (
    "otte_2002_prior", "otte_2002", "myrer_2001_prior", "myrer_2001", "mars_2006", "sasaki_2014",
    "anvari_sapphire", "clinical", "clinical_prior", "second_session", "pigment", "cryogen_marks",
    "rates",
)  # fmt: skip
"""Experiments in the order of the report."""

ROLES = {
    "prediction": "inputs come from other evidence, and what would pass was said beforehand",
    "calibration": "inputs were scanned or set on these very data: agreement is no validation",
    "comparison": "no input of the library was set on these data",
    "plausibility": "place, instrument or settings are unknown: only the order can be compared",
}


class Number(NamedTuple):
    """A computed number."""

    value: float
    """Infinite if it was not reached."""
    interval: tuple[float, float] | None = None
    """5 to 95 % of the calibration of injury and course; none for what does not rest on it."""

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval, or the value twice."""
        return self.interval or (self.value, self.value)


class Reading(Part):
    """How one number is read from a run."""

    kind: Literal[
        "time to cool", "change", "temperature", "quantity", "outcome", "course", "pigment", "limit"
    ]
    probe: str = ""
    """Name of the probe, for the first three."""
    by: TemperatureSpan = 1.0
    """Fall (K) from the start that "time to cool" waits for; its result is in minutes."""
    since: Delay = 0.0
    """When a "change" begins (s)."""
    at: Delay = 0.0
    """When a "change" ends or a "temperature" is read (s)."""
    name: str = ""
    """Name of a "quantity", "outcome" or "pigment" of ``result.json``, where a dot parts what lies
    within another; key of a "limit"; name of a column of ``course.csv`` without its unit."""
    day: Delay = 0.0
    """Time (s) after the first session, for a "course"."""
    times: float = 1.0
    """Factor of a "course" or "limit", from its unit to that of the panel."""


class Point(Part):
    """One measured number: a mean, with or without a spread, or a range."""

    panel: str
    x: float | str | None = None
    """Place on the axis; that of the case if not given."""
    label: str = ""
    """What it is, beside the label of its case."""
    reading: Reading
    mean: float | None = None
    sd: float | None = Field(None, gt=0.0)
    within: float | None = Field(None, gt=0.0)
    """Difference from the mean that was said beforehand to pass; where no spread is known."""
    low: float | None = None
    high: float | None = None
    places: int = Field(2, ge=0, le=4)
    """Decimals to show."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.mean is None and (self.low is None or self.high is None):
            raise ValueError("expected a mean, or low and high")
        if (self.sd is not None or self.within is not None) and self.mean is None:
            raise ValueError("an sd needs a mean")
        if sum(known is not None for known in (self.sd, self.within, self.low)) > 1:
            raise ValueError("expected one of sd, within, and low and high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("expected low below high")
        return self

    @property
    def mark(self) -> str:
        """What a computed number is held to, in words."""
        if self.sd is not None:
            return "within 1 SD"
        if self.within is not None:
            return "within what was said beforehand"
        return (
            "in the measured range"
            if self.mean is None
            else "with the measured mean in 5 to 95 % of the calibration"
        )

    def inside(self, number: Number) -> bool | None:
        """Whether ``number`` agrees; None where nothing says what that would be."""
        tolerance = self.sd or self.within
        if self.mean is not None and tolerance is not None:
            return abs(number.value - self.mean) <= tolerance
        if self.low is not None and self.high is not None:
            return self.low <= number.value <= self.high
        if self.mean is None or number.interval is None:
            return None
        low, high = number.interval
        return low <= self.mean <= high


class Setting(Part):
    """One case of an experiment: a group of subjects, a fold, a plate."""

    label: str
    x: float | str
    set: Mapping[str, str] = Field(default_factory=dict)
    """Texts that go into the case."""
    points: tuple[Point, ...] = Field(min_length=1)


class Level(Part):
    """One value of an uncertain input."""

    label: str
    set: Mapping[str, str]
    nominal: bool = False


class Input(Part):
    """An uncertain input, and the values it is given in turn."""

    name: str
    basis: str
    """What its range rests on."""
    levels: tuple[Level, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_nominal(self) -> Self:
        if sum(level.nominal for level in self.levels) != 1:
            raise ValueError(f"{self.name}: expected one nominal level")
        return self


class Panel(Part):
    """A quantity with an axis of its own in the plot."""

    title: str
    unit: str


class Experiment(Part):
    """A published experiment or trial, as it is compared here."""

    name: str
    title: str
    role: Literal["prediction", "calibration", "comparison", "plausibility"]
    criterion: str = ""
    """When a prediction passes, said beforehand."""
    needed: int | None = Field(None, ge=1)
    """How many points must be inside for that, with nominal inputs."""
    sources: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    """How well the measured numbers are known."""
    n: int | None = None
    subjects: str
    measured: str
    spread: str
    """What the spread is, or that none was retrieved."""
    assumed: tuple[str, ...] = Field(min_length=1)
    """What the case needs and the source does not give."""
    scanned: str
    """Which inputs were looked at on these very data."""
    predicted: str
    """What was computed without them."""
    notes: tuple[str, ...] = ()
    counted: str
    """What the points are, in the plural."""
    axis: str
    panels: Mapping[str, Panel]
    inputs: tuple[Input, ...] = Field(min_length=1)
    settings: tuple[Setting, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _panels_are_known(self) -> Self:
        for point in chain.from_iterable(s.points for s in self.settings):
            if point.panel not in self.panels:
                raise ValueError(f"{self.name}: no panel is called {point.panel!r}")
        return self

    @model_validator(mode="after")
    def _a_prediction_can_fail(self) -> Self:
        told = bool(self.criterion) and self.needed is not None
        if told != (self.role == "prediction"):
            raise ValueError(f"{self.name}: expected a criterion of a prediction, and of no other")
        return self

    @property
    def template(self) -> str:
        """The case, with ``$names`` to fill in."""
        return _data(f"{self.name}.case.toml").read_text(encoding="utf-8")


class NotPosed(Part):
    """Published data that no case can be set for, and why."""

    title: str
    sources: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    measured: str
    why: str


def _data(name: str) -> Traversable:
    return files("cryosim.validate").joinpath("data", name)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(_data(name).read_text(encoding="utf-8"))


@cache
def experiment(name: str) -> Experiment:
    """The experiment called ``name``."""
    if name not in NAMES:
        raise CaseError(f'no experiment is called "{name}"; {did_you_mean(name, NAMES)}')
    return Experiment.model_validate({"name": name, **_table(f"{name}.toml")})


@cache
def not_posed() -> tuple[NotPosed, ...]:
    """Published data that are not compared."""
    return tuple(NotPosed.model_validate(entry) for entry in _table("not_posed.toml")["data"])


@cache
def sources() -> Mapping[str, cite.Source]:
    """Every reference of the library and of the experiments by its key."""
    own = {key: cite.Source(**table) for key, table in _table("sources.toml").items()}
    return {**cite.sources(), **own}
