"""Benchmarks with gates: each runs a case and returns what it was off by.

The names are those of shared notes: V1 to V4 and V6 are exact or computed cases of the evidence,
B01 to B08 have reference data by independent codes in ``tests/data/vv``, which say how they were
computed.  Nothing is asserted here, so that mutated runs can be shown to fail.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support import exact
from support.cases import (
    cool,
    even,
    front,
    graded,
    marched,
    melting,
    plate,
    slab,
    temperatures,
    tissue,
    uniform,
)
from support.similarity import Similarity

DATA = Path(__file__).parents[1] / "data" / "vv"

LEDGER = 1e-9
"""Gate of the ledger's residual, relative to the heat exchanged."""


@dataclass(frozen=True)
class Check:
    """How far a run is ``off``, and how far it may be."""

    what: str
    off: float
    gate: float

    @property
    def passes(self):
        return bool(self.off <= self.gate)


def reference(name):
    """Inputs and reference numbers of benchmark ``name``."""
    data = json.loads((DATA / f"{name}.json").read_text())
    return data["inputs"], data["reference"]


def compared(run, expected, gate):
    """Checks of temperatures (K) against ``expected`` (one row a time) and of the ledger."""
    off = np.abs(run.T - np.array(expected)).max()
    return [Check("temperature (K)", float(off), gate), Check("ledger", run.residual, LEDGER)]


# --- V1 to V6: evidence, section 8 ---

FAT = {"k": 0.2112, "rho": 911.0, "c": 2348.33}
ALPHA = FAT["k"] / (FAT["rho"] * FAT["c"])
HALF_SPACE = 0.15
TIMES = [300.0, 900.0, 2100.0, 3600.0]
DEPTHS = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 30.0]) * 1e-3
FINE = graded(1e-4, 1.01, 1e-3)


def half_space(fat, start, temperature, contact="perfect", depth=FINE, **more):
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


def v1(folder):
    """Conduction into fat from a surface held at -10 degC."""
    case = half_space(tissue(**FAT), 34.0, -10.0)
    run = marched(folder, case, TIMES, DEPTHS)
    expected = [exact.cooled_half_space(DEPTHS, t, ALPHA, 34.0, -10.0) for t in TIMES]
    heat = 2.0 * FAT["k"] * 44.0 * np.sqrt(TIMES[-1] / (np.pi * ALPHA))
    out = -run.entry("applicator")[-1]
    return [*compared(run, expected, 0.02), Check("heat removed (1)", abs(out / heat - 1), 5e-3)]


def v2(folder):
    """Pennes from blood temperature under a surface held at -10 degC."""
    W = 1886.15
    case = half_space(tissue(**FAT, W=W), 37.0, -10.0)
    run = marched(folder, case, TIMES, DEPTHS)
    law = exact.perfused_half_space
    expected = [law(DEPTHS, t, FAT["k"], ALPHA, W, -10.0, 37.0) for t in TIMES]
    return compared(run, expected, 0.02)


def v3(folder, dimension=1):
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
    expected = [exact.cooled_fold(depths, t, ALPHA, 0.02, 34.0, -10.0) for t in times]
    return compared(run, expected, 0.02)


NARROW = 0.05
"""Half width (K) of the range over which a sharp latent heat is spread."""


def v4(folder, latent_heat=20800.0):
    """V1 with a sharp latent heat at 10.4 degC."""
    lipid = melting(latent_heat, (10.4 - NARROW, 10.4 + NARROW), (0.0, 1.0))
    medium = (FAT["k"], FAT["rho"] * FAT["c"])
    law = exact.Solidification(medium, medium, FAT["rho"] * latent_heat, -10.0, 10.4, 34.0)
    case = half_space(tissue(**FAT, lipid=lipid), 34.0, -10.0, depth=SHARP)
    return _solidified(folder, case, law, [300.0, 2100.0, 3600.0], relative=0.01)


SHARP = graded(1e-4, 1.005, 1e-3)


