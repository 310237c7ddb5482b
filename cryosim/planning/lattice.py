"""Where values cross zero on whole numbers, found with few evaluations and many at a time.

Temperatures and times are set in steps, so what is looked for is a whole number of steps: the
least one from which a value is no longer negative.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import ceil, isfinite

import numpy as np
from scipy.interpolate import PchipInterpolator

Known = dict[int, float]
"""Place -> value."""

Ask = Callable[[Sequence[tuple[int, int]]], Sequence[float]]
"""Values at pairs of an item and a place."""

PATIENCE = 4
"""Rounds of interpolation before halves are taken in turn."""

NEIGHBOURS = 2
"""Points on each side of a crossing that are interpolated."""

LIKELY = 0.8
"""Part of the slope's step within which the place below is taken for negative."""

FIRST_STEP = 3
"""Steps to both sides of a guess."""


def bracket(known: Mapping[int, float]) -> tuple[int, int] | None:
    """Highest negative place and the next that is not, at the lowest crossing; none if none."""
    places = sorted(known)
    for a, b in pairwise(places):
        if known[a] < 0.0 <= known[b]:
            return a, b
    return None


def first(
    ask: Ask, items: Mapping[int, Known], low: int, high: int,
    *, guesses: Mapping[int, int] | None = None, exact: bool = False,
) -> dict[int, int | None]:  # fmt: skip
    """The least place of each of ``items`` whose value is not negative; none up to ``high``.

    Items learn the values that are asked for.  Who knows nothing yet begins at its guess.  A place
    is settled where the one below it is known to be negative or, unless ``exact``, is so by slope.
    """
    found: dict[int, int | None] = {}
    rounds = 0
    while True:
        rounds += 1
        wanted: list[tuple[int, int]] = []
        for item, known in items.items():
            if item not in found:
                guess = (guesses or {}).get(item, low)
                places = _wanted(known, guess, low, high, rounds, exact=exact)
                wanted += [(item, place) for place in places]
                if not places:
                    found[item] = _settled_at(known)
        if not wanted:
            return found
        for (item, place), value in zip(wanted, ask(wanted), strict=True):
            items[item][place] = value


def _settled_at(known: Known) -> int | None:
    found = bracket(known)
    if found is not None:
        return found[1]
    return min(known) if min(known.values()) >= 0.0 else None


def _wanted(
    known: Known, guess: int, low: int, high: int, rounds: int, *, exact: bool
) -> list[int]:
    """Places to look at next; none if the item is settled."""
    if not known:
        return sorted({min(max(guess + k, low), high) for k in (-FIRST_STEP, FIRST_STEP)})
    ends = bracket(known)
    if ends is not None:
        a, b = ends
        return [] if _settled(known, a, b, exact=exact) else _next(known, a, b, rounds, exact=exact)
    width = max(max(known) - min(known), FIRST_STEP)
    if min(known.values()) >= 0.0:
        return [max(min(known) - 2 * width, low)] if min(known) > low else []
    return [min(max(known) + 2 * width, high)] if max(known) < high else []


def _settled(known: Known, a: int, b: int, *, exact: bool) -> bool:
    if b - a == 1:
        return True
    slope = (known[b] - known[a]) / (b - a)
    return not exact and isfinite(slope) and known[b] < LIKELY * slope


def _next(known: Known, a: int, b: int, rounds: int, *, exact: bool) -> list[int]:
    """Places inside the bracket to look at: where it should cross and, if ``exact``, below."""
    guess = _crossing(known, a, b) if rounds <= PATIENCE or rounds % 2 else (a + b) // 2
    guess = min(max(guess, a + 1), b - 1)
    return [guess, guess - 1] if exact and guess - 1 > a else [guess]


def _crossing(known: Known, a: int, b: int) -> int:
    """The least place that should not be negative, by interpolation of places over values."""
    places = sorted(known)
    i = places.index(a)
    near = np.array(places[max(i - NEIGHBOURS + 1, 0) : i + 1 + NEIGHBOURS])
    values = np.array([known[place] for place in near])
    if not (np.isfinite(values).all() and (np.diff(values) > 0.0).all()):
        near, values = np.array([a, b]), np.array([known[a], known[b]])
    if not np.isfinite(values).all():
        return (a + b) // 2
    return ceil(float(PchipInterpolator(values, near)(0.0)) - 1e-9)
