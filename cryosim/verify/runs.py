"""Cases loaded, built and marched as ``cryosim run`` does it, and what is seen of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.case.load import load
from cryosim.fem.measure import Sampler
from cryosim.parallel import Values, on_root
from cryosim.treatment.build import build
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import ledger
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import Entries, metres, written
from cryosim.verify.results import Profile, Result, nearest

LEDGER = 1e-9
"""Gate of the ledger's residual, relative to the heat exchanged."""


def treated(folder: Path, case: Entries, comm: MPI.Comm = MPI.COMM_WORLD) -> Treatment:
    """Treatment of ``case``, ready to march.  Collective."""
    path = written(folder, case)
    return build(on_root(MPI.COMM_WORLD, lambda: load(path)), comm)


@dataclass
class Run:
    """What was seen of a treatment: temperature (degC, one row a time), ledgers, surfaces."""

    treatment: Treatment
    times: list[float]
    depths: Values
    T: Values
    ledgers: list[dict[str, float]]
    steps: list[tuple[float, float]] = field(default_factory=list)
    """Time (s) and temperature (degC) of the surface after every step."""
    range: tuple[float, float] = (np.inf, -np.inf)
    """Lowest and highest temperature (degC) of any node after any kept step."""

    def entry(self, name: str) -> Values:
        """Cumulative ledger entry ``name`` at every time; zero if the case has none."""
        return np.array(
            [sum(v for k, v in row.items() if k.split(" [")[0] == name) for row in self.ledgers]
        )

    @property
    def residual(self) -> float:
        """Worst residual of the ledger relative to the heat that surfaces exchanged."""
        names = self.treatment.frame.conditions
        exchanged = sum(np.abs(self.entry(name)).max() for name in names)
        return float(np.abs(self.entry("residual")).max() / exchanged)


def marched(
    folder: Path, case: Entries, times: Sequence[float], depths: Any, comm: MPI.Comm | None = None
) -> Run:
    """Run ``case`` and look at ``depths`` (m) under the centre at every one of ``times`` (s)."""
    probes = [{"name": f"p{i}", "depth": metres(x)} for i, x in enumerate(depths)]
    return looked(treated(folder, case | {"probes": probes}, comm or MPI.COMM_WORLD), times, depths)


def looked(treatment: Treatment, times: Sequence[float], depths: Any) -> Run:
    """March ``treatment`` and look at its probes at every one of ``times`` (s)."""
    run = Run(treatment, list(times), np.asarray(depths, float), np.empty(0), [])
    rows: list[Values] = []

    def look() -> None:
        rows.append(temperatures(treatment, treatment.frame.probes))
        run.ledgers.append(ledger(treatment))

    run.range = _widened(treatment, run.range)
    if 0.0 in times:
        look()
    line = treatment.frame.line
    for landed in treatment.march(list(times)):
        if line is not None:
            run.steps.append((treatment.t, float(temperatures(treatment, line)[0])))
        run.range = _widened(treatment, run.range)
        if landed:
            look()
    run.T = np.array(rows)
    return run


def _widened(treatment: Treatment, found: tuple[float, float]) -> tuple[float, float]:
    """Range ``found`` so far (degC), widened by the temperatures of all nodes now."""
    largest, T = treatment.frame.operators.team.largest, treatment.balance.T
    low = -largest(float((-T).max(initial=-np.inf))) - ZERO_CELSIUS
    high = largest(float(T.max(initial=-np.inf))) - ZERO_CELSIUS
    return min(low, found[0]), max(high, found[1])


def temperatures(treatment: Treatment, sampler: Sampler) -> Values:
    """Temperature (degC) at the points of ``sampler`` now."""
    nodal = treatment.frame.operators.with_ghosts(treatment.balance.T_mesh)
    return np.asarray(sampler(nodal) - ZERO_CELSIUS)


def front(depth: Values, T: Values, level: float) -> float:
    """Greatest depth at which ``T`` crosses ``level``, linear between samples; NaN if none."""
    cold = np.flatnonzero((T[:-1] < level) & (T[1:] >= level))
    if not cold.size:
        return float("nan")
    i = int(cold[-1])
    return float(depth[i] + (level - T[i]) / (T[i + 1] - T[i]) * (depth[i + 1] - depth[i]))


def compared(run: Run, expected: Any, tolerance: float) -> list[Result]:
    """Temperatures (K) against ``expected`` (one row a time), and the ledger."""
    wanted = np.array(expected, dtype=float)
    off = np.nan_to_num(np.abs(run.T - wanted), nan=np.inf)
    k, i = np.unravel_index(int(off.argmax()), off.shape)
    place = f"temperature at {1e3 * run.depths[i]:.3g} mm, {run.times[k]:.5g} s"
    what = f"{place} (worst of {off.size})"
    depths = run.depths[: wanted.shape[1]].tolist()
    profile = Profile(depths, run.times, wanted.tolist(), run.T.tolist())
    worst = nearest(what, "degC", wanted, run.T, tolerance)
    return [replace(worst, profile=profile), closed(run)]


def closed(run: Run) -> Result:
    """The ledger's residual."""
    return nearest("ledger residual / heat exchanged", "1", 0.0, run.residual, LEDGER)
