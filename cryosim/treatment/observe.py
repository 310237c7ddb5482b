"""What is recorded of a treatment at one time; every number is the same on every rank."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cryosim.case.applicator import VacuumCup
from cryosim.fem.domain import PLUS
from cryosim.output.history import TABLES
from cryosim.physics.device import PlateState
from cryosim.thermal.network import Values
from cryosim.treatment.model import Treatment
from cryosim.treatment.phases import Contact
from cryosim.units import ZERO_CELSIUS

MILLIWATT_PER_CM2 = 0.1
"""mW/cm^2 in a W/m^2."""

SOURCE, GEL, SHAPE = "source", "gel put on and taken off", "change of shape"
"""Ledger entries that only some cases have."""

OF_DEVICES = ("plate of ", "pumped by ")
"""What ledger entries of an applicator's device begin with."""

ICE_BY_NOW = "probability of ice [1]"
"""Column of the probability that ice has nucleated by now."""

LIPID_COLUMNS = ("crystallised [1]", "viable [1]")


@dataclass(frozen=True)
class Observation:
    """Rows of the tables (column name -> value) and fields of owned nodes at one time."""

    time: float
    probes: dict[str, float]
    layers: dict[str, float]
    device: dict[str, float]
    front: dict[str, float]
    ledger: dict[str, float]
    line: Values
    """Temperature (degC) under the centre; empty without a line."""
    fat: dict[str, float]
    """Volume (SI), viable and crystallised fraction and mean temperature of lipid tissue under
    applicators; how many of them are on."""

    @property
    def rows(self) -> dict[str, dict[str, float]]:
        """The row of every table of a history."""
        return {table: getattr(self, table) for table in TABLES}


def observe(treatment: Treatment) -> Observation:
    """Observe ``treatment`` now.  Collective."""
    frame, balance = treatment.frame, treatment.balance
    nodal = frame.operators.with_ghosts(balance.T_mesh)
    threshold = frame.loaded.case.output.threshold
    below, front = frame.samples.below(nodal, threshold, len(frame.layers))
    below = frame.operators.team.total(below)
    probes = frame.probes(nodal) - ZERO_CELSIUS
    line = frame.line(nodal) - ZERO_CELSIUS if frame.line is not None else np.empty(0)
    return Observation(
        time=treatment.t,
        probes={
            f"{p.name} [degC]": float(T)
            for p, T in zip(frame.loaded.case.probes, probes, strict=True)
        },
        layers=_layers(treatment, below),
        device=_device(treatment),
        front={
            "threshold depth [mm]": 1e3 * frame.operators.team.largest(front),
            "coldest skin [degC]": _coldest_skin(treatment),
            **_ice(treatment),
        },
        ledger=ledger(treatment),
        line=line,
        fat=_fat_under_applicators(treatment, nodal),
    )


def crystal_and_survival(treatment: Treatment) -> tuple[Values, Values]:
    """Crystallised and viable fraction of owned mesh nodes, NaN where there is no lipid."""
    n, injury = treatment.balance.body.n_mesh, treatment.injury
    crystallised, viable = np.full((2, n), np.nan)
    crystallised[injury.nodes] = injury.crystallised(treatment.balance)
    viable[injury.nodes] = injury.survival()
    return crystallised, viable


def _layers(treatment: Treatment, below: Values) -> dict[str, float]:
    """Minimum and mean temperature, cold share, crystal and viable fraction of every layer."""
    frame, body, team = treatment.frame, treatment.balance.body, treatment.frame.operators.team
    T = treatment.balance.T_mesh
    crystallised, viable = crystal_and_survival(treatment)
    row: dict[str, float] = {}
    for m, name in enumerate(frame.layers):
        V = body.stencils[m].volume
        here = V > 0.0
        total = frame.layer_volume[m]
        coldest = -team.largest(float((-T[here]).max(initial=-np.inf)))
        mean = float(team.total(np.array([V @ T]))[0] / total)
        row[f"{name} minimum [degC]"] = coldest - ZERO_CELSIUS
        row[f"{name} mean [degC]"] = mean - ZERO_CELSIUS
        row[f"{name} below threshold [1]"] = float(below[m] / total)
        if body.tissues[m].lipid is not None:
            for column, field_ in zip(LIPID_COLUMNS, (crystallised, viable), strict=True):
                part = team.total(np.array([V[here] @ field_[here]]))
                row[f"{name} {column}"] = float(part[0] / total)
    return row


def _device(treatment: Treatment) -> dict[str, float]:
    """Temperature, flux and coldest skin under every applicator; NaN for one that is off."""
    frame, team = treatment.frame, treatment.frame.operators.team
    row: dict[str, float] = {}
    power = team.total(treatment.balance.surface_power)
    for d, contact in enumerate(frame.contacts):
        name, surfaces = contact.plate.name, list(contact.surfaces)
        shape = treatment.phase.setting.shape
        touches = not isinstance(contact.plate, VacuumCup) or name in shape.split(PLUS)
        on = name in treatment.phase.attached and touches
        law = treatment.phase.setting.exchange[surfaces[0]]
        prescribed = on and law.conductance == 0.0 and not law.perfect
        T_plate = law.temperature.at(treatment.t) if on and not prescribed else np.nan
        flux = float(-power[surfaces].sum() / contact.areas[shape]) if on else np.nan
        if contact.plate.device is not None:
            T_plate, more = _of_device(treatment, d, flux)
            row |= {f"{name} {key}": value for key, value in more.items()}
        if contact.plate.after is not None:
            row[f"{name} hyperaemia [1]"] = _hyperaemia(treatment, name)
        row[f"{name} temperature [degC]"] = T_plate - ZERO_CELSIUS
        row[f"{name} heat flux [mW/cm^2]"] = flux * MILLIWATT_PER_CM2
        row[f"{name} coldest skin [degC]"] = _coldest_on(treatment, surfaces)
    return row


