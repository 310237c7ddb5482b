"""A case brought to life: its tissue, its state, its phases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryosim.case.load import Loaded
from cryosim.fem.domain import Domain
from cryosim.fem.measure import CellSamples, Sampler
from cryosim.fem.operators import Operators
from cryosim.physics.alarm import Reading
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.arena import Setting
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values
from cryosim.treatment.alarm import Alarm
from cryosim.treatment.cups import CupDraw
from cryosim.treatment.events import Event, abort, alert, nucleation
from cryosim.treatment.freezing import Freezing
from cryosim.treatment.injury import AdipocyteInjury
from cryosim.treatment.phases import Contact, Leg, PhasePlan, aborted, legs_of
from cryosim.treatment.safety import Safety

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
    """The protocol as it is planned."""
    plan: Callable[[Sequence[Leg]], list[PhasePlan]]
    """Settings of a protocol."""
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
        self.freezing = Freezing(frame.loaded, frame.operators)
        self.safety = Safety(
            frame.loaded, frame.operators, frame.conditions, frame.samples.depth, balance.T_mesh
        )
        self.alarm = Alarm()
        self.phases = frame.phases
        self.events: list[Event] = []
        """What happened beside the protocol."""
        self.aborted: tuple[float, int] | None = None
        """When (s) which device aborts or has aborted the treatment."""
        self.t = 0.0
        self.phase = self.phases[0]
        self.control = StepControl(_FIRST_STEP)
        self.stored_at_start = balance.stored
        balance.begin(self.setting, 0.0)

    @property
    def setting(self) -> Setting:
        """What holds in the present phase."""
        return replace(self.phase.setting, iced=self.freezing.iced)

    def march(self, stops: Sequence[float]) -> Iterator[bool]:
        """March to the end; yield after each step whether it landed on one of ``stops`` (s)."""
        wanted = set(stops)
        while (phase := self._next()) is not None:
            if phase is not self.phase:
                self.phase = phase
                self._begin(phase.start)
            for t, dt in march(
                self.balance, self.control, self.t, self._landings(stops),
                lambda t, dt: self.freezing.crossing(self.balance, t, dt),
            ):  # fmt: skip
                self.injury.advance(self.balance, dt, phase.massaged)
                self.freezing.advance(self.balance, dt)
                self.safety.advance(self.balance, self.freezing, t, dt)
                self.t = t
                changed = self._events()
                yield t in wanted
                if changed:
                    break

    def _next(self) -> PhasePlan | None:
        """The phase that goes on or comes next; none at the end."""
        return next((phase for phase in self.phases if phase.end > self.t), None)

    def _begin(self, t: float) -> None:
        """Take up what holds from ``t`` (s) on."""
        self.balance.begin(self.setting, t)
        self.control = StepControl(_FIRST_STEP)

    def _landings(self, stops: Sequence[float]) -> list[float]:
        """Times (s) of the present phase to land on."""
        phase = self.phase
        known = (*stops, phase.end, *self.freezing.landings)
        outputs = [s for s in known if s <= phase.end]
        kinks = [k for k in phase.kinks if min(abs(k - s) for s in outputs) > _SAME_TIME]
        return [*outputs, *kinks]

    def _events(self) -> bool:
        """Let happen what is due now; return whether the march must begin anew.  Collective."""
        nucleated = self.freezing.due == self.t and self._nucleate()
        if self.aborted is not None:
            return nucleated
        seen = self.alarm.look(self.balance, self.phase.name, self.t)
        if seen is None:
            return nucleated
        name = self.frame.contacts[seen.device].plate.name
        self.events.append(alert(self.t, name, seen.reading, seen.rise))
        if self.t + seen.how.delay < self.phases[-1].end:
            self.abort(self.t + seen.how.delay, seen.device)
            self.events.append(abort(self.t + seen.how.delay, name, seen.how))
        return True

    def _nucleate(self) -> bool:
        """Freeze all supercooled water at its present enthalpy; return whether there is any."""
        self.freezing.due = None
        found = self.freezing.coldest(self.balance.T)
        self.events.append(nucleation(self.t, found, self.freezing.probability))
        if found is None:
            return False
        self.freezing.iced = True
        self._begin(self.t)
        return True

    def abort(self, at: float, device: int) -> None:
        """From ``at`` (s) on do what the ``device`` does when it aborts, up to the planned end."""
        plate = self.frame.contacts[device].plate
        assert plate.device is not None  # noqa: S101  (narrows the type)
        assert plate.device.abort is not None  # noqa: S101  (narrows the type)
        attached = next(phase.attached for phase in self.phases if phase.end > at)
        present = self.phases.index(self.phase)
        legs = aborted(legs_of(self.frame.loaded), at, attached, plate.device.abort)
        self.phases = self.frame.plan(legs)
        self.phase = self.phases[present]
        self.aborted = at, device

    # --- restart -------------------------------------------------------------------------------

    def memory(self) -> dict[str, Any]:
        """What happened so far beside the protocol, for a restart file.  Collective."""
        return {
            "hazard": self.freezing.cumulative,
            "iced": self.freezing.iced,
            "aborted": self.aborted,
            "events": self.events,
            "readings": list(self.alarm.readings.items()),
            "limits": self.safety.memory(),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        """Take up what :meth:`memory` gave."""
        self.freezing.cumulative, self.freezing.iced = memory["hazard"], memory["iced"]
        self.events = memory["events"]
        self.alarm.readings = {d: [Reading(*r) for r in seen] for d, seen in memory["readings"]}
        self.safety.recall(memory["limits"])
        if memory["aborted"] is not None:
            self.abort(*memory["aborted"])
