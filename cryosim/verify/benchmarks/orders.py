"""Observed orders of convergence in space, on smooth problems."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from cryosim.parallel import Values
from cryosim.treatment.model import Treatment
from cryosim.verify import manufactured as mms
from cryosim.verify.cases import (
    Entries,
    cool,
    even,
    metres,
    peak,
    plate,
    remove,
    slab,
    tissue,
    uniform,
)
from cryosim.verify.exact.layers import Layers
from cryosim.verify.exact.similarity import Similarity
from cryosim.verify.meshes import block_file
from cryosim.verify.results import Result, order
from cryosim.verify.roundmeshes import ball_file
from cryosim.verify.runs import treated
from cryosim.verify.starts import accuracy, followed, largest, mean_square, nodes, started

WIDTH = 0.01
LAYERS = [(0.003, 0.4, 3.7e6, 4000.0), (0.009, 0.2, 2.1e6, 800.0)]
"""Thickness (m), conductivity, heat capacity per volume, Pennes coefficient."""

WITHIN = 0.1
"""How far an observed order, in space or time, may be from theory."""


def layered_case(h: float, dimension: int, tolerance: float = 0.01, **changes: Any) -> Entries:
    """Two layers under a plate at blood temperature: what differs from blood fades away."""
    size = [metres(WIDTH)] * (dimension - 1)
    layers = [
        (name, d, tissue(k, 1000.0, rho_c / 1000.0, W) | changes.get(name, {}))
        for name, (d, k, rho_c, W) in zip(("upper", "lower"), LAYERS, strict=True)
    ]
    return slab(
        layers,
        depth=even(h),
        tolerance=tolerance,
        dimension=dimension,
        mesh={"extent": size, "lateral": even(h)} if size else {},
        start=uniform(37.0),
        applicator=plate(200.0, size=size),
        protocol=[cool(37.0, 1000.0)],
    )


def in_simplices(folder: Path, case: Entries, h: float, width: float) -> Entries:
    """The block of ``case`` as a mesh file of triangles or tetrahedra of size ``h`` (m)."""
    lateral = np.linspace(-width / 2, width / 2, round(width / h) + 1)
    thickness = [float(layer["thickness"].split()[0]) for layer in case["anatomy"]["layers"]]
    total = sum(thickness)
    axes = [lateral] * (case["dimension"] - 1) + [np.linspace(-total, 0.0, round(total / h) + 1)]
    inner = (-np.cumsum(thickness)[:-1]).tolist()
    file = block_file(folder, axes, simplices=True, layers=inner)
    layers = [
        {"tissue": layer["tissue"], "region": f"layer{n}"}
        for n, layer in enumerate(case["anatomy"]["layers"], start=1)
    ]
    anatomy = case["anatomy"] | {"layers": layers, "faces": {"bottom": "core"}}
    top = {k: v for k, v in case["applicator"].items() if k != "size"} | {"face": "top"}
    return case | {"anatomy": anatomy, "applicator": top, "mesh": {"file": file}}


def error_of_mode(folder: Path, h: float, dimension: int, *, simplices: bool = False) -> float:
    """Error (K) of the slowest mode at 100 s in cells of size ``h`` (m).

    The largest one in boxes, the L2 norm in simplices: only there is second order proven.
    """
    wave = np.pi / WIDTH
    mode = Layers(LAYERS, 200.0, wave * np.sqrt(dimension - 1))
    case = layered_case(h, dimension)
    treatment = treated(folder, in_simplices(folder, case, h, WIDTH) if simplices else case)
    x = nodes(treatment)
    shape = mode(x[:, -1]) * np.cos(wave * (x[:, :-1] + WIDTH / 2)).prod(axis=1)
    T = followed(started(treatment, 37.0 - 20.0 * shape), 100.0)
    off = T - 37.0 + 20.0 * shape * np.exp(-100.0 * mode.rate)
    return mean_square(treatment, off) if simplices else largest(treatment, off)


def _of_mode(folder: Path, kinds: dict[str, tuple[int, int]], *, simplices: bool) -> list[Result]:
    """Orders by kind of cell: dimension and number of meshes, each of half the size."""
    results = []
    for kind, (dimension, n) in kinds.items():
        sizes = [1e-3 / 2**k for k in range(n)]
        errors = [error_of_mode(folder, h, dimension, simplices=simplices) for h in sizes]
        results.append(order(f"order in space, {kind}", sizes, errors, 2.0, WITHIN))
    return results


def layers_in_boxes(folder: Path) -> list[Result]:
    """Slowest mode of two layers in intervals and quadrilaterals."""
    return _of_mode(folder, {"intervals": (1, 4), "quadrilaterals": (2, 4)}, simplices=False)


def layers_in_hexahedra(folder: Path) -> list[Result]:
    """Slowest mode of two layers in hexahedra."""
    return _of_mode(folder, {"hexahedra": (3, 2)}, simplices=False)


def layers_in_triangles(folder: Path) -> list[Result]:
    """Slowest mode of two layers in triangles of a mesh file."""
    return _of_mode(folder, {"triangles": (2, 3)}, simplices=True)


def layers_in_tetrahedra(folder: Path) -> list[Result]:
    """Slowest mode of two layers in tetrahedra of a mesh file."""
    return _of_mode(folder, {"tetrahedra": (3, 2)}, simplices=True)


BALL, BALL_FILM = 0.01, 200.0
"""Radius (m) of a ball of the upper layer's tissue, and film (W/m^2/K) around it."""


