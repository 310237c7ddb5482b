"""The tissue in a plane: triangles with temperature and layer, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.tri import LinearTriInterpolator, Triangulation

from cryosim.view.cups import Cup, cups_of, touched_by
from cryosim.view.pads import pads_of
from cryosim.view.placement import place
from cryosim.view.refine import refined
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bar:
    """An applicator seen from its edge."""

    name: str
    line: Floats
    """Where it touches the skin (mm), from end to end, shape (n, 2)."""
    outward: Floats
    """Unit vectors away from the tissue, shape (n, 2)."""

    @property
    def length(self) -> float:
        """Along the skin (mm)."""
        return float(np.linalg.norm(np.diff(self.line, axis=0), axis=1).sum())

    @property
    def away(self) -> Floats:
        """Unit vector away from the tissue in the middle."""
        return np.asarray(self.outward[len(self.outward) // 2])


@dataclass(frozen=True)
class CupCut:
    """A cup in the plane, and the skin that touches its wall."""

    cup: Cup
    outline: Floats
    """Closed line (mm) round its wall, shape (n, 2)."""
    contact: Floats
    """Pieces (mm) of the skin that touch it, shape (n, 2, 2)."""

    @property
    def touching(self) -> float:
        """Length (mm) of the skin that touches the wall."""
        return float(np.linalg.norm(self.contact[:, 1] - self.contact[:, 0], axis=1).sum())


@dataclass(frozen=True)
class Section:
    """A plane through the tissue, the skin at the top."""

    across: Floats
    """Horizontal coordinate of the nodes (mm), zero at the applicator's centre in a cut."""
    up: Floats
    """Vertical coordinate of the nodes (mm), zero at the skin under the applicator's centre."""
    temperature: Floats
    """Of the nodes (degC)."""
    triangles: Integers
    layer: Integers
    """Of the triangles."""
    bars: tuple[Bar, ...]
    """The applicators that are met, the one on top first."""
    names: tuple[str, str]
    """What the axes are called."""
    edges: Floats
    """Edges of the cells (mm), shape (n, 2, 2)."""
    owner: str = "the block"
    """Whose centre the plane goes through."""
    mirrored: bool = False
    """Whether the mesh holds but a part of what is shown."""
    cups: tuple[CupCut, ...] = ()
    """The cups that draw tissue in."""

    @property
    def top(self) -> float:
        """Height (mm) of the tissue and the cups."""
        return max([float(self.up.max()), *(float(c.outline[:, 1].max()) for c in self.cups)])

    @property
    def middle(self) -> float | None:
        """Where (mm) the first cup or applicator is; None without one."""
        if self.cups:
            return float(np.mean([*self.cups[0].outline[:, 0]]))
        return float(self.footprint[:, 0].mean()) if self.bars else None

    @property
    def footprint(self) -> Floats:
        """Where the first applicator touches the skin (mm), shape (n, 2); empty without one."""
        return self.bars[0].line if self.bars else np.empty((0, 2))

    def triangulation(self, layer: int | None = None) -> Triangulation:
        """All triangles, or those of one layer."""
        chosen = self.triangles if layer is None else self.triangles[self.layer == layer]
        return Triangulation(self.across, self.up, chosen)

    def coldest(self, layer: int) -> float:
        """Lowest temperature (degC) of ``layer`` in the plane; infinite if it is not cut."""
        nodes = self.triangles[self.layer == layer]
        return float(self.temperature[nodes].min()) if nodes.size else float("inf")

    def boundaries(self) -> Floats:
        """Line pieces (mm) between layers and around the tissue, shape (n, 2, 2)."""
        sides = np.sort(self.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        layer = np.repeat(self.layer, 3)
        _, first, inverse, count = np.unique(
            sides, axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        low = np.full(len(first), np.iinfo(np.int64).max)
        high = np.full(len(first), -1)
        np.minimum.at(low, inverse.ravel(), layer)
        np.maximum.at(high, inverse.ravel(), layer)
        pieces = sides[first[(count == 1) | (low != high)]]
        return np.stack([self.across[pieces], self.up[pieces]], axis=2)

    def column(self, at: float) -> dict[int, tuple[float, float]]:
        """Top and bottom (mm) of each layer met on the vertical line ``at`` (mm)."""
        x = self.across[self.triangles]
        hit = (x.min(axis=1) <= at) & (x.max(axis=1) >= at)
        found = {}
        for index in np.unique(self.layer[hit]):
            up = self.up[self.triangles[hit & (self.layer == index)]]
            found[int(index)] = (float(up.max()), float(up.min()))
        return found

    def column_ends(self, at: float) -> tuple[float, float]:
        """Top and bottom (mm) of the tissue on the vertical line ``at`` (mm)."""
        ends = np.array(list(self.column(at).values()))
        return float(ends.max()), float(ends.min())

    def crossings(
        self,
        ways: Sequence[tuple[tuple[float, float], tuple[float, float]]],
        levels: Sequence[float],
    ) -> dict[float, tuple[float, float]]:
        """Where the first of the lines ``ways`` (mm) that meets an isotherm (degC) first does."""
        at = LinearTriInterpolator(self.triangulation(), self.temperature)
        s = np.linspace(0.0, 1.0, 400)
        found: dict[float, tuple[float, float]] = {}
        for start, end in ways:
            x, y = (a + s * (b - a) for a, b in zip(start, end, strict=True))
            T = at(x, y).filled(np.nan)
            for level in levels:
                hits = np.flatnonzero((T[:-1] - level) * (T[1:] - level) <= 0.0)
                if hits.size and level not in found:
                    found[level] = (float(x[hits[0]]), float(y[hits[0]]))
        return found


def section_of(result: Result, step: int, axis: int = 0) -> Section:
    """The mesh itself in two dimensions; in three a cut through the applicator's centre.

    The cut goes along ``axis`` (0 or 1); tissue stands as it does at ``times[step]``.
    """
    if result.dimension == 2:
        return _flat(result, step)
    if result.dimension == 3:
        return _cut(result, step, axis)
    raise ValueError("a line has no section")


def _flat(result: Result, step: int) -> Section:
    grid = result.standing(step)
    surface = pv.PolyData(np.array(grid.points), faces=grid.cells)
    surface.cell_data["layer"] = grid.cell_data["layer"]
    surface.point_data["temperature"] = result.field("temperature", step)
    middle = np.asarray(grid.center)[:2]
    lines = [(pad.name, np.asarray(grid.points)[pad.facets.ravel(), :2]) for pad in pads_of(result)]
    bars = tuple(_bar(name, points, middle) for name, points in lines)
    section = _section(surface, np.zeros(3), [0, 1], bars, ("x [mm]", "z [mm]"))
    points = np.asarray(grid.points, dtype=float)[:, :2]
    cups = [
        CupCut(cup, cup.outline(0), points[touched_by(result, cup)])
        for cup in cups_of(result, step)
    ]
    return replace(section, cups=tuple(cups))


def _cut(result: Result, step: int, axis: int) -> Section:
    placed = place(result, step)
    # Beside the centre by a hair: a plane in which faces of cells lie would be cut twice.
    normal = np.eye(3)[1 - axis]
    beside = placed.centre + 1e-5 * placed.grid.length * normal
    surface = placed.grid.slice(normal=normal, origin=beside)
    depth = f"depth below {result.skin}"
    names = (
        f"distance from the centre of {placed.owner} [mm]",
        f"{depth} [mm]" if placed.flat else f"{depth} at {placed.owner}'s centre [mm]",
    )
    origin, lines = placed.centre.copy(), []
    for name, footprint in placed.pads:
        line = footprint.slice(normal=normal, origin=beside)
        if line.n_cells:
            lines.append((name, np.asarray(line.points, dtype=float)))
    if placed.around:
        names = (f"{'xy'[axis]} from the cup's centre [mm]", "height above the skin at rest [mm]")
    elif lines:
        origin[2] = _height(lines[0][1], origin[axis])
    plane = [axis, 2]
    middle = (np.asarray(surface.center) - origin)[plane]
    bars = tuple(_bar(name, (points - origin)[:, plane], middle) for name, points in lines)
    section = _section(surface, origin, plane, bars, names)
    cups = tuple(
        CupCut(cup, cup.outline(axis) - origin[plane], _pieces(skin, normal, beside, origin, plane))
        for cup, skin in placed.cups
        if abs(cup.centre[1 - axis] - origin[1 - axis]) < cup.reach[1 - axis]
    )
    return replace(section, owner=placed.owner, mirrored=placed.mirrored, cups=cups)


def _pieces(
    skin: pv.PolyData, normal: Floats, beside: Floats, origin: Floats, plane: list[int]
) -> Floats:
    """Pieces (mm) in which ``skin`` is cut, shape (n, 2, 2)."""
    line = skin.slice(normal=normal, origin=beside)
    ends = line.lines.reshape(-1, 3)[:, 1:]
    return np.asarray((np.asarray(line.points, dtype=float) - origin)[ends][..., plane])


def _height(points: Floats, at: float) -> float:
    """Height (mm) of the line through ``points`` over ``at`` (mm)."""
    order = np.argsort(points[:, 0])
    return float(np.interp(at, points[order, 0], points[order, 2]))


def _bar(name: str, points: Floats, inside: Floats) -> Bar:
    """The applicator that touches ``points`` (mm) of tissue about the point ``inside``."""
    points = np.unique(np.round(points, 6), axis=0)
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    line = points[np.argsort(points @ axes[0])]
    along = np.gradient(line, axis=0)
    outward = np.stack([-along[:, 1], along[:, 0]], axis=1)
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    middle = len(line) // 2
    return Bar(name, line, outward if outward[middle] @ (line[middle] - inside) > 0 else -outward)


def _section(
    surface: pv.PolyData,
    origin: Floats,
    plane: list[int],
    bars: tuple[Bar, ...],
    names: tuple[str, str],
) -> Section:
    sides = surface.extract_all_edges().lines.reshape(-1, 3)[:, 1:]
    edges = (np.asarray(surface.points, dtype=float) - origin)[sides][..., plane]
    fine = refined(surface)
    points = np.asarray(fine.points, dtype=float) - origin
    across, up = points[:, plane].T
    triangles = np.asarray(fine.regular_faces, dtype=np.int64)
    a, b, c = points[:, plane][triangles].transpose(1, 0, 2)
    (ax, ay), (bx, by) = (b - a).T, (c - a).T
    area = np.abs(ax * by - ay * bx)
    solid = area > 1e-9 * area.max()
    layer = np.asarray(fine.cell_data["layer"], dtype=np.int64)
    temperature = np.asarray(fine.point_data["temperature"], dtype=float)
    return Section(across, up, temperature, triangles[solid], layer[solid], bars, names, edges)
