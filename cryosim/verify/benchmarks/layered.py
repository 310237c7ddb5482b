"""Several layers: steady states, a plate with and without a ramp, gel pads, rewarming."""

from pathlib import Path
from typing import Any

import numpy as np

from cryosim.verify.benchmarks.pennes import FINE
from cryosim.verify.cases import Entries, cool, graded, plate, remove, slab, tissue, uniform
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, nearest, relative
from cryosim.verify.runs import closed, compared, marched

B01_MESH = graded(5e-5, 1.02, 2e-4)


def v6(folder: Path) -> list[Result]:
    """Skin, fat and muscle, perfused at 0.2 of rest, plate at -11 degC, then room air."""
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
        protocol=[cool(-11.0, 2100.0, perfusion=0.2), remove(1800.0, perfusion=0.2)],
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
    late = run.T[4:][:, [0, 1, 3, 4, 6]]
    return [
        nearest("temperature while cooling (worst of 32)", "degC", expected, run.T[:4], 0.1),
        nearest("temperature while rewarming (worst of 15)", "degC", rewarmed, late, 0.1),
        closed(run),
    ]


def _b01(folder: Path, results: str, **case: Any) -> list[Result]:
    """Steady temperature and flux of four layers, read at the start and after ``case`` ends."""
    inputs, references = reference("B01")
    given = references[results]
    layers = [
        (f"layer{m}", x["d"], tissue(x["k"], 1000.0, 3500.0, x["W"], x["qm"]))
        for m, x in enumerate(inputs["layers"])
    ]
    times = case.pop("times")
    run = marched(folder, slab(layers, depth=B01_MESH, **case), times, given["x"])
    power = run.treatment.balance.surface_power
    flux = -run.treatment.frame.operators.team.total(power)[0]
    return [
        *compared(run, [given["T"]] * len(times), 1e-3),
        relative("flux through the surface", "W/m^2", given["q_surface_out"], flux, 1e-3),
    ]


def b01_air(folder: Path) -> list[Result]:
    """Steady start of four layers in a room of 22 degC, film 8 W/m^2/K."""
    room = {"temperature": "22 degC", "film": "8 W/m^2/K"}
    more: Entries = {"room": room, "applicator": [], "protocol": [remove(60.0)]}
    return _b01(folder, "air_22C_h8", times=[0.0, 60.0], **more)


def b01_plate(folder: Path) -> list[Result]:
    """The same under a plate of -8 degC, 350 W/m^2/K, marched until nothing changes."""
    more: Entries = {"applicator": plate(350.0), "protocol": [cool(-8.0, 30000.0)]}
    return _b01(folder, "plate_-8C_h350", times=[30000.0], tolerance=0.01, **more)


def _b03(
    folder: Path,
    name: str,
    applicator: Entries,
    protocol: list[Entries],
    expected: str = "T",
    depths: str = "x",
    **more: Any,
) -> list[Result]:
    """Four layers cooled from 34 degC, against ``expected`` of the data ``name``."""
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


def b03a(folder: Path) -> list[Result]:
    """Step of the plate."""
    inputs, _ = reference("B03a")
    return _b03(folder, "B03a", plate(inputs["h"]), [cool(inputs["Te"], 3600.0)])


def b03b(folder: Path) -> list[Result]:
    """Ramp of the plate."""
    inputs, _ = reference("B03b")
    schedule = [[f"{t} s", f"{T} degC"] for t, T in inputs["plate"]]
    protocol = [{"phase": "cool", "schedule": schedule, "duration": "3600 s"}]
    return _b03(folder, "B03b", plate(inputs["h"]), protocol)


def _b03c(folder: Path, treated_as: str) -> list[Result]:
    """A gel pad of 22 degC between plate and skin."""
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


def b03c_layer(folder: Path) -> list[Result]:
    """Gel pad with its own heat capacity."""
    return _b03c(folder, "layer")


def b03c_resistance(folder: Path) -> list[Result]:
    """Gel pad as a resistance."""
    return _b03c(folder, "resistance")
