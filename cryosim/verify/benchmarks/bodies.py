"""Bodies in a cold room: slab, cylinder, sphere, brick; and a box heated from three sides."""

from pathlib import Path
from typing import Any

import numpy as np

from cryosim.physics.exchange import Exchange, Schedule
from cryosim.thermal.arena import Setting
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import Entries, degC, even, metres, remove, slab, tissue, uniform
from cryosim.verify.meshes import disk_file
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, labelled, nearest
from cryosim.verify.roundmeshes import ball_file, cylinder_file
from cryosim.verify.runs import compared, looked, marched, treated
from cryosim.verify.starts import followed, started

LATERAL = ("x_min", "x_max", "y_min", "y_max")


def _chilled(i: dict[str, Any], given: dict[str, Any], thickness: float, **more: Any) -> Entries:
    """Body of B06 that loses heat to a room through all of its faces."""
    medium = tissue(i["k"], i["rho"], i["c"], given.get("W", 0.0), given.get("qm", 0.0))
    return slab(
        [("medium", thickness, medium)],
        room={"temperature": degC(i["Te"]), "film": f"{i['h']} W/m^2/K"},
        start=uniform(i["T0"]),
        applicator=[],
        protocol=[remove(i["t"][-1])],
        **more,
    )


def _perfused(data: dict[str, Any]) -> str:
    """Which of two variants ``data`` belongs to."""
    return "perfused" if data["W"] > 0.0 else "not perfused"


def b06_slab(folder: Path) -> list[Result]:
    """Slab, without and with perfusion."""
    i, given = reference("B06")
    depths = i["R"] - np.array(i["r"])
    results = []
    for body in ("slab_W0", "slab_W3197"):
        data = given["bodies"][body]
        case = _chilled(i, data, 2 * i["R"], depth=even(2.5e-4), faces={"bottom": "room"})
        run = marched(folder, case, i["t"], depths)
        results += labelled(_perfused(data), compared(run, data["T"], 20e-3))
    return results


def _of_file(case: Entries, file: str, region: str, skin: str, places: Any) -> Entries:
    """The ``case`` in a mesh file: its ``region``, all of its ``skin`` in the room, its probes."""
    anatomy = case["anatomy"] | {
        "layers": [{"tissue": "medium", "region": region}],
        "faces": {skin: "room"},
    }
    probes = [
        {"name": f"p{n}", "position": [metres(x) for x in place]} for n, place in enumerate(places)
    ]
    return case | {"anatomy": anatomy, "mesh": {"file": file}, "probes": probes}


JUST_INSIDE = 1.0 - 1e-9
"""Factor that keeps a probe within the mesh whatever rounding does."""


def b06_cylinder(folder: Path) -> list[Result]:
    """Cross-section of an infinite cylinder in triangles of a mesh file, without and with blood."""
    i, given = reference("B06")
    file, r = disk_file(folder, i["R"], 40), JUST_INSIDE * np.array(i["r"])
    places = np.column_stack([r, 0.0 * r]).tolist()
    results = []
    for body in ("cyl_W0", "cyl_W3197"):
        data = given["bodies"][body]
        case = _chilled(i, data, i["R"], depth=even(1e-3), dimension=2, tolerance=0.01)
        run = looked(treated(folder, _of_file(case, file, "layer1", "rim", places)), i["t"], r)
        results += labelled(_perfused(data), compared(run, data["T"], 20e-3))
    return results


TOWARDS = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
"""Directions from the centre of a round body: along an axis, and where blocks of cells meet."""


def b06_sphere(folder: Path, cells: int = 22) -> list[Result]:
    """Sphere without and with blood, by an octant in distorted hexahedra of a mesh file.

    Its planes of symmetry are insulated; ``cells`` lie within the core of the mesh and around it.
    """
    i, given = reference("B06")
    file, r = ball_file(folder, i["R"], cells, cells), JUST_INSIDE * np.array(i["r"])
    towards = TOWARDS / np.linalg.norm(TOWARDS, axis=1)[:, None]
    places = (towards[:, None, :] * r[:, None]).reshape(-1, 3).tolist()
    results = []
    for body in ("sphere_W0", "sphere_W3197"):
        data = given["bodies"][body]
        case = _chilled(i, data, i["R"], depth=even(1e-3), dimension=3, tolerance=0.003)
        treatment = treated(folder, _of_file(case, file, "body", "skin", places))
        run = looked(treatment, i["t"], np.tile(i["R"] - r, len(towards)))
        expected = np.tile(data["T"], (1, len(towards)))
        results += labelled(_perfused(data), compared(run, expected, 20e-3))
    return results


