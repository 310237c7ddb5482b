"""The tissue of a run at every time: where its nodes stand, and what the fields are there."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.errors import CaseError
from cryosim.output.fields import FIELD_KINDS, FieldKind
from cryosim.output.mesh import AT_REST, shape_of
from cryosim.scene import shades
from cryosim.scene.body import Body
from cryosim.scene.choice import Choice, Cut
from cryosim.scene.flat import flat_placement
from cryosim.scene.front import front_of, isoline
from cryosim.scene.kept import Kept
from cryosim.scene.lines import Line, kept, outline
from cryosim.scene.shades import Shade
from cryosim.scene.shape import Opened, Shape
from cryosim.scene.shares import Volumes
from cryosim.scene.sheet import Sheet
from cryosim.scene.thinning import Thinning
from cryosim.scene.walls import cut_outlines, walls_of
from cryosim.view.cups import cups_of
from cryosim.view.placement import Placement, place
from cryosim.view.result import Layer, Result
from cryosim.view.scale import scale_of
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tissue:
    """What a result folder tells of the tissue in space; open it with `open`."""

    result: Result
    _shapes: dict[str, Shape] = field(default_factory=dict, repr=False, compare=False)
    _shades: dict[str, Shade] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The tissue of the run in ``folder``; a `CaseError` where nothing is to be seen."""
        result = Result.open(Path(folder))
        if result.dimension == 1:
            raise CaseError(
                f"{folder}: a column has no shape to look at; see its report (cryosim report), or "
                "run the case with dimension = 2 or 3"
            )
        result.grid.point_data["node"] = np.arange(result.grid.n_points)
        tissue = cls(result)
        tissue.check()
        return tissue

    @property
    def times(self) -> Floats:
        """Times (s) of the fields."""
        return self.result.times

    @property
    def layers(self) -> tuple[Layer, ...]:
        """From the skin down."""
        return self.result.layers

    @property
    def fields(self) -> tuple[FieldKind, ...]:
        """The fields that the run kept, temperature first."""
        return tuple(kind for name, kind in FIELD_KINDS.items() if name in self.result.field_names)

    @property
    def flat(self) -> bool:
        """Whether the run is two-dimensional."""
        return self.result.dimension == 2

    @cached_property
    def scale(self) -> Scale:
        """Colours of temperature for every time of the run."""
        return scale_of(self.result, self.result.coldest_step())

    @property
    def axes(self) -> tuple[str, str, str]:
        """What the coordinates are called; empty where there is no such axis."""
        return self._shape(self.result.coldest_step()).names

    @cached_property
    def has_applicators(self) -> bool:
        """Whether there are applicators to be switched off."""
        return bool(cups_of(self.result)) or bool(self._shape(self._rest).footprints)

    @cached_property
    def thinning(self) -> Thinning | None:
        """The fat layer in the months after; None where the run has no table of its thickness."""
        return Thinning.of(self.result)

    def shade(self, name: str) -> Shade:
        """Colours of field ``name`` for every time of the run."""
        if name not in self._shades:
            self._shades[name] = (
                shades.of_temperature(self.scale)
                if name == "temperature"
                else shades.of_fraction(self.result, name)
            )
        return self._shades[name]

    @cached_property
    def loss_shade(self) -> Shade:
        """Colours of the loss of thickness for every day."""
        return shades.of_loss(self.thinning.most if self.thinning is not None else 0.0)

    def opening(self) -> Choice:
        """What is seen first: the end of cooling, cut open, with the run's threshold."""
        cut = Cut.none if self.flat else Cut.quarter
        return Choice(self.result.coldest_step(), self.result.threshold, cut=cut)

    def cuts(self) -> tuple[Cut, ...]:
        """The cuts that make sense; a section has none."""
        return () if self.flat else tuple(Cut)

    def days(self) -> tuple[int, ...]:
        """Days after the last session on which the fat layer can be seen; none without a table."""
        return self.thinning.days if self.thinning is not None else ()

    def threshold_range(self) -> tuple[float, float]:
        """Lowest and highest temperature (degC) of the isosurface that can be asked for."""
        return self.scale.low, self.scale.high

    def shape(self, step: int) -> str:
        """Name of the shape in which the tissue stands at ``times[step]``."""
        return shape_of(self.result.phase(step)) if self.result.drawing(step) else AT_REST

    def nodal(self, name: str, step: int) -> npt.NDArray[np.float32]:
        """Nodal values of field ``name`` at ``times[step]``; the last 256 MB read are kept."""
        return self._kept.nodal(name, step)

    def bounds(self) -> Floats:
        """Low and high corner (mm) of all that is ever shown: tissue in each shape, and cups."""
        return self._bounds

    def sheets(self, step: int, cut: Cut, at: float) -> tuple[Sheet, ...]:
        """Surfaces at ``times[step]``; the same ones while shape and cut stay."""
        return self._opened(step, cut, at).sheets

    def front(
        self, step: int, threshold: float, cut: Cut, at: float,
        hidden: frozenset[str] = frozenset(),
    ) -> pv.PolyData:  # fmt: skip
        """Triangles where it is ``threshold`` (degC), with the point array ``layer`` (index).

        Only what is not inside tissue that is shown: the part in what the cut takes out, or all
        of it with layers ``hidden``, whose own part is left out.  Empty in a section, see
        `isoline`.
        """
        if self.flat:
            return pv.PolyData()
        shape = self._shape(step)
        body = shape.body
        off = [k.index for k in self.layers if k.name in hidden]
        values = self.nodal("temperature", step)[body.node].astype(float)
        opening = None if off else self._opened(step, cut, at).opening
        return front_of(body.without(off), shape.points, values, threshold, opening)

    def isoline(self, step: int, threshold: float, sheets: Sequence[Sheet]) -> Line:
        """Where it is ``threshold`` (degC) on ``sheets``."""
        return isoline(list(sheets), self.nodal("temperature", step).astype(float), threshold)

    def lines(self, step: int, cut: Cut, at: float) -> tuple[Line, ...]:
        """Rims of layers (``rims LAYER``) and of what applicators touch (``touched NAME``)."""
        opened, shape = self._opened(step, cut, at), self._shape(step)
        return (*opened.rims, *(kept(line, opened.opening) for line in shape.footprints))

    def walls(self, step: int, cut: Cut, at: float = 0.5) -> tuple[tuple[str, pv.PolyData], ...]:
        """Walls of the cups that draw, by name; none in a section, see `cut_walls`."""
        shape = self._shape(step)
        if self.flat:
            return ()
        return walls_of(shape.cups, self._opened(step, cut, at).opening)

    def cut_walls(
        self, step: int, cut: Cut, at: float = 0.5
    ) -> tuple[tuple[str, pv.PolyData], ...]:
        """Walls of the cups where they are cut through the middle, by name."""
        opening = self._opened(step, cut, at).opening
        return cut_outlines(self._shape(step).cups, opening, flat=self.flat)

    def placed(self, step: int) -> Placement:
        """The tissue upright as it stands at ``times[step]``."""
        return place(self.result, step)

    @cached_property
    def places(self) -> Floats:
        """Where the nodes of the run are at rest (mm)."""
        return np.asarray(self.result.grid.points, dtype=float)

    def points(self, step: int) -> Floats:
        """Where the nodes of the run stand at ``times[step]``, as they are shown (mm)."""
        shape = self._shape(step)
        points = np.empty_like(self.places)
        points[shape.body.node[::-1]] = shape.points[::-1]  # of mirror images the first counts
        return points

    def course(self, name: str, nodes: Integers) -> Floats:
        """Values of field ``name`` at ``nodes`` at every time, shape (times, nodes).

        Kept by node: about 1 kB for each with 100 times.
        """
        return self._kept.course(name, nodes)

    def check(self) -> None:
        """Raise `CaseError` if the folder holds another run than when it was opened."""
        self._kept.stamp.hold()

    @cached_property
    def _kept(self) -> Kept:
        return Kept(self.result)

    @cached_property
    def volumes(self) -> Volumes:
        """What the cells of each layer hold at rest."""
        return Volumes.of(self.result.grid, self.result.cell_type, len(self.layers))

    @property
    def depth(self) -> Floats:
        """Depth (mm) of the nodes of the run below the skin."""
        return np.asarray(self.result.grid.point_data["depth"], dtype=float)

    def at_rest(self, cut: Cut, at: float) -> Opened:
        """The tissue as it is outside of cups, cut open."""
        if AT_REST not in self._steps and AT_REST not in self._shapes:  # drawn all the time
            self._shapes[AT_REST] = replace(
                self._shape(0), points=self.places, footprints=(), cups=(), _opened=OrderedDict()
            )
        shape = self._shapes.get(AT_REST) or self._shape(self._rest)
        return shape.opened(self.layers, cut, at)

    @property
    def body(self) -> Body:
        """The cells that are shown, the same at every time."""
        return self._shape(self.result.coldest_step()).body

    @cached_property
    def _steps(self) -> dict[str, int]:
        """The first step in each shape, by its name."""
        first: dict[str, int] = {}
        for step in range(len(self.times)):
            first.setdefault(self.shape(step), step)
        return first

    @cached_property
    def _rest(self) -> int:
        """A step at which nothing is drawn, if there is one."""
        return self._steps.get(AT_REST, 0)

    @cached_property
    def _bounds(self) -> Floats:
        shape = self._shape(self.result.coldest_step())
        cups = cups_of(self.result)
        standing = self._standing if cups else [shape.points]
        corners = [shape.body.bounds(points) for points in standing]
        if not self.flat:
            corners += [np.reshape(wall.bounds, (3, 2)).T for _, wall in walls_of(cups)]
        return np.array([np.min(corners, axis=0)[0], np.max(corners, axis=0)[1]])

    def _opened(self, step: int, cut: Cut, at: float) -> Opened:
        return self._shape(step).opened(self.layers, cut, at)

    def _body(self, placed: Placement) -> Body:
        if self.flat:
            return Body.whole(placed.grid)
        here = [np.asarray(placed.grid.points, dtype=float)]
        return Body.of(placed, self._standing if placed.around else here)

    @cached_property
    def _standing(self) -> list[Floats]:
        """Where the nodes of a block are in every shape."""
        steps = self._steps.values()
        return [np.asarray(self.result.standing(step).points, dtype=float) for step in steps]

    def _shape(self, step: int) -> Shape:
        name = self.shape(step)
        if name not in self._shapes:
            placed = flat_placement(self.result, step) if self.flat else self.placed(step)
            body = next((s.body for s in self._shapes.values()), None) or self._body(placed)
            touched = [(name, rim) for name, rim in placed.pads]
            touched += [(cup.name, skin) for cup, skin in placed.cups]
            self._shapes[name] = Shape(
                body, np.asarray(placed.grid.points, dtype=float), placed.centre,
                tuple(outline(f"touched {who}", rim) for who, rim in touched if rim.n_cells),
                tuple(cup for cup, _ in placed.cups), names=placed.names, flat=self.flat,
            )  # fmt: skip
        return self._shapes[name]
