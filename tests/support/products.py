"""A block that a plate and a room of one temperature cool: product of slabs (B06), exact."""

from functools import reduce

import numpy as np
from scipy.optimize import brentq
from support.cases import cool, even, metres, plate, slab, tissue, uniform

K, RHO, C = 0.21, 911.0, 2348.0
START, COLD, THRESHOLD = 34.0, -10.0, 10.4
DEPTH, EXTENT = 0.03, (0.03, 0.024)
TERMS = 60


class Slab:
    """Share of the first temperature difference left in a slab, insulated at 0, film at 1."""

    def __init__(self, half, film, t):
        biot = film * half / K
        ends = [(np.pi * n, np.pi * (n + 0.5)) for n in range(TERMS)]
        self.zeta = np.array([brentq(lambda z: z * np.sin(z) - biot * np.cos(z), *e) for e in ends])
        z = self.zeta
        decay = np.exp(-(z**2) * K / (RHO * C) * t / half**2)
        self.factor = 4.0 * np.sin(z) / (2.0 * z + np.sin(2.0 * z)) * decay

    def __call__(self, x):
        return np.cos(np.multiply.outer(x, self.zeta)) @ self.factor

    @property
    def mean(self):
        return self.factor @ (np.sin(self.zeta) / self.zeta)


def block(dimension, contact, film, duration, h):
    """Case: a plate all over the top, the sides in the room, the bottom insulated."""
    sides = ("x_min", "x_max", "y_min", "y_max")[: 2 * (dimension - 1)]
    size = [metres(e) for e in EXTENT[: dimension - 1]]
    case = slab(
        [("medium", DEPTH, tissue(K, RHO, C))],
        depth=even(h),
        tolerance=0.05,
        dimension=dimension,
        mesh={"extent": size, "lateral": even(1.25 * h)},
        faces=dict.fromkeys(sides, "room") | {"bottom": "insulated"},
        room={"temperature": f"{COLD} degC", "film": f"{film} W/m^2/K"},
        start=uniform(START),
        applicator=plate(contact, size=size),
        protocol=[cool(COLD, duration)],
    )
    case["output"] |= {"every": f"{duration / 4.0} s", "threshold": f"{THRESHOLD} degC"}
    return case


def exact(dimension, contact, film, duration):
    """Quantities of the result of ``block``, by the series."""
    down = Slab(DEPTH, contact, duration)
    across = [Slab(e / 2.0, film, duration) for e in EXTENT[: dimension - 1]]
    wanted = (THRESHOLD - COLD) / (START - COLD)
    middle = [(np.arange(n) + 0.5) / n for n in (400, 120, 120)[:dimension]]
    shares = [s(x) for s, x in zip([down, *across], middle, strict=True)]
    below = np.mean(reduce(np.multiply.outer, shares) < wanted)
    edge = float(np.prod([s(1.0) for s in across]))
    corner = COLD + (START - COLD) * edge * down(1.0)
    flux = contact * (START - COLD) * down(1.0) * np.prod([s.mean for s in across])
    whole = DEPTH * np.prod(EXTENT[: dimension - 1])
    front = brentq(lambda x: down(x) * edge - wanted, 0.0, 1.0)
    return {
        "coldest skin": corner,
        "medium: coldest": corner,
        "medium: largest volume below threshold": below * whole * (1e4, 1e6)[dimension - 2],
        "deepest threshold front": 1e3 * DEPTH * (1.0 - front),
        "applicator: last heat flux": flux / 10.0,
    }
