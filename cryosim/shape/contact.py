"""Where drawn skin touches the cup, how hard, and over which area; from places of its points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryosim.shape.cavity import Cavity

Values = npt.NDArray[np.float64]

_PARTS = 8
"""Even number of parts into which each cell of the skin is cut to see where it touches."""


@dataclass(frozen=True)
class Skin:
    """Places (m) of the points of the skin lattice, the last coordinate above the mouth."""

    axes: tuple[Values, ...]
    place: Values
    round: bool = False

    def touching(self, cavity: Cavity, tolerance: float) -> tuple[Values, float]:
        """Touching part of the skin around each point, and the area (m2 or m) of the kept part."""
        fine = self.place
        for k, axis in enumerate(self.axes):
            fine = _refined(fine, axis, k)
        centre, area = _pieces(fine, self.round)
        x = np.moveaxis(centre, -1, 0)
        touches = ((cavity.distance(x) < tolerance) & cavity.on_wall(x)).astype(float)
        total = float((touches * area).sum())
        for k in range(len(self.axes)):
            touches = _around_nodes(touches, k)
        return touches, total

    def pressure(self, cavity: Cavity, stiffness: float) -> Values:
        """Force of the cup per area of drawn skin (Pa), with the penalty ``stiffness`` (Pa/m)."""
        x = np.moveaxis(self.place, -1, 0)
        per_rest_area = stiffness * cavity.overlap(cavity.distance(x)) * cavity.under(x)
        result: Values = per_rest_area / self._stretch()
        return result

    def _stretch(self) -> Values:
        """Area of drawn skin for each area at rest."""
        along = [np.gradient(self.place, axis, axis=k) for k, axis in enumerate(self.axes)]
        if len(along) == 2:
            return np.linalg.norm(np.cross(along[0], along[1]), axis=-1)
        stretch = np.linalg.norm(along[0], axis=-1)
        if self.round:
            r, R = self.place[1:, 0], self.axes[0][1:]
            stretch *= np.concatenate([[r[0] / R[0]], r / R])
        return stretch


def _refined(values: Values, axis: Values, k: int) -> Values:
    """``values`` with each cell along axis ``k`` cut into parts."""
    n = axis.size - 1
    left = np.repeat(np.take(values, range(n), k), _PARTS, k)
    right = np.repeat(np.take(values, range(1, n + 1), k), _PARTS, k)
    shape = [1] * values.ndim
    shape[k] = -1
    share = np.tile(np.arange(_PARTS) / _PARTS, n).reshape(shape)
    return np.concatenate([left + share * (right - left), np.take(values, [n], k)], k)


def _pieces(place: Values, turned: bool) -> tuple[Values, Values]:
    """Centre and area of each small piece of skin."""
    if place.ndim == 3:
        a, b, c, d = place[:-1, :-1], place[1:, :-1], place[1:, 1:], place[:-1, 1:]
        area = 0.5 * np.linalg.norm(np.cross(c - a, d - b), axis=-1)
        return 0.25 * (a + b + c + d), area
    centre = 0.5 * (place[1:] + place[:-1])
    area = np.linalg.norm(np.diff(place, axis=0), axis=-1)
    return centre, area * (2.0 * np.pi * centre[:, 0] if turned else 1.0)


def _around_nodes(pieces: Values, k: int) -> Values:
    """Mean of ``pieces`` within half a cell of each node along axis ``k``."""
    pieces = np.moveaxis(pieces, k, 0)
    halves = pieces.reshape(-1, _PARTS // 2, *pieces.shape[1:]).mean(axis=1)
    middle = 0.5 * (halves[1:-1:2] + halves[2:-1:2])
    return np.moveaxis(np.concatenate([halves[:1], middle, halves[-1:]]), 0, k)
