"""The fat of a treatment node by node, on rank 0: what the months after are computed from."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cryosim.fem.export import node_gather
from cryosim.parallel import Gather
from cryosim.thermal.network import Indices, Values
from cryosim.treatment.cups import inside_each
from cryosim.treatment.geometry import volume_under_applicators
from cryosim.treatment.model import Frame, Treatment

_SAME_PLACE = 1e-9
"""Places along the skin (m) that differ by less belong to one column."""


@dataclass(frozen=True)
class Fat:
    """Nodes that hold lipid tissue, in input order."""

    state: Values
    """State of the injury law, (n_states, n)."""
    volume: Values
    """Volume (m^3) of lipid tissue at rest."""
    under: Values
    """Volume (m^3) under applicators, of what cups hold as drawn."""
    under_at_rest: Values
    """The same as it is at rest."""
    massaged: Values
    """Share of each node that was massaged (1); 0 where that killed nothing more."""
    column: Indices
    """Which of the columns below each node belongs to; empty for a mesh file."""
    place: Values
    """Place (m) of each column along the skin, (n_columns, dimension - 1)."""
    area: Values
    """Area (m^2) of each column; a width in a section, 1 in a column of tissue."""

    def under_applicators(self) -> Self:
        """The nodes with fat under applicators, without columns."""
        here = self.under > 0.0
        return replace(
            self, state=np.ascontiguousarray(self.state[:, here]), volume=self.volume[here],
            under=self.under[here], under_at_rest=self.under_at_rest[here],
            massaged=self.massaged[here], column=self.column[:0], place=self.place[:0],
            area=self.area[:0],
        )  # fmt: skip

    def over_columns(self, values: Values) -> Values:
        """Sums of the nodal ``values``, (..., n), over columns, (..., n_columns)."""
        n, rows = self.area.size, values.reshape(-1, values.shape[-1])
        sums = [np.bincount(self.column, row, minlength=n) for row in rows]
        return np.array(sums).reshape(*values.shape[:-1], n)


def fat_of(treatment: Treatment) -> Fat | None:
    """Fat of ``treatment`` on rank 0, None elsewhere or without any.  Collective."""
    frame, injury = treatment.frame, treatment.injury
    operators, comm = frame.operators, frame.operators.team.comm
    gather, lipid = node_gather(operators), Gather(comm, operators.input_node[injury.nodes])
    n = operators.n_mesh
    points = operators.space.tabulate_dof_coordinates()[:n]
    place = [gather(np.ascontiguousarray(points[:, k])) for k in range(3)]
    holds = np.zeros(n)
    holds[injury.nodes] = 1.0
    held = gather(holds)
    volume = gather(_lipid_volume(treatment))
    under = [_summed(frame, values) for values in (frame.under, _under_at_rest(frame))]
    state = [lipid(row) for row in injury.state]
    massaged = gather(_massaged(treatment))
    if held is None or volume is None or massaged is None or not held.any():
        return None
    here = held > 0.5
    alone = injury.law.without_massage(np.array(state))
    killed_more = (np.array(state) != alone).any(axis=0)
    where = np.column_stack(place)[here, : frame.domain.dimension - 1]  # type: ignore[arg-type]
    column, columns, area = _columns(where)
    if frame.loaded.case.mesh.file is not None:
        column, columns, area = np.empty(0, np.int64), where[:0], np.empty(0)
    return Fat(
        state=np.array(state), volume=volume[here], under=under[0][here],
        under_at_rest=under[1][here], massaged=massaged[here] * killed_more,
        column=column, place=columns, area=area,
    )  # fmt: skip


def _lipid_volume(treatment: Treatment) -> Values:
    """Volume (m^3) of lipid tissue of owned nodes at rest."""
    body = treatment.balance.body
    total = np.zeros(body.n_mesh)
    for tissue, stencil in zip(body.tissues, body.stencils, strict=True):
        if tissue.lipid is not None:
            total += stencil.volume
    return total


def _massaged(treatment: Treatment) -> Values:
    """Share of owned nodes that is massaged in some phase (1)."""
    total = np.zeros(treatment.balance.body.n_mesh)
    for phase in treatment.phases:
        if phase.massaged is not None:
            np.maximum(total, phase.massaged, out=total)
    return np.minimum(total, 1.0)  # a share of all is above it by rounding


def _under_at_rest(frame: Frame) -> Values:
    """Volume (m^3) of lipid tissue at rest under applicators at every local node."""
    samples = frame.samples
    return volume_under_applicators(
        frame.loaded, frame.domain, samples, inside_each(frame.draws), samples.volume
    )


def _summed(frame: Frame, local: Values) -> Values:
    """Sums of ``local`` values of all ranks by input node, on rank 0; empty elsewhere."""
    operators = frame.operators
    pieces = operators.team.comm.gather((operators.input_node, local))
    if pieces is None:
        return np.empty(0)
    keys, values = (np.concatenate(x) for x in zip(*pieces, strict=True))
    return np.bincount(keys, values)


def _columns(where: Values) -> tuple[Indices, Values, Values]:
    """Column of each place along the skin, places of the columns and their areas."""
    if where.shape[1] == 0:
        return np.zeros(len(where), np.int64), np.zeros((1, 0)), np.ones(1)
    number, width = [], []
    for x in where.T:
        _, first, at = np.unique(np.round(x / _SAME_PLACE), return_index=True, return_inverse=True)
        number.append(at)
        width.append(_shares(x[first]))
    index = np.ravel_multi_index(number, [w.size for w in width])
    used, first, column = np.unique(index, return_index=True, return_inverse=True)
    index_of = np.unravel_index(used, [w.size for w in width])
    area = np.asarray(np.prod([w[k] for w, k in zip(width, index_of, strict=True)], axis=0))
    return column.astype(np.int64), where[first], area


def _shares(planes: Values) -> Values:
    """Width (m) that belongs to each of the ``planes``: half of the cells on both sides."""
    half = 0.5 * np.diff(planes)
    return np.asarray(np.append(half, 0.0) + np.append(0.0, half))
