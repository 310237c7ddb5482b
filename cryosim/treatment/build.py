"""From a checked case to a treatment: mesh, operators, tables, start."""

from collections.abc import Sequence

import numpy as np
from mpi4py import MPI

from cryosim.case.applicator import Plate
from cryosim.case.checks import faces_of, spans_of
from cryosim.case.load import Loaded
from cryosim.case.schema import Case, SteadyStart, TableStart, UniformStart
from cryosim.errors import CaseError
from cryosim.fem.domain import Domain, Footprint, block
from cryosim.fem.measure import CellSamples, Sampler
from cryosim.fem.operators import Operators, assemble
from cryosim.fem.steady import steady_state
from cryosim.physics.exchange import Exchange
from cryosim.physics.tables import ENTHALPY, tabulate
from cryosim.physics.tissue import Tissue
from cryosim.thermal.arena import Body, Setting
from cryosim.thermal.balance import Accuracy, HeatBalance
from cryosim.thermal.network import TissueStencil, Values
from cryosim.treatment.injury import AdipocyteInjury
from cryosim.treatment.model import Frame, Treatment
from cryosim.treatment.phases import Contact, PhasePlan, condition_exchange, plan
from cryosim.units import ZERO_CELSIUS

_TABLE_MARGIN = 40.0
"""How far (K) tables go beyond the temperatures that the data allow."""

_FREE_RANGE = (173.15, 373.15)
"""Temperatures (K) allowed when a prescribed flux sets no bound."""


def build(loaded: Loaded, comm: MPI.Comm) -> Treatment:
    """Treatment of the case, ready to march.  Collective."""
    domain = mesh_of(loaded, comm)
    conditions = conditions_of(loaded.case)
    operators = assemble(domain, len(loaded.case.anatomy.layers), list(conditions))
    tissues = _tissues(loaded)
    bare = [_bare(name, condition, loaded) for name, condition in conditions.items()]
    contacts = [
        Contact(plate, list(conditions).index(_surface_of(plate, loaded.case)))
        for plate in loaded.case.applicator
    ]
    phases = plan(loaded, bare, contacts, list(tissues))
    bounds = _bounds(loaded, list(tissues.values()), phases, bare)
    body = _body(loaded, operators, tissues, bounds)
    frame = _frame(loaded, domain, operators, conditions, contacts, phases)
    accuracy = _accuracy(frame, body, bounds)
    T = _start(loaded.case, operators, body, bare, accuracy, frame)
    balance = HeatBalance(body, operators.team, T, accuracy)
    treatment = Treatment(frame, balance, AdipocyteInjury(loaded.case.injury, body))
    balance.rehearse()
    return treatment


# --- geometry --------------------------------------------------------------------------------


def mesh_of(loaded: Loaded, comm: MPI.Comm) -> Domain:
    """Mesh of the case.  Collective."""
    case = loaded.case
    if case.mesh.file is not None:
        from cryosim.fem.meshfile import read  # noqa: PLC0415  (meshio is slow to import)

        conditions = conditions_of(case)
        regions = [layer.region for layer in case.anatomy.layers if layer.region is not None]
        skin = [s for s, condition in conditions.items() if condition in ("room", "applicator")]
        path = loaded.path.parent / case.mesh.file
        domain = read(comm, path, regions, list(conditions), unit=case.mesh.unit, skin=skin)
        if domain.dimension != case.dimension:
            raise CaseError(
                f"{loaded.path}:\n  dimension = {case.dimension}: "
                f"the mesh {path} has dimension {domain.dimension}"
            )
        return domain
    interfaces = -np.concatenate([[0.0], np.cumsum([x.thickness for x in case.anatomy.layers])])
    return block(comm, axes_of(case), interfaces, footprints_of(case))


