"""What must hold between the parts of a case, beyond what each part checks by itself."""

from collections.abc import Iterator
from itertools import combinations

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.cups import faults_of_cup, on_together, shared_with_cup, unlike_cups
from cryosim.case.extent import centre_of, extent_of, faces_of, spans_of
from cryosim.case.external import faults_of_sources
from cryosim.case.faults import did_you_mean, shown
from cryosim.case.protocol import ActivePhase, Cool, Hold, Massage, Remove, Repeat, Wait
from cryosim.case.schema import BLOCK_FACES, Case
from cryosim.shape.layers import ThicknessMap

ORDER = {
    "gel": 0, "epidermis": 1, "dermis": 2, "skin": 2, "fat": 3, "septa": 3, "muscle": 4,
    "bone_cortical": 5, "bone_cancellous": 6,
}  # fmt: skip
"""How deep tissues of the library lie; others may lie anywhere."""

TAKEN = (
    "sensible", "lipid latent", "water latent", "perfusion", "metabolism", "source", "residual",
    "gel put on and taken off", "change of shape",
)  # fmt: skip
"""Columns of the ledger that no applicator and no surface may be called."""

MOST_PHASES = 1000
MOST_ROWS = 100_000
MOST_CELLS = 1e9
SMALL = 1e-9
"""Length (m) by which a map may miss the side of a block."""

LONGEST = 366 * 24 * 3600.0
"""Longest treatment (s); with the other limits it keeps slips of a unit from filling a disk."""


def faults_between_parts(case: Case) -> list[str]:
    """Every fault, each with the key path it is about."""
    faults = [*_geometry(case), *_names(case), *_applicators(case), *_protocol(case)]
    faults += [*_probes(case), *_amounts(case), *_nucleation(case)]
    if not faults and case.mesh.file is None:
        faults = [*_order(case), *_footprints(case), *_sizes(case), *faults_of_sources(case)]
    return faults


def _geometry(case: Case) -> Iterator[str]:
    """Layers, faces and extent; what a case gives for axes that it lacks does no harm.

    So the same case runs in one, two and three dimensions.
    """
    yield from _of_block(case) if case.mesh.file is None else _of_mesh_file(case)


def _of_mesh_file(case: Case) -> Iterator[str]:
    for i, layer in enumerate(case.anatomy.layers):
        if layer.region is None:
            where = f"anatomy.layers[{i + 1}].region"
            yield f"{where}: is missing; a layer of a mesh file is a cell tag or a group"
    if case.mesh.extent is not None:
        yield "mesh.extent: a mesh file has an extent of its own"
    if case.anatomy.thickness_map is not None:
        yield "anatomy.thickness_map: a mesh file has a shape of its own"


def _of_block(case: Case) -> Iterator[str]:
    for i, layer in enumerate(case.anatomy.layers):
        where = f"anatomy.layers[{i + 1}]"
        if layer.thickness is None:
            yield f'{where}.thickness: is missing; expected a length such as "2.2 mm"'
        if layer.region is not None:
            yield f"{where}.region = {shown(layer.region)}: only a layer of a mesh file has one"
    for face, condition in case.anatomy.faces.items():
        if face not in BLOCK_FACES:
            hint = did_you_mean(face, BLOCK_FACES)
            yield f"anatomy.faces.{face} = {shown(condition)}: a block has no such face; {hint}"
    conditions = {"top": "room"} | case.anatomy.faces
    if not case.applicator and "room" not in [conditions.get(face) for face in faces_of(case)]:
        yield "anatomy.faces: no skin; expected a face open to the room, or an applicator"
    if case.mesh.extent is not None and len(case.mesh.extent) < case.dimension - 1:
        yield f"mesh.extent: {_lengths(len(case.mesh.extent), case.dimension)}"


def _lengths(given: int, dimension: int) -> str:
    """How many lengths along the skin are expected."""
    n = dimension - 1
    return f"{given} given; expected {n} length{'' if n == 1 else 's'} for dimension {dimension}"


def _names(case: Case) -> Iterator[str]:
    """Names that would make two things one in the results."""
    layers = case.anatomy.layers
    yield from _repeated("anatomy.layers", "layer", [layer.label for layer in layers])
    yield from _repeated("applicator", "applicator", [a.name for a in case.applicator])
    yield from _repeated("probes", "probe", [p.name for p in case.probes])
    in_layers = {name for layer in layers for name in (layer.label, layer.tissue)}
    taken = [*TAKEN, *(BLOCK_FACES if case.mesh.file is None else ())]
    for i, plate in enumerate(case.applicator):
        where = f"applicator[{i + 1}]"
        if plate.name in taken:
            yield f"{where}.name = {shown(plate.name)}: results use this word for something else"
        if plate.gel and plate.gel.tissue in in_layers:
            yield f"{where}.gel.tissue = {shown(plate.gel.tissue)}: a layer has this name already"
    for face in {*TAKEN}.intersection(case.anatomy.faces):
        yield f"anatomy.faces.{face}: results use this word for something else"


