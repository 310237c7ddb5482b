r"""The cavity of a vacuum cup, above the skin that it is put on.

The mouth lies in the plane :math:`z = 0` of the skin at rest, centred on the origin; the cavity
rises to :math:`z` = depth.  Plates stand at :math:`x = \pm` gap / 2, leaning outward toward the
mouth by the draft angle; in 3-D the mouth is ``length`` long along :math:`y`.  A trough has a
parabolic roof instead of two plates.  A round cup is the section turned about the axis.
"""

from typing import Literal

from pydantic import Field

from cryosim.part import Part
from cryosim.units import Length


class Cup(Part):
    """Cavity of a vacuum cup."""

    form: Literal["plates", "trough"] = "plates"
    """Two plates that face each other, or one parabolic wall."""
    gap: Length
    """Width of the mouth across the fold."""
    length: Length
    """Length of the mouth along the fold."""
    depth: Length
    """Height of the roof above the skin at rest."""
    lip: Length = 0.006
    """Radius of the lip at the mouth; 6 mm, assumption."""
    rim: Length = 0.012
    """Width of the flange that seals on the skin; 12 mm, assumption."""
    draft: float = Field(0.0, ge=0.0, le=30.0)
    """Angle (degrees) by which the plates lean outward."""
    corner_radius: Length | None = None
    """Radius of the mouth's corners seen from above; 0.6 of its half width, assumption."""

    @property
    def corner(self) -> float:
        """Radius (m) of the mouth's corners."""
        half = min(self.gap, self.length) / 2.0
        return min(half, self.corner_radius or 0.6 * half)
