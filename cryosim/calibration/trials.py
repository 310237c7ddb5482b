"""What trials measured, and how they are set up: ``data/trials.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, Self

from pydantic import Field, model_validator

from cryosim.library.tissues import Grade
from cryosim.part import Part


class Input(Part):
    """One uncertain input of the thermal runs."""

    low: float
    high: float
    nominal: float
    what: str
    basis: str


class Setup(Part):
    """A column that trials are computed with; its texts go into the case."""

    what: str
    bottom: str
    duration: str
    perfusion: str
    layers: str


class PriorOf(Part):
    """Median and factor (one SD of the logarithm) of a free parameter."""

    median: float = Field(gt=0.0)
    factor: float = Field(gt=1.0)
    basis: str


class Trial(Part):
    """Who measured."""

    what: str
    n: int | None = None
    common: float = Field(0.0, ge=0.0, lt=1.0)
    """Correlation of the errors of its numbers."""
    sources: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    assumed: str


class Loss(Part):
    """Share of the fat (1) that is gone on a day."""

    setup: str
    day: float
    massaged: bool = False
    sessions: int = 1


class Endpoint(Part):
    """One published number: a loss, less or over another one."""

    name: str
    trial: str
    of: Loss
    less: Loss | None = None
    over: Loss | None = None
    unit: Literal["%", "mm", "1"]
    layer: str = ""
    """Input that is the thickness (mm) of the layer, for a number in mm."""
    mean: float | None = None
    sd: float | None = Field(None, gt=0.0)
    low: float | None = None
    high: float | None = None
    basis: str = ""
    """What the SD rests on."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.mean is None and (self.low is None or self.high is None):
            raise ValueError("expected a mean, or low and high")
        if (self.unit == "mm") != bool(self.layer):
            raise ValueError("a number in mm needs a layer, and no other does")
        return self


class Trials(Part):
    """All of the file."""

    inputs: Mapping[str, Input]
    setups: Mapping[str, Setup]
    priors: Mapping[str, PriorOf]
    trials: Mapping[str, Trial]
    fitted: tuple[Endpoint, ...]
    predicted: tuple[Endpoint, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for one in (*self.fitted, *self.predicted):
            losses = [loss for loss in (one.of, one.less, one.over) if loss]
            known = one.trial in self.trials and all(x.setup in self.setups for x in losses)
            if not known or (one.layer and one.layer not in self.inputs):
                raise ValueError(f"{one.name}: unknown trial, setup or layer")
        if any(one.mean is None or one.sd is None for one in self.fitted):
            raise ValueError("what is fitted needs a mean and an sd")
        return self


def _data(name: str) -> Traversable:
    return files("cryosim.calibration").joinpath("data", name)


@cache
def trials() -> Trials:
    """The data."""
    return Trials.model_validate(tomllib.loads(_data("trials.toml").read_text(encoding="utf-8")))


def template() -> str:
    """The case that setups are filled into."""
    return _data("column.case.toml").read_text(encoding="utf-8")
