"""What holds during one phase: the network with its pads, and the list of exchanging nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cryosim.physics.exchange import Exchange
from cryosim.physics.hyperaemia import AfterRelease
from cryosim.physics.tables import ENTHALPY, Storage, Tables
from cryosim.physics.tissue import Tissue
from cryosim.thermal.devices import Fitted
from cryosim.thermal.network import (
    Indices,
    Network,
    Surface,
    TissueStencil,
    Values,
    build,
    node_of_slot,
    spectral_bound,
)
from cryosim.thermal.pad import Pad, put_on


@dataclass(frozen=True)
class Shape:
    """Stencils of all tissues, and surfaces, of a body as it stands at one time."""

    stencils: Sequence[TissueStencil]
    surfaces: Sequence[Surface]


AT_REST = ""
"""Name of the shape that a body has when nothing draws it."""


@dataclass(frozen=True)
class Body:
    """What does not change during a run: tissues, their stencils and surfaces on this rank."""

    tissues: Sequence[Tissue]
    stencils: Sequence[TissueStencil]
    surfaces: Sequence[Surface]
    n_ghosts: int
    tables: Tables
    storage: Storage
    drawn: Mapping[str, Shape] = field(default_factory=dict)
    """Other shapes it may take, of the same nodes; its own is that at rest."""
    iced: Mapping[int, int] = field(default_factory=dict)
    """Tissue whose water supercools -> the same once ice has nucleated, which has no stencil."""

    def shaped(self, name: str) -> Shape:
        """The shape called ``name``."""
        return Shape(self.stencils, self.surfaces) if name == AT_REST else self.drawn[name]

    @property
    def n_mesh(self) -> int:
        """Owned mesh nodes."""
        return int(self.stencils[0].volume.size)

    def with_ice(self, stencils: Sequence[TissueStencil]) -> list[TissueStencil]:
        """The ``stencils`` with those of supercooled tissues given to the iced ones."""
        result = list(stencils)
        for m, iced in self.iced.items():
            result[m], result[iced] = result[iced], result[m]
        return result


@dataclass(frozen=True)
class Surge:
    """Blood flow after an applicator was taken off at ``start`` (s)."""

    law: AfterRelease
    start: float
    share: Values
    """Share of every owned mesh node that it acts on (1)."""


@dataclass(frozen=True)
class Setting:
    """What holds during one phase: an exchange for each surface, pads, devices, perfusion, source.

    A device takes the place of the temperature of the exchange of its surface, which is its set
    point.
    """

    exchange: Sequence[Exchange]
    pads: Mapping[int, Pad] = field(default_factory=dict)
    perfusion: float = 1.0
    devices: Mapping[int, Fitted] = field(default_factory=dict)
    shape: str = AT_REST
    surges: Sequence[Surge] = ()
    source: Values | None = None
    """Power absorbed per volume of tissue (W/m^3) at every owned mesh node."""
    iced: bool = False
    """Whether ice has nucleated; it is then wherever supercooled water was."""


@dataclass(frozen=True)
class Arena:
    """Network of a body in a setting; ``node``, ``surface``, ``area`` list what exchanges heat."""

    setting: Setting
    net: Network
    node: Indices
    surface: Indices
    area: Values
    pad_volume: Mapping[int, Values]
    """Surface index -> gel volume (m^3) at every owned node."""
    weight: Values
    """Heat capacity of every owned node when warm (J/K), the weight of its error."""
    spectral_bound: float
    """Bound of the spectral radius (1/s) on this rank."""
    heat: Values
    """Heat (W) that the source brings to every owned node."""
    absorbed: float
    """All of it (W), on this rank."""
    perfusion: Values
    """Factor on perfusion at every owned node, without surges."""

    def perfusion_at(self, t: float) -> Values:
        """Factor on perfusion at every owned node at ``t`` (s)."""
        if not self.setting.surges:
            return self.perfusion
        factor = self.perfusion.copy()
        for surge in self.setting.surges:
            more = self.setting.perfusion * (surge.law.factor(t - surge.start) - 1.0)
            factor[: surge.share.size] += more * surge.share
        return factor

    def pad_enthalpy(self, tables: Tables, T: Values | None = None) -> Values:
        """Enthalpy (J) of the pads at every owned node, at ``T`` (K) or as they are put on."""
        H = np.zeros(self.net.held.size)
        for s, volume in self.pad_volume.items():
            pad = self.setting.pads[s]
            at = pad.temperature if T is None else T
            H += volume * tables.enthalpy(pad.tissue, at)
        return H


def stored_heat(net: Network, storage: Storage, T: Values) -> Values:
    """Sensible, lipid latent and water latent heat (J) of owned nodes at ``T`` (K), this rank's."""
    total = np.zeros(3)
    node = node_of_slot(net)
    for m in range(storage.sensible.shape[0]):
        of_m = net.slot_tissue == m
        V, T_m = net.slot_volume[of_m], T[node[of_m]]
        for part, curve in enumerate((storage.sensible, storage.lipid, storage.water)):
            if curve[m].any():
                total[part] += V @ np.interp(T_m, storage.temperature, curve[m])
    return total


