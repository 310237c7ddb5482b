"""What must hold between the parts of a case, beyond what each part checks by itself."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import combinations

from cryosim.case.applicator import Plate
from cryosim.case.protocol import Cool, Hold, Remove
from cryosim.case.schema import BLOCK_FACES, Case

ORDER = {
    "gel": 0, "epidermis": 1, "dermis": 2, "skin": 2, "fat": 3, "septa": 3, "muscle": 4,
    "bone_cortical": 5, "bone_cancellous": 6,
}  # fmt: skip
"""How deep tissues of the library lie; others may lie anywhere."""


def faults_between_parts(case: Case) -> list[str]:
    """Every fault, each with the key path it is about."""
    faults = [*_geometry(case), *_applicators(case), *_protocol(case), *_probes(case)]
    if not faults and case.mesh.file is None:
        faults = [*_order(case), *_footprints(case)]
    return faults


def _geometry(case: Case) -> Iterator[str]:
    """Layers, faces and extent."""
    yield from _of_block(case) if case.mesh.file is None else _of_mesh_file(case)


def _of_mesh_file(case: Case) -> Iterator[str]:
    for i, layer in enumerate(case.anatomy.layers):
        if layer.region is None:
            where = f"anatomy.layers[{i + 1}].region"
            yield f"{where}: is missing; a layer of a mesh file is a cell tag or a group"
    if case.mesh.extent is not None:
        yield "mesh.extent: a mesh file has an extent of its own"


def _of_block(case: Case) -> Iterator[str]:
    for i, layer in enumerate(case.anatomy.layers):
        where = f"anatomy.layers[{i + 1}]"
        if layer.thickness is None:
            yield f'{where}.thickness: is missing; expected a length such as "2.2 mm"'
        if layer.region is not None:
            yield f"{where}.region = {layer.region!r}: only a layer of a mesh file has a region"
    faces = faces_of(case)
    for face in set(case.anatomy.faces) - set(faces):
        has = f"a block of dimension {case.dimension} has the faces {', '.join(faces)}"
        yield f"anatomy.faces.{face}: {has}"
    if case.mesh.extent is not None and len(case.mesh.extent) != case.dimension - 1:
        yield f"mesh.extent: expected {case.dimension - 1} lengths for dimension {case.dimension}"


def faces_of(case: Case) -> tuple[str, ...]:
    """Faces of the block of ``case``."""
    return BLOCK_FACES[: 2 * case.dimension]


def _applicators(case: Case) -> Iterator[str]:
    """Names, faces and sizes of applicators."""
    names = [a.name for a in case.applicator]
    for i, plate in enumerate(case.applicator):
        where = f"applicator[{i + 1}]" if len(names) > 1 else "applicator"
        if names.index(plate.name) < i:
            yield f'{where}.name = "{plate.name}": another applicator has this name'
        if case.mesh.file is not None:
            continue
        if plate.face not in ("top", "bottom"):
            yield f'{where}.face = "{plate.face}": expected "top" or "bottom"'
        if plate.gel and plate.gel.tissue in {layer.tissue for layer in case.anatomy.layers}:
            yield f'{where}.gel.tissue = "{plate.gel.tissue}": a layer is made of it already'
        if case.dimension > 1 and len(plate.size) < case.dimension - 1:
            yield (
                f"{where}.size: expected {case.dimension - 1} length"
                f"{'s' if case.dimension > 2 else ''} for dimension {case.dimension}"
            )


def _protocol(case: Case) -> Iterator[str]:
    """Names used by phases, and phases that need another one before them."""
    names = [a.name for a in case.applicator]
    perfect = any(a.contact_conductance == "perfect" for a in case.applicator)
    cooled = False
    for i, phase in enumerate(case.protocol):
        where = f"protocol[{i + 1}]"
        if phase.phase == "repeat":
            if i == 0:
                yield f"{where}: there is nothing before it to repeat"
            continue
        yield from _named(phase.applicators or (), names, where)
        if not names and not isinstance(phase, Remove):
            yield f'{where}.phase = "{phase.phase}": the case has no applicator'
        if isinstance(phase, Hold) and not cooled:
            yield f'{where}.phase = "hold": nothing was cooled before; start with phase = "cool"'
        if isinstance(phase, Cool):
            cooled = True
            if phase.flux is not None and perfect:
                yield f"{where}.flux: an applicator in perfect contact takes a temperature"


def _named(wanted: Sequence[str], names: list[str], where: str) -> Iterator[str]:
    """Applicators that a phase names but the case does not have."""
    for name in set(wanted) - set(names):
        close = get_close_matches(name, names, n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"there are {', '.join(names)}"
        yield f'{where}.applicators: no applicator is called "{name}"; {hint}'


def _probes(case: Case) -> Iterator[str]:
    """Names, kinds of place, and places outside a block."""
    names = [p.name for p in case.probes]
    total = sum(layer.thickness or 0.0 for layer in case.anatomy.layers)
    for i, probe in enumerate(case.probes):
        where = f"probes[{i + 1}]"
        if names.index(probe.name) < i:
            yield f'{where}.name = "{probe.name}": another probe has this name'
        if case.mesh.file is not None:
            if probe.position is None:
                yield f"{where}.position: is missing; a mesh file needs coordinates, not a depth"
        elif probe.depth is None:
            yield f"{where}.depth: is missing; a block takes a depth, not coordinates"
        elif not 0.0 <= probe.depth <= total * (1 + 1e-9):
            yield f"{where}.depth: the block is {total * 1e3:g} mm deep"


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
    """Applicators stay on the block and off each other."""
    spans = [spans_of(plate, case.dimension) for plate in case.applicator]
    pairs = list(zip(case.applicator, spans, strict=True))
    for (one, here), (other, there) in combinations(pairs, 2):
        apart = any(a[1] <= b[0] or b[1] <= a[0] for a, b in zip(here, there, strict=True))
        if one.face == other.face and not apart:
            yield f'applicator: "{one.name}" and "{other.name}" overlap; expected them apart'
    if case.mesh.extent is None:
        return
    for plate, here in pairs:
        sides = zip(here, case.mesh.extent, strict=True)
        if any(low < -length / 2 or high > length / 2 for (low, high), length in sides):
            yield f'mesh.extent: "{plate.name}" does not fit on the block'


def spans_of(plate: Plate, dimension: int) -> tuple[tuple[float, float], ...]:
    """Interval (m) that ``plate`` covers along each lateral axis."""
    centre = (*plate.centre, 0.0)
    return tuple(
        (centre[i] - plate.size[i] / 2, centre[i] + plate.size[i] / 2) for i in range(dimension - 1)
    )
