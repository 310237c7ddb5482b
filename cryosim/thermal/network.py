r"""The heat balance as a network: nodes that store heat, links that conduct it.

Finite elements with vertex quadrature give, for each tissue :math:`m`, a lumped volume
:math:`V_{im}` of every node and a symmetric conduction matrix :math:`K^m_{ij}` with zero row sums.
With the conductivity integral :math:`\Theta_m(T) = \int k_m dT` the heat conducted into node
:math:`i` is :math:`-\sum_m \sum_j K^m_{ij} \Theta_m(T_j)`: linear in :math:`\Theta`, conservative
to rounding, and of second order for a conductivity that depends on temperature.  So the network is
one sparse matrix whose columns are node temperatures (tissues of constant conductivity, folded
into the entries) followed by conductivity integrals (the others).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from cryosim.physics.tables import (
    ENTHALPY,
    HEAT_FLOW,
    PERFUSION,
    Tables,
    conducts_evenly,
)
from cryosim.physics.tissue import Tissue

Values = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Network(NamedTuple):
    """Arrays of the network, for the kernels; rows are owned nodes, columns are potentials.

    A *slot* is a pair (node, tissue present there); slots of node ``i`` are
    ``slot_start[i]:slot_start[i + 1]``.  The vector of potentials holds the temperature of all
    nodes (owned, then ghosts; K), then the conductivity integrals (W/m).
    """

    row_start: npt.NDArray[np.uint32]
    column: npt.NDArray[np.uint32]
    conduction: Values
    """Matrix entries (W/K or, in columns of conductivity integrals, m)."""
    slot_start: npt.NDArray[np.int32]
    slot_tissue: npt.NDArray[np.uint8]
    slot_volume: Values
    """Volume of the tissue at the node (m^3)."""
    slot_potential: Indices
    """Place of the conductivity integral among the potentials, or -1."""
    ghost_node: Indices
    """Ghosts that need a conductivity integral, its tissue and its place."""
    ghost_tissue: npt.NDArray[np.uint8]
    ghost_potential: Indices
    held: npt.NDArray[np.int8]
    """0 for a free node, else 1 + index of the surface that holds its temperature."""
    n_potentials: int
    varying: bool
    """Whether there are conductivity integrals at all."""


@dataclass(frozen=True)
class TissueStencil:
    """Conduction (per unit conductivity, m) and volume of one tissue on this rank's nodes.

    ``row`` are owned nodes, ``column`` owned nodes or ghosts (from ``n_owned`` on); ``volume``
    (m^3) has one entry for each owned node.
    """

    row: Indices
    column: Indices
    value: Values
    volume: Values


@dataclass(frozen=True)
class Surface:
    """Owned nodes of a part of the boundary, and the area that each one stands for (m^2)."""

    name: str
    node: Indices
    area: Values


def build(
    stencils: Sequence[TissueStencil],
    tissues: Sequence[Tissue],
    n_ghosts: int,
    held: npt.NDArray[np.int8],
) -> Network:
    """Network of ``tissues`` with one stencil each; ``held`` has one entry per owned node."""
    n_owned = held.size
    n_nodes = n_owned + n_ghosts
    varying = [m for m, tissue in enumerate(tissues) if not conducts_evenly(tissue)]
    place = _places_of_integrals([stencils[m] for m in varying], n_nodes)
    columns, values = [], []
    for m, (stencil, tissue) in enumerate(zip(stencils, tissues, strict=True)):
        if m in varying:
            columns.append(place[varying.index(m), stencil.column])
            values.append(stencil.value)
        else:
            columns.append(stencil.column)
            values.append(stencil.value * tissue.conductivity)
    n_potentials = int(place.max(initial=n_nodes - 1)) + 1
    rows = np.concatenate([s.row for s in stencils])
    entries = (np.concatenate(values), (rows, np.concatenate(columns)))
    matrix = sp.coo_array(entries, shape=(n_owned, n_potentials)).tocsr()
    matrix.sum_duplicates()
    return Network(
        matrix.indptr.astype(np.uint32),
        matrix.indices.astype(np.uint32),
        matrix.data,
        *_slots(stencils, place, varying, n_owned),
        *_ghosts(place, varying, n_owned),
        held=held,
        n_potentials=n_potentials,
        varying=bool(varying),
    )


def _places_of_integrals(stencils: Sequence[TissueStencil], n_nodes: int) -> Indices:
    """Place of each (varying tissue, node) among the potentials, -1 where there is none."""
    place = np.full((len(stencils), n_nodes), -1, dtype=np.int64)
    next_place = n_nodes
    for v, stencil in enumerate(stencils):
        present = np.zeros(n_nodes, dtype=bool)
        present[stencil.column] = True
        present[: stencil.volume.size] |= stencil.volume > 0.0
        nodes = np.flatnonzero(present)
        place[v, nodes] = next_place + np.arange(nodes.size)
        next_place += nodes.size
    return place


def _slots(
    stencils: Sequence[TissueStencil], place: Indices, varying: list[int], n_owned: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], Values, Indices]:
    """Slots of all owned nodes, ordered by node and then tissue."""
    volume = np.stack([s.volume for s in stencils], axis=1)
    node, tissue = np.nonzero(volume > 0.0)
    start = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=n_owned))])
    potential = np.full(node.size, -1, dtype=np.int64)
    for v, m in enumerate(varying):
        of_m = tissue == m
        potential[of_m] = place[v, node[of_m]]
    return start.astype(np.int32), tissue.astype(np.uint8), volume[node, tissue], potential


def _ghosts(
    place: Indices, varying: list[int], n_owned: int
) -> tuple[Indices, npt.NDArray[np.uint8], Indices]:
    """Ghosts with a conductivity integral."""
    v, ghost = np.nonzero(place[:, n_owned:] >= 0)
    tissue = np.array(varying, dtype=np.uint8)[v] if varying else np.empty(0, np.uint8)
    return ghost + n_owned, tissue, place[v, ghost + n_owned]


def node_of_potential(net: Network) -> Indices:
    """Local node (owned, then ghosts) of every potential."""
    node = np.arange(net.n_potentials)
    has_integral = net.slot_potential >= 0
    node[net.slot_potential[has_integral]] = node_of_slot(net)[has_integral]
    node[net.ghost_potential] = net.ghost_node
    return node


def conductivity_of_potential(net: Network, tables: Tables, x: Values) -> Values:
    """Derivative of every potential with temperature, at the potentials ``x``: 1 or W/m/K."""
    node = node_of_potential(net)
    interval = np.searchsorted(tables.temperature, x[node], side="right") - 1
    interval = np.clip(interval, 0, tables.temperature.size - 2)
    k = np.ones(net.n_potentials)
    has_integral = net.slot_potential >= 0
    for places, tissue in (
        (net.slot_potential[has_integral], net.slot_tissue[has_integral]),
        (net.ghost_potential, net.ghost_tissue),
    ):
        k[places] = tables.curve[tissue, interval[places], HEAT_FLOW + 1]
    return k


def node_of_slot(net: Network) -> Indices:
    """Owned node of every slot."""
    counts = net.slot_start[1:] - net.slot_start[:-1]
    return np.repeat(np.arange(net.held.size), counts)


def row_of_entry(net: Network) -> Indices:
    """Row of every entry of the conduction matrix."""
    counts = (net.row_start[1:] - net.row_start[:-1]).astype(np.int64)
    return np.repeat(np.arange(net.held.size), counts)


def apparent_capacity(net: Network, tables: Tables, T: Values) -> Values:
    """Heat capacity (J/K), latent heat included, of owned nodes at ``T`` (K)."""
    interval = ((T - tables.temperature[0]) * tables.per_kelvin).astype(np.int64)
    interval = np.clip(interval, 0, tables.temperature.size - 2)
    node = node_of_slot(net)
    slope = tables.curve[net.slot_tissue, interval[node], ENTHALPY + 1]
    return np.bincount(node, net.slot_volume * slope, net.held.size)


def spectral_bound(net: Network, tables: Tables, film: Values, perfusion: float = 1.0) -> float:
    """Bound of the spectral radius (1/s) at any temperature, by Gershgorin's circles.

    ``film`` (W/K) is the conductance of the surroundings at each owned node, ``perfusion`` the
    largest factor on perfusion.  The largest conductivity and the smallest apparent heat capacity
    of each tissue are taken, whatever their temperatures.  Local to this rank.
    """
    n, m, curve = net.held.size, net.slot_tissue, tables.curve
    capacity = np.bincount(
        node_of_slot(net), net.slot_volume * curve[:, :, ENTHALPY + 1].min(axis=1)[m], n
    )
    exchange = film + np.bincount(
        node_of_slot(net), net.slot_volume * perfusion * curve[:, :, PERFUSION].max(axis=1)[m], n
    )
    conductivity = curve[:, :, HEAT_FLOW + 1].max(axis=1)
    k = np.ones(net.n_potentials)
    has_integral = net.slot_potential >= 0
    k[net.slot_potential[has_integral]] = conductivity[m[has_integral]]
    k[net.ghost_potential] = conductivity[net.ghost_tissue]
    flow = np.bincount(row_of_entry(net), np.abs(net.conduction) * k[net.column], n)
    free = net.held == 0
    return float(((flow + exchange)[free] / capacity[free]).max(initial=0.0))