def _solidified(folder, case, law, times, relative=None, absolute=None):
    """Front and heat removed of ``case`` against Neumann's ``law``."""
    depths = np.arange(0.0, 25e-3, 5e-5)
    run = marched(folder, case, times, depths)
    found = np.array([front(depths, T, law.melting) for T in run.T])
    off = np.abs(found - law.front(np.array(times)))
    heat = -run.entry("applicator") / law.heat_removed(np.array(times)) - 1.0
    front_check = (
        Check("front (1)", float((off / found).max()), relative)
        if relative
        else Check("front (mm)", float(off.max()) * 1e3, absolute)
    )
    return [
        front_check,
        Check("heat removed (1)", float(np.abs(heat).max()), 5e-3),
        Check("ledger", run.residual, LEDGER),
    ]


def v6(folder):
    """Skin, fat and muscle, perfused at 0.2 of rest, plate at -11 degC, then room air.

    The reference is a finite-difference run with 0.04 K of its own error.
    """
    stack = [
        ("upper", 0.002, 0.372, 1109.0, 3391.0, 106.0, 1.65),
        ("middle", 0.02, 0.2112, 911.0, 2348.33, 32.7, 0.51),
        ("lower", 0.03, 0.495, 1090.0, 3421.0, 37.0, 0.91),
    ]
    layers = [
        (name, d, tissue(k, rho, c) | {"perfusion": f"{w} mL/min/kg", "metabolism": f"{q} W/kg"})
        for name, d, k, rho, c, w, q in stack
    ]
    depths = np.array([0.5, 2.0, 4.0, 7.0, 12.0, 17.0, 22.0, 27.0]) * 1e-3
    case = slab(
        layers,
        depth=FINE,
        room={"temperature": "24 degC", "film": "10 W/m^2/K"},
        applicator=plate("perfect"),
        protocol=[
            cool(-11.0, 2100.0, perfusion=0.2),
            {"phase": "remove", "duration": "1800 s", "perfusion": 0.2},
        ],
    )
    del case["blood"]
    run = marched(folder, case, [0.0, 300.0, 900.0, 2100.0, 2400.0, 3000.0, 3900.0], depths)
    expected = [
        [34.18, 34.47, 34.96, 35.54, 36.22, 36.67, 36.98, 37.07],
        [-9.35, -4.70, 4.95, 17.21, 30.01, 35.18, 36.81, 37.06],
        [-9.92, -6.92, -0.72, 7.80, 19.50, 28.01, 33.95, 35.60],
        [-10.10, -7.68, -2.74, 4.11, 14.08, 22.45, 29.47, 31.92],
    ]
    rewarmed = [
        [7.12, 6.78, 8.85, 14.85, 28.81],
        [18.15, 17.98, 18.34, 20.67, 28.84],
        [24.87, 24.89, 25.35, 26.51, 30.53],
    ]
    off = np.abs(run.T[:4] - expected).max()
    off_rewarmed = np.abs(run.T[4:][:, [0, 1, 3, 4, 6]] - rewarmed).max()
    return [
        Check("temperature (K)", float(off), 0.1),
        Check("temperature, rewarming (K)", float(off_rewarmed), 0.1),
        Check("ledger", run.residual, LEDGER),
    ]


# --- B01: steady layers ---


def _b01_layers(inputs):
    return [
        (f"layer{m}", x["d"], tissue(x["k"], 1000.0, 3500.0, x["W"], x["qm"]))
        for m, x in enumerate(inputs["layers"])
    ]


B01_MESH = graded(5e-5, 1.02, 2e-4)


def b01_air(folder):
    """Steady start of four layers in a room of 22 degC, film 8 W/m^2/K."""
    inputs, results = reference("B01")
    given = results["air_22C_h8"]
    case = slab(
        _b01_layers(inputs),
        depth=B01_MESH,
        room={"temperature": "22 degC", "film": "8 W/m^2/K"},
        applicator=[],
        protocol=[{"phase": "remove", "duration": "60 s"}],
    )
    run = marched(folder, case, [0.0, 60.0], given["x"])
    flux = -run.treatment.balance.surface_power[0]
    return [
        *compared(run, [given["T"], given["T"]], 1e-3),
        Check("flux (1)", float(abs(flux / given["q_surface_out"] - 1.0)), 1e-3),
    ]


