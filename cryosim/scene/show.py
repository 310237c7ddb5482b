"""A run being looked at: one stage, one choice, the points asked about, whoever shows the buttons.

A front end holds one `Show`, turns what its buttons say into `choose`, `pick` and `save`, and
renders.  It keeps no other state.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.figure import Figure

from cryosim.scene.choice import Choice
from cryosim.scene.stage import Stage
from cryosim.scene.tissue import Tissue

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Crossing:
    """How far one layer is below the threshold that is shown."""

    layer: str
    title: str
    colour: str
    share: float
    """Of the layer's volume, 0 to 1."""
    coldest: float
    """degC."""


@dataclass(frozen=True)
class Probe:
    """A point of the tissue that was asked about."""

    name: str
    point: Floats
    """Where it is seen (mm)."""
    layer: str
    depth: float
    """mm below the skin."""


class Show:
    """One run being looked at."""

    def __init__(self, tissue: Tissue, plotter: pv.Plotter) -> None:
        """Show the opening choice from home."""
        self.tissue = tissue
        self.stage = Stage(tissue, plotter)
        self.choice = tissue.opening()
        self.probes: tuple[Probe, ...] = ()
        self.stage.show(self.choice)
        self.stage.home()

    def choose(self, **changes: Any) -> Choice:
        """Replace parts of the choice and bring the stage to it; the caller renders."""
        self.choice = replace(self.choice, **changes)
        self.stage.show(self.choice)
        return self.choice

    def moment(self) -> str:
        """Time and phase that are shown, in words."""
        raise NotImplementedError

    def crossings(self) -> tuple[Crossing, ...]:
        """Layers from the skin down, at the time and the threshold that are shown."""
        raise NotImplementedError

    def pick(self, x: float, y: float) -> Probe | None:
        """Add a probe where the tissue is seen at pixel ``x``, ``y`` (from the lower left)."""
        raise NotImplementedError

    def forget(self, name: str) -> None:
        """Remove a probe."""
        raise NotImplementedError

    def curves(self, width: float, height: float) -> Figure:
        """The shown field at every probe against time, with the time shown; size in inches."""
        raise NotImplementedError

    def save(self, path: Path) -> Path:
        """Write what is shown as a picture (PNG), with colour bar and headline."""
        raise NotImplementedError

    def film(self, path: Path) -> Path:
        """Write what is shown from the first to the last time (MP4 or GIF), seen as it is now."""
        raise NotImplementedError
