"""How a draw is computed: symmetry, extent, cells, wall."""

from typing import Annotated, Literal

from cryosim.part import Part
from cryosim.units import Length, Pressure, Unit


class DrawOptions(Part):
    """What to choose about a draw beside tissue, cup and suction."""

    kind: Literal["section", "round", "quarter"] = "section"
    """Section across a long cup (plane strain), round cup (gap = diameter), quarter of a cup."""
    margin: Length = 0.1
    """Tissue that can be drawn in around the mouth.  It matters as much as stiffness (height 37 to
    70 mm at 60 kPa for 60 to 180 mm); 100 mm, assumption."""
    cell: Length | None = None
    """Size of a cell under the cup; half the gap over 15, in a quarter over 8."""
    degree: Literal[1, 2] | None = None
    """Q1-P0 or Q2-DPC1 cells; 2, in a quarter 1."""
    contact_stiffness: Annotated[float, Unit("Pa/m", "1000 kPa/mm", strict=True)] = 1e9
    """Penalty of the wall.  1000 kPa/mm leaves less than 0.2 mm of overlap at 30 kPa."""
    contact_tolerance: Length = 1e-4
    """Gap up to which skin touches; 0.1 mm, assumption."""
    strongest_suction: Pressure = 60e3
    """Suction above this is refused; 60 kPa, assumption."""

    def cell_size(self, gap: float) -> float:
        """Size (m) of a cell under a cup with this ``gap`` (m)."""
        return self.cell or gap / 2.0 / (8.0 if self.kind == "quarter" else 15.0)

    @property
    def order(self) -> int:
        """Polynomial degree of displacement."""
        return self.degree or (1 if self.kind == "quarter" else 2)
