"""The protocol as settings in time: what touches each surface during each phase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.load import Loaded
from cryosim.case.protocol import ActivePhase, Cool, Hold, Massage, Remove, Rewarm, Wait
from cryosim.case.schema import Room
from cryosim.fem.domain import together
from cryosim.physics.absorption import Absorption
from cryosim.physics.alarm import FreezeAbort
from cryosim.physics.device import Device, Drive
from cryosim.physics.exchange import Exchange, Schedule
from cryosim.thermal.arena import Setting, Surge
from cryosim.thermal.devices import Fitted
from cryosim.thermal.network import Indices, Values
from cryosim.thermal.pad import Pad
from cryosim.treatment.cups import drawing

INSULATED = Exchange()

_SAME_TIME = 1e-6
"""Times (s) that differ by less are the same."""


@dataclass(frozen=True)
class Contact:
    """Which surfaces an applicator covers, and the skin that its sensor feels."""

    plate: Plate
    surfaces: tuple[int, ...]
    areas: Mapping[str, float]
    """Area of them all (m^2) in every shape of the body, over all ranks."""
    own_shape: str
    """The shape that a cup makes; that at rest for others."""
    node: Indices
    weight: Values
    """Share of each ``node`` in the reading of a skin sensor; all ranks together make 1."""
    cavity: tuple[int, ...] = ()
    """Surfaces that a cup holds and does not touch."""

    @property
    def area(self) -> float:
        """Area (m^2) that it touches when it is on, over all ranks."""
        return self.areas[self.own_shape]


class Tissue(Protocol):
    """The tissue beneath applicators, at owned mesh nodes."""

    def share(self, names: Sequence[str]) -> Values:
        """Share of the tissue of every node beneath ``names`` (1).  Collective."""

    def superficial(self, name: str) -> Values:
        """Share of the tissue of every node that is skin or fat beneath ``name``.  Collective."""

    def heated(self, source: Absorption, names: Sequence[str]) -> Values:
        """Power per volume (W/m^3) that every node absorbs beneath ``names``.  Collective."""


@dataclass(frozen=True)
class Leg:
    """A phase of the protocol and when it begins and ends (s)."""

    phase: ActivePhase
    start: float
    end: float


@dataclass(frozen=True)
class PhasePlan:
    """One phase in simulated time (s), with its setting."""

    name: str
    start: float
    end: float
    setting: Setting
    attached: frozenset[str]
    massaged: Values | None
    """Share of owned mesh nodes that is massaged (1), if any is."""
    surges: Mapping[str, Surge]
    """Applicator that has been taken off -> the blood flow under it."""

    @property
    def kinks(self) -> tuple[float, ...]:
        """Times (s) within the phase where a schedule bends."""
        times = {t for law in self.setting.exchange for t in law.kinks}
        return tuple(sorted(t for t in times if self.start < t < self.end))


@dataclass
class _Hand:
    """What one applicator is doing while the protocol is read."""

    law: Exchange | None = None
    temperature: float = 0.0
    """Set point reached (K)."""
    start: float = 0.0
    since: float = 0.0
    """When it was put on (s)."""
    """Temperature (K) at which it was put on."""
    pad: Pad | None = field(default=None)
    surge: Surge | None = None
    """Blood flow since it was taken off."""


def room_exchange(room: Room) -> Exchange:
    """Uncovered skin in the room."""
    return Exchange(
        conductance=room.film,
        temperature=Schedule.constant(room.temperature),
        emissivity=room.emissivity,
    )


def condition_exchange(condition: str, loaded: Loaded) -> Exchange:
    """What a face without applicator exchanges: room, core or, with anything else, nothing."""
    if condition == "room":
        return room_exchange(loaded.case.room)
    if condition == "core":
        core = loaded.case.anatomy.core_temperature
        return Exchange(temperature=Schedule.constant(core), perfect=True)
    return INSULATED


def legs_of(loaded: Loaded) -> list[Leg]:
    """The protocol as it is planned."""
    ends = np.cumsum([phase.duration for phase in loaded.case.phases]).tolist()
    return [Leg(*leg) for leg in zip(loaded.case.phases, [0.0, *ends], ends, strict=False)]


def aborted(
    legs: Sequence[Leg], at: float, attached: frozenset[str], how: FreezeAbort
) -> list[Leg]:
    """The ``legs`` until ``at`` (s), then rewarming by what is ``attached``, then removal."""
    last = legs[-1].end
    result = [Leg(x.phase, x.start, min(x.end, at)) for x in legs if x.start < at]
    middle = at
    if attached:
        before = next(leg.phase for leg in legs if leg.end > at)
        middle = min(at + how.rewarm_for, last)
        rewarm = Rewarm(
            phase="rewarm", duration=how.rewarm_for, temperature=how.rewarm_to,
            applicators=tuple(sorted(attached)), vacuum=before.vacuum, perfusion=before.perfusion,
        )  # fmt: skip
        result.append(Leg(rewarm, at, middle))
    if middle < last:
        result.append(Leg(Remove(phase="remove", duration=last - middle), middle, last))
    return result


def plan(
    loaded: Loaded,
    bare: Sequence[Exchange],
    contacts: Sequence[Contact],
    beneath: Tissue,
    layers: Sequence[str],
    legs: Sequence[Leg],
) -> list[PhasePlan]:
    """Settings of all ``legs``; ``bare`` is what each surface exchanges without applicators.

    ``layers`` are the tissues of the body in the order of its stencils, gels included.  Collective.
    """
    hands = {c.plate.name: _Hand() for c in contacts}
    plans = []
    drawings = drawing(loaded.case, [leg.phase for leg in legs])
    for leg, drawn in zip(legs, drawings, strict=True):
        phase, start, end = leg.phase, leg.start, leg.end
        for contact in contacts:
            hand, plate = hands[contact.plate.name], contact.plate
            if phase.applicators is None or plate.name in phase.applicators:
                was_on = hand.law is not None
                _act(hand, phase, plate, loaded, start, layers)
                _let_flow(hand, plate, beneath, start, was_on=was_on)
        names = phase.applicators or [*hands]
        surges = {name: hand.surge for name, hand in hands.items() if hand.surge is not None}
        setting = _setting(bare, contacts, hands, phase, drawn)
        setting = replace(setting, surges=tuple(surges.values()))
        if phase.source is not None:
            setting = replace(setting, source=beneath.heated(phase.source, names))
        massaged = beneath.share(names) if isinstance(phase, Massage) else None
        attached = frozenset(n for n, hand in hands.items() if hand.law is not None)
        plans.append(PhasePlan(phase.phase, start, end, setting, attached, massaged, surges))
        for hand in hands.values():
            if hand.law is not None and (hand.law.conductance > 0.0 or hand.law.perfect):
                hand.temperature = hand.law.temperature.at(end)
                hand.law = replace(hand.law, temperature=Schedule.constant(hand.temperature))
    return plans


def _setting(
    bare: Sequence[Exchange], contacts: Sequence[Contact], hands: dict[str, _Hand],
    phase: ActivePhase, drawn: Sequence[str],
) -> Setting:  # fmt: skip
    """What holds while the applicators do what their hands say and some cups draw tissue in."""
    exchange, pads, devices = list(bare), {}, {}
    for d, contact in enumerate(contacts):
        plate, hand = contact.plate, hands[contact.plate.name]
        if hand.law is None or (isinstance(plate, VacuumCup) and plate.name not in drawn):
            continue
        for s in contact.surfaces:
            exchange[s] = hand.law
            if hand.pad is not None:
                pads[s] = hand.pad
        if isinstance(plate, VacuumCup) and hand.law.conductance > 0.0:
            for s in contact.cavity:
                exchange[s] = Exchange(plate.cavity_film, hand.law.temperature)
        if plate.device is not None and hand.law.conductance > 0.0:
            devices[d] = _fitted(contact, plate.device, hand, together(drawn))
    return Setting(tuple(exchange), pads, phase.perfusion, devices, together(drawn))


def _let_flow(hand: _Hand, plate: Plate, beneath: Tissue, start: float, *, was_on: bool) -> None:
    """Let blood flow where the applicator was taken off at ``start`` (s), until it is back."""
    if hand.law is not None:
        hand.surge = None
    elif was_on and plate.after is not None:
        hand.surge = Surge(plate.after, start, beneath.superficial(plate.name))


def _act(
    hand: _Hand,
    phase: ActivePhase,
    plate: Plate,
    loaded: Loaded,
    start: float,
    layers: Sequence[str],
) -> None:
    """Let the applicator do what ``phase`` says, from ``start`` (s) on."""
    if isinstance(phase, Wait):
        return
    if isinstance(phase, Remove | Massage):
        hand.law, hand.pad = None, None
        return
    if hand.law is None:
        room = loaded.case.room.temperature
        hand.since = start
        hand.start = room if plate.start_temperature is None else plate.start_temperature
        hand.temperature = hand.start
        if plate.gel is not None and plate.gel.as_ == "layer":
            gel = plate.gel
            hand.pad = Pad(layers.index(gel.tissue), gel.thickness, gel.temperature, gel.cells)
    if isinstance(phase, Hold):
        hand.law = hand.law or _contact_law(plate, loaded, Schedule.constant(hand.temperature))
        return
    if phase.flux is not None:
        hand.law = Exchange(flux=Schedule.constant(phase.flux))
        return
    hand.law = _contact_law(plate, loaded, _schedule(phase, plate, hand.temperature, start))


def _fitted(contact: Contact, device: Device, hand: _Hand, shape: str) -> Fitted:
    """The device of an applicator, whose set point is the temperature of its exchange."""
    assert hand.law is not None  # noqa: S101  (the caller asks only then)
    return Fitted(
        Drive(device, hand.law.temperature), contact.surfaces, contact.areas[shape],
        hand.law.conductance, hand.start, hand.since, contact.node, contact.weight,
    )  # fmt: skip


def _schedule(phase: Cool, plate: Plate, before: float, start: float) -> Schedule:
    """Plate temperature of a cooling or rewarming phase in simulated time."""
    if phase.schedule is not None:
        return Schedule.of([(start + t, T) for t, T in phase.schedule])
    assert phase.temperature is not None  # noqa: S101  (the schema demands one of the three)
    ramp = phase.ramp
    if plate.device is not None and plate.device.rate is not None:
        ramp = max(ramp, abs(phase.temperature - before) / plate.device.rate)
    if ramp == 0.0:
        return Schedule.constant(phase.temperature)
    return Schedule.of([(start, before), (start + ramp, phase.temperature)])


def _contact_law(plate: Plate, loaded: Loaded, temperature: Schedule) -> Exchange:
    """Exchange with a plate that follows ``temperature``."""
    if plate.contact_conductance == "perfect":
        return Exchange(temperature=temperature, perfect=True)
    gel = loaded.tissues[plate.gel.tissue].conductivity if plate.gel else None
    return Exchange(
        conductance=plate.conductance(gel),
        temperature=temperature,
        flux_limit=plate.flux_limit or float("inf"),
    )


def output_times(loaded: Loaded) -> list[float]:
    """Times (s) of table rows and fields after the start: regular ones and ends of phases."""
    every, duration = loaded.case.output.every, loaded.case.duration
    regular = every * np.arange(1, int(np.floor(duration / every * (1 + 1e-12))) + 1)
    ends = np.cumsum([phase.duration for phase in loaded.case.phases])
    apart = np.abs(regular[:, None] - ends[None, :]).min(axis=1) > _SAME_TIME
    return [float(t) for t in np.sort(np.concatenate([regular[apart], np.unique(ends)]))]
