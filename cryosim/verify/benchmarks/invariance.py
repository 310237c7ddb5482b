"""What must not matter: dimension, side, integrator, restart, ranks; and the maximum principle."""

from pathlib import Path

import numpy as np
from mpi4py import MPI

from cryosim.output.history import History
from cryosim.treatment.checkpoint import Checkpoint
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import ledger
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import (
    Entries,
    cool,
    even,
    graded,
    plate,
    remove,
    slab,
    tissue,
    uniform,
)
from cryosim.verify.results import NotHere, Result, labelled, nearest
from cryosim.verify.runs import closed, marched, treated

TIMES = [60.0, 600.0, 900.0, 1500.0]
DEPTHS = [0.0, 0.0005, 0.0022, 0.005, 0.01, 0.02]
_SIZE = ("12 mm", "9 mm")
_AREA = (0.012, 0.009)


def of_the_library(dimension: int, **numerics: str) -> Entries:
    """Skin, fat with latent heat and muscle of the library under a whole plate with a gel pad."""
    size = list(_SIZE[: dimension - 1])
    case = slab(
        [("skin", 0.0022, {}), ("fat", 0.015, {}), ("muscle", 0.01, {})],
        depth=graded(2.5e-4, 1.2, 1.5e-3),
        dimension=dimension,
        mesh={"extent": size, "lateral": even(4e-3)} if size else {},
        tolerance=0.05,
        applicator=plate(800.0, size=size, gel={"thickness": "1 mm", "cells": 4}),
        protocol=[cool(-11.0, 900.0, ramp="60 s"), remove(600.0)],
    )
    del case["blood"], case["tissue"]
    case["numerics"] |= numerics
    return case


def dimensions(folder: Path) -> list[Result]:
    """A block that is uniform along the skin does what a column does."""
    column = marched(folder, of_the_library(1), TIMES, DEPTHS)
    results = []
    for dimension in (2, 3):
        run = marched(folder, of_the_library(dimension), TIMES, DEPTHS)
        what = f"temperature, {dimension}-D against 1-D (worst of {run.T.size})"
        results.append(nearest(what, "degC", column.T, run.T, 1e-3))
        across = np.prod(_AREA[: dimension - 1])
        scale = across * np.abs(column.entry("applicator")).max()
        for name in ("applicator", "perfusion", "lipid latent", "sensible"):
            what = f"{name} heat, {dimension}-D against 1-D, / heat removed"
            expected, found = across * column.entry(name) / scale, run.entry(name) / scale
            results.append(nearest(what, "1", expected, found, 1e-5))
        results += labelled(f"{dimension}-D", [closed(run)])
    return results


def _under_a_part(dimension: int, centre: tuple[str, ...] = ()) -> Entries:
    """Plate of 8 mm on a part of a block of 24 mm; coarse."""
    case = of_the_library(dimension)
    lateral = dimension - 1
    case["mesh"] |= {"extent": ["24 mm"] * lateral, "lateral": even(2e-3)}
    case["applicator"] |= {"size": ["8 mm"] * lateral}
    case["applicator"] |= {"centre": list(centre)} if centre else {}
    case["protocol"] = [cool(-11.0, 300.0), remove(120.0)]
    return case


def symmetry(folder: Path) -> list[Result]:
    """A square plate in the middle: mirrored in x, in y, and x swapped with y."""
    offsets = ((3.0, 1.0), (-3.0, 1.0), (3.0, -1.0), (1.0, 3.0), (-1.0, -3.0))
    case = _under_a_part(3)
    case["probes"] = [
        {"name": f"p{n}{m}", "depth": f"{depth} mm", "offset": [f"{x} mm", f"{y} mm"]}
        for n, (x, y) in enumerate(offsets)
        for m, depth in enumerate((0.0, 2.0, 5.0, 12.0))
    ]
    treatment = treated(folder, case)
    for _ in treatment.march([420.0]):
        pass
    nodal = treatment.frame.operators.with_ghosts(treatment.balance.T_mesh)
    T = np.reshape(treatment.frame.probes(nodal) - ZERO_CELSIUS, (len(offsets), -1))
    return [
        nearest("temperature, mirrored in x and in y", "degC", T[0], T[1:3], 1e-8),
        nearest("temperature, x and y swapped", "degC", T[0], T[3:], 1e-8),
    ]


