"""Phase change: one melting temperature, a melting range, a corner, a square."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cryosim.parallel import Values
from cryosim.verify.benchmarks.pennes import FAT, half_space
from cryosim.verify.cases import (
    Entries,
    cool,
    degC,
    even,
    graded,
    melting,
    metres,
    plate,
    slab,
    tissue,
    uniform,
)
from cryosim.verify.exact.similarity import Law, Similarity
from cryosim.verify.exact.solidification import Solidification
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, nearest, relative
from cryosim.verify.runs import Run, closed, compared, front, looked, marched, treated

NARROW = 0.05
"""Half width (K) of the range over which a sharp latent heat is spread."""

SHARP = graded(1e-4, 1.005, 1e-3)
GRID = np.arange(0.0, 25e-3, 5e-5)


def v4(folder: Path, latent_heat: float = 20800.0) -> list[Result]:
    """Conduction into fat with a sharp latent heat at 10.4 degC."""
    lipid = melting(latent_heat, (10.4 - NARROW, 10.4 + NARROW), (0.0, 1.0))
    medium = (FAT["k"], FAT["rho"] * FAT["c"])
    law = Solidification(medium, medium, FAT["rho"] * latent_heat, -10.0, 10.4, 34.0)
    case = half_space(tissue(**FAT, lipid=lipid), 34.0, -10.0, depth=SHARP)
    times = np.array([300.0, 2100.0, 3600.0])
    run, found = _fronts(folder, case, law, times)
    first = relative("front (worst of 3)", "mm", 1e3 * law.front(times), 1e3 * found, 0.01)
    return [first, *_heat(run, law, times)]


def b04(folder: Path) -> list[Result]:
    """Neumann solidification with different properties of solid and liquid."""
    i, given = reference("B04")
    lipid = melting(i["L"], (i["Tm"] - NARROW, i["Tm"] + NARROW), (0.0, 1.0))
    solid, liquid = (i["ks"], i["rho"] * i["cs"]), (i["kl"], i["rho"] * i["cl"])
    law = Solidification(solid, liquid, i["rho"] * i["L"], i["Tw"], i["Tm"], i["Ti"])
    case = half_space(frozen(i, lipid), i["Ti"], i["Tw"], depth=SHARP)
    times = np.array(given["t"])
    run, found = _fronts(folder, case, law, times)
    what = f"front (worst of {times.size})"
    first = nearest(what, "mm", 1e3 * law.front(times), 1e3 * found, 0.05)
    return [first, *_heat(run, law, times)]


def frozen(i: dict[str, Any], lipid: Entries) -> Entries:
    """Medium of B04 and B05, other properties when solid."""
    return tissue(
        i["kl"], i["rho"], i["cl"], lipid=lipid,
        conductivity_frozen=f"{i['ks']} W/m/K", heat_capacity_frozen=f"{i['cs']} J/kg/K",
    )  # fmt: skip


def _fronts(folder: Path, case: Entries, law: Solidification, times: Values) -> tuple[Run, Values]:
    """Run of ``case`` and depth (m) of its front at ``times`` (s)."""
    run = marched(folder, case, times.tolist(), GRID)
    return run, np.array([front(GRID, T, law.melting) for T in run.T])


def _heat(run: Run, law: Solidification | Similarity, times: Values) -> list[Result]:
    """Heat removed, and the ledger."""
    removed, out = law.heat_removed(times), -run.entry("applicator")
    what = f"heat removed (worst of {times.size})"
    return [relative(what, "J/m^2", removed, out, 5e-3), closed(run)]


def _mushy(
    folder: Path, i: dict[str, Any], x: Sequence[float], times: Sequence[float], expected: Any,
    fronts: Any,
) -> tuple[Run, list[Result]]:  # fmt: skip
    """Half-space with the latent heat even over a range; fronts (solidus, liquidus) in m."""
    lipid = melting(i["L"], (i["Tsol"], i["Tliq"]), (0.0, 1.0))
    case = half_space(frozen(i, lipid), i["Ti"], i["Tw"], depth=graded(1e-4, 1.01, 1e-3))
    run = marched(folder, case, times, [*x, *GRID])
    at_grid, run.T = run.T[:, len(x) :], run.T[:, : len(x)]
    found = [[front(GRID, T, level) for T in at_grid] for level in (i["Tsol"], i["Tliq"])]
    what = f"solidus and liquidus (worst of {2 * len(times)})"
    both = nearest(what, "mm", 1e3 * np.array(fronts), 1e3 * np.array(found), 0.05)
    return run, [*compared(run, expected, 20e-3), both]


def b05_constant(folder: Path) -> list[Result]:
    """Latent heat over 2 to 14 degC, other properties constant."""
    inputs, results = reference("B05")
    times, x, given = results["varprops"]["t"], results["varprops"]["x"], results["constprops"]
    fronts = given["front_solidus"], given["front_liquidus"]
    return _mushy(folder, inputs["case_constprops"], x, times, given["T"], fronts)[1]


def mushy_law(i: dict[str, float], *, stepped: bool) -> Similarity:
    """Similarity solution of B05: properties of the mush ``stepped`` or linear in temperature."""
    low, high = i["Tsol"], i["Tliq"]

    def between(solid: float, mush: float, liquid: float) -> Law:
        def law(T: float) -> float:
            if stepped:
                return solid if T < low else mush if T < high else liquid
            return solid + (liquid - solid) * min(max((T - low) / (high - low), 0.0), 1.0)

        return law

    c = between(i["cs"], i["cm"], i["cl"])

    def capacity(T: float) -> float:
        return float(i["rho"] * (c(T) + (i["L"] / (high - low) if low < T < high else 0.0)))

    k = between(i["ks"], i["km"], i["kl"])
    return Similarity(k, capacity, i["Tw"], i["Ti"], [low, high])


def b05_varying(folder: Path) -> list[Result]:
    """The same with different properties of solid and liquid.

    A case cannot say the properties that B05 gives the mush (constants, the means of solid and
    liquid): in cryosim they follow the solid share.  So the reference is the similarity solution
    with linear properties, by a shooting method that reproduces B05 with its own ones.
    """
    inputs, results = reference("B05")
    i, times, x = inputs["case_varprops"], results["varprops"]["t"], results["varprops"]["x"]
    law = mushy_law(i, stepped=False)
    expected = [law(np.array(x), t) for t in times]
    fronts = [[law.front(i[T], t) for t in times] for T in ("Tsol", "Tliq")]
    run, results_ = _mushy(folder, i, x, times, expected, fronts)
    return [*results_, _heat(run, law, np.array(times))[0]]


CORNER_K, CORNER_C, CORNER_SCALE = 0.5, 2e6, 20.0
"""Conductivity (W/m/K), capacity (J/m^3/K) and temperature unit (K) that B11 is scaled to."""


def b11_corner(folder: Path, h: float = 3e-4, size: float = 0.045) -> list[Result]:
    """Freezing from a corner (Rathjen & Jiji 1971): fronts on the diagonal and far along a side.

    Two faces that meet are held below freezing; the medium is large enough to be infinite.
    """
    inputs, results = reference("B11")
    i, given = inputs["rj"], results["rj_FV"][-1]
    scale, wide = CORNER_SCALE, CORNER_SCALE * i["half_width"]
    lipid = melting(CORNER_C / 1000.0 * i["L"] * scale, (-wide, wide), (0.0, 1.0))
    cold = f"{i['Tw'] * scale} degC"
    end = 250.0
    case = slab(
        [("medium", size, tissue(CORNER_K, 1000.0, CORNER_C / 1000.0, lipid=lipid))],
        depth=even(h),
        dimension=2,
        tolerance=0.02,
        mesh={"extent": [f"{size} m"], "lateral": even(h)},
        core=cold,
        faces={"x_min": "core", "bottom": "insulated", "x_max": "insulated"},
        start=uniform(i["Ti"] * scale),
        applicator=plate("perfect", size=[f"{size} m"]),
        protocol=[cool(i["Tw"] * scale, end)],
    )
    s = np.arange(0.0, size * 0.9, 1e-4)
    half = 0.5 * size
    case["probes"] = [
        {"name": f"{kind}{n}", "depth": f"{x!r} m", "offset": [f"{at!r} m"]}
        for kind, places in (("diagonal", s - half), ("side", np.full_like(s, 0.9 * half)))
        for n, (x, at) in enumerate(zip(s.tolist(), places.tolist(), strict=True))
    ]
    T = looked(treated(folder, case), [end], np.empty(0)).T[0]
    unit = np.sqrt(4.0 * CORNER_K / CORNER_C * end)
    fronts = [front(s, part, 0.0) / unit for part in np.split(T, 2)]
    names = ("front on the diagonal / sqrt(4 a t)", "front along the side / sqrt(4 a t)")
    wanted = given["diag"][-1], given["side"][-1]
    return [
        relative(name, "1", a, b, 0.01) for name, a, b in zip(names, wanted, fronts, strict=True)
    ]


SQUARE_UNIT = 0.01
"""Length (m) that the unit of length of the square of B11 is scaled to."""


def b11_square(folder: Path, cells: int = 100) -> list[Result]:
    """Freezing of a square from its four sides, by a quarter with two sides insulated.

    The melting range is 0.1 K wide, the latent heat that of 70 K.  The two finest grids of the
    reference differ by up to 0.6 % in the front at the first time, and by 40 mK at the fixed point
    that the front has just passed; hence the gates.
    """
    inputs, results = reference("B11")
    i, given = inputs["square"], results["square_FV"][-1]
    times, fixed = _square_times(i, given["t"]), [(2.0, i["quarter"]), (1.0, 1.0)]
    s = np.arange(0.0, i["quarter"], 0.005)
    places = [*((x, i["quarter"]) for x in s), *((x, x) for x in s), *fixed]
    case = _square_case(i, times[-1], i["quarter"] / cells)
    case["probes"] = [
        {"name": f"p{n}", "depth": metres(SQUARE_UNIT * y),
         "offset": [metres(SQUARE_UNIT * (x - i["quarter"] / 2))]}
        for n, (y, x) in enumerate(places)
    ]  # fmt: skip
    run = looked(treated(folder, case), times, np.empty(0))
    middle = (i["solidus"] + i["liquidus"]) / 2
    along, diagonal, points = np.split(run.T, [s.size, 2 * s.size], axis=1)
    return [
        relative("front towards a side (worst of 8)", "1", given["front_midside"],
                 [front(s, T, middle) for T in along], 0.01),
        relative("front on the diagonal (worst of 8)", "1", given["front_diag_coord"],
                 [front(s, T, middle) for T in diagonal], 0.01),
        nearest("temperature at two points, 8 times", "degC",
                np.column_stack([given["T_at_2_4"], given["T_diag_1"]]), points, 0.05),
        closed(run),
    ]  # fmt: skip


def _square_times(i: dict[str, float], t: Sequence[float]) -> list[float]:
    """Times (s) of the scaled square: the diffusion time of the unit of length is the same."""
    unit = SQUARE_UNIT**2 * CORNER_C / CORNER_K * i["k"] / (i["rho"] * i["c"])
    return [unit * x for x in t]


def _square_case(i: dict[str, float], end: float, h: float) -> Entries:
    """Quarter of the square in cells of ``h`` units, two sides held at the cold temperature."""
    lipid = melting(CORNER_C / 1000.0 * i["L"] / i["c"], (i["solidus"], i["liquidus"]), (0.0, 1.0))
    size, cells = metres(SQUARE_UNIT * i["quarter"]), even(SQUARE_UNIT * h)
    medium = tissue(CORNER_K, 1000.0, CORNER_C / 1000.0, lipid=lipid)
    return slab(
        [("medium", SQUARE_UNIT * i["quarter"], medium)],
        depth=cells,
        dimension=2,
        tolerance=0.02,
        mesh={"extent": [size], "lateral": cells},
        core=degC(i["Tw"]),
        faces={"x_min": "core", "bottom": "insulated", "x_max": "insulated"},
        start=uniform(i["Ti"]),
        applicator=plate("perfect", size=[size]),
        protocol=[cool(i["Tw"], end)],
    )
