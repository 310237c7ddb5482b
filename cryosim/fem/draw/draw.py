"""Draw tissue into a cup, and keep what took minutes."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from mpi4py import MPI

from cryosim.errors import CaseError
from cryosim.fem.domain import block
from cryosim.fem.draw.elastic import ElasticBody
from cryosim.fem.draw.lattice import Values, planes
from cryosim.fem.draw.loading import DrawStoppedShort, load
from cryosim.fem.draw.problem import KPA, MM, DrawProblem
from cryosim.fem.draw.result import drawn
from cryosim.parallel import on_root
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions
from cryosim.shape.drawn import Drawn
from cryosim.shape.tissue_mechanics import Elasticity

Layers = Sequence[tuple[float, Elasticity]]
"""Thickness (m) and law of each layer, from the skin down."""

_FORMAT = 1
"""Raised when the same inputs give another result, so that no old draw is taken for it."""


def draw(
    layers: Layers,
    cup: Cup,
    suction: float,
    options: DrawOptions | None = None,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Drawn:
    """Tissue in ``cup`` under ``suction`` (Pa below the room), with the cup free to move.

    The same on any number of ranks.  Collective.  Raises CaseError for what cannot be drawn, and
    DrawStoppedShort, which names the last suction in equilibrium, rather than part of a draw.
    """
    options = options or DrawOptions()
    _check(layers, cup, suction, options)
    problem, cells = _problem(layers, cup, options, comm)
    thicknesses = [thickness for thickness, _ in layers]
    try:
        load(problem, suction / KPA)
    except DrawStoppedShort as stop:
        stop.partial = lambda: drawn(problem, cells, thicknesses, cup, options)
        raise
    return drawn(problem, cells, thicknesses, cup, options)


def kept_draw(
    folder: Path,
    layers: Layers,
    cup: Cup,
    suction: float,
    options: DrawOptions | None = None,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Drawn:
    """As :func:`draw`, or what an earlier one with the same inputs left in ``folder``."""
    options = options or DrawOptions()
    path = folder / f"draw-{_key(layers, cup, suction, options)}.npz"
    found = on_root(comm, lambda: _found(path))
    if found is not None:
        return found
    result = draw(layers, cup, suction, options, comm)
    on_root(comm, lambda: _keep(result, path))
    return result


def _problem(
    layers: Layers, cup: Cup, options: DrawOptions, comm: MPI.Comm
) -> tuple[DrawProblem, list[Values]]:
    """The draw before suction, and the planes (m) of its cells."""
    thicknesses = [thickness for thickness, _ in layers]
    cells = planes(thicknesses, cup, options)
    interfaces = -np.concatenate([[0.0], np.cumsum(thicknesses)]) / MM
    domain = block(comm, [a / MM for a in cells], interfaces, [])
    body = ElasticBody(
        domain,
        [law for _, law in layers],
        degree=options.order,
        round_body=options.kind == "round",
        stress_unit=KPA,
    )
    return DrawProblem(body, cup, options.contact_stiffness), cells


def _check(layers: Layers, cup: Cup, suction: float, options: DrawOptions) -> None:
    """Refuse what has no meaning or no equilibrium."""
    bad = [thickness for thickness, _ in layers if not 0.0 < thickness < 1.0]
    if bad or not layers:
        raise CaseError(f"a draw needs layers between 0 and 1 m thick, from the skin down: {bad}")
    if not 0.0 < suction <= options.strongest_suction:
        raise CaseError(
            f"suction {suction / 1e3:.3g} kPa: expected above 0 and at most "
            f"{options.strongest_suction / 1e3:.3g} kPa (strongest_suction allows more)"
        )
    if options.margin <= cup.lip + cup.rim + options.cell_size(cup.gap):
        raise CaseError(
            f"margin {options.margin * 1e3:.3g} mm: tissue must reach beyond lip and flange, "
            f"{(cup.lip + cup.rim) * 1e3:.3g} mm, by a cell or more"
        )
    thickness, skin = layers[0]
    least = suction * cup.gap / 2.0 / 3.0
    if skin.stiffening == 0.0 and skin.shear_modulus * thickness < least:
        raise CaseError(
            f"a neo-Hookean skin of {skin.shear_modulus * thickness:.3g} N/m (shear modulus times "
            f"thickness) balloons under {suction / 1e3:.3g} kPa; expected at least {least:.3g} "
            "N/m, a third of suction times half the gap, or a stiffening above 0 (10 by default)"
        )


def _key(layers: Layers, cup: Cup, suction: float, options: DrawOptions) -> str:
    """Name of these inputs."""
    tissue = [(thickness, law.model_dump()) for thickness, law in layers]
    inputs = [_FORMAT, tissue, cup.model_dump(), suction, options.model_dump()]
    return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]


def _found(path: Path) -> Drawn | None:
    """What is kept under ``path``; a file that cannot be read is as none."""
    try:
        return Drawn.load(path)
    except (OSError, ValueError, LookupError, TypeError, BadZipFile):
        return None


def _keep(result: Drawn, path: Path) -> None:
    """Write under another name first, so that half a file is never found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part.npz")
    result.save(unfinished)
    unfinished.replace(path)
