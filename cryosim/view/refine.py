"""Surfaces of quadrilaterals cut finer, as their bilinear interpolation has it.

Two bare triangles for each quadrilateral would draw teeth into the isotherms of long cells.
"""

import numpy as np
import numpy.typing as npt
import pyvista as pv

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_ENOUGH = 40_000
"""Triangles that make a smooth picture; quadrilaterals of a coarser mesh are subdivided."""


def refined(surface: pv.PolyData) -> pv.PolyData:
    """``surface`` in triangles, with its point data interpolated and the cell data ``layer``.

    Quadrilaterals are subdivided where all faces are such; other faces are only cut in triangles.
    """
    offset = pv.convert_array(surface.GetPolys().GetOffsetsArray())
    if not surface.n_cells or set(np.diff(offset).tolist()) != {4}:
        triangles: pv.PolyData = surface.triangulate()
        return triangles
    loops = pv.convert_array(surface.GetPolys().GetConnectivityArray()).reshape(-1, 4)
    names = list(surface.point_data)
    nodes = np.column_stack([surface.points, *(surface.point_data[name] for name in names)])
    corners, values = _subdivided(nodes.astype(float), loops)
    fine = pv.PolyData.from_regular_faces(values[:, :3], corners)
    for column, name in enumerate(names):
        fine.point_data[name] = values[:, 3 + column]
    layer = np.asarray(surface.cell_data["layer"])
    fine.cell_data["layer"] = np.tile(layer, len(corners) // len(layer))
    return fine


def _subdivided(nodes: Floats, loops: Integers) -> tuple[Integers, Floats]:
    """Triangles and nodes (place, then values) of quadrilaterals cut into n by n."""
    n = int(np.clip(np.sqrt(_ENOUGH / (2 * len(loops))), 1, 6))
    s = np.linspace(0.0, 1.0, n + 1)
    u, v = (a.ravel() for a in np.meshgrid(s, s, indexing="ij"))
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    new = np.einsum("pk,mkd->pmd", weights, nodes[loops]).reshape(-1, nodes.shape[1])
    rows, inverse = _merged(new)
    at = inverse.reshape(len(u), len(loops)).astype(np.int64)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    a, b, c, d = (at[k] for k in (i * (n + 1) + j, (i + 1) * (n + 1) + j,
                                  (i + 1) * (n + 1) + j + 1, i * (n + 1) + j + 1))  # fmt: skip
    return np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3), rows


def _merged(nodes: Floats) -> tuple[Floats, Integers]:
    """Nodes that coincide made one, so that neighbours share their sides."""
    grain = 1e-7 * np.ptp(nodes[:, :3], axis=0).max()
    keys = np.rint(nodes[:, :3] / grain).astype(np.int64)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return nodes[first], inverse.ravel()
