"""A gel pad with heat capacity on a surface: one short column of nodes on each surface node.

Conduction along a pad of 1 to 2 mm is negligible against conduction through it, so each surface
node carries its own column.  The pad needs no mesh, can lie on any surface, and can be put on and
taken off; the node it shares with the skin holds half a cell of gel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cryosim.thermal.network import Indices, Surface, TissueStencil, Values


@dataclass(frozen=True)
class Pad:
    """Gel (index of its tissue) of a ``thickness`` (m), put on at ``temperature`` (K)."""

    tissue: int
    thickness: float
    temperature: float
    cells: int = 10


@dataclass(frozen=True)
class PaddedStencils:
    """Stencils with pad nodes appended to the owned nodes, and where the pads lie."""

    stencils: list[TissueStencil]
    n_owned: int
    outer: dict[int, Surface]
    """Surface index -> its outer side, on pad nodes."""
    volume: dict[int, Values]
    """Surface index -> gel volume (m^3) at every owned node."""


def put_on(
    stencils: Sequence[TissueStencil], surfaces: Sequence[Surface], pads: dict[int, Pad]
) -> PaddedStencils:
    """Append the ``pads`` (surface index -> pad) to the network of ``stencils``."""
    n_mesh = stencils[0].volume.size
    columns = {s: surfaces[s].node.size for s in pads}
    n_owned = n_mesh + sum(pads[s].cells * columns[s] for s in pads)
    shifted = [_shift(stencil, n_mesh, n_owned) for stencil in stencils]
    outer, volume, next_node = {}, {}, n_mesh
    for s, pad in pads.items():
        surface = surfaces[s]
        rows = next_node + np.arange(pad.cells * columns[s]).reshape(pad.cells, -1)
        chain = np.vstack([surface.node, rows])
        piece = _column(chain, surface.area, pad, n_owned)
        shifted[pad.tissue] = _joined(shifted[pad.tissue], piece)
        outer[s] = Surface(surface.name, chain[-1], surface.area)
        volume[s] = piece.volume
        next_node += rows.size
    return PaddedStencils(shifted, n_owned, outer, volume)


def _shift(stencil: TissueStencil, n_mesh: int, n_owned: int) -> TissueStencil:
    """Make room for pad nodes between the owned nodes of the mesh and the ghosts."""
    column = np.where(stencil.column >= n_mesh, stencil.column + n_owned - n_mesh, stencil.column)
    volume = np.concatenate([stencil.volume, np.zeros(n_owned - n_mesh)])
    return TissueStencil(stencil.row, column, stencil.value, volume)


def _column(chain: Indices, area: Values, pad: Pad, n_owned: int) -> TissueStencil:
    """Linear elements through the pad along ``chain``, an array of nodes by level and column."""
    d = pad.thickness / pad.cells
    a, b = chain[:-1].ravel(), chain[1:].ravel()
    link = np.tile(area / d, pad.cells)
    row = np.concatenate([a, b, a, b])
    column = np.concatenate([b, a, a, b])
    half_cell = np.tile(0.5 * area * d, pad.cells)
    volume = np.bincount(np.concatenate([a, b]), np.concatenate([half_cell] * 2), n_owned)
    return TissueStencil(row, column, np.concatenate([-link, -link, link, link]), volume)


def _joined(a: TissueStencil, b: TissueStencil) -> TissueStencil:
    return TissueStencil(
        np.concatenate([a.row, b.row]),
        np.concatenate([a.column, b.column]),
        np.concatenate([a.value, b.value]),
        a.volume + b.volume,
    )
