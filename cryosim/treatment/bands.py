r"""Error bands from coarser solves, after Roache's grid convergence index.

With the mesh coarsened by :math:`r` along every axis and the tolerance of the march loosened by
:math:`r^3` (the error of the march follows its tolerance to the power 2/3), both parts of the error
of a quantity :math:`f` grow by :math:`r^2`, and any two solves estimate that of the finest:

.. math:: |f_1 - f| \approx \frac{|f_a - f_b|}{|r_a^2 - r_b^2|}.

The band is the largest of the estimates times the safety factor of 3 that Roache (1994, 1998)
advises where the order is not observed.  Two coarser solves, because errors of opposite sign can
cancel in one difference: over ten columns with converged references (tests/run/test_bands.py) one
coarser solve held the true error in 91 % of the numbers, two in 98 %.  Together they cost a quarter
of the run in a block.  The band is about numbers only: neither inputs nor model are in it.
"""

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Solve:
    """Frame and history of one solve, and how many unknowns it had."""

    frame: Frame
    history: History
    unknowns: int


def coarsened(loaded: Loaded, ratio: float) -> Loaded:
    """The case of a block with cells ``ratio`` times as large and the tolerance to go with them."""
    case = loaded.case
    mesh = case.mesh.model_copy(
        update={
            "depth": scaled(case.depth_grading, ratio),
            "lateral": scaled(case.mesh.lateral, ratio),
        }
    )
    numerics = case.numerics.model_copy(update={"tolerance": case.tolerance * ratio**3})
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


def solve(loaded: Loaded, comm: MPI.Comm, stops: list[float]) -> Solve:
    """March the case and keep its tables, writing nothing.  Collective."""
    treatment = build(loaded, comm)
    history = History(treatment.frame.line_depth)
    for landed in chain([True], treatment.march(stops)):
        if landed:
            seen = observe(treatment)
            history.append(seen.time, seen.rows, seen.line.tolist())
    unknowns = treatment.frame.operators.space.dofmap.index_map.size_global
    return Solve(treatment.frame, history, unknowns)


def coarser_solves(loaded: Loaded, comm: MPI.Comm, stops: list[float]) -> dict[float, Solve]:
    """Ratio -> solve with cells so much larger.  Collective."""
    return {ratio: solve(coarsened(loaded, ratio), comm, stops) for ratio in RATIOS}


def banded(
    fine: dict[str, dict[str, Any]], coarser: dict[float, Solve]
) -> dict[str, dict[str, Any]]:
    """Quantities of a result with the half-width of their error band; none without ``coarser``."""
    if not coarser:
        return fine
    others = {ratio: quantities(s.frame, s.history) for ratio, s in coarser.items()}
    return {
        name: entry
        | {"band": band({1.0: entry["value"]} | {r: q[name]["value"] for r, q in others.items()})}
        for name, entry in fine.items()
    }


def band(values: Mapping[float, float]) -> float:
    """Half-width of the band of ``values[1.0]``, from values by ratio of coarsening."""
    estimates = [
        abs(values[a] - values[b]) / abs(a**ORDER - b**ORDER) for a, b in combinations(values, 2)
    ]
    return float(SAFETY * max(estimates))
