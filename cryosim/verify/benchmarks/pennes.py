"""One medium: conduction and Pennes from a surface that is held, cooled by a film or a flux."""

from pathlib import Path
from typing import Any

import numpy as np

from cryosim.verify.cases import Entries, cool, degC, even, graded, plate, slab, tissue, uniform
from cryosim.verify.exact import halfspace
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, labelled, relative
from cryosim.verify.runs import compared, marched

FAT = {"k": 0.2112, "rho": 911.0, "c": 2348.33}
"""Fat (SI), as in McClintock 2021's abstract and Duck 1990."""

ALPHA = FAT["k"] / (FAT["rho"] * FAT["c"])
HALF_SPACE = 0.15
TIMES = [300.0, 900.0, 2100.0, 3600.0]
DEPTHS = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 30.0]) * 1e-3
FINE = graded(1e-4, 1.01, 1e-3)


def half_space(
    fat: Entries,
    start: float,
    temperature: float,
    contact: float | str = "perfect",
    depth: Entries = FINE,
    **more: Any,
) -> Entries:
    """Case of a half-space of ``fat`` on which a plate is put for an hour."""
    return (
        slab(
            [("medium", HALF_SPACE, fat)],
            depth=depth,
            faces={"bottom": "insulated"},
            start=uniform(start),
            applicator=plate(contact),
            protocol=[cool(temperature, 3600.0)],
        )
        | more
    )


def v1(folder: Path) -> list[Result]:
    """Conduction into fat from a surface held at -10 degC."""
    run = marched(folder, half_space(tissue(**FAT), 34.0, -10.0), TIMES, DEPTHS)
    law = halfspace.cooled_half_space
    expected = [law(DEPTHS, t, ALPHA, 34.0, -10.0) for t in TIMES]
    heat = 2.0 * FAT["k"] * 44.0 * np.sqrt(TIMES[-1] / (np.pi * ALPHA))
    out = -run.entry("applicator")[-1]
    removed = relative("heat removed in 1 h", "J/m^2", heat, out, 5e-3)
    return [*compared(run, expected, 0.02), removed]


def v2(folder: Path) -> list[Result]:
    """Pennes from blood temperature under a surface held at -10 degC."""
    W = 1886.15
    run = marched(folder, half_space(tissue(**FAT, W=W), 37.0, -10.0), TIMES, DEPTHS)
    law = halfspace.perfused_half_space
    expected = [law(DEPTHS, t, FAT["k"], ALPHA, W, -10.0, 37.0) for t in TIMES]
    return compared(run, expected, 0.02)


def v3(folder: Path, dimension: int = 1) -> list[Result]:
    """A fold of fat between two plates held at -10 degC; coarse in two and three dimensions."""
    depths, times = np.array([5.0, 10.0, 20.0, 35.0]) * 1e-3, [900.0, 2100.0, 3600.0]
    size = ["20 mm", "20 mm"][: dimension - 1]
    two = [
        plate("perfect", name="above", face="top", size=size),
        plate("perfect", name="below", face="bottom", size=size),
    ]
    case = slab(
        [("medium", 0.04, tissue(**FAT))],
        depth=even(2.5e-4 if dimension == 1 else 5e-4),
        mesh={"extent": size, "lateral": even(0.005)} if dimension > 1 else {},
        dimension=dimension,
        start=uniform(34.0),
        applicator=two,
        protocol=[cool(-10.0, 3600.0)],
    )
    run = marched(folder, case, times, depths)
    law = halfspace.cooled_fold
    return compared(run, [law(depths, t, ALPHA, 0.02, 34.0, -10.0) for t in times], 0.02)


def v3_block(folder: Path) -> list[Result]:
    """The fold in two and in three dimensions."""
    return labelled("2-D", v3(folder, 2)) + labelled("3-D", v3(folder, 3))


def b02a(folder: Path) -> list[Result]:
    """Plate of -9 degC with 120 W/m^2/K on a perfused half-space that starts below blood."""
    i, given = reference("B02a")
    x, times = np.array(given["x"]), given["t"]
    medium = tissue(i["k"], i["rho"], i["c"], i["W"], i["qm"])
    run = marched(folder, half_space(medium, 34.0, -9.0, i["h"]), times, x)
    law = halfspace.perfused_half_space_under_film
    expected = [
        law(
            x, t, k=i["k"], rho_c=i["rho"] * i["c"], W=i["W"], h=i["h"], outside=i["Te"],
            start=i["T0"], blood=i["Ta"], qm=i["qm"],
        )
        for t in times
    ]  # fmt: skip
    return compared(run, expected, 5e-3)


def b02b(folder: Path) -> list[Result]:
    """Step of the surface temperature of a perfused half-space."""
    i, given = reference("B02b")
    medium = tissue(i["k"], i["rho"], i["c"], i["W"])
    case = half_space(medium, i["Ta"], i["Ts"], depth=graded(5e-5, 1.01, 1e-3))
    return compared(marched(folder, case, given["t"], given["x"]), given["T"], 10e-3)


def b02c_flux(folder: Path) -> list[Result]:
    """720 W/m^2 out of a perfused half-space."""
    i, given = reference("B02c")
    flux = {"phase": "cool", "flux": f"{i['q_out']} W/m^2", "duration": "3600 s"}
    medium = tissue(i["k"], i["rho"], i["c"], i["W"])
    case = half_space(medium, 37.0, 0.0, 100.0, protocol=[flux])
    return compared(marched(folder, case, given["t"], given["x"]), given["T_constflux"], 10e-3)


def b02c_limited(folder: Path) -> list[Result]:
    """Plate of -10 degC that takes 1500 W/m^2 at most."""
    i, given = reference("B02c")
    medium, limited = tissue(i["k"], i["rho"], i["c"], i["W"]), i["limited"]
    case = half_space(medium, 37.0, limited["Tplate"])
    case["applicator"] = plate(limited["h"], flux_limit=f"{limited['qmax']} W/m^2")
    run = marched(folder, case, given["t"], given["x"])
    t, surface = np.array(run.steps).T
    switch = np.interp(-(limited["Tplate"] + limited["qmax"] / limited["h"]), -surface, t)
    late = relative("time of the switch", "s", given["t_switch_limited"], switch, 5e-3)
    return [*compared(run, given["T_limited"], 10e-3), late]


def b10(folder: Path) -> list[Result]:
    """NAFEMS T3: a bar of metal, one end at 0 degC, the other oscillates; read 20 mm from it."""
    i, given = reference("B10")
    t = np.arange(0.0, i["t"] + 0.05, 0.1)
    schedule = [[f"{a!r} s", degC(100.0 * np.sin(np.pi * a / 40.0))] for a in t.tolist()]
    case = slab(
        [("bar", i["L"], tissue(i["k"], i["rho"], i["c"]))],
        depth=even(5e-4),
        core="0 degC",
        start=uniform(0.0),
        applicator=plate("perfect"),
        protocol=[{"phase": "cool", "schedule": schedule, "duration": f"{i['t']} s"}],
    )
    run = marched(folder, case, [i["t"]], [i["L"] - i["probe"]])
    return compared(run, [[given["T_exact"]]], 0.05)
