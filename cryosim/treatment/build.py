"""From a checked case to a treatment: mesh, operators, tables, start."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from mpi4py import MPI

from cryosim.case.load import Loaded
from cryosim.case.schema import Case, TableStart, UniformStart
from cryosim.fem.domain import Domain
from cryosim.fem.implicit import Implicit
from cryosim.fem.measure import CellSamples, Sampler
from cryosim.fem.operators import Operators
from cryosim.fem.steady import steady_state
from cryosim.physics.crystallisation import Equilibrium
from cryosim.physics.exchange import Exchange
from cryosim.physics.tables import ENTHALPY, tabulate
from cryosim.physics.tissue import Tissue
from cryosim.thermal.arena import Body, Setting, Shape
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.chebyshev import Chebyshev
from cryosim.thermal.crystals import Crystals
from cryosim.thermal.devices import Fitted
from cryosim.thermal.lipid import LipidNodes
from cryosim.thermal.marching import Accuracy, Integrator
from cryosim.thermal.network import TissueStencil, Values
from cryosim.thermal.reacting import Reacting
from cryosim.treatment.beneath import Beneath
from cryosim.treatment.contact import contacts_of
from cryosim.treatment.cups import (
    TOP,
    CupDraw,
    assembled,
    drawn_volumes,
    draws_of,
    inside_each,
    rims_of,
)
from cryosim.treatment.geometry import (
    conditions_of,
    line_under,
    mesh_of,
    probe_points,
    surfaces_of,
    volume_under_applicators,
)
from cryosim.treatment.injury import AdipocyteInjury
from cryosim.treatment.model import Frame, Treatment
from cryosim.treatment.phases import Contact, Leg, PhasePlan, condition_exchange, legs_of, plan
from cryosim.treatment.skin import Skin

STIFF = 100.0
"""Spectral radius (1/s) above which implicit steps are cheaper.

