"""A two-dimensional run, placed as a three-dimensional one is: in the plane z = 0."""

import numpy as np
import pyvista as pv

from cryosim.view.cups import cups_of, touched_by
from cryosim.view.pads import pads_of
from cryosim.view.placement import Placement
from cryosim.view.result import Result


def flat_placement(result: Result, step: int) -> Placement:
    """The section of ``result`` as it stands at ``times[step]``, lines for what is touched."""
    grid = result.standing(step).copy()
    points = np.asarray(grid.points, dtype=float)

    def lines(facets: np.ndarray) -> pv.PolyData:
        two = np.full((len(facets), 1), 2)
        return pv.PolyData(points, lines=np.hstack([two, facets]).ravel())

    pads = tuple((pad.name, lines(pad.facets)) for pad in pads_of(result))
    cups = tuple((cup, lines(touched_by(result, cup))) for cup in cups_of(result, step))
    centre = np.array([*np.asarray(grid.center)[:2], 0.0])
    return Placement(grid, pads, centre, ("x", "z", ""), False, cups, cups_of(result))