def b01_plate(folder):
    """The same under a plate of -8 degC, 350 W/m^2/K, marched until nothing changes."""
    inputs, results = reference("B01")
    given = results["plate_-8C_h350"]
    case = slab(
        _b01_layers(inputs),
        depth=B01_MESH,
        tolerance=0.01,
        applicator=plate(350.0),
        protocol=[cool(-8.0, 30000.0)],
    )
    run = marched(folder, case, [30000.0], given["x"])
    flux = -run.treatment.balance.surface_power[0]
    return [
        *compared(run, [given["T"]], 1e-3),
        Check("flux (1)", float(abs(flux / given["q_surface_out"] - 1.0)), 1e-3),
    ]


# --- B02: a perfused half-space ---


def b02a(folder):
    """Plate of -9 degC with 120 W/m^2/K on a perfused half-space that starts below blood."""
    inputs, given = reference("B02a")
    x, times = np.array(given["x"]), given["t"]
    medium = tissue(inputs["k"], inputs["rho"], inputs["c"], inputs["W"], inputs["qm"])
    case = half_space(medium, 34.0, -9.0, inputs["h"])
    run = marched(folder, case, times, x)
    law = exact.perfused_half_space_under_film
    expected = [
        law(
            x, t, k=inputs["k"], rho_c=inputs["rho"] * inputs["c"], W=inputs["W"], h=inputs["h"],
            outside=inputs["Te"], start=inputs["T0"], blood=inputs["Ta"], qm=inputs["qm"],
        )
        for t in times
    ]  # fmt: skip
    return compared(run, expected, 5e-3)


def b02c_flux(folder):
    """720 W/m^2 out of a perfused half-space."""
    inputs, given = reference("B02c")
    medium = tissue(inputs["k"], inputs["rho"], inputs["c"], inputs["W"])
    case = half_space(medium, 37.0, 0.0, 100.0, protocol=[
        {"phase": "cool", "flux": f"{inputs['q_out']} W/m^2", "duration": "3600 s"}
    ])  # fmt: skip
    run = marched(folder, case, given["t"], given["x"])
    return compared(run, given["T_constflux"], 10e-3)


def b02c_limited(folder):
    """Plate of -10 degC that takes 1500 W/m^2 at most."""
    inputs, given = reference("B02c")
    medium, limited = (
        tissue(inputs["k"], inputs["rho"], inputs["c"], inputs["W"]),
        inputs["limited"],
    )
    case = half_space(medium, 37.0, limited["Tplate"])
    case["applicator"] = plate(limited["h"], flux_limit=f"{limited['qmax']} W/m^2")
    run = marched(folder, case, given["t"], given["x"])
    t, surface = np.array(run.steps).T
    switch = np.interp(-(limited["Tplate"] + limited["qmax"] / limited["h"]), -surface, t)
    late = abs(switch / given["t_switch_limited"] - 1.0)
    return [*compared(run, given["T_limited"], 10e-3), Check("switch time (1)", float(late), 5e-3)]


# --- B03: four layers cooled from 34 degC ---


def _b03(folder, name, applicator, protocol, expected="T", depths="x", **more):
    inputs, given = reference(name)
    layers = [
        (x["name"] + "'", x["d"], tissue(x["k"], x["rho"], x["c"], x["W"], x["qm"]))
        for x in inputs["layers"]
    ]
    case = slab(
        layers,
        depth=graded(1e-4, 1.05, 5e-4),
        tolerance=0.005,
        start=uniform(34.0),
        applicator=applicator,
        protocol=protocol,
        **more,
    )
    return compared(marched(folder, case, given["t"], given[depths]), given[expected], 20e-3)


def b03a(folder):
    """Step of the plate."""
    inputs, _ = reference("B03a")
    return _b03(folder, "B03a", plate(inputs["h"]), [cool(inputs["Te"], 3600.0)])


def b03b(folder):
    """Ramp of the plate."""
    inputs, _ = reference("B03b")
    schedule = [[f"{t} s", f"{T} degC"] for t, T in inputs["plate"]]
    protocol = [{"phase": "cool", "schedule": schedule, "duration": "3600 s"}]
    return _b03(folder, "B03b", plate(inputs["h"]), protocol)