def footprints_of(case: Case) -> list[Footprint]:
    """Footprints of the applicators on a block."""
    axes = ("x", "y")[: case.dimension - 1]
    whole = ((-np.inf, np.inf),) * len(axes)
    return [
        Footprint(p.name, p.face, spans_of(p, case.dimension) if axes else whole)
        for p in case.applicator
    ]


def axes_of(case: Case) -> list[Values]:
    """Planes of the block along each axis (m); z from the deepest plane up to the skin at 0."""
    thickness = [layer.thickness or 0.0 for layer in case.anatomy.layers]
    boundaries = [0.0, *np.cumsum(thickness).tolist()]
    conditions = conditions_of(case)
    cooled_below = conditions.get("bottom") == "room" or any(
        p.face == "bottom" for p in case.applicator
    )
    fine = [0.0, boundaries[-1]] if cooled_below else [0.0]
    z = -case.mesh.depth.planes(boundaries, fine, fewest=3)[::-1]
    z[-1] = 0.0
    return [*(_lateral(case, axis) for axis in range(case.dimension - 1)), z]


def _lateral(case: Case, axis: int) -> Values:
    """Planes along one lateral axis (m), on the rims of all applicators."""
    spans = [spans_of(p, case.dimension)[axis] for p in case.applicator]
    rims = [edge for span in spans for edge in span]
    if case.mesh.extent is not None:
        half = case.mesh.extent[axis] / 2
        low, high = -half, half
    else:
        low = min(rims, default=0.0) - case.mesh.margin
        high = max(rims, default=0.0) + case.mesh.margin
    inner = [rim for rim in rims if low < rim < high]
    return case.mesh.lateral.planes([low, *inner, high], inner)


def conditions_of(case: Case) -> dict[str, str]:
    """Surface -> applicator, room or core, applicators first; insulated faces are no surfaces."""
    if case.mesh.file is not None:
        faces = {p.face: "applicator" for p in case.applicator}
        named = {name: c for name, c in case.anatomy.faces.items() if name not in faces}
    else:
        faces = {p.name: "applicator" for p in case.applicator}
        default = {"top": "room", "bottom": "core"}
        named = {
            face: case.anatomy.faces.get(face, default.get(face, "insulated"))
            for face in faces_of(case)
        }
    return faces | {name: c for name, c in named.items() if c != "insulated"}


def _surface_of(plate: Plate, case: Case) -> str:
    """Name of the surface that an applicator covers."""
    return plate.face if case.mesh.file is not None else plate.name


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
    if condition != "applicator":
        return condition_exchange(condition, loaded)
    if case.mesh.file is not None:
        return condition_exchange("room", loaded)
    face = next(p.face for p in case.applicator if p.name == name)
    return condition_exchange(case.anatomy.faces.get(face, "room"), loaded)


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
    low, high = min(data), max(data) + max(_metabolic_rise(t, loaded) for t in tissues)
    slack = case.numerics.overshoot
    if any(law.flux.value != (0.0,) for law in laws):
        return min(low - slack, _FREE_RANGE[0]), max(high + slack, _FREE_RANGE[1])
    return low - slack, high + slack


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
    loaded: Loaded, operators: Operators, tissues: dict[str, Tissue], bounds: tuple[float, float]
) -> Body:
    """Tissues and gels with their stencils; gels have none until they are put on."""
    none = np.empty(0, dtype=np.int64)
    n_gels = len(tissues) - len(operators.stencils)
    gel = TissueStencil(none, none, np.empty(0), np.zeros(operators.n_mesh))
    low, high = bounds[0] - _TABLE_MARGIN, bounds[1] + _TABLE_MARGIN
    tables, storage = tabulate(list(tissues.values()), loaded.blood, low, high)
    return Body(
        list(tissues.values()), [*operators.stencils, *[gel] * n_gels], operators.surfaces,
        operators.ghosts.size, tables, storage,
    )  # fmt: skip


