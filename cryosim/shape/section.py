r"""The section of a fold, filled so that no layer gains or loses tissue.

The line of the skin is given.  Skin is a parallel layer of even thickness below it; the deepest
layer bulges a little under the fold; what lies between fills the rest.  Away from the fold all are
thinner, by as much as the fold holds.  Skin and the deepest layer are piles of thin sheets, within
which a point at rest at :math:`X` goes to where the same volume of the sheet lies inside it,

.. math:: \int_0^{s} p(r) \, t(s') \, ds' = t_0 \int_0^X p(r) \, dr ,

with :math:`t` the thickness of the sheet (m; at rest :math:`t_0`) along its length :math:`s` and
:math:`p` the perimeter of the plan at the distance :math:`r` from the ridge (1 in a section).  So
their volume ratio is 1 everywhere in a section and, in 3-D, its mean along every line around the
fold.  For the rest see `cryosim.shape.fill`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.shape.fill import Fill, running
from cryosim.shape.plan import Plan
from cryosim.shape.profile import Profile, arc_length

Values = npt.NDArray[np.float64]

BULGE = 0.2
"""Bulge of the deepest layer over the height of the fold; assumption (a hyperelastic draw of a
soft fold on stiffer muscle lifts its surface by a fifth of the height or less)."""

THINNEST = 0.3
"""Least thickness of a layer, of that at rest; assumption: thinner, the shape is no fold."""


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
        return running(self.plan.perimeter(line[:, 0]), arc_length(line))

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
            place, volume = line + np.array([0.0, self.mouth]), self._summed(line)
        elif z >= -self.thickness[0] - self.between:
            share = 1.0 + (z + self.thickness[0]) / self.between
            return self._fill.sheet(share)
        else:
            r = np.linspace(0.0, self.plan.reach, 1201)
            top = self._deep_top(r)
            share = (z + self.depth) / self.thickness[-1]
            place = np.column_stack([r, share * (top + self.depth) - self.depth])
            volume = running((top + self.depth) * self.plan.perimeter(r), r)
        return self._at_rest(volume), place

    def _at_rest(self, volume: Values) -> Values:
        """Rho (m) at rest within which a sheet has the ``volume``, given up to each point of it."""
        rest = self.plan.around(volume / volume[-1] * self.whole)
        rest[-1] = self.plan.reach
        return rest

    @cached_property
    def _fill(self) -> "Fill":
        """What lies between skin and the deepest layer."""
        skin, head = self.line(-self.thickness[0])
        top = np.linspace(0.0, self.plan.reach, 1201)
        volume = running((self._deep_top(top) + self.depth) * self.plan.perimeter(top), top)
        foot = np.column_stack([top, self._deep_top(top)])
        level = self.profile.level
        return Fill.between(
            self.plan, (self._at_rest(volume), foot), (skin, head), self.between, skin[level]
        )