def _b03c(folder, treated_as):
    inputs, _ = reference("B03c")
    gel = inputs["gel"]
    pad = {"thickness": f"{gel['d']} m", "tissue": "gel'", "as": treated_as,
           "temperature": f"{gel['T0']} degC"}  # fmt: skip
    return _b03(
        folder, "B03c", plate(inputs["h_plate_gel"], gel=pad), [cool(inputs["Tplate"], 3600.0)],
        expected="T_gel_capacity" if treated_as == "layer" else "T_gel_resistance_only",
        depths="x_tissue",
        gels={"gel'": tissue(gel["k"], gel["rho"], gel["c"])},
    )  # fmt: skip


def b03c_layer(folder):
    """Gel pad with its own heat capacity."""
    return _b03c(folder, "layer")


def b03c_resistance(folder):
    """Gel pad as a resistance."""
    return _b03c(folder, "resistance")


# --- B04, B05: freezing ---


def b04(folder):
    """Neumann solidification with different properties of solid and liquid."""
    i, given = reference("B04")
    lipid = melting(i["L"], (i["Tm"] - NARROW, i["Tm"] + NARROW), (0.0, 1.0))
    medium = tissue(
        i["kl"], i["rho"], i["cl"], lipid=lipid,
        conductivity_frozen=f"{i['ks']} W/m/K", heat_capacity_frozen=f"{i['cs']} J/kg/K",
    )  # fmt: skip
    solid, liquid = (i["ks"], i["rho"] * i["cs"]), (i["kl"], i["rho"] * i["cl"])
    law = exact.Solidification(solid, liquid, i["rho"] * i["L"], i["Tw"], i["Tm"], i["Ti"])
    case = half_space(medium, i["Ti"], i["Tw"], depth=SHARP)
    return _solidified(folder, case, law, given["t"], absolute=0.05)


def _mushy(folder, inputs, x, times, expected, fronts):
    """Half-space with the latent heat even over a range; fronts (solidus, liquidus) in m."""
    i = inputs
    lipid = melting(i["L"], (i["Tsol"], i["Tliq"]), (0.0, 1.0))
    medium = tissue(
        i["kl"], i["rho"], i["cl"], lipid=lipid,
        conductivity_frozen=f"{i['ks']} W/m/K", heat_capacity_frozen=f"{i['cs']} J/kg/K",
    )  # fmt: skip
    case = half_space(medium, i["Ti"], i["Tw"], depth=graded(1e-4, 1.01, 1e-3))
    grid = np.arange(0.0, 25e-3, 5e-5)
    run = marched(folder, case, times, [*x, *grid])
    at_grid, run.T = run.T[:, len(x) :], run.T[:, : len(x)]
    off = [
        abs(front(grid, T, level) - at[k])
        for k, T in enumerate(at_grid)
        for level, at in zip((i["Tsol"], i["Tliq"]), fronts, strict=True)
    ]
    return run, [*compared(run, expected, 20e-3), Check("fronts (mm)", 1e3 * max(off), 0.05)]


def b05_constant(folder):
    """Latent heat over 2 to 14 degC, other properties constant."""
    inputs, results = reference("B05")
    times, x, given = results["varprops"]["t"], results["varprops"]["x"], results["constprops"]
    fronts = given["front_solidus"], given["front_liquidus"]
    return _mushy(folder, inputs["case_constprops"], x, times, given["T"], fronts)[1]


def mushy_law(inputs, *, stepped):
    """Similarity solution of B05: properties of the mush ``stepped`` or linear in temperature."""
    i = inputs
    low, high = i["Tsol"], i["Tliq"]

    def between(solid, mush, liquid):
        def law(T):
            if stepped:
                return solid if T < low else mush if T < high else liquid
            return solid + (liquid - solid) * min(max((T - low) / (high - low), 0.0), 1.0)

        return law

    c = between(i["cs"], i["cm"], i["cl"])

    def capacity(T):
        return i["rho"] * (c(T) + (i["L"] / (high - low) if low < T < high else 0.0))

    k = between(i["ks"], i["km"], i["kl"])
    return Similarity(k, capacity, i["Tw"], i["Ti"], [low, high])


