"""Tissue drawn into cups: displacement of the block, and what its skin touches."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.case.applicator import VacuumCup
from cryosim.case.extent import extent_of
from cryosim.case.load import Loaded
from cryosim.case.protocol import ActivePhase, Massage, Remove, Wait
from cryosim.case.schema import Case
from cryosim.errors import CaseError
from cryosim.fem.domain import Domain, together
from cryosim.fem.draw.draw import kept_draw
from cryosim.fem.measure import CellSamples
from cryosim.fem.operators import Operators, assemble, united
from cryosim.parallel import on_root
from cryosim.shape.drawn import Drawn
from cryosim.shape.tissue_mechanics import FAT, MUSCLE, SKIN, Elasticity
from cryosim.thermal.network import Values

ELASTICITY = {
    "epidermis": SKIN, "dermis": SKIN, "skin": SKIN, "fat": FAT, "septa": FAT, "muscle": MUSCLE,
}  # fmt: skip
"""Elastic laws of tissues of the library."""

TOP = "top"
"""The face that cups draw."""

VOLUME_ERROR = 0.03
"""Largest change of the volume of a layer of a whole block; a fold by itself keeps 1 %."""

_INSIDE = 1e-6
"""How far (m) above the mouth a point of the skin is in the cup."""


@dataclass(frozen=True)
class CupDraw:
    """One cup and the block that it alone has drawn."""

    plate: VacuumCup
    drawn: Drawn

    def displacement(self, points: Values) -> Values:
        """Displacement (m) of reference ``points`` (n, dimension) of the block."""
        return self.drawn.at(self._from_centre(points))

    def touching(self, points: Values) -> Values:
        """Part (0 to 1) of the skin around each of ``points`` that touches the wall.

        Where conductance depends on contact pressure, the part that would conduct as much at full
        conductance.
        """
        place = self._from_centre(points)
        touched, half = self.drawn.contact_at(place), self.plate.half_contact_pressure
        if half is None:
            return touched
        p = np.maximum(self.drawn.contact_pressure_at(place), 0.0)
        return touched * p / (p + half)

    def inside(self, points: Values) -> Values:
        """Whether (0 or 1) reference ``points`` are in the cup when they are drawn."""
        place = self._from_centre(points)
        place = place + self.drawn.at(place)
        half = np.array([self.plate.cup.gap, self.plate.cup.length])[: points.shape[1] - 1] / 2.0
        within = (np.abs(place[:, :-1]) < half + self.plate.cup.lip).all(axis=1)
        return (within & (place[:, -1] > self.drawn.mouth + _INSIDE)).astype(float)

    def distance(self, points: Values) -> Values:
        """Lateral distance (m) of reference ``points`` from the middle of the mouth."""
        return np.asarray(np.linalg.norm(self._from_centre(points)[:, :-1], axis=1))

    def rims(self, axis: int) -> list[float]:
        """Where (m) contact ends along a lateral axis of the block at rest."""
        own = 0 if self.drawn.round else axis
        others = tuple(k for k in range(self.drawn.contact.ndim) if k != own)
        along = self.drawn.contact.max(axis=others) if others else self.drawn.contact
        x = self.drawn.axes[own]
        over = along > 0.5
        ends = np.flatnonzero(over[1:] != over[:-1])
        edges = [float(0.5 * (x[i] + x[i + 1])) for i in ends]
        centre = (*self.plate.centre, 0.0)[axis]
        return [centre + sign * edge for edge in edges for sign in (-1.0, 1.0)]

    def _from_centre(self, points: Values) -> Values:
        """``points`` seen from the middle of the mouth."""
        centre = np.zeros(points.shape[1])
        n = points.shape[1] - 1
        centre[:n] = (*self.plate.centre, 0.0)[:n]
        return points - centre


def draws_of(loaded: Loaded, comm: MPI.Comm) -> list[CupDraw]:
    """Every cup of the case with the block it draws.  Collective."""
    cups = [p for p in loaded.case.applicator if isinstance(p, VacuumCup)]
    return [CupDraw(cup, _drawn(cup, loaded, comm)) for cup in cups]


def rims_of(draws: Sequence[CupDraw], dimension: int) -> list[list[float]]:
    """Where (m) contact in any cup ends along each lateral axis; nothing without cups."""
    return [[x for d in draws for x in d.rims(k)] for k in range(dimension - 1)] if draws else []


def drawn_volumes(
    draws: Sequence[CupDraw], domain: Domain, space: Any, samples: CellSamples, case: Case
) -> Values:
    """Volume (m^3) of every owned cell, as it is drawn if a cup holds it."""
    volume, points = samples.volume.copy(), domain.mesh.geometry.x[:, : domain.dimension]
    for names in dict.fromkeys(drawing(case)):
        held = [d.inside(samples.middle[:, : domain.dimension]) for d in draws
                if d.plate.name in names]  # fmt: skip
        if held:
            moved = CellSamples.of(domain, space, displacement(draws, names, points)).volume
            volume = np.where(np.max(held, axis=0) > 0.5, moved, volume)
    return volume


def inside_each(draws: Sequence[CupDraw]) -> dict[str, Callable[[Values], Values]]:
    """Whether (0 or 1) reference points of the block are drawn into a cup, by its name."""
    return {draw.plate.name: draw.inside for draw in draws}


def _drawn(plate: VacuumCup, loaded: Loaded, comm: MPI.Comm) -> Drawn:
    """The block drawn into ``plate``.  Collective."""
    case = loaded.case
    layers = [layer.thickness or 0.0 for layer in case.anatomy.layers]
    half = _half_widths(plate, loaded)
    try:
        if plate.draw == "parametric":
            return on_root(comm, lambda: plate.fold.drawn(layers, half))
        options = plate.mechanics.model_copy(
            update={
                "kind": "section" if case.dimension == 2 else "quarter",
                "margin": min(
                    half[0] - plate.cup.gap / 2, (*half, np.inf)[1] - plate.cup.length / 2
                ),
            }
        )
        laws = [_elasticity(plate, layer.tissue) for layer in case.anatomy.layers]
        tissue = list(zip(layers, laws, strict=True))
        return kept_draw(_cache(), tissue, plate.cup, plate.suction, options, comm)
    except CaseError as error:
        raise CaseError(f'{loaded.path}:\n  applicator "{plate.name}": {error}') from error


def _half_widths(plate: VacuumCup, loaded: Loaded) -> list[float]:
    """Reach (m) of what is drawn from the middle of the mouth, along each lateral axis.

    That is the farther side of the block, or half-way to a cup that draws at the same time.
    """
    case, centre = loaded.case, (*plate.centre, 0.0)
    together = {name for names in drawing(case) if plate.name in names for name in names}
    others = [p for p in case.applicator if p.name in together - {plate.name}]
    reach = []
    for axis in range(case.dimension - 1):
        low, high = extent_of(case, axis)
        apart = [abs((*other.centre, 0.0)[axis] - centre[axis]) / 2.0 for other in others]
        own = plate.footprint[axis] / 2.0
        reach.append(
            min([max(high - centre[axis], centre[axis] - low), *(d for d in apart if d > own)])
        )
    return reach


def _elasticity(plate: VacuumCup, tissue: str) -> Elasticity:
    """How ``tissue`` resists the draw."""
    law = plate.elasticity.get(tissue) or ELASTICITY.get(tissue)
    if law is None:
        raise CaseError(
            f"elasticity.{tissue}: is missing; expected a table such as "
            '{ shear_modulus = "1 kPa" }'
        )
    return law


def _cache() -> Path:
    """Where hyperelastic draws are kept: they take minutes and depend on nothing else."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cryosim" / "draws"


