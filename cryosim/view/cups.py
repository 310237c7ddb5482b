"""Vacuum cups as they are drawn: a wall of a few millimetres round the cavity.

The cavity is that of the solver's cup; the thickness of the wall is for the eye only.  A point of
the wall has the height ``h`` above the mouth and the signed distance ``f`` outside the mouth as
seen from above (mm).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.view.result import MILLIMETRES, Result

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_THICK = 2.5
"""Thickness of a wall (mm)."""


@dataclass(frozen=True)
class Cup:
    """Cavity of a cup; lengths in mm, see `cryosim.shape.cup`."""

    name: str
    form: str
    gap: float
    length: float
    depth: float
    lip: float
    rim: float
    corner: float
    draft: float
    """Angle (degrees) by which plates lean outward toward the mouth."""
    centre: Floats
    """Of the mouth, seen from above."""
    mouth: float
    """Height of the mouth above the skin at rest."""

    @classmethod
    def of(cls, applicator: dict[str, Any]) -> Self:
        """The cup that the result tells of."""
        told = applicator["cup"]
        names = ("gap", "length", "depth", "lip", "rim", "corner")
        lengths = {name: MILLIMETRES * told[name] for name in names}
        centre = MILLIMETRES * np.array(applicator["centre"], dtype=float)
        return cls(applicator["name"], told["form"], draft=told["draft"], centre=centre,
                   mouth=MILLIMETRES * applicator["mouth"], **lengths)  # fmt: skip

    @property
    def reach(self) -> Floats:
        """Half of what the cup takes up along x and y, with its flange."""
        return np.array([self.gap, self.length]) / 2.0 + self.lip + self.rim

    @property
    def top(self) -> float:
        """Height of the outside of the roof above the skin at rest."""
        return self.mouth + self.depth + _THICK

    def profile(self, thick: float = 0.0) -> Floats:
        """(f, h) from the end of the flange to the middle of the roof, ``thick`` off the cavity."""
        end, inside = self.lip + self.rim, -min(self.gap, self.length) / 2.0
        if self.form == "trough":
            a, d = -inside + thick, self.depth + thick
            s = np.linspace(np.sqrt(1.0 - thick / d), 0.0, 40)
            f, h = a * s + inside, d * (1.0 - s**2)
            return np.column_stack([[end, *f], [thick, *h]])
        slope, angle = np.deg2rad(self.draft), np.linspace(0.0, np.pi / 2.0, 12)
        radius = max(self.lip - thick, 0.0)
        w = [*(self.lip - radius * np.sin(angle)), thick]
        h = np.array([*(self.lip - radius * np.cos(angle)), self.depth + thick])
        f = np.array(w) / np.cos(slope) - h * np.tan(slope)
        return np.column_stack([[end, *f, inside], [thick, *h, h[-1]]])

    def half(self, axis: int, side: float) -> tuple[Floats, Floats]:
        """Inner and outer line of the wall in the plane along ``axis``: (along it, height).

        ``side`` is 1 or -1; the cut goes through the centre.
        """
        width = (self.gap, self.length)[axis] / 2.0
        lines = []
        for thick in (0.0, _THICK):
            f, h = self.profile(thick).T
            along = np.append(np.maximum(width + f, 0.0), 0.0)
            lines.append(np.column_stack([self.centre[axis] + side * along,
                                          self.mouth + np.append(h, h[-1])]))  # fmt: skip
        return lines[0], lines[1]

    def outline(self, axis: int) -> Floats:
        """Closed line (mm) round the wall in the plane along ``axis``: (along it, height)."""
        (a, b), (c, d) = (self.half(axis, side) for side in (-1.0, 1.0))
        return np.vstack([a, c[::-1], d, b[::-1]])

    def surface(self) -> pv.PolyData:
        """Inside of the wall, all around."""
        f, h = self.profile().T
        rings = np.stack([self._ring(distance) for distance in f])
        z = np.broadcast_to((self.mouth + h)[:, None], rings.shape[:2])
        grid = pv.StructuredGrid(*(np.ascontiguousarray(a[..., None]) for a in
                                   (rings[..., 0], rings[..., 1], z)))  # fmt: skip
        wall: pv.PolyData = grid.extract_surface(algorithm="dataset_surface")
        return wall

    def face(self, axis: int, side: float) -> pv.PolyData:
        """The wall where it is cut along ``axis``, on one ``side`` (1 or -1) of the centre."""
        inner, outer = self.half(axis, side)
        n = len(inner)
        points = np.zeros((2 * n, 3))
        points[:, axis], points[:, 2] = np.vstack([inner, outer]).T
        points[:, 1 - axis] = self.centre[1 - axis]
        k = np.arange(n - 1)
        return pv.PolyData.from_regular_faces(
            points, np.stack([k, k + 1, n + k + 1, n + k], axis=1)
        )

    def _ring(self, f: float) -> Floats:
        """Closed line at the distance ``f`` outside the mouth, seen from above."""
        half = np.array([self.gap, self.length]) / 2.0 + f
        radius = max(self.corner + f, 0.0)
        angle = np.linspace(0.0, np.pi / 2.0, 13)
        arcs = []
        for k, (x, y) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
            turn = angle + k * np.pi / 2.0
            middle = (half - radius) * [x, y]
            arcs.append(middle + radius * np.column_stack([np.cos(turn), np.sin(turn)]))
        ring = np.vstack([*arcs, arcs[0][:1]])
        return np.asarray(self.centre + ring)


def cups_of(result: Result, step: int | None = None) -> tuple[Cup, ...]:
    """All cups of ``result``, or those that draw tissue in at ``times[step]``."""
    cups = tuple(Cup.of(a) for a in result.applicators if "cup" in a)
    if step is None:
        return cups
    return tuple(cup for cup in cups if cup.name in result.drawing(step))


def touched_by(result: Result, cup: Cup) -> Integers:
    """Facets of skin that touch the wall of ``cup`` when it draws, as nodes of the mesh."""
    facets, kinds = result.facets
    touched = [f"{cup.name} wall" in kind.split(" + ") for kind in kinds]
    return np.asarray(facets[np.array(touched, dtype=bool)])


def of_cups(result: Result, kind: str) -> bool:
    """Whether ``kind`` is what holds on skin that a cup touches or holds."""
    known = {f"{cup.name} {what}" for cup in cups_of(result) for what in ("wall", "cavity")}
    return bool(known.intersection(kind.split(" + ")))
