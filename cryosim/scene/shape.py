"""The tissue in one of the shapes that it takes in a run: drawn into cups, or at rest."""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cryosim.scene.body import Body
from cryosim.scene.choice import Cut
from cryosim.scene.lines import Line, rims_of
from cryosim.scene.sheet import Opening, Sheet, flat_sheets, sheets_of
from cryosim.view.cups import Cup
from cryosim.view.result import Layer

Floats = npt.NDArray[np.float64]

_KEPT = 6
"""Cuts of one shape that are kept, a few MB each."""


@dataclass
class Opened:
    """The tissue cut open in one way."""

    opening: Opening
    sheets: tuple[Sheet, ...]
    rims: tuple[Line, ...]


@dataclass
class Shape:
    """Where the nodes of a body stand, and what touches it; lengths in mm."""

    body: Body
    points: Floats
    """Of the nodes of the placed mesh."""
    centre: Floats
    """Of the first cup or footprint."""
    footprints: tuple[Line, ...]
    """Rims of what applicators touch."""
    cups: tuple[Cup, ...]
    """Those that draw."""
    names: tuple[str, str, str]
    """What the coordinates are called; empty where there is no such axis."""
    flat: bool
    """Whether the mesh is plane."""
    _opened: "OrderedDict[tuple[Cut, float], Opened]" = field(default_factory=OrderedDict)

    @property
    def bounds(self) -> Floats:
        """Low and high corner of the tissue."""
        return self.body.bounds(self.points)

    def opened(self, layers: tuple[Layer, ...], cut: Cut, at: float) -> Opened:
        """The tissue with ``cut`` at a share ``at`` of its extent; kept for the next time."""
        if self.flat:
            cut = Cut.none
        key = (cut, at if cut in (Cut.x, Cut.y, Cut.z) else 0.0)
        if key not in self._opened:
            opening = Opening.of(cut, at, self.centre, self.bounds)
            sheets = (
                flat_sheets(self.body, self.points, layers)
                if self.flat
                else sheets_of(self.body, self.points, layers, opening)
            )
            self._opened[key] = Opened(opening, sheets, rims_of(sheets))
            while len(self._opened) > _KEPT:
                self._opened.popitem(last=False)
        self._opened.move_to_end(key)
        return self._opened[key]
