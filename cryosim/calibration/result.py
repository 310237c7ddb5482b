"""All that a calibration comes to, from the data and the thermal runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import numpy.typing as npt

from cryosim.calibration.fit import (
    Identifiability,
    Problem,
    draws,
    fitted,
    identifiability,
    problem,
)
from cryosim.calibration.forward import Variant
from cryosim.calibration.parameters import FREE, prior_of, updates, values
from cryosim.calibration.predict import predicted
from cryosim.calibration.trials import Endpoint, Trials
from cryosim.injury import CrystalDose

Values = npt.NDArray[np.float64]

INTERVAL = (5.0, 50.0, 95.0)
"""Percentiles of a band: low, median, high."""

PROFILE = tuple(np.geomspace(0.1, 20.0, 13).tolist())
"""Shapes that are held fixed to see what the data say of each."""

TIMES = (30.0, 60.0, 120.0)
"""Minutes of full crystallisation for which the killed share is told."""


@dataclass(frozen=True)
class Fitted:
    """One number that was fitted."""

    endpoint: Endpoint
    value: float
    """With the defaults and nominal inputs."""
    band: tuple[float, float, float]
    left_out: float
    """With its trial left out of the fit, at nominal inputs."""

    @property
    def residual(self) -> float:
        """Value less mean over SD (1)."""
        assert self.endpoint.mean is not None and self.endpoint.sd is not None  # noqa: S101, PT018
        return (self.value - self.endpoint.mean) / self.endpoint.sd


@dataclass(frozen=True)
class Predicted:
    """One number that was not fitted."""

    endpoint: Endpoint
    value: float
    band: tuple[float, float, float]

    @property
    def inside(self) -> bool:
        """Whether the mean lies in the band, or the median in the published range."""
        one, (low, median, high) = self.endpoint, self.band
        if one.mean is not None:
            return low <= one.mean <= high
        assert one.low is not None and one.high is not None  # noqa: S101, PT018
        return one.low <= median <= one.high


@dataclass(frozen=True)
class Calibration:
    """The result."""

    data: Trials
    defaults: Values
    """Fit at nominal inputs, rounded: SI."""
    sample: Values
    """Draws of ``z``, (draws, parameters)."""
    fitted: list[Fitted]
    predicted: list[Predicted]
    told: Identifiability
    profile: Values
    """Rows of shape, misfit of the data and of data and prior (sums of squares)."""
    killed: Values
    """Share (1) that each of TIMES kills: default, low, median, high."""
    alone: dict[str, float]
    """Share (1) that an hour kills by a fit to one trial alone, of those that tell of it."""
    prior_sd: Values

    @property
    def bands(self) -> Values:
        """Low, median, high (SI) of every parameter, (3, parameters)."""
        found = np.array([values(z) for z in self.sample])
        return np.asarray(np.percentile(found, INTERVAL, axis=0))

    @property
    def correlation(self) -> Values:
        """Correlation of the logarithms."""
        return np.asarray(np.corrcoef(self.sample.T))

    @property
    def narrowed(self) -> Values:
        """SD of each logarithm over that of the prior, with inputs varied (1)."""
        return np.asarray(self.sample.std(axis=0, ddof=1) / self.prior_sd)


def calibrated(data: Trials, variants: Sequence[Variant], number: int, seed: int) -> Calibration:
    """Fit ``data`` and draw ``number`` alternatives.

    The band of what is predicted takes the inputs of each draw from another one: nobody knows how
    other trials cooled.
    """
    prior = prior_of({name: (p.median, p.factor) for name, p in data.priors.items()})
    task = problem(data.fitted, dict(data.trials), prior)
    best = fitted(task, variants[0])
    defaults = rounded(values(best))
    sample, used = draws(task, variants, number, seed)
    everything = (*data.fitted, *data.predicted)
    others = np.random.default_rng(seed).permutation(used).tolist()
    bands = np.vstack([
        _bands(data.fitted, sample, [variants[k] for k in used]),
        _bands(data.predicted, sample, [variants[k] for k in others]),
    ])  # fmt: skip
    nominal = predicted(everything, defaults, variants[0])
    n = len(data.fitted)
    left_out = _left_out(task, data, variants[0], best)
    return Calibration(
        data, defaults, sample,
        [Fitted(one, float(v), _three(b), left_out[i])
         for i, (one, v, b) in enumerate(zip(data.fitted, nominal[:n], bands[:n], strict=True))],
        [Predicted(one, float(v), _three(b))
         for one, v, b in zip(data.predicted, nominal[n:], bands[n:], strict=True)],
        identifiability(task, variants[0], best), _profile(task, variants[0], best),
        _killed(defaults, sample), _alone(task, data, variants[0]), prior.sd,
    )  # fmt: skip


def _bands(endpoints: tuple[Endpoint, ...], sample: Values, variants: Sequence[Variant]) -> Values:
    """Low, median and high of each of the ``endpoints``, (endpoints, 3)."""
    every = [predicted(endpoints, values(z), v) for z, v in zip(sample, variants, strict=True)]
    return np.asarray(np.percentile(every, INTERVAL, axis=0).T)


def rounded(found: Values) -> Values:
    """Values (SI) to three digits in the unit that they are shown in."""
    shown = [free.shown(x) for free, x in zip(FREE, found, strict=True)]
    short = [round(x, 2 - floor(log10(abs(x)))) for x in shown]
    return np.array([x * free.size for free, x in zip(FREE, short, strict=True)])


def _three(band: Values) -> tuple[float, float, float]:
    low, median, high = (float(x) for x in band)
    return low, median, high


def _left_out(task: Problem, data: Trials, variant: Variant, best: Values) -> list[float]:
    """What the fit without its trial makes of each number."""
    refits = {}
    for trial in dict.fromkeys(one.trial for one in data.fitted):
        others = [one for one in data.fitted if one.trial != trial]
        refit = fitted(problem(others, dict(data.trials), task.prior), variant, best)
        refits[trial] = values(refit)
    return [float(predicted((one,), refits[one.trial], variant)[0]) for one in data.fitted]


def _profile(task: Problem, variant: Variant, best: Values) -> Values:
    """Misfit with the shape held at each of PROFILE, all else fitted again."""
    rows = []
    for shape in PROFILE:
        z = fitted(task, variant, best, shape=FREE[0].z(shape))
        off = task.residuals(variant, z) ** 2
        rows.append((shape, off[: task.mean.size].sum(), off.sum()))
    return np.array(rows)


def _alone(task: Problem, data: Trials, variant: Variant) -> dict[str, float]:
    """Share that an hour kills, by a fit to each trial alone that measured a loss."""
    found = {}
    for trial in dict.fromkeys(one.trial for one in data.fitted if one.over is None):
        its = [one for one in data.fitted if one.trial == trial]
        z = fitted(problem(its, dict(data.trials), task.prior), variant)
        found[trial] = float(share_killed(values(z), np.array([60.0]))[0])
    return found


def _killed(defaults: Values, sample: Values) -> Values:
    """Share that full crystallisation for each of TIMES kills."""
    minutes = np.array(TIMES)
    several = np.array([share_killed(values(z), minutes) for z in sample])
    bands = np.percentile(several, INTERVAL, axis=0)
    return np.vstack([share_killed(defaults, minutes), bands]).T


def share_killed(found: Values, minutes: Values) -> Values:
    """Share (1) that ``minutes`` of full crystallisation kill."""
    law = CrystalDose(**updates(found)[0])
    state = np.array([60.0 * minutes, np.zeros(minutes.size)])
    return np.asarray(1.0 - law.survival(state))
