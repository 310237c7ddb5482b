"""How many numbers of a result lie within their error band of the truth."""

from mpi4py import MPI

from cryosim.treatment.bands import banded, coarsened, coarser_solves, solve
from cryosim.treatment.phases import output_times
from cryosim.treatment.summary import quantities

ROUNDING = 1e-9
"""Relative errors below it are none: a volume of the case, a layer that is cold as a whole."""


def values(solved):
    return {k: entry["value"] for k, entry in quantities(solved.frame, solved.history).items()}


def finer(loaded, ratio):
    """Quantities on cells ``ratio`` times as fine, with the tolerance to go with them."""
    return values(solve(coarsened(loaded, 1.0 / ratio), MPI.COMM_WORLD, output_times(loaded)))


def held(loaded, truth):
    """Name -> whether the band holds the ``truth``, of every quantity that has an error."""
    stops = output_times(loaded)
    fine = solve(loaded, MPI.COMM_WORLD, stops)
    entries = quantities(fine.frame, fine.history)
    entries = banded(fine.frame, entries, coarser_solves(loaded, MPI.COMM_WORLD, stops))
    found = {}
    for name, true in truth.items():
        error = abs(entries[name]["value"] - true)
        if error > ROUNDING * abs(true) + 1e-12:
            found[name] = bool(error <= entries[name]["band"])
    return found


def share(cases):
    """Share of all numbers of ``cases`` that are held, and how many there are."""
    all_of_them = [ok for case in cases.values() for ok in case.values()]
    return sum(all_of_them) / len(all_of_them), len(all_of_them)
