"""Outline of a fold: the line of its skin from the crest over the wall of the cup to the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt, tan

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError

Values = npt.NDArray[np.float64]

_POINTS = 160
"""Points on each piece of an outline; more change no volume by more than 1e-5."""


@dataclass(frozen=True)
class Profile:
    """A smooth line (m) above the mouth of a cup, from the crest outward; n points."""

    point: Values
    """Places (r, z), shape (n, 2)."""
    normal: Values
    """Unit normals out of the tissue, shape (n, 2)."""
    crest: slice
    """Points of the flat crest, none if it is round all over."""
    wall: slice
    """Points that touch the wall of the cup."""
    level: int
    """First point of the level skin around the fold."""
    tip_radius: float
    """Radius (m) of the crest."""

    @property
    def tangent(self) -> Values:
        """Unit tangents, from the crest outward, shape (n, 2)."""
        return np.column_stack([self.normal[:, 1], -self.normal[:, 0]])

    def inward(self, distance: float) -> Values:
        """The parallel line at ``distance`` (m) within the tissue."""
        return self.point - distance * self.normal


def arc_length(point: Values) -> Values:
    """Length (m) along a line up to each of its points."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(point, axis=0).T))])


def widest_tip(a: float, draft: float, height: float) -> float:
    """Largest radius (m) of a crest at ``height`` between plates at x = a - z tan(draft)."""
    beta = radians(draft)
    return (a - height * tan(beta)) * cos(beta) / (1.0 - sin(beta))


def plates(a: float, draft: float, height: float, tip: float, fillet: float, far: float) -> Profile:
    """Fold between plates at x = a - z tan(draft) (m, degrees), as wide as ``far`` (m)."""
    beta = radians(draft)
    n = np.array([cos(beta), sin(beta)])
    if height * tan(beta) >= a:
        raise CaseError(
            f"draft = {draft:g}: the plates would meet below the crest at {_mm(height)}; expected "
            "plates more upright, or a lower fold"
        )
    low, high = fillet * (1.0 - sin(beta)), height - tip * (1.0 - sin(beta))
    if high <= low:
        raise CaseError(
            f"height = {_mm(height)}: too low for a tip of radius {_mm(tip)} on a fillet of "
            f"{_mm(fillet)}; expected more than {_mm(height - high + low)}, "
            "or a smaller tip_radius or fillet"
        )
    z = np.linspace(high, low, _POINTS)
    foot = np.column_stack([a - z * tan(beta), z])
    if foot[0, 0] - tip * n[0] < -1e-9 * a:
        raise CaseError(
            f"tip_radius = {_mm(tip)}: wider than the cup at the tip; expected at most "
            f"{_mm(widest_tip(a, draft, height))}"
        )
    return _closed(foot, np.broadcast_to(n, foot.shape), height, tip, fillet, far)


def trough(a: float, depth: float, height: float, fillet: float, far: float) -> Profile:
    """Fold in a trough with the roof z = depth (1 - x^2/a^2); its tip is a circle that fits."""
    low = _bisect(lambda x: _roof(a, depth, x)[0][1] + fillet * _roof(a, depth, x)[1][1], a, fillet)

    def top(x: float) -> float:
        foot, n = _roof(a, depth, x)
        return float(foot[1] + (1.0 - n[1]) * foot[0] / n[0])

    high = 1e-6 * a if height >= depth else _bisect(top, a, height)
    if high >= low:
        raise CaseError(
            f"height = {_mm(height)}: the fold would not touch the trough; expected at most its "
            f"depth, {_mm(depth)}, and more than {_mm(top(low))}"
        )
    shapes = [_roof(a, depth, x) for x in np.linspace(high, low, 3 * _POINTS)]
    foot, normal = (np.array(piece) for piece in zip(*shapes, strict=True))
    return _closed(foot, normal, height, float(foot[0, 0] / normal[0, 0]), fillet, far)


def _roof(a: float, depth: float, x: float) -> tuple[Values, Values]:
    """Place on the roof of a trough at ``x``, and the normal out of the tissue there."""
    slope = 2.0 * depth * x / a**2
    n = np.array([slope, 1.0]) / sqrt(1.0 + slope**2)
    return np.array([x, depth * (1.0 - (x / a) ** 2)]), n


def _bisect(falling: Callable[[float], float], high: float, wanted: float) -> float:
    """Where in (0, high) a falling function has the value ``wanted``, or the nearer end."""
    low = 1e-6 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if falling(middle) > wanted else (low, middle)
    return low


def _closed(
    foot: Values, normal: Values, height: float, tip: float, fillet: float, far: float
) -> Profile:
    """Outline with a tip above the wall ``foot``, a fillet below it and level skin beyond."""
    at_tip = _turn(pi / 2, np.arctan2(normal[0, 1], normal[0, 0]))
    crest = np.array([foot[0, 0] - tip * normal[0, 0], height - tip])
    at_fillet = _turn(np.arctan2(normal[-1, 1], normal[-1, 0]), pi / 2)
    centre = foot[-1] + fillet * normal[-1]
    level = np.linspace(centre[0], far, 2 * _POINTS)
    if centre[0] >= far:
        raise CaseError(
            f"the fold is {_mm(2.0 * centre[0])} wide at its foot and the block only "
            f"{_mm(2.0 * far)}; expected a wider block, or a smaller gap or fillet"
        )
    up = np.array([0.0, 1.0])
    flat = np.linspace(0.0, crest[0], _POINTS // 4) if crest[0] > 1e-3 * tip else np.empty(0)
    pieces = [
        (np.column_stack([flat, np.full(flat.size, height)]), np.tile(up, (flat.size, 1))),
        (crest + tip * at_tip, at_tip),
        (foot, normal),
        (centre - fillet * at_fillet, at_fillet),
        (np.column_stack([level, np.zeros(level.size)]), np.tile(up, (level.size, 1))),
    ]
    point, turned = (np.concatenate(piece) for piece in zip(*pieces, strict=True))
    point[0, 0] = 0.0
    start = flat.size + len(at_tip)
    new = np.concatenate([[True], np.hypot(*np.diff(point, axis=0).T) > 1e-9 * far])
    kept = np.cumsum(new)
    wall = slice(int(kept[start - 1]) - 1, int(kept[start + len(foot) - 1]))
    level_from = int(kept[-level.size]) - 1
    return Profile(point[new], turned[new], slice(0, flat.size), wall, level_from, tip)


def _turn(start: float, end: float) -> Values:
    """Unit vectors from the angle ``start`` to ``end`` (rad)."""
    angle = np.linspace(start, end, _POINTS)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _mm(length: float) -> str:
    return f"{length * 1e3:.3g} mm"
