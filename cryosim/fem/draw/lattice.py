"""The lattice of a draw: where its planes lie, and what an unknown is at each of its points."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.case.grading import Grading
from cryosim.fem.draw.elastic import ElasticBody
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions

Values = npt.NDArray[np.float64]

_GROWTH = 1.2
"""Ratio of neighbouring cells outside the flange."""

_FLATTEST = 1.9
"""Cells are this much as tall as wide; drawing makes them taller."""

_FEWEST = 2
"""Fewest cells through a layer."""


def planes(thicknesses: Sequence[float], cup: Cup, options: DrawOptions) -> list[Values]:
    """Planes (m) of the cells along each axis of a half or quarter of the block."""
    size = options.cell_size(cup.gap)
    mouth = [cup.gap, cup.length][: 2 if options.kind == "quarter" else 1]
    lateral = [_across(width / 2.0, cup.lip + cup.rim, options.margin, size) for width in mouth]
    z = [np.zeros(1)]
    for thickness in thicknesses:
        n = max(_FEWEST, round(thickness / (_FLATTEST * size)))
        z.append(z[-1][-1] - thickness * np.arange(1, n + 1) / n)
    return [*lateral, np.concatenate(z)[::-1].copy()]


def _across(half: float, flange: float, margin: float, size: float) -> Values:
    """Even planes under mouth and flange, wider and wider ones beyond."""
    n = int(np.ceil((half + flange) / size + 1e-9))
    inner = n * size
    grading = Grading(finest=size, growth=_GROWTH, coarsest=margin)
    return np.concatenate(
        [np.linspace(0.0, inner, n + 1), grading.planes([inner, half + margin], [inner])[1:]]
    )


def node_axes(axes: Sequence[Values], degree: int) -> tuple[Values, ...]:
    """Coordinates of the nodes of displacement along each axis."""
    if degree == 1:
        return tuple(axes)
    return tuple(np.sort(np.concatenate([a, 0.5 * (a[1:] + a[:-1])])) for a in axes)


def displacement_on(axes: Sequence[Values], body: ElasticBody) -> Values:
    """Displacement of ``body`` at each point of the lattice of its nodes.  Collective."""
    n = body.V.dofmap.index_map.size_local
    x = body.V.tabulate_dof_coordinates()[:n]
    middles = [0.5 * (a[1:] + a[:-1]) for a in axes]
    place = tuple(np.searchsorted(m, x[:, k]) for k, m in enumerate(middles))
    mine = np.zeros((*(a.size for a in axes), body.dim))
    mine[place] = body.u.x.array[: n * body.dim].reshape(n, body.dim)
    whole = np.empty_like(mine)
    body.mesh.comm.Allreduce(mine, whole, MPI.SUM)
    return whole
