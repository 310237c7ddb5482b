"""A run being looked at: one stage, one choice, the points asked about, whoever shows the buttons.

A front end holds one `Show`, turns what its buttons say into `choose`, `pick` and `save`, and
renders.  It keeps no other state.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.figure import Figure

from cryosim.scene import probe
from cryosim.scene.choice import LAYER, Choice
from cryosim.scene.probe import Probe, Spot
from cryosim.scene.stage import Stage
from cryosim.scene.tissue import Tissue
from cryosim.view import style

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

    @property
    def percent(self) -> str:
        """The share in words; never 0 % of what is crossed, nor 100 % of what is not wholly."""
        if 0 < self.share < 0.005:
            return "< 1 %"
        return "> 99 %" if 0.995 <= self.share < 1 else f"{100 * self.share:.0f} %"


class Show:
    """One run being looked at."""

    def __init__(self, tissue: Tissue, plotter: pv.Plotter) -> None:
        """Show the opening choice from home."""
        self.tissue = tissue
        self.stage = Stage(tissue, plotter)
        self.choice = tissue.opening()
        self._spots: list[Spot] = []
        self.stage.show(self.choice)
        self.stage.home()

    @property
    def colourings(self) -> dict[str, str]:
        """What tissue can be coloured by, with its words."""
        return {kind.name: kind.label for kind in self.tissue.fields} | {LAYER: "Layer"}

    def choose(self, **changes: Any) -> Choice:
        """Replace parts of the choice and bring the stage to it; the caller renders.

        Where that cannot be shown (`CaseError`) both stay as they were.
        """
        choice = replace(self.choice, **changes)
        self.stage.show(choice)
        self.choice = choice
        self._mark()
        return self.choice

    def moment(self) -> str:
        """Time and phase that are shown, in words."""
        if self.choice.day is not None:
            return f"{self.choice.day} days after the last session"
        return style.moment(self.tissue.result, self.choice.step)

    def crossings(self) -> tuple[Crossing, ...]:
        """Layers from the skin down, at the time and the threshold that are shown."""
        values = self.tissue.nodal("temperature", self.choice.step).astype(float)
        shares = self.tissue.volumes.shares(values, self.choice.threshold)
        coldest = self.tissue.volumes.coldest(values)
        colours = style.layer_colours(self.tissue.layers)
        return tuple(
            Crossing(k.name, k.title, colours[k.name], float(shares[k.index]),
                     float(coldest[k.index]))
            for k in self.tissue.layers
        )  # fmt: skip

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The points asked about, where they are seen now."""
        if not self._spots:
            return ()
        points = self.tissue.points(self.choice.step)
        depth = self.tissue.depth
        return tuple(
            Probe(str(spot.number), spot.of(points), spot.layer, float(spot.of(depth)))
            for spot in self._spots
        )

    def pick(self, x: float, y: float) -> Probe | None:
        """Add a probe where the tissue is seen at pixel ``x``, ``y`` (from the lower left).

        None where no tissue is seen, and while the months after are shown.
        """
        if self.choice.day is not None:
            return None
        hit = probe.met(self._seen(), *self.stage.sight(x, y))
        if hit is None:
            return None
        number = max((spot.number for spot in self._spots), default=0) + 1
        layer = next(k.title for k in self.tissue.layers if k.name == hit.sheet.layer)
        self._spots.append(Spot(number, layer, hit.nodes, hit.weights))
        self._mark()
        return self.probes[-1]

    def forget(self, name: str) -> None:
        """Remove a probe."""
        self._spots = [spot for spot in self._spots if str(spot.number) != name]
        self._mark()

    def curves(self, width: float, height: float) -> Figure:
        """The shown field at every probe against time, with the time shown; size in inches.

        Coloured by layer, the temperature.
        """
        name = "temperature" if self.choice.colour == LAYER else self.choice.colour
        return probe.curves(self.tissue, self._spots, name, self.choice.step,
                            self.choice.threshold, (width, height))  # fmt: skip

    def save(self, path: Path) -> Path:
        """Write what is shown as a picture (PNG), with colour bar and headline."""
        from cryosim.scene.picture import picture  # charts, which the first picture needs not

        return picture(self, Path(path))

    def film(self, path: Path, watch: Callable[[int, int], None] | None = None) -> Path:
        """Write what is shown from the first to the last time (MP4 or GIF), seen as it is now.

        While the months after are shown, from the first to the last day.  ``watch`` is told before
        each frame how many of how many are done.
        """
        from cryosim.scene.picture import film

        return film(self, Path(path), watch)

    def marked(self) -> tuple[tuple[str, Floats, str], ...]:
        """Name, place and colour of every marker."""
        if self.choice.day is not None:
            return ()
        pairs = zip(self.probes, self._spots, strict=True)
        return tuple((p.name, p.point, spot.colour) for p, spot in pairs)

    def _mark(self) -> None:
        self.stage.mark(self.marked())

    def _seen(self) -> list[Any]:
        choice = self.choice
        sheets = self.tissue.sheets(choice.step, choice.cut, choice.at)
        return [sheet for sheet in sheets if sheet.seen(choice.hidden)]
