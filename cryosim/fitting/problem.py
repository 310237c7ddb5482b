"""What is fitted to what: checked before the first run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError
from cryosim.fitting.measured import Series, columns_of, read
from cryosim.fitting.parameters import Parameter, parameters_of
from cryosim.uncertainty.samples import base_of

MOST_ROWS = 600
"""Rows of a table that a run of the model is asked for, about."""


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
    base = base_of(loaded, chosen)
    every = _spacing(series, loaded)
    base["output"]["every"] = f"{every!r} s"
    return Problem(loaded, data, parameters, series, base, chosen, robust, every)


def _spacing(series: Sequence[Series], loaded: Loaded) -> float:
    """Spacing (s) of the rows of a run: that of the data, if they are denser than the case."""
    gaps = np.concatenate([np.diff(one.times) for one in series])
    usual = loaded.case.output.every
    typical = float(np.median(gaps)) if gaps.size else usual
    return min(usual, max(typical, loaded.case.duration / MOST_ROWS))
