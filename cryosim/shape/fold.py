r"""The parametric fold: the shape of drawn tissue from a few lengths, without mechanics.

The section of the fold has a crest of radius :math:`r_t`, follows the wall of the cup down to the
lip and leaves it on a fillet of the lip's radius :math:`r_b`.  With "auto" the crest follows the
contact-length rule

.. math:: r_t = 0.85 \, a , \qquad \text{contact} = H - r_b - r_t ,

with :math:`a` the half gap and :math:`H` the height (m).  The rule is this project's own finding
in hyperelastic plane-strain draws: 0.79 to 0.92, mostly 0.85 to 0.87, in 14 of 17 combinations of
skin, fat, gap and suction (20 to 60 kPa), as long as the crest is free of the roof.  It is not
known to hold for tissue in a real cup.  Between plates that lean, the crest is no wider than fits.
In 3-D the section is turned about the ends of the ridge: the fold is a stadium in plan.  See
`cryosim.shape.section` for how it is filled.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.part import Part
from cryosim.shape.cup import Cup
from cryosim.shape.drawn import Drawn
from cryosim.shape.lattice import Strain
from cryosim.shape.plan import Plan
from cryosim.shape.profile import Profile, arc_length, plates, trough, widest_tip
from cryosim.shape.section import Section
from cryosim.units import Length

Values = npt.NDArray[np.float64]

TIP_OVER_HALF_GAP = 0.85
"""Radius of a free crest over the half gap; 0.79 to 0.92 in this project's hyperelastic draws."""

VOLUME_ERROR = 0.01
"""Largest change of the volume of a layer on the lattice."""

_CELLS_ACROSS = 40
"""Cells of the lattice across the gap; assumption: a volume then holds to 1e-3."""


