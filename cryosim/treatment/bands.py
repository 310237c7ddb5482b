r"""Error bands from one coarser solve, after Roache's grid convergence index.

With the mesh coarsened by :math:`r` along every axis and the tolerance of the march loosened by
:math:`r^3` (the error of the march follows its tolerance to the power 2/3, so both parts of the
error grow by :math:`r^2`), a quantity :math:`f` of a second-order method has the error

.. math:: |f_1 - f| \approx \frac{|f_1 - f_2|}{r^2 - 1},

and the band is that times a safety factor of 3, which Roache (1994, 1998) advises where two grids
leave the order unobserved.  It bounds the numerical error only: neither the inputs nor the model
are in it.
"""

from dataclasses import dataclass, replace
from itertools import chain
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
"""Safety factor of a band from two grids."""

ORDER = 2.0
"""Order of the method in mesh size."""

RATIO = 2.0
"""Coarsening of the second grid."""


@dataclass(frozen=True)
class Solve:
    """Frame and history of one solve, and how many unknowns it had."""

    frame: Frame
    history: History
    unknowns: int


def coarsened(loaded: Loaded, ratio: float) -> Loaded:
    """The case with cells ``ratio`` times as large and the tolerance to go with them.

    Raises CaseError for a mesh file, which cannot be coarsened here.
    """
    case = loaded.case
    if case.mesh.file is not None:
        raise CaseError(
            f"{loaded.path}: error bands need a second mesh, and a mesh file has none; "
            "make a coarser file and compare the two results"
        )
    mesh = case.mesh.model_copy(
        update={
            "depth": scaled(case.depth_grading, ratio),
            "lateral": scaled(case.mesh.lateral, ratio),
        }
    )
    numerics = case.numerics.model_copy(update={"tolerance": case.tolerance * ratio**3})
    return replace(loaded, case=case.model_copy(update={"mesh": mesh, "numerics": numerics}))


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


def banded(fine: dict[str, dict[str, Any]], coarse: Solve | None) -> dict[str, dict[str, Any]]:
    """Quantities of a result with the half-width of their error band; none without ``coarse``."""
    if coarse is None:
        return fine
    other = quantities(coarse.frame, coarse.history)
    return {
        name: entry | {"band": band(entry["value"], other[name]["value"])}
        for name, entry in fine.items()
    }


def band(fine: float, coarse: float, ratio: float = RATIO) -> float:
    """Half-width of the error band of ``fine``, in its unit."""
    return float(SAFETY * abs(fine - coarse) / (ratio**ORDER - 1.0))
