"""A case brought to life: its tissue, its state, its phases."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cryosim.case.load import Loaded
from cryosim.fem.domain import Domain
from cryosim.fem.measure import CellSamples, Sampler
from cryosim.fem.operators import Operators
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values
from cryosim.treatment.injury import AdipocyteInjury
from cryosim.treatment.phases import Contact, PhasePlan

_FIRST_STEP = 0.01
"""First step of a phase (s): a plate put on is a jump of the flux."""


@dataclass(frozen=True)
class Frame:
    """What does not change during a run."""

    loaded: Loaded
    domain: Domain
    operators: Operators
    layers: list[str]
    """Names of the layers of tissue, from the surface down."""
    surfaces: list[str]
    conditions: dict[str, str]
    """Surface -> applicator, room, core or insulated."""
    contacts: list[Contact]
    phases: list[PhasePlan]
    samples: CellSamples
    probes: Sampler
    line: Sampler | None
    """Points under the centre, a block's only."""
    line_depth: Values
    boundary_area: Values
    """Area (m^2) of every surface, over all ranks."""


class Treatment:
    """State of a run; ``march`` yields the times at which it is to be observed."""

    def __init__(self, frame: Frame, balance: HeatBalance, injury: AdipocyteInjury) -> None:
        """Start before the first phase."""
        self.frame, self.balance, self.injury = frame, balance, injury
        self.t = 0.0
        self.phase = frame.phases[0]
        self.stored_at_start = self.stored()
        self._nodal = np.empty(frame.samples.depth.size)
        self._map = _value_map(frame)

    def march(self, stops: list[float]) -> Iterator[bool]:
        """March to the end; yield after each step whether it landed on one of ``stops``."""
        wanted = set(stops)
        for phase in self.frame.phases:
            if phase.end <= self.t:
                continue
            if self.t <= phase.start:
                self.phase = phase
                self.balance.begin(phase.setting, phase.start)
            control = StepControl(_FIRST_STEP)
            inside = [s for s in stops if self.t < s < phase.end]
            for t, dt in march(self.balance, control, self.t, [*inside, *phase.kinks, phase.end]):
                self.injury.advance(self.balance, dt)
                self.t = t
                yield t in wanted

    def nodal(self, owned: Values) -> Values:
        """Values of owned and ghost dofs from those of owned nodes.  Collective."""
        return self._map(owned)

    def stored(self) -> Values:
        """Sensible, lipid latent and water latent heat (J) of this rank."""
        return stored_heat(self.balance)