def b05_varying(folder):
    """The same with different properties of solid and liquid.

    A case cannot say the properties that B05 gives the mush (constants, the means of solid and
    liquid): in cryosim they follow the solid share.  So the reference is the similarity solution
    with linear properties, by a shooting method that reproduces B05 with its own ones
    (``test_freezing.py``).
    """
    inputs, results = reference("B05")
    i, times, x = inputs["case_varprops"], results["varprops"]["t"], results["varprops"]["x"]
    law = mushy_law(i, stepped=False)
    expected = [law(np.array(x), t) for t in times]
    fronts = [[law.front(i[T], t) for t in times] for T in ("Tsol", "Tliq")]
    run, checks = _mushy(folder, i, x, times, expected, fronts)
    heat = -run.entry("applicator") / law.heat_removed(np.array(times)) - 1.0
    return [*checks, Check("heat removed (1)", float(np.abs(heat).max()), 5e-3)]


# --- B08: every term of the energy balance ---


def _b08_case(**more):
    """Layers of B08 and the mesh; steady start in air with a film of 8 W/m^2/K."""
    inputs, _ = reference("B08")
    rho_c = inputs["blood"]["rho_c"]
    layers = []
    for name, x in zip(("upper", "middle", "lower"), inputs["layers"], strict=True):
        p = x["perf"]
        response = (
            {"kind": "ramp", "low": f"{p['T_lo']} degC", "high": f"{p['T_hi']} degC",
             "floor": p["gmin"]}
            if p["type"] == "ramp"
            else {"kind": "q10", "q10": p["Q10"], "reference": f"{p['T_ref']} degC"}
        )  # fmt: skip
        changes = {"perfusion_response": response}
        if "met" in x:
            changes["metabolism_response"] = response
        if "L" in x:
            changes |= {
                "conductivity_frozen": f"{x['k_s']} W/m/K",
                "heat_capacity_frozen": f"{x['c_s']} J/kg/K",
                "lipid" if name == "middle" else "water": melting(x["L"], x["fl_T"], x["fl"]),
            }
        k, c = x.get("k", x.get("k_l")), x.get("c", x.get("c_l"))
        made = tissue(k, x["rho"], c, x["omega"] * rho_c, x["qm"], **changes)
        layers.append((name, x["d"], made))
    return slab(layers, depth=graded(1e-4, 1.05, 5e-4), tolerance=0.005) | more


def b08(folder):
    """Freezing skin, crystallising fat, perfusion that follows temperature, rewarming.

    B08 starts steady under a film of 8 W/m^2/K and rewarms under 9; a case has one film, so the
    steady start of one case is the table from which the other starts.
    """
    _, given = reference("B08")
    air = {"temperature": "23 degC", "film": "8 W/m^2/K"}
    case = _b08_case(room=air, applicator=[], protocol=[{"phase": "remove", "duration": "1 s"}])
    rest = marched(folder, case, [1.0], []).treatment
    start = {
        "kind": "table",
        "depth": [f"{float(x)!r} m" for x in rest.frame.line_depth],
        "temperature": [f"{float(T)!r} degC" for T in temperatures(rest, rest.frame.line)],
    }
    schedule = [["0 s", "30 degC"], ["120 s", "-10 degC"]]
    case = _b08_case(
        room={"temperature": "23 degC", "film": "9 W/m^2/K"},
        start=start,
        applicator=plate(300.0),
        protocol=[
            {"phase": "cool", "schedule": schedule, "duration": "2400 s"},
            {"phase": "remove", "duration": "3000 s"},
        ],
    )
    run = marched(folder, case, given["t"], [])
    stored = run.entry("sensible") + run.entry("lipid latent") + run.entry("water latent")
    found = {
        "dH": stored,
        "E_top_out": -run.entry("applicator") - run.entry("top"),
        "E_bottom_in": run.entry("bottom"),
        "E_perf": run.entry("perfusion"),
        "E_met": run.entry("metabolism"),
    }
    removed = np.array(given["E_top_out"])
    checks = [
        Check(f"{name} (heat removed)", float(np.abs((E - given[name]) / removed).max()), 1e-3)
        for name, E in found.items()
    ]
    return [*checks, Check("ledger", run.residual, LEDGER)]


ALL = {
    f.__name__: f
    for f in (
        v1, v2, v3, v4, v6, b01_air, b01_plate, b02a, b02c_flux, b02c_limited, b03a, b03b,
        b03c_layer, b03c_resistance, b04, b05_constant, b05_varying, b08,
    )
}  # fmt: skip