def error_in_ball(folder: Path, cells: int) -> float:
    r"""Error (K, L2 norm) of the slowest mode of a ball at 50 s, ``cells`` in core and shell.

    .. math:: \vartheta \propto \frac{\sin(\mu r/R)}{r}\, e^{-(W + k \mu^2/R^2)\,t/\rho c},
              \qquad \mu \cot \mu = 1 - hR/k,

    a sphere that loses heat through a film (Carslaw & Jaeger 1959, 9.4) and by perfusion.
    """
    _, k, rho_c, W = LAYERS[0]
    case = slab(
        [("medium", BALL, tissue(k, 1000.0, rho_c / 1000.0, W))],
        depth=even(BALL / cells), dimension=3, start=uniform(37.0), applicator=[],
        room={"temperature": "37 degC", "film": f"{BALL_FILM} W/m^2/K"}, protocol=[remove(1000.0)],
    )  # fmt: skip
    case["mesh"] = {"file": ball_file(folder, BALL, cells, cells)}
    case["anatomy"] |= {
        "layers": [{"tissue": "medium", "region": "body"}],
        "faces": {"skin": "room"},
    }
    treatment = treated(folder, case)
    biot = BALL_FILM * BALL / k
    mu = brentq(lambda m: m * np.cos(m) - (1.0 - biot) * np.sin(m), 1.0, 3.1)
    shape = np.sinc(mu / np.pi * np.linalg.norm(nodes(treatment), axis=1) / BALL)
    T = followed(started(treatment, 37.0 - 20.0 * shape), 50.0)
    fade = np.exp(-50.0 * (W + k * (mu / BALL) ** 2) / rho_c)
    return mean_square(treatment, T - 37.0 + 20.0 * shape * fade)


def mode_in_ball(folder: Path) -> list[Result]:
    """Slowest mode of a ball: distorted hexahedra, blocks that meet, a sphere made of facets."""
    cells = [4, 8, 16]
    errors = [error_in_ball(folder, n) for n in cells]
    sizes = [BALL / n for n in cells]
    return [order("order in space, distorted hexahedra", sizes, errors, 2.0, WITHIN)]


# --- phase change ---

SOLID, LIQUID, PEAK, PEAK_WIDTH = (0.30, 2000.0), (0.20, 2300.0), 12.0, 4.0
"""Conductivity and capacity; centre and width (degC, K) of the melting peak."""


def melting_medium() -> Entries:
    """Fat whose laws are smooth in temperature."""
    return tissue(
        LIQUID[0], 900.0, LIQUID[1],
        conductivity_frozen=f"{SOLID[0]} W/m/K", heat_capacity_frozen=f"{SOLID[1]} J/kg/K",
        lipid=peak(50e3, PEAK, PEAK_WIDTH),
    )  # fmt: skip


def melting_law() -> Similarity:
    """Similarity solution of the medium, its laws written anew."""

    def liquid(T: float) -> float:
        return float(ndtr((T - PEAK) / PEAK_WIDTH))

    def conductivity(T: float) -> float:
        return SOLID[0] + (LIQUID[0] - SOLID[0]) * liquid(T)

    def capacity(T: float) -> float:
        bell = np.exp(-0.5 * ((T - PEAK) / PEAK_WIDTH) ** 2) / PEAK_WIDTH / np.sqrt(2.0 * np.pi)
        return float(900.0 * (SOLID[1] + (LIQUID[1] - SOLID[1]) * liquid(T) + 50e3 * bell))

    return Similarity(conductivity, capacity, -10.0, 40.0, [PEAK, 39.999])