class FoldShape(Part):
    """A fold that fills a cup up to a height."""

    cup: Cup
    height: Length | Literal["roof"] = "roof"
    """Height of the crest above the mouth; "roof": the fold touches the roof of the cup."""
    tip_radius: Length | Literal["auto"] = "auto"
    """Radius of the crest between plates; a trough has the one that fits."""

    def drawn(self, layers: Sequence[float], extent: Sequence[float]) -> Drawn:
        """The block of ``layers`` (thickness from the skin down, m) drawn into the fold.

        ``extent`` (m) are the half widths of the block: x, or x and y.  Raises CaseError if the
        fold does not fit the cup or the block, or takes more tissue than there is.
        """
        if len(layers) < 3:
            raise CaseError(
                f"a fold of {len(layers)} layers: expected at least 3, skin, fat and a layer "
                "below it that stays; add the muscle"
            )
        section = self._section(layers, extent)
        rims, touching = self._contact(section)
        axes = self._axes(section, rims)
        ramp = self.cup.gap / _CELLS_ACROSS
        displacement, contact = _on_lattice(section, axes, rims, ramp)
        if self.cup.form == "plates" and section.plan.ridge is not None:
            y = axes[1][None, :] + displacement[:, :, -1, 1]
            contact = contact * np.clip(0.5 + (section.plan.ridge - y) / ramp, 0.0, 1.0)
        strain = Strain.of(axes, displacement)
        _check_strain(strain)
        boundary = -np.concatenate([[0.0], np.cumsum(layers)])
        volume = _volumes(strain, axes[-1], boundary) * 2.0 ** (len(axes) - 1)
        _check_volumes(volume)
        on_axis = displacement[(0,) * (len(axes) - 1)][:, -1]
        level = boundary + np.interp(boundary, axes[-1], on_axis)
        return Drawn(
            axes=axes, displacement=displacement, contact=contact,
            contact_pressure=np.zeros_like(contact), suction=0.0, height=self._height,
            mouth=section.mouth, contact_area=touching,
            thickness=np.column_stack([layers, -np.diff(level)]), volume=volume.T,
            swelling=(float(strain.ratio.min()), float(strain.ratio.max())), shape=strain.shape,
        )  # fmt: skip

    @property
    def _height(self) -> float:
        return self.cup.depth if self.height == "roof" else self.height

    @property
    def _at_roof(self) -> bool:
        return self._height >= self.cup.depth

    def _section(self, layers: Sequence[float], extent: Sequence[float]) -> Section:
        """The filled section; refuses what does not fit."""
        cup = self.cup
        if self._height > cup.depth * (1.0 + 1e-9):
            raise CaseError(
                f"height = {_mm(self._height)}: higher than the cup; expected at most its depth, "
                f'{_mm(cup.depth)}, or "roof"'
            )
        ridge = None
        if len(extent) == 2:
            ridge = 0.5 * (cup.length - cup.gap)
            if ridge < 0.0:
                raise CaseError(
                    f"length = {_mm(cup.length)}: shorter than the gap; expected at least "
                    f"{_mm(cup.gap)}, the ends of the mouth being round"
                )
            if 0.5 * cup.length + cup.lip >= extent[1]:
                raise CaseError(
                    f"length = {_mm(cup.length)}: the cup is longer than the block, "
                    f"{_mm(2.0 * extent[1])}, lets it; expected less than "
                    f"{_mm(2.0 * (extent[1] - cup.lip))}, or a longer block"
                )
        far = extent[0] if ridge is None else min(extent[0], extent[1] - ridge)
        profile = self._profile(far)
        if layers[0] >= profile.tip_radius:
            raise CaseError(
                f"tip_radius = {_mm(profile.tip_radius)}: too sharp for {_mm(layers[0])} of skin; "
                "expected more than the thickness of the skin"
            )
        foot = float(profile.point[profile.level, 0])
        plan = Plan(tuple(extent), foot, ridge)
        return Section(profile, plan, tuple(layers), self._height, 0.5 * cup.gap)

    def _profile(self, far: float) -> Profile:
        """Outline of the skin, as wide as ``far`` (m)."""
        cup, height = self.cup, self._height
        if cup.form == "trough":
            if self.tip_radius != "auto":
                raise CaseError(
                    f"tip_radius = {_mm(self.tip_radius)}: that of a fold in a trough follows "
                    'from its height; expected "auto"'
                )
            return trough(0.5 * cup.gap, cup.depth, height, cup.lip, far)
        if self.tip_radius == "auto" and self._at_roof:
            raise CaseError(
                'tip_radius = "auto": no rule is known for a fold that touches the roof; expected '
                f"a radius below {_mm(TIP_OVER_HALF_GAP * 0.5 * cup.gap)}, or a height below "
                f"{_mm(cup.depth)}"
            )
        a = 0.5 * cup.gap
        free = min(TIP_OVER_HALF_GAP * a, widest_tip(a, cup.draft, height))
        tip = free if self.tip_radius == "auto" else self.tip_radius
        return plates(a, cup.draft, height, tip, cup.lip, far)

    def _contact(self, section: Section) -> tuple[list[tuple[float, float]], float]:
        """Spans of rho at rest (m) whose skin touches the cup, and its area on the whole block."""
        profile, plan = section.profile, section.plan
        touched = [profile.wall]
        around = self.cup.form == "trough"
        if around and self._at_roof and profile.crest.stop > 1:
            touched.append(profile.crest)
        rest, place = section.line(0.0)
        length, per = arc_length(place), plan.perimeter(place[:, 0])
        if not around and plan.ridge is not None:
            per = np.full(per.shape, plan.ridge)
        area = np.concatenate([[0.0], np.cumsum(0.5 * (per[1:] + per[:-1]) * np.diff(length))])
        spans = [(float(rest[s.start]), float(rest[s.stop - 1])) for s in touched]
        whole = 2.0 ** len(plan.extent)
        return spans, whole * sum(float(area[s.stop - 1] - area[s.start]) for s in touched)

    def _axes(self, section: Section, rims: list[tuple[float, float]]) -> tuple[Values, ...]:
        """Planes of the lattice: on the interfaces, dense in the fold and at rims of contact."""
        h, plan = self.cup.gap / _CELLS_ACROSS, section.plan
        edges = [r + side for span in rims for r in span for side in (-0.5 * h, 0.5 * h)]
        outer = max(edges) + h
        x = _spread(edges, outer, plan.extent[0], h)
        boundary = -np.concatenate([[0.0], np.cumsum(section.thickness)])
        z = [
            np.linspace(low, high, int(np.clip(np.ceil((high - low) / (1.25 * h)), 4, 40)) + 1)
            for high, low in pairwise(boundary)
        ]
        deep = np.unique(np.round(np.concatenate(z), 12))
        if plan.ridge is None:
            return x, deep
        ends = [plan.ridge + edge for edge in [0.0, *edges]]
        return x, _spread(ends, plan.ridge + outer, plan.extent[1], h), deep


