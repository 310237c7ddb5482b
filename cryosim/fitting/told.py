"""What ``fit.json`` says of a fit."""

import hashlib
from typing import Any

import numpy as np

from cryosim import __version__
from cryosim.fitting.fit import Fitted
from cryosim.fitting.identify import doubts, weighted
from cryosim.fitting.parameters import Parameter
from cryosim.fitting.statistics import Knowledge, collinearity, knowledge

FARTHEST = 1.0
"""Half of an interval, over the way between the bounds, beyond which it is not told."""

MAD = 1.4826
"""Standard deviation of normal values over the median of what they are off."""

FAR_OFF = 6.0
"""Standard deviations of the others beyond which a value is a gross outlier: an assumption.  Half
of the one that is stated counts for these at least, lest a good fit have any."""


def told(fitted: Fitted) -> dict[str, Any]:
    """Parameters, how well they are known, series, warnings, and where all this is from."""
    problem = fitted.problem
    sizes = [one.values.size for one in fitted.series]
    slopes = fitted.slopes / fitted.sd[:, None]
    known = knowledge(slopes, fitted.residuals, fitted.weights, sizes)
    J = weighted(fitted)
    several = len(problem.parameters) > 1 and bool(J.any(axis=0).all())
    return {
        "title": problem.loaded.case.title,
        "parameters": [_parameter(fitted, known, i) for i in range(len(problem.parameters))],
        "correlation": [[_finite(x) for x in row] for row in known.correlation.tolist()],
        "collinearity": _finite(collinearity(J)) if several else None,
        "condition": _finite(known.condition),
        "warnings": [doubt.as_dict() for doubt in doubts(fitted, known)],
        "residual_sd": known.residual_sd,
        "values": sum(sizes),
        "effective_values": known.effective,
        "series": _series(fitted, known),
        "loss": "soft_l1" if problem.robust else "squares",
        "converged": fitted.converged,
        "ended": fitted.why,
        "dimension": problem.dimension,
        "every_s": problem.every,
        "case": str(problem.loaded.path),
        "case_hash": problem.loaded.hash,
        "data": str(problem.data),
        "data_sha256": hashlib.sha256(problem.data.read_bytes()).hexdigest(),
        "runs": fitted.runs,
        "core_s": fitted.core,
        "version": __version__,
    }


def _parameter(fitted: Fitted, known: Knowledge, i: int) -> dict[str, Any]:
    parameter, share = fitted.problem.parameters[i], float(fitted.shares[i])
    half = known.quantile * float(known.se[i])
    value, decided = parameter.value(share), half < FARTHEST
    outside = parameter.library and not parameter.library[0] <= value <= parameter.library[1]
    return {
        "name": parameter.name,
        "unit": parameter.input.unit,
        "start": parameter.input.nominal,
        "value": value,
        "se": _slope(parameter, value) * float(known.se[i]) if decided else None,
        "interval": [parameter.value(share - half), parameter.value(share + half)]
        if decided
        else None,
        "bounds": [parameter.input.low, parameter.input.high],
        "logarithmic": parameter.logarithmic,
        "library": list(parameter.library) if parameter.library else None,
        "outside_library": bool(outside),
        "source": list(parameter.input.source),
    }


def _slope(parameter: Parameter, value: float) -> float:
    """Change of the value over the change of its share, at ``value``."""
    low, high = parameter.input.low, parameter.input.high
    return value * float(np.log(high / low)) if parameter.logarithmic else high - low


def _series(fitted: Fitted, known: Knowledge) -> list[dict[str, Any]]:
    """Every series: how much of it there is, and how far the model is off."""
    ends = np.cumsum([one.values.size for one in fitted.series])[:-1]
    parts = (np.split(x, ends) for x in (fitted.computed, fitted.at_start, fitted.weights))
    return [
        {
            "name": one.column.name,
            "unit": one.column.unit,
            "n": one.values.size,
            "left_out": fitted.left.get(one.column.header, 0),
            "autocorrelation": time,
            "sd": float(np.median(one.sd)),
            "sd_by": one.said,
            "rms": _rms(y - one.values),
            "rms_at_start": _rms(start - one.values),
            "bias": float(np.mean(y - one.values)),
            "outliers": int((w < 0.5).sum()),
            "far_off": _far_off((y - one.values) / one.sd),
        }
        for one, time, y, start, w in zip(fitted.series, known.inflation, *parts, strict=True)
    ]


def _far_off(r: Any) -> int:
    """How many of the residuals ``r`` (in standard deviations) are gross outliers."""
    usual = MAD * float(np.median(np.abs(r)))
    return int((np.abs(r) > FAR_OFF * max(usual, 0.5)).sum())


def _rms(x: Any) -> float:
    return float(np.sqrt(np.mean(np.square(x))))


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None