def _repeated(where: str, kind: str, names: list[str]) -> Iterator[str]:
    """Names that an earlier one of the same kind has."""
    for i, name in enumerate(names):
        if name in names[:i]:
            key = f"{where}[{i + 1}].name"
            yield f"{key} = {shown(name)}: another {kind} has this name; expected its own"


def _applicators(case: Case) -> Iterator[str]:
    """Faces and sizes of applicators."""
    faces = [a.face for a in case.applicator]
    for i, plate in enumerate(case.applicator):
        where = f"applicator[{i + 1}]"
        yield from _sensor(case, plate, where)
        if isinstance(plate, VacuumCup):
            yield from faults_of_cup(case, plate, where)
            continue
        if case.mesh.file is not None:
            if plate.face in faces[:i]:
                yield f"{where}.face = {shown(plate.face)}: another applicator covers it"
            continue
        if plate.face not in ("top", "bottom"):
            yield f'{where}.face = {shown(plate.face)}: expected "top" or "bottom"'
        if case.dimension > 1 and len(plate.size) < case.dimension - 1:
            yield f"{where}.size: {_lengths(len(plate.size), case.dimension)}"


def _sensor(case: Case, plate: Plate, where: str) -> Iterator[str]:
    """A sensor on the skin lies under its applicator."""
    offset = plate.device.sensor.offset if plate.device is not None else ()
    for x, size in zip(offset[: case.dimension - 1], plate.footprint, strict=False):
        if abs(x) > size / 2.0:
            yield (
                f'{where}.device.sensor.offset = "{x * 1e3:g} mm": outside the applicator; '
                f"expected at most {size * 500:g} mm from its centre"
            )


def _protocol(case: Case) -> Iterator[str]:
    """Phases that need an applicator, a certain one, or another phase before them."""
    perfect = any(a.contact_conductance == "perfect" for a in case.applicator)
    devices = any(a.device is not None for a in case.applicator)
    on = False
    for i, phase in enumerate(case.protocol):
        where = f"protocol[{i + 1}]"
        if isinstance(phase, Repeat):
            if i == 0:
                yield f'{where}.phase = "repeat": there is nothing before it to repeat'
            continue
        yield from _applicators_of(phase, [a.name for a in case.applicator], where)
        if isinstance(phase, Hold) and not on:
            yield f'{where}.phase = "hold": no applicator is on; start with phase = "cool"'
        if isinstance(phase, Cool) and phase.flux is not None and perfect:
            yield f"{where}.flux: an applicator in perfect contact takes a temperature"
        if isinstance(phase, Cool) and phase.flux is not None and devices:
            yield f"{where}.flux: a device takes a temperature; expected one, or no device"
        removed = isinstance(phase, Remove | Massage) and phase.applicators is None
        on = isinstance(phase, Cool) or (on and not removed)


def _applicators_of(phase: ActivePhase, names: list[str], where: str) -> Iterator[str]:
    """Applicators that a phase needs or names but the case does not have."""
    if not names and not isinstance(phase, Remove | Wait):
        yield f'{where}.phase = "{phase.phase}": the case has no applicator'
    for name in dict.fromkeys(phase.applicators or ()):
        if name not in names:
            hint = did_you_mean(name, names) if names else "the case has none"
            yield f"{where}.applicators: no applicator is called {shown(name)}; {hint}"


def _probes(case: Case) -> Iterator[str]:
    """Kinds of place, and depths outside a block."""
    total = sum(layer.thickness or 0.0 for layer in case.anatomy.layers)
    for i, probe in enumerate(case.probes):
        where = f"probes[{i + 1}]"
        if case.mesh.file is not None:
            if probe.position is None:
                yield f"{where}.position: is missing; a mesh file needs coordinates, not a depth"
        elif probe.depth is None:
            yield f"{where}.depth: is missing; a block takes a depth, not coordinates"
        elif not 0.0 <= probe.depth <= total * (1 + 1e-9):
            yield (
                f'{where}.depth = "{probe.depth * 1e3:g} mm": outside the tissue; '
                f"expected from 0 to {total * 1e3:g} mm"
            )


