r"""The section of a fold, filled so that no tissue is gained or lost.

The line of the skin is given.  Skin is a parallel layer of even thickness below it; the deepest
layer bulges a little under the fold; what lies between fills the rest.  Each layer is a pile of
thin sheets of equal volume, and within a sheet a point at rest at :math:`X` goes to where the same
volume of the sheet lies inside it,

.. math:: \int_0^{s} p(r) \, t(s') \, ds' = t_0 \int_0^X p(r) \, dr ,

with :math:`t` the thickness of the sheet (m; at rest :math:`t_0`) along its length :math:`s` and
:math:`p` the perimeter of the plan at the distance :math:`r` from the ridge (1 in a section).  So
the volume ratio is 1 everywhere in a section and, in 3-D, its mean along every line around the
fold.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.shape.plan import Plan
from cryosim.shape.profile import Profile, arc_length

Values = npt.NDArray[np.float64]

BULGE = 0.2
"""Bulge of the deepest layer over the height of the fold; assumption (a hyperelastic draw of a
soft fold on stiffer muscle lifts its surface by a fifth of the height or less)."""

THINNEST = 0.3
"""Least thickness of a layer, of that at rest; assumption: thinner, the shape is no fold."""

STIFFNESS = 0.5
"""Part by which columns of fat between skin and the layer below stay straight: 0 keeps the volume
ratio at 1 and shears them, 1 spares them that.  Assumption; it moves no face of a layer."""

_LEAN = 0.5
"""Foot of the chord from the lower end of the wall, over the half width there; shapes sheets."""


@dataclass(frozen=True)
class Section:
    """Tissue under a ``profile``: its layers (m, from the skin down) at rest and drawn."""

    profile: Profile
    plan: Plan
    thickness: tuple[float, ...]
    height: float
    """Height (m) of the crest above the mouth."""
    width: float
    """Half width (m) of the bulge (one standard deviation of a Gaussian)."""

    def __post_init__(self) -> None:
        far = self.mouth - self.skin - self._deep_top(np.array([self.plan.reach]))[0]
        deep = self._deep_top(np.array([self.plan.reach]))[0] + self.depth
        drawn = {"skin": self.skin, "fat": far, "deepest layer": deep}
        rest = (self.thickness[0], self.between, self.thickness[-1])
        for (name, now), before in zip(drawn.items(), rest, strict=True):
            if now < THINNEST * before:
                raise CaseError(
                    f"the fold takes more tissue than the block has: away from it {before * 1e3:g} "
                    f"mm of {name} would be thinned to {now * 1e3:.2g} mm; expected at least "
                    f"{THINNEST * before * 1e3:.2g} mm.  Make the block wider, or the fold lower "
                    "or narrower"
                )

    @property
    def depth(self) -> float:
        """Depth (m) of the block."""
        return sum(self.thickness)

    @property
    def between(self) -> float:
        """Thickness (m) of what lies between skin and the deepest layer."""
        return sum(self.thickness[1:-1])

    @cached_property
    def whole(self) -> float:
        """Area of the plan."""
        return float(self.plan.inside(np.array([self.plan.reach]))[0])

    @cached_property
    def mouth(self) -> float:
        """Level (m) of the skin around the fold: what rises in the fold is missing there."""
        r, z = self.profile.point.T
        return float(-np.sum(0.5 * (z[1:] + z[:-1]) * np.diff(self.plan.inside(r)))) / self.whole

    @cached_property
    def _skin_area(self) -> np.polynomial.Polynomial:
        """Area of the sheet at a distance (m) below the surface of the skin: quadratic."""
        at = np.array([0.0, 0.5, 1.0]) * self.thickness[0]
        area = [float(self._summed(self.profile.inward(d))[-1]) for d in at]
        return np.polynomial.Polynomial.fit(at, area, 2).convert()

    @cached_property
    def skin(self) -> float:
        """Thickness (m) of the drawn skin."""
        return self._skin_depth(1.0)

    def _skin_depth(self, share: float) -> float:
        """Distance (m) from its surface within which a ``share`` of the skin lies."""
        if share <= 0.0:
            return 0.0
        volume, wanted = self._skin_area.integ(), share * self.thickness[0] * self.whole
        low, high = 0.0, self.thickness[0]
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if volume(middle) < wanted else (low, middle)
        return 0.5 * (low + high)

    def _summed(self, line: Values) -> Values:
        """Area of the surface that a ``line`` sweeps, up to each of its points."""
        return _running(self.plan.perimeter(line[:, 0]), arc_length(line))

    def _deep_top(self, r: Values) -> Values:
        """Level (m) of the upper face of the deepest layer."""
        return self._deep_level + BULGE * self.height * np.exp(-0.5 * (r / self.width) ** 2)

    @cached_property
    def _deep_level(self) -> float:
        """Level (m) of that face away from the fold, such that its volume stays what it was."""
        r = np.linspace(0.0, self.plan.reach, 2001)
        bump = BULGE * self.height * np.exp(-0.5 * (r / self.width) ** 2)
        raised = float(np.sum(0.5 * (bump[1:] + bump[:-1]) * np.diff(self.plan.inside(r))))
        return -self.thickness[0] - self.between - raised / self.whole

    def line(self, z: float) -> tuple[Values, Values]:
        """Where the points at rest at ``z`` (m) go: rho at rest (m), and places (r, z), (n, 2)."""
        if z >= -self.thickness[0]:
            line = self.profile.inward(self._skin_depth(-z / self.thickness[0]))
            place, volume = line + [0.0, self.mouth], self._summed(line)
        elif z >= -self.thickness[0] - self.between:
            share = 1.0 + (z + self.thickness[0]) / self.between
            return self._chords.sheet(share, self)
        else:
            r = np.linspace(0.0, self.plan.reach, 1201)
            top = self._deep_top(r)
            share = (z + self.depth) / self.thickness[-1]
            place = np.column_stack([r, share * (top + self.depth) - self.depth])
            volume = _running((top + self.depth) * self.plan.perimeter(r), r)
        return self._at_rest(volume), place

    def _at_rest(self, volume: Values) -> Values:
        """Rho (m) at rest within which a sheet has the ``volume``, given up to each point of it."""
        rest = self.plan.around(volume / volume[-1] * self.whole)
        rest[-1] = self.plan.reach
        return rest

    @cached_property
    def _chords(self) -> "_Chords":
        return _Chords.between(self)


@dataclass(frozen=True)
class _Chords:
    """Straight lines from the deepest layer to the skin, along which sheets are piled up."""

    foot: Values
    chord: Values
    low: Values
    """Twice the area that a chord sweeps by moving its foot, per length of the skin."""
    high: Values
    """The same by moving its head."""
    start: Values
    """Rise of a sheet along a chord at its foot, over that of an even pile."""
    end: Values
    """The same at its head."""
    length: Values
    """Length (m) along the lower face of the skin."""

    @classmethod
    def between(cls, of: Section) -> "_Chords":
        """Chords of a section; sheets go over smoothly into those of the layers beside them."""
        profile, plan = of.profile, of.plan
        head = profile.inward(of.skin) + [0.0, of.mouth]
        s = arc_length(head)
        corner = profile.wall.stop - 1
        rate = _LEAN * head[corner, 0] / s[corner]
        left, span = plan.reach - rate * s[-1], s[-1] - s[corner]
        beyond = np.maximum(s - s[corner], 0.0) / span
        x, pace = rate * s + left * beyond**2, rate + 2.0 * left * beyond / span
        top = of._deep_top(x)
        slope = -x / of.width**2 * (top - of._deep_level)
        foot = np.column_stack([x, top])
        chord = head - foot
        rising = chord[:, 1] - slope * chord[:, 0]
        outward = (profile.normal * chord).sum(axis=1)
        start = of.between * (top + of.depth) / of.thickness[-1] / rising
        end = of.between * of.whole / of._summed(head)[-1] / outward
        if min(rising.min(), outward.min(), pace.min()) <= 0.0:
            raise CaseError(
                "the fold folds over: its skin meets the layer below the fat; expected thicker "
                "fat, a lower or wider fold, or a wider block"
            )
        return cls(foot, chord, pace * rising, outward, start, end, s)

    def sheet(self, share: float, of: Section) -> tuple[Values, Values]:
        """Rho at rest (m) and places of the sheet with a ``share`` of the volume below it."""
        label = float(np.interp(share, self._shares(of), _LABELS))
        place, volume = self._at(label, of)
        low, high = (of._at_rest(self._at(end, of)[1]) for end in (0.0, 1.0))
        straight = (1.0 - share) * low + share * high
        return (1.0 - STIFFNESS) * of._at_rest(volume) + STIFFNESS * straight, place

    def _at(self, label: float, of: Section) -> tuple[Values, Values]:
        """Places on the sheet of a ``label``, 0 at the foot and 1 at the head, and volume."""
        even = label * (1.0 - label)
        bend = 1.0 + (self.start + self.end - 2.0) * even
        w = (label**2 + self.start * even) / bend
        rise = self.end * label**2 + 2.0 * even + self.start * (1.0 - label) ** 2
        place = self.foot + w[:, None] * self.chord
        swept = rise / bend**2 * ((1.0 - w) * self.low + w * self.high)
        return place, _running(swept * of.plan.perimeter(place[:, 0]), self.length)

    def _shares(self, of: Section) -> Values:
        """Share of the volume below the sheet of each of ``_LABELS``."""
        rate = np.array([self._at(label, of)[1][-1] for label in _LABELS])
        total = _running(rate, _LABELS)
        return total / total[-1]


_LABELS = np.linspace(0.0, 1.0, 201)


def _running(rate: Values, along: Values) -> Values:
    """Running integral of ``rate`` over ``along``."""
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(along)
    return np.concatenate([[0.0], np.cumsum(steps)])
