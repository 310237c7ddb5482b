"""A case brought to life: its tissue, its state, its phases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryosim.case.load import Loaded
from cryosim.fem.domain import Domain
from cryosim.fem.measure import CellSamples, Sampler
from cryosim.fem.operators import Operators
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values
from cryosim.treatment.cups import CupDraw
from cryosim.treatment.injury import AdipocyteInjury
from cryosim.treatment.phases import Contact, PhasePlan

_FIRST_STEP = 0.01
"""First step of a phase (s): a plate put on is a jump of the flux."""

_SAME_TIME = 1e-6
"""A kink of a schedule that is nearer (s) to an output than this needs no step of its own."""


@dataclass(frozen=True)
class Frame:
    """What does not change during a run."""

    loaded: Loaded
    domain: Domain
    operators: Operators
    conditions: dict[str, str]
    """Surface -> applicator, room, core or insulated; in the order of the body's surfaces."""
    contacts: list[Contact]
    phases: list[PhasePlan]
    samples: CellSamples
    probes: Sampler
    line: Sampler | None
    """Points under the centre of the first applicator; a block's only."""
    line_depth: Values
    """Depth (m) of those points."""
    under: Values
    """Volume (m^3) of lipid tissue under applicators at every local node; sums over ranks."""
    area: Values
    """Area (m^2) of every surface, over all ranks."""
    layer_volume: Values
    """Volume (m^3) of every layer, over all ranks."""
    draws: list[CupDraw]
    """Cups, and the block as each draws it."""

    @property
    def layers(self) -> list[str]:
        """Names of the layers of tissue, from the surface down."""
        return [layer.label for layer in self.loaded.case.anatomy.layers]


class Treatment:
    """State of a run; ``march`` steps through the phases."""

    def __init__(self, frame: Frame, balance: HeatBalance, injury: AdipocyteInjury) -> None:
        """Take up the first phase at time zero.  Collective."""
        self.frame, self.balance, self.injury = frame, balance, injury
        self.t = 0.0
        self.phase = frame.phases[0]
        self.control = StepControl(_FIRST_STEP)
        self.stored_at_start = balance.stored
        balance.begin(self.phase.setting, 0.0)

    def march(self, stops: Sequence[float]) -> Iterator[bool]:
        """March to the end; yield after each step whether it landed on one of ``stops`` (s)."""
        wanted = set(stops)
        for phase in self.frame.phases:
            if phase.end <= self.t:
                continue
            if phase is not self.phase:
                self.phase = phase
                self.balance.begin(phase.setting, phase.start)
                self.control = StepControl(_FIRST_STEP)
            outputs = [s for s in (*stops, phase.end) if s <= phase.end]
            kinks = [k for k in phase.kinks if min(abs(k - s) for s in outputs) > _SAME_TIME]
            landings = [*outputs, *kinks]
            for t, dt in march(self.balance, self.control, self.t, landings):
                self.injury.advance(self.balance, dt)
                self.t = t
                yield t in wanted
