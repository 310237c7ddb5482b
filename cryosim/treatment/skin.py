"""The skin in pieces: what cups touch of it, what they hold without touching, and the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from cryosim.fem.domain import Domain, compute_midpoints, together
from cryosim.fem.operators import Operators
from cryosim.thermal.network import Surface, Values
from cryosim.treatment.cups import TOP, CupDraw


@dataclass(frozen=True)
class Piece:
    """A part of the skin that differs from others by the cups that touch it or hold it."""

    name: str
    touched_by: frozenset[str]
    in_cavity_of: frozenset[str]
    share: Values
    """Part (0 to 1) of the skin around each node of the face "top"."""


class Skin:
    """The face "top" in pieces; without cups it is one."""

    def __init__(self, draws: Sequence[CupDraw], operators: Operators) -> None:
        """Pieces at the nodes of the face, the same on every rank.  Collective."""
        self._draws = draws
        face = next(s for s in operators.surfaces if s.name == TOP)
        x = operators.space.tabulate_dof_coordinates()[face.node]
        pieces = _pieces(draws, x[:, : operators.space.mesh.geometry.dim])
        area = operators.team.total(np.array([face.area @ piece.share for piece in pieces]))
        self.pieces = [p for p, a in zip(pieces, area, strict=True) if a > 0.0 or p.name == TOP]

    def split(self, surfaces: Sequence[Surface]) -> list[Surface]:
        """The ``surfaces`` with the face in its pieces, what is touched by a cup first."""
        face = next(s for s in surfaces if s.name == TOP)
        parts = {p.name: _part(face, p) for p in self.pieces}
        free = parts.pop(TOP)
        return [*parts.values(), *(free if s.name == TOP else s for s in surfaces)]

    def conditions(self, conditions: dict[str, str]) -> dict[str, str]:
        """The ``conditions`` of surfaces with those of the pieces of the face, in their order."""
        touched = {p.name: "applicator" for p in self.pieces if p.touched_by}
        cavity = {
            p.name: conditions[TOP] for p in self.pieces if p.name != TOP and not p.touched_by
        }
        names = [p.name for p in self.pieces if p.name != TOP]
        return {name: (touched | cavity)[name] for name in names} | conditions

    def shown(self, domain: Domain) -> Domain:
        """The ``domain`` with each facet of the face in the piece that it is most of."""
        facets = domain.surfaces[TOP]
        middle = compute_midpoints(domain.mesh, domain.dimension - 1, facets)
        pieces = _pieces(self._draws, middle[:, : domain.dimension])
        shares = {p.name: p.share for p in pieces}
        names = [p.name for p in self.pieces]
        most = np.argmax(np.stack([shares[name] for name in names]), axis=0)
        parts = {name: facets[most == k] for k, name in enumerate(names)}
        return replace(domain, surfaces=domain.surfaces | parts)


def _part(face: Surface, piece: Piece) -> Surface:
    area = face.area * piece.share
    here = area > 0.0
    return Surface(piece.name, face.node[here], area[here])


def _pieces(draws: Sequence[CupDraw], points: Values) -> list[Piece]:
    """Pieces of the skin at reference ``points``; together they are all of it."""
    kinds = []
    for draw in draws:
        touched = draw.touching(points)
        cavity = (1.0 - touched) * draw.inside(points)
        kinds.append({"touched": touched, "cavity": cavity, "free": 1.0 - touched - cavity})
    names = [draw.plate.name for draw in draws]
    pieces = []
    for choice in product(("touched", "cavity", "free"), repeat=len(draws)):
        share = np.prod([kind[c] for kind, c in zip(kinds, choice, strict=True)], axis=0)
        touched_by = [n for n, c in zip(names, choice, strict=True) if c == "touched"]
        cavity_of = [n for n, c in zip(names, choice, strict=True) if c == "cavity"]
        name = together([*touched_by, *(f"{n} cavity" for n in cavity_of)]) or TOP
        pieces.append(Piece(name, frozenset(touched_by), frozenset(cavity_of), np.asarray(share)))
    return pieces