def _of_device(treatment: Treatment, d: int, flux: float) -> tuple[float, dict[str, float]]:
    """Plate temperature (K) of a device under ``flux`` (W/m^2), and what else it tells."""
    devices, t = treatment.balance.devices, treatment.t
    keys = ("set point [degC]", "sensor [degC]", "pumped [mW/cm^2]", "saturation [1]")
    if d not in devices.fitted:
        return np.nan, dict.fromkeys(keys, np.nan)
    state, drive = PlateState(*devices.states[d]), devices.fitted[d].drive
    skin = float(devices.skin(treatment.balance.T)[list(devices.fitted).index(d)])
    pumped, pump = drive.pumped(t, state, flux, skin), drive.device.pump
    limit = pump.greatest(state.plate) if pumped >= 0.0 else pump.heating
    values = (
        drive.set_point.at(t) - ZERO_CELSIUS,
        drive.reading(state, skin) - ZERO_CELSIUS,
        pumped * MILLIWATT_PER_CM2,
        abs(pumped) / limit if limit > 0.0 else 1.0,
    )
    return state.plate, dict(zip(keys, values, strict=True))


def _hyperaemia(treatment: Treatment, name: str) -> float:
    """Factor on perfusion of skin and fat under an applicator that has been taken off."""
    surge = treatment.phase.surges.get(name)
    return 1.0 if surge is None else surge.law.factor(treatment.t - surge.start)


def _coldest_on(treatment: Treatment, surfaces: list[int]) -> float:
    """Lowest temperature (degC) of the nodes of ``surfaces``."""
    T = treatment.balance.T_mesh
    nodes = [treatment.balance.body.surfaces[s].node for s in surfaces]
    lowest = min((float(T[n].min()) for n in nodes if n.size), default=np.inf)
    return -treatment.frame.operators.team.largest(-lowest) - ZERO_CELSIUS


def _coldest_skin(treatment: Treatment) -> float:
    conditions = list(treatment.frame.conditions.values())
    skin = [s for s, condition in enumerate(conditions) if condition in ("applicator", "room")]
    return _coldest_on(treatment, skin)


def _ice(treatment: Treatment) -> dict[str, float]:
    """Probability that ice has nucleated, if there is water that could."""
    freezing = treatment.freezing
    return {ICE_BY_NOW: freezing.probability} if freezing.possible else {}


def _fat_under_applicators(treatment: Treatment, nodal: Values) -> dict[str, float]:
    """Means over the lipid tissue under the applicators; empty if there is none."""
    frame = treatment.frame
    solid, viable = (
        np.nan_to_num(frame.operators.with_ghosts(local), nan=0.0)
        for local in crystal_and_survival(treatment)
    )
    sums = np.array([frame.under.sum(), *(frame.under @ v for v in (viable, solid, nodal))])
    volume, alive, crystals, warmth = frame.operators.team.total(sums)
    if volume == 0.0:
        return {}
    return {
        "volume": volume,
        "viable": alive / volume,
        "crystallised": crystals / volume,
        "attached": float(len(treatment.phase.attached)),
        "temperature": warmth / volume - ZERO_CELSIUS,
    }


def ledger(treatment: Treatment) -> dict[str, float]:
    """Cumulative heat since the start: what is stored more, what came in, what is unexplained."""
    frame, balance, team = treatment.frame, treatment.balance, treatment.frame.operators.team
    unit = energy_unit(frame.domain.dimension)
    stored = team.total(balance.stored) - team.total(treatment.stored_at_start)
    entries = team.total(balance.entries)
    names = ["perfusion", "metabolism", SOURCE, *frame.conditions, GEL, SHAPE]
    row = dict(zip(("sensible", "lipid latent", "water latent"), stored.tolist(), strict=True))
    row |= dict(zip(names, entries.tolist(), strict=True))
    settings = [phase.setting for phase in frame.phases]
    if not any(setting.pads for setting in settings):
        del row[GEL]
    if not any(setting.shape for setting in settings):
        del row[SHAPE]
    if all(setting.source is None for setting in settings):
        del row[SOURCE]
    row |= _plates(treatment)
    row["residual"] = float(stored.sum() - entries.sum()) + sum(
        gained - contact.area * (state.taken - state.pumped)
        for contact, gained, state in _devices(treatment)
    )
    return {f"{name} [{unit}]": value for name, value in row.items()}


def _plates(treatment: Treatment) -> dict[str, float]:
    """Heat (J) that the plate of every device has gained and that its pump has taken away."""
    row: dict[str, float] = {}
    for contact, gained, state in _devices(treatment):
        row[f"{OF_DEVICES[0]}{contact.plate.name}"] = gained
        row[f"{OF_DEVICES[1]}{contact.plate.name}"] = contact.area * state.pumped
    return row


def _devices(treatment: Treatment) -> Iterator[tuple[Contact, float, PlateState]]:
    """Every contact with a device, the heat (J) that its plate has gained, and its state."""
    devices = treatment.balance.devices
    for d, contact in enumerate(treatment.frame.contacts):
        if contact.plate.device is not None:
            capacity = contact.area * contact.plate.device.heat_capacity
            state = PlateState(*devices.states[d])
            yield contact, capacity * float(state.plate - devices.origin[d]), state


def energy_unit(dimension: int) -> str:
    """Unit of energies: a column is one of unit area, a section one of unit thickness."""
    return {3: "J", 2: "J/m", 1: "J/m^2"}[dimension]