An implicit step costs as much as some 180 explicit stages and is twice as long (measured on
abdomen_plate: 41 steps in 15.5 core-s against 79 in 2.8); steps are typically 50 s, so explicit
ones then take more than 90 stages.  Blocks of the default mesh have 3 to 10/s; slivers and cells of
0.05 mm have hundreds.
"""

_TABLE_MARGIN = 40.0
"""How far (K) tables go beyond the temperatures that the data allow."""

_OVERSHOOT = 20.0
"""How far (K) a PI controller may overshoot on warming before the run stops."""

_FREE_RANGE = (173.15, 373.15)
"""Temperatures (K) allowed when a prescribed flux or a source sets no bound."""


def build(loaded: Loaded, comm: MPI.Comm) -> Treatment:
    """Treatment of the case, ready to march.  Collective."""
    draws = draws_of(loaded, comm)
    domain = mesh_for(loaded, draws, comm)
    conditions = conditions_of(loaded.case)
    operators, deformed = assembled(draws, domain, list(conditions), loaded.case)
    skin = Skin(draws, operators) if draws else None
    drawn: dict[str, Shape] = {}
    if skin is not None:
        drawn = {k: Shape(o.stencils, skin.split(o.surfaces)) for k, o in deformed.items()}
        operators = replace(operators, surfaces=skin.split(operators.surfaces))
        conditions, domain = skin.conditions(conditions), skin.shown(domain)
    tissues = _tissues(loaded)
    bare = [_bare(name, condition, loaded) for name, condition in conditions.items()]
    samples = CellSamples.of(domain, operators.space)
    contacts = contacts_of(loaded, operators, skin, drawn)
    beneath = Beneath(loaded, domain, operators, samples, inside_each(draws))
    planned = partial(plan, loaded, bare, contacts, beneath, list(tissues))
    phases = planned(legs_of(loaded))
    bounds = _bounds(loaded, list(tissues.values()), phases, bare)
    body = _body(loaded, operators, drawn, tissues, bounds)
    frame = _frame(loaded, domain, operators, conditions, contacts, phases, planned, samples, draws)
    accuracy = _accuracy(frame, body, bounds)
    T = _start(loaded.case, operators, body, bare, accuracy, frame)
    lipid, law = LipidNodes(body), loaded.case.crystallisation
    crystals = None if isinstance(law, Equilibrium) else Crystals(law, lipid, body, T)
    balance = HeatBalance(body, operators.team, T, accuracy, crystals=crystals)
    treatment = Treatment(frame, balance, AdipocyteInjury(loaded.case.injury, lipid))
    integrator = integrator_for(loaded, balance.spectral_radius, comm)
    balance.integrator = integrator if crystals is None else Reacting(integrator, crystals)
    balance.rehearse()
    return treatment


def mesh_for(loaded: Loaded, draws: Sequence[CupDraw], comm: MPI.Comm) -> Domain:
    """Mesh of the case at rest, fine where contact in its cups ends.  Collective."""
    return mesh_of(loaded, comm, rims_of(draws, loaded.case.dimension))


def integrator_for(loaded: Loaded, spectral_radius: float, comm: MPI.Comm) -> Integrator:
    """The way to step that the case asks for, or else the cheaper one."""
    asked = loaded.case.numerics.integrator
    if asked == "implicit" or (asked == "auto" and spectral_radius > STIFF):
        return Implicit(comm)
    return Chebyshev()


# --- physics ---------------------------------------------------------------------------------


def _tissues(loaded: Loaded) -> dict[str, Tissue]:
    """Tissue of every layer by its label, then gels by their name."""
    tissues = {layer.label: loaded.tissues[layer.tissue] for layer in loaded.case.anatomy.layers}
    for plate in loaded.case.applicator:
        if plate.gel is not None and plate.gel.as_ == "layer":
            tissues[plate.gel.tissue] = loaded.tissues[plate.gel.tissue]
    return tissues


def _bare(name: str, condition: str, loaded: Loaded) -> Exchange:
    """What a surface exchanges while no applicator is on it."""
    case = loaded.case
    if condition == "applicator":
        over = (p.face for p in case.applicator if name in surfaces_of(p, case))
        face = None if case.mesh.file is not None else next(over, TOP)
        return condition_exchange(case.anatomy.faces.get(face or "", "room"), loaded)
    return condition_exchange(condition, loaded)


def _bounds(
    loaded: Loaded, tissues: list[Tissue], phases: Sequence[PhasePlan], bare: Sequence[Exchange]
) -> tuple[float, float]:
    """Temperatures (K) that the data allow: the maximum principle, plus metabolic heating."""
    case = loaded.case
    laws = [law for p in phases for law in p.setting.exchange] + list(bare)
    active = [law for law in laws if law.conductance > 0.0 or law.perfect or law.emissivity > 0.0]
    data = [v for law in active for v in law.temperature.value] + [loaded.blood.temperature]
    if isinstance(case.start, UniformStart):
        data.append(case.start.temperature)
    if isinstance(case.start, TableStart):
        data.extend(case.start.temperature)
    data += [pad.temperature for p in phases for pad in p.setting.pads.values()]
    data += [limit for p in phases for d in p.setting.devices.values() for limit in _reach(d)]
    low, high = min(data), max(data) + max(_metabolic_rise(t, loaded) for t in tissues)
    slack = case.numerics.overshoot
    fluxes = any(law.flux.value != (0.0,) for law in laws)
    low = min(low - slack, _FREE_RANGE[0]) if fluxes else low - slack
    if fluxes or any(p.setting.source is not None for p in phases):
        return low, max(high + slack, _FREE_RANGE[1])
    return low, high + slack


def _reach(fitted: Fitted) -> tuple[float, ...]:
    """Temperatures (K) that bound those of a device beside its set points."""
    device, pump = fitted.drive.device, fitted.drive.device.pump
    warm = () if device.abort is None else (device.abort.rewarm_to,)
    if device.controller.kind == "ideal":
        return fitted.start, *warm
    highest = max(*fitted.drive.set_point.value, *warm, 0.0) + _OVERSHOOT
    return fitted.start, pump.hot_side - pump.lift, highest


def _metabolic_rise(tissue: Tissue, loaded: Loaded) -> float:
    """Most (K) that metabolism can warm ``tissue`` above arterial blood."""
    q = tissue.metabolism.source(tissue.density)
    depth = sum(layer.thickness or 0.05 for layer in loaded.case.anatomy.layers)
    by_conduction = q * depth**2 / (2.0 * tissue.conductivity)
    G = tissue.perfusion.conductance(tissue.density, loaded.blood)
    warm = np.array([loaded.blood.temperature])
    G *= float(tissue.perfusion_response.factor(warm)[0])
    return min(by_conduction, q / G) if G > 0.0 else by_conduction


def _body(
    loaded: Loaded, operators: Operators, drawn: dict[str, Shape], tissues: dict[str, Tissue],
    bounds: tuple[float, float],
) -> Body:  # fmt: skip
    """Tissues with their stencils; gels have none until put on, iced ones until ice nucleates."""
    none = np.empty(0, dtype=np.int64)
    nowhere = TissueStencil(none, none, np.empty(0), np.zeros(operators.n_mesh))
    low, high = bounds[0] - _TABLE_MARGIN, bounds[1] + _TABLE_MARGIN
    every, iced = list(tissues.values()), {}
    if loaded.case.nucleation.event != "none":
        for m, layer in enumerate(loaded.case.anatomy.layers):
            if layer.tissue in loaded.ice:
                iced[m] = len(every)
                every.append(every[m].model_copy(update={"ice": loaded.ice[layer.tissue]}))
    kinetic = not isinstance(loaded.case.crystallisation, Equilibrium)
    tables, storage = tabulate(every, loaded.blood, low, high, kinetic)
    more = [nowhere] * (len(every) - len(operators.stencils))
    shapes = {name: replace(s, stencils=[*s.stencils, *more]) for name, s in drawn.items()}
    return Body(
        every, [*operators.stencils, *more], operators.surfaces, operators.ghosts.size, tables,
        storage, shapes, iced,
    )  # fmt: skip


def _accuracy(frame: Frame, body: Body, bounds: tuple[float, float]) -> Accuracy:
    """Error control over the tissue near the applicators, or near all surfaces without one."""
    numerics = frame.loaded.case.numerics
    capacity = body.tables.curve[:, -1, ENTHALPY + 1]
    volume = frame.layer_volume
    mean = float(capacity[: volume.size] @ volume / volume.sum())
    covered = sorted({s for c in frame.contacts for s in c.surfaces})
    area = float(frame.area[covered].sum() or frame.area.sum() or 1.0)
    coordinates = frame.operators.space.tabulate_dof_coordinates()

    def where(node: int) -> str:
        x = ", ".join(f"{v * 1e3:.1f}" for v in coordinates[node][: frame.domain.dimension])
        return f"({x}) mm"

    return Accuracy(frame.loaded.case.tolerance, mean * area * numerics.depth, bounds, where)


def _start(
    case: Case,
    operators: Operators,
    body: Body,
    bare: Sequence[Exchange],
    accuracy: Accuracy,
    frame: Frame,
) -> Values:
    """Temperature (K) of owned nodes before the first phase.  Collective."""
    n = operators.n_mesh
    if isinstance(case.start, UniformStart):
        return np.full(n, case.start.temperature)
    if isinstance(case.start, TableStart):
        return np.interp(frame.samples.depth[:n], case.start.depth, case.start.temperature)
    guess = np.full(n, frame.loaded.blood.temperature)
    balance = HeatBalance(body, operators.team, guess, accuracy)
    balance.begin(Setting(tuple(bare)), 0.0)
    return steady_state(balance, operators.team)


# --- frame -----------------------------------------------------------------------------------


def _frame(
    loaded: Loaded,
    domain: Domain,
    operators: Operators,
    conditions: dict[str, str],
    contacts: list[Contact],
    phases: list[PhasePlan],
    planned: Callable[[Sequence[Leg]], list[PhasePlan]],
    samples: CellSamples,
    draws: list[CupDraw],
) -> Frame:
    """What does not change during the run.  Collective."""
    case, team = loaded.case, operators.team
    names = [p.name for p in case.probes]
    probes = Sampler(operators.space, probe_points(case), names)
    line_depth = np.empty(0)
    line = None
    if case.mesh.file is None:
        points = line_under(loaded)
        line_depth = -points[:, case.dimension - 1]
        line = Sampler(operators.space, points, [f"line {d}" for d in line_depth])
    volumes = np.array([s.volume.sum() for s in operators.stencils])
    volume = drawn_volumes(draws, domain, operators.space, samples, case)
    return Frame(
        loaded=loaded,
        domain=domain,
        operators=operators,
        conditions=conditions,
        contacts=contacts,
        phases=phases,
        plan=planned,
        samples=samples,
        probes=probes,
        line=line,
        line_depth=line_depth,
        under=volume_under_applicators(loaded, domain, samples, inside_each(draws), volume),
        draws=draws,
        area=team.total(np.array([s.area.sum() for s in operators.surfaces])),
        layer_volume=team.total(volumes),
    )
