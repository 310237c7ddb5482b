r"""Tissue as it stands in a cup: where each point of the block at rest has gone.

Reference points are those of the block at rest, with :math:`z = 0` at the skin and negative
below; the current place of a point is :math:`x = X + u(X)`.  The deep face of the block stays where
it is, the mouth of the cup stands at :math:`z` = ``mouth``.  Only one half (:math:`x \ge 0`) or
quarter (:math:`x, y \ge 0`) is kept; the rest is its mirror image.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RegularGridInterpolator

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """A drawn block on a lattice of reference points; SI units."""

    axes: tuple[Values, ...]
    """Reference coordinates (m): (x, z), (x, y, z), or (r, z) of a round draw."""
    displacement: Values
    """Displacement (m) of each lattice point; its last axis counts the components."""
    contact: Values
    """How much of the skin around each lattice point touches the wall that cools; 0 to 1."""
    contact_pressure: Values
    """Pressure (Pa) of the cup on each lattice point of the skin, over that of the cavity."""
    suction: float
    """Pressure (Pa) by which the cavity lies below the room."""
    height: float
    """Height (m) of the crest of the skin above the mouth."""
    mouth: float
    """Where (m) the mouth stands; below 0 where the cup sinks in."""
    contact_area: float
    """Skin of the whole that touches the wall that cools (m2; m2 per m of a section)."""
    thickness: Values
    """Of each layer on the axis, from the skin down: at rest and drawn (m), shape (n, 2)."""
    volume: Values
    """Of each layer of the whole block: at rest and drawn (m3; m3 per m of a section), as above."""
    swelling: tuple[float, float]
    """Least and largest volume ratio J of a cell."""
    shape: float
    """Smallest scaled Jacobian between drawn lattice points, 1 at best; below 0 they overlap."""
    round: bool = False
    """Whether the axes are those of a body of revolution."""

    def __post_init__(self) -> None:
        skin = tuple(axis.size for axis in self.axes[:-1])
        expected = (*skin, self.axes[-1].size, len(self.axes))
        if self.displacement.shape != expected:
            raise ValueError(f"displacement has shape {self.displacement.shape}, not {expected}")
        if self.contact.shape != skin or self.contact_pressure.shape != skin:
            raise ValueError(f"contact and its pressure need the shape {skin} of the skin lattice")
        if self.thickness.shape != self.volume.shape or self.volume.shape[1:] != (2,):
            raise ValueError("thickness and volume need two values for each layer")
        if any((np.diff(axis) <= 0.0).any() for axis in self.axes):
            raise ValueError("lattice coordinates must increase")

    def at(self, points: Values) -> Values:
        """Displacement (m) at reference ``points`` (n, dimension) of the whole block.

        Beyond the lattice that of its edge holds.  A round draw takes points (r, z) or (x, y, z).
        """
        along, sign = self._folded(points)
        found = self._interpolated(self.axes, self.displacement, along)
        if not self._turned(points):
            return found * sign
        return np.column_stack([found[:, :1] * sign, found[:, 1:]])

    def contact_at(self, points: Values) -> Values:
        """Contact (0 to 1) at reference ``points`` of the skin, given as for ``at``."""
        return self._on_skin(self.contact, points)

    def contact_pressure_at(self, points: Values) -> Values:
        """Contact pressure (Pa) at reference ``points`` of the skin, given as for ``at``."""
        return self._on_skin(self.contact_pressure, points)

    def _on_skin(self, values: Values, points: Values) -> Values:
        along, _ = self._folded(points)
        return self._interpolated(self.axes[:-1], values, along[:, :-1])

    def _turned(self, points: Values) -> bool:
        """Whether ``points`` are those of the body that a round draw makes."""
        return self.round and points.shape[1] == len(self.axes) + 1

    def _folded(self, points: Values) -> tuple[Values, Values]:
        """``points`` in the kept part, and the factor of each component on the way back."""
        lateral, z = points[:, :-1], points[:, -1:]
        if self._turned(points):
            r = np.hypot(lateral[:, :1], lateral[:, 1:])
            return np.hstack([r, z]), lateral / np.where(r > 0.0, r, 1.0)
        return np.hstack([np.abs(lateral), z]), np.hstack([np.sign(lateral), np.ones_like(z)])

    @staticmethod
    def _interpolated(axes: tuple[Values, ...], values: Values, points: Values) -> Values:
        inside = [np.clip(points[:, k], axis[0], axis[-1]) for k, axis in enumerate(axes)]
        result: Values = RegularGridInterpolator(axes, values)(np.column_stack(inside))
        return result

    def save(self, path: Path) -> None:
        """Write everything to a numpy archive."""
        arrays: dict[str, Any] = {f"axis_{k}": axis for k, axis in enumerate(self.axes)}
        arrays |= {name: value for name, value in vars(self).items() if name != "axes"}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote."""
        with np.load(path) as archive:
            axes = tuple(archive[name] for name in sorted(archive) if name.startswith("axis_"))
            rest = {name: archive[name] for name in archive if not name.startswith("axis_")}
        low, high = rest.pop("swelling")
        plain = {name: a.item() if a.ndim == 0 else a for name, a in rest.items()}
        return cls(axes, swelling=(float(low), float(high)), **plain)
