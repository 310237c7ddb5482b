"""What a benchmark finds: numbers beside their reference, and how far they may be off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt


class NotHere(Exception):
    """A benchmark has nothing to compare on this number of ranks; says what to run instead."""


@dataclass(frozen=True)
class Profile:
    """Temperatures (degC) that a result is the worst of: one row a time, one column a depth."""

    depths: list[float]
    """Depths (m)."""
    times: list[float]
    """Times (s)."""
    reference: list[list[float]]
    computed: list[list[float]]


@dataclass(frozen=True)
class Result:
    """One number that is held against a reference.

    ``error`` is in the unit of ``tolerance``: that of the quantity, or 1 where it is relative.
    """

    quantity: str
    unit: str
    reference: float
    computed: float
    error: float
    tolerance: float
    order: float | None = None
    """Observed order of convergence, where one is measured."""
    relative: bool = False
    """Whether ``error`` is relative to the reference."""
    study: tuple[tuple[float, float], ...] = ()
    """Size (of cells, steps or the like) and error of each solve, where an order is measured."""
    profile: Profile | None = None
    """All that was compared, where it is a table of temperatures."""

    @property
    def passes(self) -> bool:
        """Whether the error is one that is allowed; NaN is not."""
        return bool(self.error <= self.tolerance)


Compute = Callable[[Path], list[Result]]
"""A benchmark's function: runs in an empty folder, returns what it found.  Collective."""


@dataclass(frozen=True)
class Benchmark:
    """A problem with a known answer."""

    name: str
    title: str
    tests: str
    """What of the model or of the numerics it would show wrong."""
    source: str
    """Where the reference comes from."""
    quick: bool
    """Whether it belongs to the quick suite."""
    compute: Compute


def nearest(
    quantity: str, unit: str, reference: npt.ArrayLike, computed: npt.ArrayLike, tolerance: float
) -> Result:
    """Result of the place where ``computed`` is farthest from ``reference``; absolute error."""
    wanted, found = np.broadcast_arrays(np.asarray(reference, float), np.asarray(computed, float))
    off = np.nan_to_num(np.abs(found - wanted), nan=np.inf)
    worst = np.unravel_index(int(off.argmax()), off.shape)
    values = float(wanted[worst]), float(found[worst]), float(off[worst])
    return Result(quantity, unit, *values, tolerance)


def relative(
    quantity: str, unit: str, reference: npt.ArrayLike, computed: npt.ArrayLike, tolerance: float
) -> Result:
    """As :func:`nearest`, with errors relative to the reference."""
    wanted, found = np.broadcast_arrays(np.asarray(reference, float), np.asarray(computed, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.nan_to_num(np.abs(found / wanted - 1.0), nan=np.inf)
    worst = np.unravel_index(int(off.argmax()), off.shape)
    values = float(wanted[worst]), float(found[worst]), float(off[worst])
    return Result(quantity, unit, *values, tolerance, relative=True)


def labelled(label: str, results: list[Result]) -> list[Result]:
    """The ``results`` of one variant of a benchmark."""
    return [replace(r, quantity=f"{label}: {r.quantity}") for r in results]


def observed_orders(sizes: Sequence[float], errors: Sequence[float]) -> npt.NDArray[np.float64]:
    """Observed order between neighbouring ``sizes`` (cells or steps), coarse to fine."""
    with np.errstate(divide="ignore", invalid="ignore"):  # no error at all has no order
        fall = np.diff(np.log(np.asarray(errors, float)))
    return np.asarray(fall / np.diff(np.log(np.asarray(sizes, float))), dtype=np.float64)


def order(
    quantity: str, sizes: Sequence[float], errors: Sequence[float], expected: float, within: float
) -> Result:
    """Result of the pairwise order that is farthest from the ``expected`` one."""
    found = observed_orders(sizes, errors)
    off = np.nan_to_num(np.abs(found - expected), nan=np.inf)
    worst = float(found[int(off.argmax())])
    study = tuple((float(h), float(e)) for h, e in zip(sizes, errors, strict=True))
    return Result(
        quantity, "1", expected, worst, float(off.max()), within, order=worst, study=study
    )
