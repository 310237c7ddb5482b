"""The protocol as settings in time: what touches each surface during each phase."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.load import Loaded
from cryosim.case.protocol import ActivePhase, Cool, Hold, Remove
from cryosim.case.schema import Room
from cryosim.fem.domain import together
from cryosim.physics.device import Device, Drive
from cryosim.physics.exchange import Exchange, Schedule
from cryosim.thermal.arena import Setting
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
    area: float
    """Area of them all (m^2), over all ranks."""
    node: Indices
    weight: Values
    """Share of each ``node`` in the reading of a skin sensor; all ranks together make 1."""
    cavity: tuple[int, ...] = ()
    """Surfaces that a cup holds and does not touch."""


@dataclass(frozen=True)
class PhasePlan:
    """One phase in simulated time (s), with its setting."""

    name: str
    start: float
    end: float
    setting: Setting
    attached: frozenset[str]

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
    """Temperature (K) at which it was put on."""
    pad: Pad | None = field(default=None)


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


def plan(
    loaded: Loaded, bare: Sequence[Exchange], contacts: Sequence[Contact], layers: Sequence[str]
) -> list[PhasePlan]:
    """Settings of all phases; ``bare`` is what each surface exchanges without applicators.

    ``layers`` are the tissues of the body in the order of its stencils, gels included.
    """
    hands = {c.plate.name: _Hand() for c in contacts}
    plans, start = [], 0.0
    for phase, drawn in zip(loaded.case.phases, drawing(loaded.case), strict=True):
        end = start + phase.duration
        for contact in contacts:
            if phase.applicators is None or contact.plate.name in phase.applicators:
                _act(hands[contact.plate.name], phase, contact.plate, loaded, start, layers)
        setting = _setting(bare, contacts, hands, phase, drawn)
        attached = frozenset(n for n, hand in hands.items() if hand.law is not None)
        plans.append(PhasePlan(phase.phase, start, end, setting, attached))
        for hand in hands.values():
            if hand.law is not None and (hand.law.conductance > 0.0 or hand.law.perfect):
                hand.temperature = hand.law.temperature.at(end)
                hand.law = replace(hand.law, temperature=Schedule.constant(hand.temperature))
        start = end
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
        if isinstance(plate, VacuumCup):
            for s in contact.cavity:
                exchange[s] = Exchange(plate.cavity_film, hand.law.temperature)
        if plate.device is not None and hand.law.conductance > 0.0:
            devices[d] = _fitted(contact, plate.device, hand)
    return Setting(tuple(exchange), pads, phase.perfusion, devices, together(drawn))


def _act(
    hand: _Hand,
    phase: ActivePhase,
    plate: Plate,
    loaded: Loaded,
    start: float,
    layers: Sequence[str],
) -> None:
    """Let the applicator do what ``phase`` says, from ``start`` (s) on."""
    if isinstance(phase, Remove):
        hand.law, hand.pad = None, None
        return
    if hand.law is None:
        room = loaded.case.room.temperature
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


def _fitted(contact: Contact, device: Device, hand: _Hand) -> Fitted:
    """The device of an applicator, whose set point is the temperature of its exchange."""
    assert hand.law is not None  # noqa: S101  (the caller asks only then)
    return Fitted(
        Drive(device, hand.law.temperature), contact.surfaces, contact.area,
        hand.law.conductance, hand.start, contact.node, contact.weight,
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
