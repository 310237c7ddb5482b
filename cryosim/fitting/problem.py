"""What is fitted to what: checked before the first run."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError
from cryosim.fitting.measured import Series, columns_of, read
from cryosim.fitting.parameters import Parameter, parameters_of
from cryosim.uncertainty.samples import base_of

MOST_ROWS = 2000
"""Rows of a table that a run of the model is asked for, about: 0.9 ms each in a column of gel."""

FINE = 1.0
"""Spacing (s) of rows between which the data lie anyhow.

Measured on cases/bench_gel.toml, with its ramp of 60 s: a line between rows that are 2 s apart
misses the temperature 1 mm deep by 0.007 K and the heat flux by 1.3 mW/cm^2 at worst (root mean
square 0.0005 and 0.05), at 60 s by 1.3 K and 47 mW/cm^2; splines miss the peak of the flux by
more.  Half of 2 s is for a plate that is cold at once, which moves the contact by 0.7 % at 2 s.
"""

_CLOCK = 1e-3
"""Time (s) to which the clock of the data is read for a step that they have in common."""


@dataclass(frozen=True)
class Problem:
    """A case, its parameters, and the data that decide about them."""

    loaded: Loaded
    data: Path
    parameters: list[Parameter]
    series: list[Series]
    base: dict[str, Any]
    """Fields of the case as the model runs it."""
    dimension: int
    robust: bool
    """Whether outliers count less: soft_l1 instead of squares."""
    every: float
    """Spacing (s) of the rows of a run, between which the model is interpolated."""


def problem_of(
    case: Path,
    data: Path,
    fit: Sequence[str] = (),
    sd: Sequence[str] = (),
    *,
    dimension: int | None = None,
    robust: bool = False,
) -> Problem:
    """The fit of the case to ``data``; raises CaseError for what cannot be fitted."""
    if MPI.COMM_WORLD.size > 1:
        raise CaseError(
            "calibrate runs on one rank and shares its runs out among the cores itself; "
            "run without mpiexec"
        )
    loaded = load(case)
    parameters = parameters_of(loaded, fit)
    series = read(data, columns_of(loaded), loaded.case.duration, sd)
    n = sum(one.values.size for one in series)
    if n <= len(parameters):
        raise CaseError(f"{data}: {n} values cannot decide about {len(parameters)} parameters")
    chosen = dimension or loaded.case.dimension
    if chosen > loaded.case.dimension:
        raise CaseError(
            f"--dimension {chosen}: the case has {loaded.case.dimension}; expected at most that"
        )
    base = base_of(loaded, chosen)
    every = _spacing(series, loaded)
    base["output"]["every"] = f"{every!r} s"
    return Problem(loaded, data, parameters, series, base, chosen, robust, every)


def _spacing(series: Sequence[Series], loaded: Loaded) -> float:
    """Spacing (s) of the rows of a run: one that has a row at each time of the data, if it can."""
    times = np.unique(np.concatenate([one.times for one in series]))
    usual, least = loaded.case.output.every, loaded.case.duration / MOST_ROWS
    common = float(np.gcd.reduce(np.round(times / _CLOCK).astype(np.int64))) * _CLOCK
    if common >= least:
        return common / ceil(common / usual)
    return float(min(usual, max(least, np.diff(times).min(initial=FINE))))
