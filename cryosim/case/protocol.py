"""The protocol: phases in a row, each with what the applicators do meanwhile."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cryosim.case.faults import fault_at
from cryosim.part import Part
from cryosim.physics.absorption import Absorption
from cryosim.units import Delay, Duration, Flux, Temperature, fault


class _Phase(Part):
    """What any phase has."""

    duration: Duration
    perfusion: float = Field(1.0, ge=0.0, le=50.0)
    """Factor on the perfusion of all tissues during the phase, as by suction, where 0.1 to 1 is
    plausible; an assumption."""
    vacuum: bool = True
    """Whether cups that are on draw tissue in; without vacuum they touch nothing."""
    applicators: tuple[str, ...] | None = Field(None, min_length=1)
    """Names of the applicators that the phase is about; all of them if not given."""
    source: Absorption | None = None
    """Power absorbed from outside under these applicators during the phase, whether they are on
    or off; everywhere if the case has none."""


class Cool(_Phase):
    """Applicators on: ramp to a temperature and stay, or follow a schedule, or take a flux."""

    phase: Literal["cool"]
    temperature: Temperature | None = None
    ramp: Delay = 0.0
    schedule: tuple[tuple[Delay, Temperature], ...] | None = Field(None, min_length=1)
    """Points of time since the start of the phase and plate temperature."""
    flux: Flux | None = None
    """Heat flux out of the skin, whatever the temperature."""

    @model_validator(mode="after")
    def _one_way_to_cool(self) -> Self:
        given = [k for k in ("temperature", "schedule", "flux") if getattr(self, k) is not None]
        if len(given) != 1:
            raise fault(
                "how_to_cool",
                "expected exactly one of temperature, schedule, flux; got {n}",
                n=" and ".join(given) or "none",
            )
        if self.ramp > self.duration:
            raise fault_at(
                "ramp",
                f"the ramp takes longer than the phase; expected at most {self.duration:g} s",
            )
        times = [t for t, _ in self.schedule or ()]
        if any(b <= a for a, b in pairwise(times)):
            raise fault_at("schedule", "expected times in strictly rising order")
        return self


class Rewarm(Cool):
    """Applicators on and warming; the same choices as for cooling.  Both words say the same."""

    phase: Literal["rewarm", "warm"]  # type: ignore[assignment]


class Hold(_Phase):
    """Applicators stay at the temperature, or a device at the set point, they have reached."""

    phase: Literal["hold"]


class Remove(_Phase):
    """Applicators off: the skin is left to the room."""

    phase: Literal["remove"]


class Massage(_Phase):
    """Applicators off, the skin under them open to the room and massaged.

    Massage injures cells that still hold crystals; see ``massage`` of the injury law.
    """

    phase: Literal["massage"]


class Wait(_Phase):
    """Nothing changes: what is on stays on as it is, what is off stays off."""

    phase: Literal["wait"]


class Repeat(Part):
    """All phases before this one happen ``times`` times in all."""

    phase: Literal["repeat"]
    times: int = Field(ge=2, le=100)


Phase = Annotated[
    Cool | Rewarm | Hold | Remove | Massage | Wait | Repeat, Field(discriminator="phase")
]
ActivePhase = Cool | Rewarm | Hold | Remove | Massage | Wait


def unrolled(protocol: tuple[Phase, ...]) -> list[ActivePhase]:
    """Phases in the order in which they happen, repeats written out."""
    phases: list[ActivePhase] = []
    for phase in protocol:
        if isinstance(phase, Repeat):
            phases = phases * phase.times
        else:
            phases.append(phase)
    return phases