def _spread(wanted: Sequence[float], outer: float, end: float, h: float) -> Values:
    """Planes from 0 to ``end``: ``h`` apart up to ``outer``, wider beyond, and all ``wanted``."""
    outer = min(outer, end)
    inner = np.linspace(0.0, outer, int(np.ceil(outer / h)) + 1)
    n = max(1, int(np.ceil(np.log1p(0.1 * (end - outer) / h) / np.log(1.1))))
    growing = (1.1 ** np.arange(n + 1) - 1.0) / (1.1**n - 1.0)
    fixed = np.array([w for w in wanted if 0.0 < w < end])
    near = np.abs(inner[:, None] - fixed[None, :]).min(axis=1, initial=np.inf) < 0.25 * h
    near[[0, -1]] = False
    beyond = outer + (end - outer) * growing[1:] if end > outer else np.empty(0)
    return np.unique(np.concatenate([inner[~near], fixed, beyond]))


def _on_lattice(
    section: Section, axes: tuple[Values, ...], rims: list[tuple[float, float]], ramp: float
) -> tuple[Values, Values]:
    """Displacement (m) of every lattice point, and contact of those of the skin.

    Contact falls from 1 to 0 within ``ramp`` (m) around each rim, so that its area is kept.
    """
    plan = section.plan
    x, y = np.meshgrid(axes[0], axes[1] if plan.ridge is not None else [0.0], indexing="ij")
    if plan.ridge is None:
        x, y = x[:, 0], y[:, 0]
    rho, _ = plan.rays(x, y)
    off_ridge = np.maximum(rho, 1e-3 * plan.foot)
    moved = np.empty((*x.shape, axes[-1].size, len(axes)))
    for k, z in enumerate(axes[-1]):
        rest, place = section.line(float(z))
        to, level = (np.interp(r, rest, c) for r, c in zip((off_ridge, rho), place.T, strict=True))
        new = plan.moved(x, y, off_ridge, to)
        for axis, (now, before) in enumerate(zip(new, (x, y), strict=True)):
            if axis < len(axes) - 1:
                moved[..., k, axis] = now - before
        moved[..., k, -1] = level - z
    contact = np.zeros(x.shape)
    for low, high in rims:
        above = np.ones_like(rho) if low < ramp else np.clip(0.5 + (rho - low) / ramp, 0.0, 1.0)
        contact += above * np.clip(0.5 + (high - rho) / ramp, 0.0, 1.0)
    return moved, np.minimum(contact, 1.0)


def _check_strain(strain: Strain) -> None:
    if strain.least <= 0.0:
        place = ", ".join(f"{x * 1e3:.1f}" for x in strain.where)
        raise CaseError(
            f"the fold folds over: the volume ratio J is {strain.least:.2g} at ({place}) mm of "
            "the block at rest; expected above 0.  Make the fold lower or wider, or the fat thicker"
        )


def _volumes(strain: Strain, z: Values, boundary: Values) -> Values:
    """Volume of each layer between ``boundary`` planes (m), at rest and drawn."""
    layer = np.searchsorted(-boundary, -0.5 * (z[1:] + z[:-1])) - 1
    lateral = tuple(range(strain.rest.ndim - 1))
    by_plane = [strain.rest.sum(axis=lateral), (strain.rest * strain.ratio).sum(axis=lateral)]
    return np.array([np.bincount(layer, v, boundary.size - 1) for v in by_plane])


def _check_volumes(volume: Values) -> None:
    error = volume[1] / volume[0] - 1.0
    worst = int(np.abs(error).argmax())
    if abs(error[worst]) > VOLUME_ERROR:
        raise CaseError(
            f"the fold changes the volume of layer {worst + 1} by {100.0 * error[worst]:.1f} %; "
            f"expected at most {100.0 * VOLUME_ERROR:g} %.  Make the fold lower, or the block wider"
        )


def _mm(length: float) -> str:
    return f"{length * 1e3:.3g} mm"