def arrange(body: Body, setting: Setting, hottest: float) -> Arena:
    """Put ``body`` into ``setting``; ``hottest`` (K) bounds radiation."""
    shape = body.shaped(setting.shape)
    stencils = body.with_ice(shape.stencils) if setting.iced else shape.stencils
    padded = put_on(stencils, shape.surfaces, dict(setting.pads))
    held = np.zeros(padded.n_owned, dtype=np.int8)
    for s, law in enumerate(setting.exchange):
        if law.perfect:
            held[shape.surfaces[s].node] = s + 1
    net = build(padded.stencils, body.tissues, body.n_ghosts, held)
    outer = [padded.outer.get(s, surface) for s, surface in enumerate(shape.surfaces)]
    active = [s for s, law in enumerate(setting.exchange) if not law.perfect]
    node = np.concatenate([np.empty(0, np.int64), *(outer[s].node for s in active)])
    area = np.concatenate([np.empty(0), *(outer[s].area for s in active)])
    surface = np.concatenate(
        [np.empty(0, np.int64), *(np.full(outer[s].node.size, s) for s in active)]
    )
    film = np.bincount(node, area * _films(setting, hottest)[surface], minlength=padded.n_owned)
    bound = spectral_bound(net, body.tables, film, _most_perfusion(setting))
    weight = _warm_capacity(net, body.tables)
    heat = np.zeros(padded.n_owned)
    if setting.source is not None:
        heat[: body.n_mesh] = setting.source * sum(s.volume for s in shape.stencils)
    return Arena(
        setting, net, node, surface, area, padded.volume, weight, bound,
        heat, float(heat.sum()), np.full(padded.n_owned, setting.perfusion),
    )  # fmt: skip


def _most_perfusion(setting: Setting) -> float:
    """Largest factor on perfusion, or 1 if it is smaller."""
    surges = sum(surge.law.hyperaemia - 1.0 for surge in setting.surges)
    return max(1.0, setting.perfusion * (1.0 + surges))


def _films(setting: Setting, hottest: float) -> Values:
    """Largest conductance of each surface to its surroundings (W/m^2/K)."""
    laws = [law.parameters(0.0) for law in setting.exchange]
    return np.array([law[0] + 4.0 * law[4] * hottest**3 for law in laws])


def _warm_capacity(net: Network, tables: Tables) -> npt.NDArray[np.float64]:
    """Heat capacity (J/K) of every owned node at the warm end of the tables."""
    capacity = tables.curve[:, -1, ENTHALPY + 1]
    return np.bincount(
        node_of_slot(net), net.slot_volume * capacity[net.slot_tissue], net.held.size
    )
