"""What a plan decides, and how a case's protocol follows from it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cryosim.case.load import Loaded
from cryosim.case.logs import replayed
from cryosim.case.protocol import Cool, Hold, Phase, Repeat, Rewarm
from cryosim.case.toml import text_of
from cryosim.errors import CaseError

Fields = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Setting:
    """One protocol: temperature (degC), time of cooling in each cycle (min), cycles."""

    cycles: int
    temperature: float
    time: float

    def __str__(self) -> str:
        """As an operator would say it."""
        times = f"{self.cycles} times " if self.cycles > 1 else ""
        return f"{self.temperature:.4g} degC for {times}{self.time:.4g} min"


@dataclass(frozen=True)
class Rhythm:
    """What takes time beside the cooling (min): before it, in each cycle, between two."""

    lead: float = 0.0
    others: float = 0.0
    pause: float = 0.0

    def duration(self, setting: Setting) -> float:
        """Time (min) from the start to the end of the last cycle, pauses included."""
        n = setting.cycles
        return self.lead + n * (setting.time + self.others) + (n - 1) * self.pause

    def time(self, duration: float, cycles: int) -> float:
        """Cooling of each cycle (min) of a treatment of ``duration`` (min)."""
        return (duration - self.lead - (cycles - 1) * self.pause) / cycles - self.others


@dataclass(frozen=True)
class Template:
    """A case whose cooling is open; ``place`` is that of the planned phase in its ``cycle``."""

    lead: Sequence[Fields]
    cycle: Sequence[Fields]
    place: int
    pause: Fields | None
    tail: Sequence[Fields]
    rhythm: Rhythm
    shortest: float
    """Of the planned phase (min): its ramp."""

    def protocol(self, setting: Setting) -> list[dict[str, Any]]:
        """Phases of a case file, cycles written out."""
        cycle = [deepcopy(dict(phase)) for phase in self.cycle]
        cycle[self.place] |= {
            "temperature": f"{setting.temperature:.6g} degC",
            "duration": f"{setting.time:.6g} min",
        }
        pause = [dict(self.pause)] if self.pause is not None else []
        phases = [*self.lead]
        for k in range(setting.cycles):
            phases += [*(pause if k else ()), *cycle]
        return [dict(phase) for phase in (*phases, *self.tail)]

    def text(self, base: Fields, setting: Setting) -> str:
        """The case file ``base`` with this protocol."""
        return text_of({**base, "protocol": self.protocol(setting)})


def template_of(loaded: Loaded, place: int | None, pause: float) -> Template:
    """The protocol of the case with its cooling left open, and ``pause`` (min) between cycles.

    ``place`` counts phases from 1.  Raises CaseError where it cannot be told what to plan.
    """
    # What a phase reads from a file is written out: the planned case stands elsewhere.
    given: list[Fields] = replayed(loaded.expanded.fields, loaded.path)[0]["protocol"]
    phases = loaded.case.protocol
    chosen = _chosen(loaded, place)
    ends = [i for i, phase in enumerate(phases) if isinstance(phase, Repeat)]
    if len(ends) > 1 or (ends and ends[0] < chosen):
        raise CaseError(
            f"{loaded.path}: protocol[{ends[0] + 1}]: expected one repeat, after the phase that "
            "is planned; its number of times is what a plan decides"
        )
    if ends:  # the cycle is what the case repeats, its own pause in it
        first, last, between = 0, ends[0], None
    else:
        first, last = chosen, _end_of_cycle(phases, chosen)
        between = {**_pause_like(given, phases, last), "duration": f"{pause:.6g} min"}
    rhythm = Rhythm(
        lead=_minutes(phases[:first]),
        others=_minutes(phases[first:last]) - _minutes(phases[chosen : chosen + 1]),
        pause=0.0 if ends else pause,
    )
    ramp = getattr(phases[chosen], "ramp", 0.0) / 60.0
    return Template(
        given[:first], given[first:last], chosen - first, between,
        given[last + bool(ends) :], rhythm, ramp,
    )  # fmt: skip


def _chosen(loaded: Loaded, place: int | None) -> int:
    """Place from 0 of the phase that is planned."""
    can = [
        i for i, phase in enumerate(loaded.case.protocol)
        if isinstance(phase, Cool) and not isinstance(phase, Rewarm)
        and phase.temperature is not None
    ]  # fmt: skip
    if place is not None and place - 1 in can:
        return place - 1
    if place is None and len(can) == 1:
        return can[0]
    where = f"{loaded.path}: a plan sets temperature and time of one phase that cools"
    if not can:
        raise CaseError(f"{where} at a temperature; the protocol has none")
    named = ", ".join(f"{i + 1}" for i in can)
    raise CaseError(f"{where}; expected --phase with one of {named}")


def _end_of_cycle(phases: Sequence[Phase], chosen: int) -> int:
    """Place behind the phases with the applicator on that follow the cooling."""
    end = chosen + 1
    while end < len(phases) and isinstance(phases[end], Cool | Hold):
        end += 1
    return end


def _pause_like(given: Sequence[Fields], phases: Sequence[Phase], end: int) -> Fields:
    """The applicator off, as the case has it after the cooling, or plainly."""
    if end < len(phases) and phases[end].phase == "remove":
        return given[end]
    return {"phase": "remove"}


def _minutes(phases: Sequence[Phase]) -> float:
    return sum(phase.duration for phase in phases if not isinstance(phase, Repeat)) / 60.0
