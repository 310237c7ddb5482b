"""What of a run is to be seen: a plain value that a front end replaces, never a widget's state."""

from dataclasses import dataclass
from enum import StrEnum

LAYER = "layer"
"""The colouring by layer, beside the names of the fields."""

MOST_EXAGGERATED = 20.0
"""Largest exaggeration: a loss of 2 mm then looks like 40, as thick as any fat layer."""


class Cut(StrEnum):
    """How the tissue is cut open."""

    none = "none"
    quarter = "quarter"
    """The quarter in front of the applicator's centre is taken out."""
    x = "x"
    """All in front of a plane across x is taken out."""
    y = "y"
    z = "z"


@dataclass(frozen=True)
class Choice:
    """What is seen of a run."""

    step: int
    """Index of the time."""
    threshold: float
    """Temperature of the isosurface (degC)."""
    colour: str = "temperature"
    """Name of a field, or `LAYER`."""
    isosurface: bool = True
    cut: Cut = Cut.quarter
    at: float = 0.5
    """Where a single plane cuts, as share of the tissue's extent along its axis."""
    hidden: frozenset[str] = frozenset()
    """Names of the layers switched off."""
    applicators: bool = True
    day: int | None = None
    """Day after the last session on which the fat layer is seen as it was and as it is by then;
    None: the treatment is seen."""
    exaggeration: float = 1.0
    """Factor of the loss of thickness in that picture."""
