"""The tissue in a plane: triangles with temperature and layer, ready to be drawn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.tri import LinearTriInterpolator, Triangulation

from cryosim.view.placement import applicator_facets, place
from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_ENOUGH = 40_000
"""Triangles that make a smooth picture; quadrilaterals of a coarser mesh are subdivided."""


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
    footprint: Floats
    """Line pieces (mm) where the applicator touches the skin, shape (n, 2, 2)."""
    names: tuple[str, str]
    """What the axes are called."""
    edges: Floats
    """Edges of the cells (mm), shape (n, 2, 2)."""

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

    def crossings(
        self, start: tuple[float, float], end: tuple[float, float], levels: list[float]
    ) -> dict[float, tuple[float, float]]:
        """Where the line from ``start`` to ``end`` (mm) first meets each isotherm (degC)."""
        s = np.linspace(0.0, 1.0, 400)
        x, y = (a + s * (b - a) for a, b in zip(start, end, strict=True))
        T = LinearTriInterpolator(self.triangulation(), self.temperature)(x, y).filled(np.nan)
        found = {}
        for level in levels:
            hits = np.flatnonzero((T[:-1] - level) * (T[1:] - level) <= 0.0)
            if hits.size:
                found[level] = (float(x[hits[0]]), float(y[hits[0]]))
        return found


def section_of(result: Result, step: int) -> Section:
    """The mesh itself in two dimensions; in three a cut through the applicator's centre."""
    temperature = result.field("temperature", step)
    if result.dimension == 2:
        return _flat(result, temperature)
    if result.dimension == 3:
        return _cut(result, temperature)
    raise ValueError("a line has no section")


def _flat(result: Result, temperature: Floats) -> Section:
    grid = result.grid
    surface = pv.PolyData(np.array(grid.points), faces=grid.cells)
    surface.cell_data["layer"] = grid.cell_data["layer"]
    surface.point_data["temperature"] = temperature
    footprint = np.asarray(grid.points)[applicator_facets(result)][..., :2]
    return _section(surface, np.zeros(3), [0, 1], footprint.reshape(-1, 2, 2), ("x [mm]", "z [mm]"))


def _cut(result: Result, temperature: Floats) -> Section:
    placed = place(result, temperature)
    # Beside the centre by a hair: a plane in which faces of cells lie would be cut twice.
    beside = placed.centre + 1e-5 * placed.grid.length * np.array([0.0, 1.0, 0.0])
    surface = placed.grid.slice(normal=(0.0, 1.0, 0.0), origin=beside)
    owner = "block" if placed.footprint is None else "applicator"
    names = (f"distance from the {owner}'s centre [mm]", "depth below the skin [mm]")
    origin, footprint = placed.centre.copy(), np.empty((0, 2, 2))
    if placed.footprint is not None:
        line = placed.footprint.slice(normal=(0.0, 1.0, 0.0), origin=beside)
        ends = line.lines.reshape(-1, 3)[:, 1:]
        points = np.asarray(line.points, dtype=float)
        origin[2] = _height(points, origin[0])
        footprint = (points - origin)[ends][..., [0, 2]]
    if not placed.flat:
        names = (names[0], "depth below the skin at the applicator's centre [mm]")
    return _section(surface, origin, [0, 2], footprint, names)


def _height(points: Floats, at: float) -> float:
    """Height (mm) of the line through ``points`` over ``at`` (mm)."""
    order = np.argsort(points[:, 0])
    return float(np.interp(at, points[order, 0], points[order, 2]))


def _section(
    surface: pv.PolyData,
    origin: Floats,
    plane: list[int],
    footprint: Floats,
    names: tuple[str, str],
) -> Section:
    points = np.asarray(surface.points, dtype=float) - origin
    nodes = np.column_stack([points[:, plane], surface.point_data["temperature"]])
    layer = np.asarray(surface.cell_data["layer"], dtype=np.int64)
    nodes, triangles, layer, sides = _triangles(surface, nodes, layer)
    (ax, ay), (bx, by) = (
        (nodes[triangles[:, k], :2] - nodes[triangles[:, 0], :2]).T for k in (1, 2)
    )
    area = np.abs(ax * by - ay * bx)
    solid = area > 1e-9 * area.max()
    edges = nodes[np.unique(np.sort(sides, axis=1), axis=0), :2]
    across, up, temperature = nodes.T
    return Section(across, up, temperature, triangles[solid], layer[solid], footprint, names, edges)


def _triangles(
    surface: pv.PolyData, nodes: Floats, layer: Integers
) -> tuple[Floats, Integers, Integers, Integers]:
    """Nodes, triangles, their layers and the sides of the polygons of ``surface``.

    Where all are quadrilaterals they are subdivided as their bilinear interpolation has it: two
    bare triangles would draw teeth into the isotherms of long cells.
    """
    faces, offset = surface.GetPolys(), pv.convert_array(surface.GetPolys().GetOffsetsArray())
    joined = pv.convert_array(faces.GetConnectivityArray())
    size = np.diff(offset)
    found, owners, sides, total = [], [], [], [nodes]
    count = len(nodes)
    for n in np.unique(size):
        which = np.flatnonzero(size == n)
        loops = joined[offset[which][:, None] + np.arange(n)]
        sides.append(np.stack([loops, np.roll(loops, -1, axis=1)], axis=-1).reshape(-1, 2))
        if n == 4 and len(loops) == len(size):
            fine, new = _subdivided(nodes, loops, count)
            total.append(new)
            count += len(new)
        else:
            fine = np.concatenate([loops[:, [0, k, k + 1]] for k in range(1, n - 1)])
        found.append(fine)
        owners.append(np.tile(layer[which], len(fine) // len(which)))
    return np.concatenate(total), np.concatenate(found), np.concatenate(owners), np.vstack(sides)


def _subdivided(nodes: Floats, loops: Integers, first: int) -> tuple[Integers, Floats]:
    """Triangles and nodes of quadrilaterals cut into n by n; new nodes count from ``first``."""
    n = int(np.clip(np.sqrt(_ENOUGH / (2 * len(loops))), 1, 6))
    s = np.linspace(0.0, 1.0, n + 1)
    u, v = (a.ravel() for a in np.meshgrid(s, s, indexing="ij"))
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    new = np.einsum("pk,mkd->pmd", weights, nodes[loops]).reshape(-1, nodes.shape[1])
    rows, inverse = _merged(new)
    at = (first + inverse.reshape(len(u), len(loops))).astype(np.int64)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    a, b, c, d = (at[k] for k in (i * (n + 1) + j, (i + 1) * (n + 1) + j,
                                  (i + 1) * (n + 1) + j + 1, i * (n + 1) + j + 1))  # fmt: skip
    fine = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    return fine, rows


def _merged(points: Floats) -> tuple[Floats, Integers]:
    """Nodes that coincide in the plane made one, so that neighbours share their sides."""
    grain = 1e-7 * np.ptp(points[:, :2], axis=0).max()
    keys = np.rint(points[:, :2] / grain).astype(np.int64)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return points[first], inverse.ravel()
