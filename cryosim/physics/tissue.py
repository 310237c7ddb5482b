r"""A tissue as a heat conductor: its curves against temperature.

Enthalpy per volume, zero at 0 degC,

.. math:: h(T) = \rho \Big[\int_{0\,^\circ C}^{T} c(\vartheta)\,d\vartheta
          + L_l\,(\varphi_l(T) - 1) + L_w\,(\varphi_w(T) - 1)\Big],

with density :math:`\rho`, latent heats :math:`L` per mass of tissue and liquid fractions
:math:`\varphi` of lipid and water.  Heat capacity and conductivity change from their unfrozen to
their frozen value with the solid share of the latent heat,
:math:`s = \sum L (1 - \varphi) / \sum L`.

Where ice has nucleated in supercooled water, that water freezes and melts by a curve
:math:`\varphi_i` of its own: the enthalpy has a further :math:`L_i\,(\varphi_i(T) - 1)`, and heat
capacity and conductivity go from what they are above to those of the iced tissue with the ice
share :math:`1 - \varphi_i`.  Above the freezing point nothing differs.
"""

import numpy as np
import numpy.typing as npt

from cryosim.part import Part
from cryosim.physics.blood import BloodFlow, MetabolicHeat
from cryosim.physics.latent import PhaseChange
from cryosim.physics.response import ConstantResponse, Response
from cryosim.units import Conductivity, Density, HeatCapacity

Values = npt.NDArray[np.float64]


class Ice(Part):
    """Water that freezes beside other changes of a tissue, and the tissue when all of it is ice."""

    water: PhaseChange
    heat_capacity: HeatCapacity | None = None
    conductivity: Conductivity | None = None

    def share(self, T: Values) -> Values:
        """Frozen share of the water (1) at ``T`` (K)."""
        return 1.0 - self.water.curve.liquid_fraction(T)

    def mixed(self, free: Values, iced: float | None, T: Values) -> Values:
        """A property that is ``free`` without ice and ``iced`` with all of it."""
        return free if iced is None else free + (iced - free) * self.share(T)


class Tissue(Part):
    """Thermal properties of one tissue (or gel)."""

    title: str
    density: Density
    heat_capacity: HeatCapacity
    heat_capacity_frozen: HeatCapacity | None = None
    conductivity: Conductivity
    conductivity_frozen: Conductivity | None = None
    perfusion: BloodFlow = BloodFlow(0.0, "1/s")
    perfusion_response: Response = ConstantResponse()
    metabolism: MetabolicHeat = MetabolicHeat(0.0, "W/kg")
    metabolism_response: Response = ConstantResponse()
    lipid: PhaseChange | None = None
    water: PhaseChange | None = None
    ice: Ice | None = None
    """What becomes of supercooled water once ice has nucleated; the library's if not given."""

    @property
    def phase_changes(self) -> tuple[PhaseChange, ...]:
        """The components that change phase."""
        return tuple(p for p in (self.lipid, self.water) if p is not None and p.latent_heat > 0.0)

    def solid_share(self, T: Values) -> Values:
        """Share of the latent heat given up (1) at ``T`` (K)."""
        total = sum(p.latent_heat for p in self.phase_changes)
        solid = np.zeros_like(T)
        for p in self.phase_changes:
            solid += p.latent_heat / total * (1.0 - p.curve.liquid_fraction(T))
        return solid

    def capacity_at(self, T: Values) -> Values:
        """Specific heat capacity without latent heat (J/kg/K) at ``T`` (K)."""
        free = self._between(self.heat_capacity, self.heat_capacity_frozen, T)
        return self.ice.mixed(free, self.ice.heat_capacity, T) if self.ice else free

    def conductivity_at(self, T: Values) -> Values:
        """Conductivity (W/m/K) at ``T`` (K)."""
        free = self._between(self.conductivity, self.conductivity_frozen, T)
        return self.ice.mixed(free, self.ice.conductivity, T) if self.ice else free

    def crystallised(self, T: Values) -> Values:
        """Crystallised fraction of the lipid (1) at ``T`` (K); zero without lipid."""
        if self.lipid is None:
            return np.zeros_like(T)
        return 1.0 - self.lipid.curve.liquid_fraction(T)

    def kinks(self) -> tuple[float, ...]:
        """Temperatures (K) at which the slope of a curve jumps."""
        laws = [*(p.curve for p in self._changes), self.perfusion_response]
        return tuple(T for law in (*laws, self.metabolism_response) for T in law.kinks())

    @property
    def detail(self) -> float:
        """Spacing of temperatures (K) that resolves every curve."""
        return min((p.curve.detail for p in self._changes), default=float("inf"))

    @property
    def _changes(self) -> tuple[PhaseChange, ...]:
        """The changes of phase, that of nucleated water too."""
        return (*self.phase_changes, *([self.ice.water] if self.ice else []))

    def _between(self, unfrozen: float, frozen: float | None, T: Values) -> Values:
        if frozen is None or not self.phase_changes:
            return np.full_like(T, unfrozen)
        return unfrozen + (frozen - unfrozen) * self.solid_share(T)
