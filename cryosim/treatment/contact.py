"""Which surfaces each applicator covers, and the skin that its sensor feels."""

from collections.abc import Mapping, Sequence

import numpy as np

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.load import Loaded
from cryosim.errors import CaseError
from cryosim.fem.domain import PLUS
from cryosim.fem.operators import Operators
from cryosim.thermal.arena import AT_REST, Shape
from cryosim.thermal.network import Indices, Surface, Values
from cryosim.treatment.geometry import surfaces_of
from cryosim.treatment.phases import Contact
from cryosim.treatment.skin import Skin


def contacts_of(
    loaded: Loaded, operators: Operators, skin: Skin | None, drawn: Mapping[str, Shape]
) -> list[Contact]:
    """Contact of every applicator; ``operators`` have the skin in its pieces.  Collective."""
    names = [surface.name for surface in operators.surfaces]
    contacts = []
    for plate in loaded.case.applicator:
        touched, cavity = surfaces_of(plate, loaded.case), []
        if isinstance(plate, VacuumCup) and skin is not None:
            touched = [p.name for p in skin.pieces if plate.name in p.touched_by]
            if not touched:
                raise CaseError(
                    f'{loaded.path}:\n  applicator "{plate.name}": the fold touches no wall of the '
                    "cup, so nothing cools it; expected more height or suction, or a smaller lip"
                )
            held = [p for p in skin.pieces if plate.name in p.in_cavity_of and not p.touched_by]
            cavity = [p.name for p in held]
            cavity = [p.name for p in held]
        places = tuple(names.index(name) for name in touched)
        shapes = {AT_REST: operators.surfaces} | {k: one.surfaces for k, one in drawn.items()}
        areas = {k: _area(surfaces, places, operators) for k, surfaces in shapes.items()}
        own = next((k for k in shapes if plate.name in k.split(PLUS)), AT_REST)
        pieces = [shapes[own][s] for s in places]
        node = np.concatenate([piece.node for piece in pieces])
        area = np.concatenate([piece.area for piece in pieces])
        felt = _felt(plate, node, area, operators, block=loaded.case.mesh.file is None)
        around = tuple(names.index(name) for name in cavity)
        contacts.append(Contact(plate, places, areas, own, *felt, around))
    return contacts


def _area(surfaces: Sequence[Surface], places: Sequence[int], operators: Operators) -> float:
    """Area (m^2) of the surfaces at ``places``, over all ranks.  Collective."""
    local = sum(float(surfaces[s].area.sum()) for s in places)
    return float(operators.team.total(np.array([local]))[0])


def _felt(
    plate: Plate, node: Indices, area: Values, operators: Operators, *, block: bool
) -> tuple[Indices, Values]:
    """Nodes under the sensor of ``plate`` and their shares in its reading.  Collective.

    The sensor feels the skin within its radius, by area, or the nearest node if there is none.
    """
    team = operators.team
    lateral = operators.space.mesh.geometry.dim - 1
    x = operators.space.tabulate_dof_coordinates()[node][:, :lateral]
    middle = np.array([*plate.centre, 0.0])[:lateral]
    if not block:
        moments = team.total(np.array([area.sum(), *(area @ x)]))
        middle = moments[1:] / moments[0]
    sensor = plate.device.sensor if plate.device is not None else None
    offset = np.array([*(sensor.offset if sensor else ()), 0.0, 0.0])[:lateral]
    distance = np.linalg.norm(x - middle - offset, axis=1)
    nearest = -team.largest(float((-distance).max(initial=-np.inf)))
    radius = max(sensor.radius if sensor else 0.0, nearest * (1 + 1e-9))
    here = distance <= radius
    weight = area[here]
    return node[here], weight / team.total(np.array([weight.sum()]))[0]
