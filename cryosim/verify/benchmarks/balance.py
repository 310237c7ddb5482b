"""Energy: the terms of the balance one by one, and the ledger against the law itself."""

from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.thermal import kernels
from cryosim.treatment.model import Treatment
from cryosim.treatment.observe import ledger
from cryosim.verify.cases import Entries, cool, even, graded, melting, plate, remove, slab, tissue
from cryosim.verify.energy import heat_of_column
from cryosim.verify.reference import reference
from cryosim.verify.results import NotHere, Result, labelled, nearest
from cryosim.verify.runs import closed, marched, temperatures, treated

GEL = tissue(0.5, 1050.0, 3900.0)
PAD = {"thickness": "1.5 mm", "tissue": "gel'", "temperature": "22 degC"}
REMEMBERING = {
    "kind": "ramp", "low": "5 degC", "high": "33 degC", "floor": 0.1, "persists": True
}  # fmt: skip
TIMES = [50.0, 900.0, 1100.0, 1500.0, 2100.0]


def everything(tolerance: float, contact: float | str, **changes: Any) -> Entries:
    """Freezing skin, crystallising fat, perfusion with memory, metabolism, gel, four phases."""
    upper = tissue(
        0.42, 1100.0, 3400.0, 4000.0, 300.0,
        conductivity_frozen="0.9 W/m/K", perfusion_response=REMEMBERING,
        water=melting(180e3, (-8.0, -1.0), (0.25, 1.0)),
    )  # fmt: skip
    middle = tissue(
        0.2, 915.0, 2250.0, 900.0, 50.0,
        conductivity_frozen="0.24 W/m/K", perfusion_response=REMEMBERING,
        lipid=melting(70e3, (2.0, 9.0, 14.0), (0.0, 0.7, 1.0)),
    )  # fmt: skip
    gel: Entries = {} if contact == "perfect" else {"gel": PAD}
    return slab(
        [("upper", 0.0015, upper | changes), ("middle", 0.02, middle | changes)],
        depth=graded(2e-4, 1.1, 1e-3),
        tolerance=tolerance,
        gels={"gel'": GEL} if gel else {},
        room={"temperature": "23 degC", "film": "9 W/m^2/K", "emissivity": 0.5},
        applicator=plate(contact, start_temperature="30 degC", **gel),
        protocol=[
            cool(-12.0, 900.0, ramp="100 s", perfusion=0.5),
            remove(300.0),
            cool(-5.0, 300.0),
            remove(600.0),
        ],
    )


def unexplained(folder: Path, case: Entries, times: list[float]) -> float:
    """Heat that the law says is stored but the ledger does not, over the heat exchanged."""
    treatment = treated(folder, case)
    before, off, exchanged = _bare_heat(treatment), [0.0], 1.0
    for landed in treatment.march(times):
        if landed:
            row = {k.split(" [")[0]: v for k, v in ledger(treatment).items()}
            entries = ("perfusion", "metabolism", *treatment.frame.conditions)
            incoming = sum(row.get(name, 0.0) for name in (*entries, "gel put on and taken off"))
            off.append(heat_of_column(treatment) - before - incoming)
            exchanged = max(exchanged, abs(row["applicator"]))
    return float(np.abs(off).max() / exchanged)


def _bare_heat(treatment: Treatment) -> float:
    """Heat before the first phase put its gel on."""
    pads = heat_of_column(treatment) - treatment.balance.pad_heat
    return pads - float(treatment.balance.ledger[kernels.LEDGER_SURFACES :].sum())


def quadrature(folder: Path) -> list[Result]:
    """Heat stored by quadrature of the laws against what the ledger says came in."""
    if MPI.COMM_WORLD.size > 1:
        raise NotHere("several ranks: the quadrature is over one column; run on one rank")
    return [
        nearest(
            f"heat unexplained / exchanged, {contact}, {tolerance} K a step", "1", 0.0,
            unexplained(folder, everything(tolerance, contact), TIMES), 1e-9,
        )
        for contact, tolerance in ((1500.0, 1.0), (1500.0, 0.05), ("perfect", 1.0))
    ]  # fmt: skip


def rims(folder: Path) -> list[Result]:
    """Plate on a part of the face: nodes of its rim belong to the room too."""
    results: list[Result] = []
    for dimension in (2, 3):
        case = everything(0.05, 1500.0)
        case["dimension"] = dimension
        case["applicator"] |= {"size": ["8 mm", "6 mm"][: dimension - 1]}
        case["mesh"] = {"extent": ["16 mm", "12 mm"][: dimension - 1], "lateral": even(2e-3)}
        case["mesh"]["depth"] = graded(3e-4, 1.3, 3e-3)
        results += labelled(f"{dimension}-D", [closed(marched(folder, case, TIMES, [0.0]))])
    return results


def _b08_case(**more: Any) -> Entries:
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
        changes: Entries = {"perfusion_response": response}
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


def b08(folder: Path) -> list[Result]:
    """Freezing skin, crystallising fat, perfusion that follows temperature, rewarming.

    B08 starts steady under a film of 8 W/m^2/K and rewarms under 9; a case has one film, so the
    steady start of one case is the table from which the other starts.
    """
    _, given = reference("B08")
    air = {"temperature": "23 degC", "film": "8 W/m^2/K"}
    case = _b08_case(room=air, applicator=[], protocol=[remove(1.0)])
    schedule = [["0 s", "30 degC"], ["120 s", "-10 degC"]]
    start = _as_table(marched(folder, case, [1.0], []).treatment)
    case = _b08_case(
        room={"temperature": "23 degC", "film": "9 W/m^2/K"},
        start=start,
        applicator=plate(300.0),
        protocol=[{"phase": "cool", "schedule": schedule, "duration": "2400 s"}, remove(3000.0)],
    )
    run = marched(folder, case, given["t"], [])
    found = {
        "dH": run.entry("sensible") + run.entry("lipid latent") + run.entry("water latent"),
        "E_top_out": -run.entry("applicator") - run.entry("top"),
        "E_bottom_in": run.entry("bottom"),
        "E_perf": run.entry("perfusion"),
        "E_met": run.entry("metabolism"),
    }
    removed = np.array(given["E_top_out"])
    results = [
        nearest(f"{_WORDS[name]} / heat removed", "1", np.array(given[name]) / removed,
                E / removed, 1e-3)
        for name, E in found.items()
    ]  # fmt: skip
    return [*results, closed(run)]


_WORDS = {
    "dH": "change of enthalpy",
    "E_top_out": "heat out of the surface",
    "E_bottom_in": "heat from below",
    "E_perf": "heat of perfusion",
    "E_met": "heat of metabolism",
}


def _as_table(rest: Treatment) -> Entries:
    """Start from the temperature of ``rest`` along its depth."""
    if rest.frame.line is None:
        raise ValueError("a column of layers has a line, a mesh file has none")
    return {
        "kind": "table",
        "depth": [f"{float(x)!r} m" for x in rest.frame.line_depth],
        "temperature": [f"{float(T)!r} degC" for T in temperatures(rest, rest.frame.line)],
    }
