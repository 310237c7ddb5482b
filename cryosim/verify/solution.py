r"""Solution verification: what the numbers of one case owe to its own mesh and tolerance.

The case is solved as it is, and on meshes whose cells are :math:`r` and :math:`r^2` times as large
along every axis, :math:`r = \sqrt 2`, each with the tolerance of the march that belongs to it; and
once more as it is with an eighth of the tolerance.  From three meshes follows the observed order

.. math:: p = \ln\frac{f_3 - f_2}{f_2 - f_1} \Big/ \ln r ,

and where it lies within 1 to 3 the band is Roache's grid convergence index with the safety factor
1.25; elsewhere it is the largest two-grid estimate for order 2 with the factor 3
(:mod:`cryosim.treatment.bands`).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import log, sqrt
from typing import Any

from mpi4py import MPI
from rich.table import Table
from rich.text import Text

from cryosim.case.load import Loaded
from cryosim.treatment.bands import Solve, band, coarsened, refuse_unless_coarsenable, solve
from cryosim.treatment.phases import output_times
from cryosim.treatment.summary import quantities

RATIO = sqrt(2.0)
"""Ratio of neighbouring meshes."""

OBSERVED = (1.0, 3.0)
"""Orders that count as observed; theory says 2."""

SAFETY = 1.25
"""Safety factor of a band whose order was observed (Roache 1998)."""


@dataclass(frozen=True)
class Row:
    """One quantity on three meshes, finest first, with its order and error band."""

    name: str
    unit: str
    values: tuple[float, float, float]
    order: float | None
    """Observed order, or None where differences change sign or vanish."""
    band: float
    """Half-width of the error band of the finest value."""
    time: float
    """Change of the finest value with an eighth of the tolerance."""


@dataclass(frozen=True)
class Report:
    """Rows of a case, and the unknowns of its meshes."""

    case_hash: str
    unknowns: tuple[int, int, int]
    rows: list[Row]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return asdict(self)

    def table(self) -> Table:
        """For a terminal."""
        finest, *_ = self.unknowns
        title = f"{finest} unknowns, against {self.unknowns[1]} and {self.unknowns[2]}"
        table = Table("quantity", title=title, title_justify="left")
        for column in ("value", "numerical error", "of it time", "order"):
            table.add_column(column, justify="right")
        table.add_column("unit")
        for row in self.rows:
            order = "-" if row.order is None else f"{row.order:.1f}"
            numbers = (f"{row.values[0]:.5g}", f"\u00b1 {row.band:.1g}", f"{row.time:.1g}", order)
            table.add_row(Text(row.name), *numbers, row.unit)
        return table


def verify_solution(loaded: Loaded, comm: MPI.Comm, tell: Callable[[str], None]) -> Report:
    """Solve the case four times and compare; ``tell`` is called before each.  Collective.

    Raises CaseError for a mesh file, which cannot be coarsened.
    """
    refuse_unless_coarsenable(loaded)
    stops = output_times(loaded)
    solves = []
    for ratio in (1.0, RATIO, RATIO**2):
        tell(f"mesh coarsened by {ratio:.2f}")
        solves.append(solve(coarsened(loaded, ratio), comm, stops))
    tell("tolerance divided by 8")
    sharper = solve(_with_tolerance(loaded, loaded.case.tolerance / 8.0), comm, stops)
    a, b, c = solves
    return Report(loaded.hash, (a.unknowns, b.unknowns, c.unknowns), _rows(solves, sharper))


def _with_tolerance(loaded: Loaded, tolerance: float) -> Loaded:
    numerics = loaded.case.numerics.model_copy(update={"tolerance": tolerance})
    return replace(loaded, case=loaded.case.model_copy(update={"numerics": numerics}))


def _rows(solves: list[Solve], sharper: Solve) -> list[Row]:
    """Compare the quantities of three meshes, and of one tolerance."""
    found = [quantities(s.frame, s.history) for s in solves]
    sharp = quantities(sharper.frame, sharper.history)
    rows = []
    for name, entry in found[0].items():
        f = [q[name]["value"] for q in found]
        order = observed_order(*f)
        time = abs(f[0] - sharp[name]["value"])
        rows.append(Row(name, entry["unit"], (f[0], f[1], f[2]), order, _band(f, order), time))
    return rows


def observed_order(f_1: float, f_2: float, f_3: float) -> float | None:
    """Order of convergence seen on three meshes of ratio ``RATIO``, finest first."""
    near, far = f_2 - f_1, f_3 - f_2
    noise = 1e-9 * max(abs(f_1), abs(f_3))
    if abs(near) <= noise or near * far <= 0.0:
        return None
    return log(far / near) / log(RATIO)


def _band(f: list[float], order: float | None) -> float:
    """Half-width of the error band of ``f[0]``."""
    if order is not None and OBSERVED[0] <= order <= OBSERVED[1]:
        return float(SAFETY * abs(f[1] - f[0]) / (RATIO**order - 1.0))
    return band({1.0: f[0], RATIO: f[1], RATIO**2: f[2]})
