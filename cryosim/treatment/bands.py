r"""Error bands from coarser solves, after Roache's grid convergence index.

With the mesh coarsened by :math:`r` along every axis and the tolerance of the march loosened by
:math:`r^3` (the error of the march follows its tolerance to the power 2/3), both parts of the error
of a quantity :math:`f` grow by :math:`r^2`, and any two solves estimate that of the finest:

.. math:: |f_1 - f| \approx \frac{|f_a - f_b|}{|r_a^2 - r_b^2|}.

Errors of opposite sign can cancel in one difference, so there are two such solves, and one more on
the coarsest mesh with the tolerance as it is, :math:`f_s`: it tells the error of the march from
that of the mesh, whose sizes are then added:

.. math:: |f_1 - f| \lesssim \frac{|f_r - f_s| + |f_s - f_1|}{r^2 - 1}.

Cells are whole and a layer has three at least, so meshes are rarely coarser by just the ratio asked
for: :math:`r` is the root of the ratio of numbers of cells, one for each dimension.

The band is the largest of the estimates times the safety factor of 3 that Roache (1994, 1998)
advises where the order is not observed.  What it holds of the true errors is measured by
tests/run/test_bands*.py and written in docs/solution-verification.md.  The other solves cost a
third to a half of the run in a block.  The band is about numbers only: neither inputs nor model are
in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

from mpi4py import MPI

from cryosim.case.grading import Grading
from cryosim.case.load import Loaded
from cryosim.errors import CaseError
from cryosim.output.history import History
from cryosim.treatment.build import build
from cryosim.treatment.model import Frame
from cryosim.treatment.observe import observe
from cryosim.treatment.summary import quantities

SAFETY = 3.0
"""Safety factor of a band from grids that do not observe the order."""

ORDER = 2.0
"""Order of the method in mesh size."""

RATIOS = (1.5, 2.0)
"""Coarsenings of the other grids."""


CLOSEST = 1.1
"""Ratio of meshes that tell something of each other; a block of three cells has no coarser one."""


@dataclass(frozen=True)
class Solve:
    """Frame and history of one solve, and how many unknowns it had."""

    frame: Frame
    history: History
    unknowns: int


@dataclass(frozen=True)
class Coarser:
    """The other solves of a case."""

    both: list[Solve]
    """With larger cells, those of ``RATIOS``, and the tolerance to go with them."""
    sharp: Solve
    """With the largest cells and the tolerance of the case."""


def coarsened(loaded: Loaded, ratio: float, *, sharp: bool = False) -> Loaded:
    """The case of a block with cells ``ratio`` times as large and the tolerance to go with them.

    The tolerance is that of the case if ``sharp``.
    """
    case = loaded.case
    mesh = case.mesh.model_copy(
        update={
            "depth": scaled(case.depth_grading, ratio),
            "lateral": scaled(case.mesh.lateral, ratio),
        }
    )
    tolerance = case.tolerance * (1.0 if sharp else ratio**3)
    numerics = case.numerics.model_copy(update={"tolerance": tolerance})
    return replace(loaded, case=case.model_copy(update={"mesh": mesh, "numerics": numerics}))


def refuse_unless_coarsenable(loaded: Loaded) -> None:
    """Raise CaseError for a mesh file, which cannot be coarsened here."""
    if loaded.case.mesh.file is not None:
        raise CaseError(
            f"{loaded.path}: error bands need coarser meshes, and a mesh file has none; "
            "make a coarser file and compare the two results"
        )


def scaled(grading: Grading, ratio: float) -> Grading:
    """Grading with cells ``ratio`` times as large everywhere: a size is finest + d ln growth."""
    return Grading.model_construct(
        finest=grading.finest * ratio,
        growth=grading.growth**ratio,
        coarsest=grading.coarsest * ratio,
    )


def solve(
    loaded: Loaded, comm: MPI.Comm, stops: list[float], between: Callable[[], None] | None = None
) -> Solve:
    """March the case and keep its tables, writing nothing; call ``between`` steps.  Collective."""
    treatment = build(loaded, comm)
    history = History(treatment.frame.line_depth)
    for landed in chain([True], treatment.march(stops)):
        if landed:
            seen = observe(treatment)
            history.append(seen.time, seen.rows, seen.line.tolist())
        if between is not None:
            between()
    unknowns = treatment.frame.operators.space.dofmap.index_map.size_global
    return Solve(treatment.frame, history, unknowns)


def coarser_solves(
    loaded: Loaded, comm: MPI.Comm, stops: list[float], between: Callable[[], None] | None = None
) -> Coarser:
    """The other solves of a case; ``between`` steps somebody may want to stop.  Collective."""
    return Coarser(
        [solve(coarsened(loaded, ratio), comm, stops, between) for ratio in RATIOS],
        solve(coarsened(loaded, max(RATIOS), sharp=True), comm, stops, between),
    )


def coarsening(fine: Frame, coarse: Frame) -> float:
    """How much larger the cells of ``coarse`` are than those of ``fine``, on the whole."""
    dimension = fine.domain.dimension
    n = [f.domain.mesh.topology.index_map(dimension).size_global for f in (fine, coarse)]
    return max(float((n[0] / n[1]) ** (1.0 / dimension)), CLOSEST)


def banded(
    frame: Frame, fine: dict[str, dict[str, Any]], coarser: Coarser | None
) -> dict[str, dict[str, Any]]:
    """Quantities of a result with the half-width of their error band; none without ``coarser``."""
    if coarser is None:
        return fine
    both = {coarsening(frame, s.frame): quantities(s.frame, s.history) for s in coarser.both}
    sharp = quantities(coarser.sharp.frame, coarser.sharp.history)
    return {
        name: entry
        | {
            "band": band(
                {1.0: entry["value"]} | {r: q[name]["value"] for r, q in both.items()},
                sharp[name]["value"],
            )
        }
        for name, entry in fine.items()
    }


def band(values: Mapping[float, float], sharp: float | None = None) -> float:
    """Half-width of the band of ``values[1.0]``, from values by ratio of coarsening.

    ``sharp`` is the value on the coarsest mesh with the tolerance of the finest.
    """
    estimates = [
        abs(values[a] - values[b]) / (b**ORDER - a**ORDER)
        for a, b in combinations(sorted(values), 2)
        if b / a >= CLOSEST
    ]
    if sharp is not None:
        coarsest = max(values)
        apart = abs(values[coarsest] - sharp) + abs(sharp - values[1.0])
        estimates.append(apart / (coarsest**ORDER - 1.0))
    return float(SAFETY * max(estimates))
