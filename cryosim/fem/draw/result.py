"""What a draw comes to: the state of a problem as a Drawn, whatever the partition."""

from collections.abc import Sequence

import numpy as np
from mpi4py import MPI

from cryosim.fem.draw.lattice import Values, displacement_on, node_axes
from cryosim.fem.draw.problem import KPA, MM, DrawProblem
from cryosim.fem.quality import shapes
from cryosim.shape.cavity import Cavity
from cryosim.shape.contact import Skin
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions
from cryosim.shape.drawn import Drawn

_COPIES = {"section": 2, "round": 1, "quarter": 4}
"""Kept parts that make the whole; a round part is integrated all around."""


def drawn(
    problem: DrawProblem,
    cells: Sequence[Values],
    thicknesses: Sequence[float],
    cup: Cup,
    options: DrawOptions,
) -> Drawn:
    """The present state of ``problem`` on the lattice with planes ``cells`` (m).  Collective."""
    axes = node_axes(cells, options.order)
    u = displacement_on([a / MM for a in axes], problem.body) * MM
    mouth = float(problem.mouth.x.array[0]) * MM
    place = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1) + u
    top = place[..., -1, :].copy()
    top[..., -1] -= mouth
    skin = Skin(axes[:-1], top, options.kind == "round")
    cavity = Cavity(cup, np)
    contact, area = skin.touching(cavity, options.contact_tolerance)
    swelling, volume = _volumes(problem, len(thicknesses), options)
    return Drawn(
        axes=axes,
        displacement=u,
        contact=contact,
        contact_pressure=skin.pressure(cavity, options.contact_stiffness),
        suction=float(problem.suction.value) * KPA,
        height=float(top[..., -1].max()),
        mouth=mouth,
        contact_area=area * _COPIES[options.kind],
        thickness=_thickness(thicknesses, axes[-1], place),
        volume=volume,
        swelling=swelling,
        shape=_worst_shape(place),
        round=options.kind == "round",
    )


def _thickness(rest: Sequence[float], z: Values, place: Values) -> Values:
    """Thickness at rest and now of each layer on the axis."""
    column = place[(0,) * (place.ndim - 2)][:, -1]
    depth = np.concatenate([[0.0], np.cumsum(rest)])
    return np.column_stack([rest, -np.diff(np.interp(-depth, z, column))])


def _volumes(
    problem: DrawProblem, n_layers: int, options: DrawOptions
) -> tuple[tuple[float, float], Values]:
    """Extremes of J of a cell, and volume at rest and now of each layer.  Collective."""
    body, comm = problem.body, problem.body.mesh.comm
    before, now = body.cell_volumes()
    layer = body.domain.layer[: before.size]
    unit = MM ** (2 if options.kind == "section" else 3) * _COPIES[options.kind]
    sums = [np.bincount(layer, weights=v, minlength=n_layers) for v in (before, now)]
    volume = comm.allreduce(np.column_stack(sums), MPI.SUM) * unit
    ratio = now / before
    low = comm.allreduce(float(ratio.min(initial=np.inf)), MPI.MIN)
    high = comm.allreduce(float(ratio.max(initial=0.0)), MPI.MAX)
    return (low, high), volume


def _worst_shape(place: Values) -> float:
    """Smallest scaled Jacobian between the drawn points of the lattice."""
    dim, cells = place.ndim - 1, []
    for corner in range(2**dim):
        ends = [(corner >> axis) & 1 for axis in range(dim)]
        cut = tuple(slice(1, None) if end else slice(None, -1) for end in ends)
        cells.append(place[cut].reshape(-1, dim))
    kind = "quadrilateral" if dim == 2 else "hexahedron"
    return float(shapes(np.stack(cells, axis=1), kind).min())