def _amounts(case: Case) -> Iterator[str]:
    """Phases, time and rows of tables within reason."""
    count = 0
    for i, phase in enumerate(case.protocol):
        count = count * phase.times if isinstance(phase, Repeat) else count + 1
        if count > MOST_PHASES:
            yield f"protocol[{i + 1}]: makes {count} phases; expected at most {MOST_PHASES}"
            return
    duration, every = case.duration, case.output.every
    if duration > LONGEST:
        yield f"protocol: lasts {duration / 86400:.3g} days; expected at most {LONGEST / 86400:g}"
    elif duration / every > MOST_ROWS:
        yield (
            f'output.every = "{every:g} s": makes {duration / every:.3g} rows; '
            f"expected at most {MOST_ROWS}"
        )


def _nucleation(case: Case) -> Iterator[str]:
    """Ice is forced while the treatment lasts."""
    at = case.nucleation.at
    if at is not None and at >= case.duration:
        end = f"{case.duration:g} s"
        yield f'nucleation.at = "{at:g} s": the protocol ends before; expected below {end}'


def _order(case: Case) -> Iterator[str]:
    """Layers go down from the skin, and up again to the skin of the other side of a fold."""
    fold = case.anatomy.faces.get("bottom") == "room" or any(
        a.face == "bottom" for a in case.applicator
    )
    deepest, rising = -1, False
    for i, layer in enumerate(case.anatomy.layers):
        rank = ORDER.get(layer.tissue)
        if rank is None:
            continue
        if rank < deepest and not fold:
            above = case.anatomy.layers[i - 1].tissue
            yield (
                f'anatomy.layers[{i + 1}].tissue = "{layer.tissue}": {layer.tissue} does not lie '
                f"under {above}; expected layers from the surface down (skin, fat, muscle, bone)"
            )
        if fold and rising and rank > deepest:
            yield (
                f'anatomy.layers[{i + 1}].tissue = "{layer.tissue}": a fold goes in from one skin '
                "and out to the other; expected layers such as skin, fat, skin"
            )
        rising = rising or rank < deepest
        deepest = rank


def _footprints(case: Case) -> Iterator[str]:
    """Applicators stay on the block and off each other, probes in the block."""
    spans = [spans_of(plate, case.dimension) for plate in case.applicator]
    pairs = list(zip(case.applicator, spans, strict=True))
    for (one, here), (other, there) in combinations(pairs, 2):
        apart = any(a[1] <= b[0] or b[1] <= a[0] for a, b in zip(here, there, strict=True))
        if one.face == other.face and not apart:
            yield from on_together(case, one.name, other.name)
            yield from shared_with_cup(one, other)
        yield from unlike_cups(case, one, other)
    block = [extent_of(case, axis) for axis in range(case.dimension - 1)]
    for plate, here in pairs:
        sides = zip(here, block, strict=True)
        if any(low < first or high > last for (low, high), (first, last) in sides):
            yield f'mesh.extent: "{plate.name}" does not fit on the block'
    for i, probe in enumerate(case.probes):
        for x, (low, high) in zip(probe.offset, block, strict=False):
            if not low <= x <= high:
                yield (
                    f'probes[{i + 1}].offset = "{x * 1e3:g} mm": outside the tissue; '
                    f"expected from {low * 1e3:g} to {high * 1e3:g} mm"
                )


def _sizes(case: Case) -> Iterator[str]:
    """As many cells as a machine can hold, by a bound from below."""
    thickness = sum(layer.thickness or 0.0 for layer in case.anatomy.layers)
    cells = thickness / case.depth_grading.coarsest
    for axis in range(case.dimension - 1):
        low, high = extent_of(case, axis)
        cells *= max(1.0, (high - low) / case.mesh.lateral.coarsest)
    if cells > MOST_CELLS:
        yield (
            f"mesh: the block has at least {cells:.1e} cells; expected at most {MOST_CELLS:.0e}; "
            "look at the lengths of the case and at coarsest of mesh.depth and mesh.lateral"
        )


def faults_of_coverage(case: Case, thickness: ThicknessMap) -> Iterator[str]:
    """A map goes on to the sides of the block; a section or a column needs its own place only."""
    for axis, nodes in enumerate((thickness.x, thickness.y)):
        inside = axis < case.dimension - 1
        low, high = extent_of(case, axis) if inside else (centre_of(case)[axis],) * 2
        if low < nodes[0] - SMALL or high > nodes[-1] + SMALL:
            what = "the block reaches" if inside else "the tissue lies"
            yield (
                f"anatomy.thickness_map: goes from {nodes[0] * 1e3:g} to {nodes[-1] * 1e3:g} mm "
                f"along {'xy'[axis]}, {what} from {low * 1e3:g} to {high * 1e3:g} mm; expected a "
                "map of all of it, or a smaller mesh.extent or mesh.margin"
            )
