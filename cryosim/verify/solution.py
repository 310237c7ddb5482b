r"""Solution verification: what the numbers of one case owe to its own mesh and tolerance.

The case is solved as it is, and on meshes whose cells are about :math:`\sqrt 2` and 2 times as
large along every axis, each with the tolerance of the march that belongs to it; and once more as it
is with an eighth of the tolerance.  Cells are whole and layers have three at least, so the ratios
:math:`r_{21}, r_{32}` of the meshes are taken from their numbers of cells :math:`n` in :math:`d`
dimensions, :math:`r_{21} = (n_1 / n_2)^{1/d}`.  From three meshes follows the observed order
:math:`p` (Celik et al. 2008, J. Fluids Eng. 130:078001):

.. math:: \frac{f_3 - f_2}{f_2 - f_1} = r_{21}^p\, \frac{r_{32}^p - 1}{r_{21}^p - 1} ,

and where it lies within 1 to 3 the band is Roache's grid convergence index with the safety factor
1.25; elsewhere it is the largest two-grid estimate for order 2 with the factor 3
(:mod:`cryosim.treatment.bands`).  The error of the march follows its tolerance to the power 2/3, so
4/3 of the change with the sharper tolerance is the error in time; the band is never less than 1.25
times that.  There is no other numerical parameter: phase change is not regularised.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import log, prod, sqrt
from typing import Any

from mpi4py import MPI
from rich import box
from rich.table import Table
from rich.text import Text
from scipy.optimize import brentq

from cryosim.case.load import Loaded
from cryosim.output.provenance import versions
from cryosim.treatment.bands import (
    Solve,
    band,
    coarsened,
    coarsening,
    refuse_unless_coarsenable,
    solve,
)
from cryosim.treatment.phases import output_times
from cryosim.treatment.summary import quantities

RATIO = sqrt(2.0)
"""Ratio of neighbouring meshes."""

OBSERVED = (1.0, 3.0)
"""Orders that count as observed; theory says 2."""

HIGHEST = 12.0
"""Orders that are looked for; beyond, a difference has vanished by chance."""

SAFETY = 1.25
"""Safety factor of a band whose order was observed (Roache 1998)."""

SHARPER = 8.0
"""What the tolerance is divided by for the error in time."""

ROUNDING = 1e-9
"""Differences smaller than this share of a value are none."""


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

    def texts(self) -> tuple[str, str, str, str]:
        """Value, band, share of the march, and order; in brackets if the band is not by it."""
        order = "-" if self.order is None else f"{self.order:.1f}"
        if self.order is not None and not _observed(self.order):
            order = f"({order})"
        least = ROUNDING * abs(self.values[0])
        band, time = (f"{e:.1g}" if e > least else "0" for e in (self.band, self.time))
        return f"{self.values[0]:.5g}", f"\u00b1 {band}", time, order


@dataclass(frozen=True)
class Report:
    """Rows of a case, and the unknowns of its meshes, finest first."""

    case_hash: str
    unknowns: tuple[int, int, int]
    rows: list[Row]

    ratios: tuple[float, float]
    """How much larger the cells of the second mesh are, and those of the third."""

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return asdict(self) | {"versions": versions()}

    def table(self) -> Table:
        """For a terminal."""
        finest, *_ = self.unknowns
        title = f"{finest} unknowns, against {self.unknowns[1]} and {self.unknowns[2]}"
        table = Table(
            "quantity", title=title, title_justify="left", caption=_READING, box=box.SIMPLE,
            caption_justify="left", collapse_padding=True, pad_edge=False,
        )  # fmt: skip
        for column in ("value", "error", "by time", "order"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("unit", no_wrap=True)
        for row in self.rows:
            table.add_row(Text(row.name), *row.texts(), row.unit)
        return table


_READING = (
    "error: half-width of the band; by time: how far a sharper tolerance moves the value. "
    "order: observed on the three meshes, 2 in theory; in brackets, or - where there is none, the "
    "meshes do not tell it and the band is the wider one for that."
)


def verify_solution(loaded: Loaded, comm: MPI.Comm, tell: Callable[[str], None]) -> Report:
    """Solve the case four times and compare; ``tell`` is called before each.  Collective.

    Raises CaseError for a mesh file, which cannot be coarsened.
    """
    refuse_unless_coarsenable(loaded)
    stops = output_times(loaded)
    solves = []
    for words, ratio in zip(("as they are", "x 1.41", "x 2"), (1.0, RATIO, RATIO**2), strict=True):
        tell(f"cells {words}")
        solves.append(solve(coarsened(loaded, ratio), comm, stops))
    tell(f"cells as they are, tolerance / {SHARPER:g}")
    sharper = solve(_with_tolerance(loaded, loaded.case.tolerance / SHARPER), comm, stops)
    a, b, c = solves
    ratios = coarsening(a.frame, b.frame), coarsening(b.frame, c.frame)
    rows = _rows(solves, sharper, ratios)
    return Report(loaded.hash, (a.unknowns, b.unknowns, c.unknowns), rows, ratios)


def _with_tolerance(loaded: Loaded, tolerance: float) -> Loaded:
    numerics = loaded.case.numerics.model_copy(update={"tolerance": tolerance})
    return replace(loaded, case=loaded.case.model_copy(update={"numerics": numerics}))


def _rows(solves: list[Solve], sharper: Solve, ratios: tuple[float, float]) -> list[Row]:
    """Compare the quantities of three meshes, and of one tolerance."""
    found = [quantities(s.frame, s.history) for s in solves]
    sharp = quantities(sharper.frame, sharper.history)
    rows = []
    for name, entry in found[0].items():
        f_1, f_2, f_3 = (q[name]["value"] for q in found)
        order = observed_order(f_1, f_2, f_3, ratios)
        time = abs(f_1 - sharp[name]["value"])
        width = max(_band((f_1, f_2, f_3), order, ratios), _in_time(time))
        rows.append(Row(name, entry["unit"], (f_1, f_2, f_3), order, width, time))
    return rows


def observed_order(
    f_1: float, f_2: float, f_3: float, ratios: tuple[float, float] = (RATIO, RATIO)
) -> float | None:
    """Order of convergence seen on three meshes, finest first, whose cells differ by ``ratios``."""
    near, far = f_2 - f_1, f_3 - f_2
    if abs(near) <= ROUNDING * max(abs(f_1), abs(f_3)) or near * far <= 0.0:
        return None
    r_21, r_32 = ratios

    def excess(p: float) -> float:
        return float(r_21**p * (r_32**p - 1.0) / (r_21**p - 1.0) - far / near)

    if far / near <= log(r_32) / log(r_21) or excess(HIGHEST) <= 0.0:
        return None
    return float(brentq(excess, 1e-6, HIGHEST))


def _observed(order: float) -> bool:
    """Whether ``order`` is one that a band may rest on."""
    return OBSERVED[0] <= order <= OBSERVED[1]


def _in_time(change: float) -> float:
    """Band of the error in time, from the change with the sharper tolerance."""
    return float(SAFETY * change / (1.0 - SHARPER ** (-2.0 / 3.0)))


def _band(f: tuple[float, float, float], order: float | None, ratios: tuple[float, float]) -> float:
    """Half-width of the error band of ``f[0]``."""
    if order is not None and _observed(order):
        return float(SAFETY * abs(f[1] - f[0]) / (ratios[0] ** order - 1.0))
    return band({1.0: f[0], ratios[0]: f[1], prod(ratios): f[2]})