def _accuracy(frame: Frame, body: Body, bounds: tuple[float, float]) -> Accuracy:
    """Error control over the tissue near the applicators, or near all surfaces without one."""
    numerics = frame.loaded.case.numerics
    capacity = body.tables.curve[:, -1, ENTHALPY + 1]
    volume = frame.layer_volume
    mean = float(capacity[: volume.size] @ volume / volume.sum())
    covered = [c.surface for c in frame.contacts]
    area = float(frame.area[covered].sum() or frame.area.sum() or 1.0)
    coordinates = frame.operators.space.tabulate_dof_coordinates()

    def where(node: int) -> str:
        x = ", ".join(f"{v * 1e3:.1f}" for v in coordinates[node][: frame.domain.dimension])
        return f"({x}) mm"

    return Accuracy(numerics.tolerance, mean * area * numerics.depth, bounds, where)


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
    return steady_state(balance, operators)


# --- frame -----------------------------------------------------------------------------------


def _frame(
    loaded: Loaded,
    domain: Domain,
    operators: Operators,
    conditions: dict[str, str],
    contacts: list[Contact],
    phases: list[PhasePlan],
) -> Frame:
    """What does not change during the run.  Collective."""
    case, team = loaded.case, operators.team
    samples = CellSamples.of(domain, operators.space)
    names = [p.name for p in case.probes]
    probes = Sampler(operators.space, _probe_points(case), names)
    line_depth = np.empty(0)
    line = None
    if case.mesh.file is None:
        line_depth = -axes_of(case)[-1][::-1]
        centre = (*(case.applicator[0].centre if case.applicator else ()), 0.0, 0.0)
        points = [_point(case, depth, centre) for depth in line_depth]
        line = Sampler(operators.space, np.array(points), [f"line {d}" for d in line_depth])
    volumes = np.array([s.volume.sum() for s in operators.stencils])
    return Frame(
        loaded=loaded,
        domain=domain,
        operators=operators,
        conditions=conditions,
        contacts=contacts,
        phases=phases,
        samples=samples,
        probes=probes,
        line=line,
        line_depth=line_depth,
        under=_under(loaded, domain, samples),
        area=team.total(np.array([s.area.sum() for s in operators.surfaces])),
        layer_volume=team.total(volumes),
    )


def _point(case: Case, depth: float, offset: Sequence[float]) -> list[float]:
    """Coordinates (m, padded to three) of a point of a block."""
    lateral = list(offset)[: case.dimension - 1]
    point = [*lateral, -depth]
    return point + [0.0] * (3 - len(point))


def _probe_points(case: Case) -> Values:
    """Coordinates (m) of all probes, shape (n, 3)."""
    points = []
    for probe in case.probes:
        if probe.position is not None:
            point = list(probe.position) + [0.0] * (3 - len(probe.position))
        else:
            point = _point(case, probe.depth or 0.0, (*probe.offset, 0.0, 0.0))
        points.append(point)
    return np.array(points).reshape(-1, 3)


def _under(loaded: Loaded, domain: Domain, samples: CellSamples) -> Values:
    """Volume (m^3) of lipid tissue under the footprints at every local node, owned cells only."""
    case = loaded.case
    under = np.zeros(samples.depth.size)
    lipid = [loaded.tissues[layer.tissue].lipid is not None for layer in case.anatomy.layers]
    chosen = np.array(lipid)[samples.layer]
    if case.mesh.file is None:
        covered = np.zeros(samples.layer.size, dtype=bool)
        middle = samples.middle
        for footprint in footprints_of(case):
            inside = np.ones(samples.layer.size, dtype=bool)
            for axis, (low, high) in enumerate(footprint.intervals[: case.dimension - 1]):
                inside &= (middle[:, axis] > low) & (middle[:, axis] < high)
            covered |= inside
        chosen &= covered
    share = samples.volume[chosen] / samples.dofs.shape[1]
    for corner in range(samples.dofs.shape[1]):
        np.add.at(under, samples.dofs[chosen, corner], share)
    return under