def drawing(case: Case, phases: Sequence[ActivePhase] | None = None) -> list[tuple[str, ...]]:
    """Names of the cups that draw tissue in during each phase, in the order of the case.

    Those of the case, unless others are given.
    """
    cups = [p.name for p in case.applicator if isinstance(p, VacuumCup)]
    on: set[str] = set()
    drawing = []
    for phase in case.phases if phases is None else phases:
        named = {*(phase.applicators or [p.name for p in case.applicator])}
        if isinstance(phase, Remove | Massage):
            on -= named
        elif not isinstance(phase, Wait):
            on |= named
        drawing.append(tuple(c for c in cups if c in on and phase.vacuum))
    return drawing


def displacement(draws: Sequence[CupDraw], names: Sequence[str], points: Values) -> Values:
    """Displacement (m) of reference ``points`` of the block that the cups ``names`` draw.

    Of several at once each draws the tissue that is nearer to it than to the others.
    """
    active = [draw for draw in draws if draw.plate.name in names]
    nearest = np.argmin([draw.distance(points) for draw in active], axis=0)
    every = np.stack([draw.displacement(points) for draw in active])
    return np.asarray(every[nearest, np.arange(len(points))])


def assembled(
    draws: Sequence[CupDraw], domain: Domain, surfaces: Sequence[str], case: Case
) -> tuple[Operators, dict[str, Operators]]:
    """Operators of the block at rest, and in every shape of the protocol by name.  Collective."""
    n_layers, points = len(case.anatomy.layers), domain.mesh.geometry.x[:, : domain.dimension]
    shapes = [names for names in dict.fromkeys(drawing(case)) if names]
    several = [assemble(domain, n_layers, surfaces)]
    for names in shapes:
        moved = displacement(draws, names, points)
        several.append(assemble(domain, n_layers, surfaces, moved))
    rest, *drawn = united(several) if shapes else several
    for names, one in zip(shapes, drawn, strict=True):
        _check_volumes(rest, one, together(names))
    return rest, {together(names): one for names, one in zip(shapes, drawn, strict=True)}


def _check_volumes(rest: Operators, drawn: Operators, name: str) -> None:
    """Refuse a draw that makes or loses tissue.  Collective."""
    before, after = (
        one.team.total(np.array([s.volume.sum() for s in one.stencils])) for one in (rest, drawn)
    )
    change = after / before - 1.0
    worst = int(np.abs(change).argmax())
    if abs(change[worst]) > VOLUME_ERROR:
        raise CaseError(
            f'the draw of "{name}" changes the volume of layer {worst + 1} of the block by '
            f"{100.0 * change[worst]:.1f} %; expected at most {100.0 * VOLUME_ERROR:g} %.  Let the "
            "block reach as far beyond each of several cups at once as half-way between them, and "
            "as far on all sides of a cup (mesh.extent, margin, centre)"
        )