def maximum_principle(folder: Path) -> list[Result]:
    """No node leaves the range of the data at any kept step, without heat of metabolism.

    The hardest starts: a jump of 45 K under perfect and under good contact, flat cells.
    """
    results = []
    layers = [
        ("upper", 0.0015, tissue(0.37, 1100.0, 3400.0, 4000.0)),
        ("middle", 0.02, tissue(0.2, 915.0, 2250.0, 900.0)),
    ]
    for contact in ("perfect", 3000.0):
        for integrator in ("explicit", "implicit"):
            case = slab(
                layers, depth=graded(1e-4, 1.2, 2e-3), tolerance=0.1, dimension=2,
                mesh={"extent": ["16 mm"], "lateral": graded(1e-3, 1.3, 4e-3)},
                start=uniform(34.0), applicator=plate(contact, size=["8 mm"]),
                room={"temperature": "24 degC", "film": "10 W/m^2/K"},
                protocol=[cool(-11.0, 300.0), remove(300.0)],
            )  # fmt: skip
            case["numerics"] |= {"integrator": integrator}
            low, high = marched(folder, case, [600.0], [0.0]).range
            where = f"{contact} contact, {integrator}"
            below, above = max(-11.0 - low, 0.0), max(high - 37.0, 0.0)
            results.append(nearest(f"undershoot, {where}", "K", 0.0, below, ALLOWED[integrator]))
            results.append(nearest(f"overshoot, {where}", "K", 0.0, above, ALLOWED[integrator]))
    return results


ALLOWED = {"explicit": 1e-6, "implicit": 1e-6}
"""How far (K) a temperature may leave the data."""


def integrators(folder: Path) -> list[Result]:
    """Explicit Chebyshev stages against implicit TR-BDF2, same tolerance."""
    results = []
    for dimension in (1, 2):
        runs = [
            marched(
                folder,
                of_the_library(dimension, integrator=kind, tolerance="0.003 K"),
                TIMES,
                DEPTHS,
            )
            for kind in ("explicit", "implicit")
        ]
        what = f"temperature, implicit against explicit, {dimension}-D"
        results.append(nearest(what, "degC", runs[0].T, runs[1].T, 0.02))
        results += labelled(f"implicit, {dimension}-D", [closed(runs[1])])
    return results


def restart(folder: Path) -> list[Result]:
    """A run that is saved half-way and taken up by a fresh treatment ends as the whole one."""
    case = of_the_library(2)
    case["mesh"] |= {"extent": ["24 mm"]}
    case["applicator"] |= {"size": ["12 mm"]}
    stops = [450.0, 1000.0, 1500.0]
    whole = _end(treated(folder, case), stops)
    part = treated(folder, case)
    for landed in part.march(stops):
        if landed and part.t == stops[0]:
            break
    Checkpoint(part, folder).save(History(part.frame.line_depth))
    fresh = treated(folder, case)
    Checkpoint(fresh, folder).load()
    again = _end(fresh, stops)
    scale = abs(whole[1]["applicator [J/m]"])
    off = max(abs(again[1][name] - value) / scale for name, value in whole[1].items())
    return [
        nearest("temperature at the end", "degC", whole[0], again[0], 1e-8),
        nearest("ledger entries / heat removed", "1", 0.0, off, 1e-9),
    ]


def _end(treatment: Treatment, stops: list[float]) -> tuple[float, dict[str, float]]:
    """Coldest temperature (degC) and ledger at the end of ``treatment``."""
    for _ in treatment.march(stops):
        pass
    coldest = -treatment.frame.operators.team.largest(-float(treatment.balance.T_mesh.min()))
    return coldest - ZERO_CELSIUS, ledger(treatment)


def ranks(folder: Path) -> list[Result]:
    """The same run on all ranks together and on each alone; nothing to compare on one rank."""
    comm = MPI.COMM_WORLD
    if comm.size == 1:
        raise NotHere("one rank: nothing to compare; run mpiexec -n 2 cryosim verify")
    case = _under_a_part(3)
    together = marched(folder, case, [300.0, 420.0], DEPTHS)
    alone = marched(folder, case, [300.0, 420.0], DEPTHS, MPI.COMM_SELF)
    what = f"temperature, {comm.size} ranks against 1"
    return [nearest(what, "degC", alone.T, together.T, 1e-6)]