def b06_finite_cylinder(folder: Path) -> list[Result]:
    """Finite cylinder: the product of a cylinder and a slab, by an eighth in hexahedra."""
    i, given = reference("B06")
    shape = i["finite_cylinder"]
    file = cylinder_file(folder, shape["R"], shape["half_length"], core=16, shell=16, along=24)
    towards = TOWARDS[:2] / np.linalg.norm(TOWARDS[:2], axis=1)[:, None]
    places = [(*(r * way[:2]), z) for r, z in shape["probes"] for way in towards]
    depths = [min(shape["R"] - np.hypot(x, y), shape["half_length"] - z) for x, y, z in places]
    case = _chilled(i, {}, shape["R"], depth=even(1e-3), dimension=3, tolerance=0.003)
    run = looked(treated(folder, _of_file(case, file, "body", "skin", places)), i["t"], depths)
    return compared(run, np.repeat(given["finite_cylinder_T"], len(towards), axis=1), 20e-3)


def b06_brick(folder: Path) -> list[Result]:
    """Brick: the product of three slabs."""
    i, given = reference("B06")
    half = i["brick"]["half"]
    case = _chilled(
        i, {}, 2 * half[2], depth=even(5e-4), dimension=3, tolerance=0.01,
        mesh={"extent": [metres(2 * half[0]), metres(2 * half[1])], "lateral": even(7.5e-4)},
        faces=dict.fromkeys([*LATERAL, "bottom"], "room"),
    )  # fmt: skip
    places = i["brick"]["probes"]
    case["probes"] = [
        {"name": f"p{n}", "depth": metres(half[2] - z), "offset": [metres(x), metres(y)]}
        for n, (x, y, z) in enumerate(places)
    ]
    depths = [half[2] - z for *_, z in places]
    return compared(looked(treated(folder, case), i["t"], depths), given["brick_T"], 20e-3)


def b07(folder: Path, cells: int = 20) -> list[Result]:
    """Three-dimensional Pennes: two faces held at unlike temperatures, heat flux into two others.

    A case has one plate temperature and fluxes on two faces only, so the setting is made here; the
    mesh, the operators and the march are those of a case.
    """
    i, given = reference("B07")
    treatment = treated(folder, _heated(i, cells))
    laws = {
        "top": _held(i["Tc"]),
        "bottom": _held(i["Ts"]),
        "x_max": Exchange(flux=Schedule.constant(-i["qx"])),
        "y_max": Exchange(flux=Schedule.constant(-i["qz"])),
    }
    setting = Setting([laws[name] for name in treatment.frame.conditions])
    balance = started(treatment, np.full(treatment.balance.body.n_mesh, i["Tc"]), 1e-4, setting)
    found, before = [], 0.0
    for t in i["t"]:
        followed(balance, t, before)
        nodal = treatment.frame.operators.with_ghosts(balance.T_mesh)
        found.append(treatment.frame.probes(nodal) - ZERO_CELSIUS)
        before = t
    return [nearest("temperature at 4 points, 3 times", "degC", given["T"], found, 0.1)]


def _heated(i: dict[str, Any], cells: int) -> Entries:
    """Case of the box of B07, its depth along y; ``cells`` across its shortest side."""
    h = i["Lz"] / cells
    case = slab(
        [("medium", i["H"], tissue(i["k"], i["rho"], i["c"], i["W"], i["Q"]))],
        depth=even(h),
        dimension=3,
        mesh={"extent": [metres(i["Lx"]), metres(i["Lz"])], "lateral": even(h)},
        room={"temperature": degC(i["Ts"]), "film": "1 W/m^2/K"},
        faces=dict.fromkeys(["x_max", "y_max"], "room"),
        start=uniform(i["Tc"]),
        applicator=[],
        protocol=[remove(i["t"][-1])],
    )
    case["numerics"]["integrator"] = "explicit"
    case["probes"] = [
        {"name": f"p{n}", "depth": metres(y),
         "offset": [metres(x - i["Lx"] / 2), metres(z - i["Lz"] / 2)]}
        for n, (x, y, z) in enumerate(i["points"])
    ]  # fmt: skip
    return case


def _held(T: float) -> Exchange:
    """A surface held at ``T`` (degC)."""
    return Exchange(temperature=Schedule.constant(T + ZERO_CELSIUS), perfect=True)