def melting_in_space(folder: Path) -> list[Result]:
    """From a smooth profile at 300 s to 900 s under a surface held, laws that vary."""
    law, sizes, errors = melting_law(), [1e-3, 5e-4, 2.5e-4], []
    for h in sizes:
        case = slab(
            [("medium", 0.08, melting_medium())], depth=even(h), start=uniform(40.0),
            faces={"bottom": "insulated"}, applicator=plate("perfect"),
            protocol=[cool(-10.0, 1000.0)],
        )  # fmt: skip
        treatment = treated(folder, case)
        x = nodes(treatment)[:, 0]
        T = followed(started(treatment, law(x, 300.0)), 600.0)
        errors.append(largest(treatment, T - law(x, 900.0)))
    return [order("order in space, latent heat and k(T)", sizes, errors, 2.0, WITHIN)]


# --- manufactured solution ---

MMS_END = 60.0


def manufactured_case(h: float, dimension: int) -> Entries:
    """Block of the manufactured solution in cells of size ``h`` (m)."""
    size = [metres(mms.WIDTH)] * (dimension - 1)
    return slab(
        [("medium", mms.DEPTH, mms.medium())],
        depth=even(h),
        dimension=dimension,
        mesh={"extent": size, "lateral": even(h)} if size else {},
        start=uniform(mms.BLOOD),
        applicator=plate(mms.FILM, size=size),
        protocol=[cool(mms.PLATE, MMS_END)],
    )


def _manufactured_error(folder: Path, h: float, dimension: int, *, simplices: bool) -> float:
    """L2 norm (K) of the error of the manufactured solution in cells of size ``h`` (m)."""
    case = manufactured_case(h, dimension)
    case = in_simplices(folder, case, h, mms.WIDTH) if simplices else case
    treatment = treated(folder, case)
    T = followed(forced(treatment, 1e-5), MMS_END)
    x = nodes(treatment)
    return mean_square(treatment, T - mms.Solution(x[:, :-1], x[:, -1]).T(MMS_END))


def forced(treatment: Treatment, tolerance: float) -> mms.ForcedBalance:
    """Balance of ``treatment`` with the sources of the manufactured solution."""
    body, x = treatment.balance.body, nodes(treatment)
    solution = mms.Solution(x[:, :-1], x[:, -1])
    volume = np.sum([stencil.volume for stencil in body.stencils], axis=0)
    top = body.surfaces[treatment.frame.contacts[0].surfaces[0]]

    def forcing(t: float) -> Values:
        heat = volume * solution.source(t)
        np.add.at(heat, top.node, top.area * solution.surface_source(t)[top.node])
        return np.asarray(heat)

    return mms.ForcedBalance(
        body, treatment.frame.operators.team, solution.T(0.0), accuracy(treatment, tolerance),
        treatment.balance.integrator, forcing, treatment.frame.phases[0].setting,
    )  # fmt: skip


def _manufactured(
    folder: Path, kind: str, dimension: int, sizes: Sequence[float], *, simplices: bool = False
) -> list[Result]:
    errors = [_manufactured_error(folder, h, dimension, simplices=simplices) for h in sizes]
    return [order(f"order in space, {kind}", sizes, errors, 2.0, WITHIN)]


def manufactured_column(folder: Path) -> list[Result]:
    """Manufactured solution in intervals and quadrilaterals."""
    sizes = [1e-3, 5e-4, 2.5e-4]
    column = _manufactured(folder, "intervals", 1, sizes)
    return column + _manufactured(folder, "quadrilaterals", 2, sizes)


def manufactured_triangles(folder: Path) -> list[Result]:
    """Manufactured solution in triangles."""
    return _manufactured(folder, "triangles", 2, [1e-3, 5e-4, 2.5e-4], simplices=True)


def manufactured_hexahedra(folder: Path) -> list[Result]:
    """Manufactured solution in hexahedra."""
    return _manufactured(folder, "hexahedra", 3, [1e-3, 5e-4])


def manufactured_tetrahedra(folder: Path) -> list[Result]:
    """Manufactured solution in tetrahedra."""
    return _manufactured(folder, "tetrahedra", 3, [1e-3, 5e-4], simplices=True)
