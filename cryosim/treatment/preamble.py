"""What the field file of a treatment tells before its first step."""

from typing import Any

import numpy as np

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.fem.domain import together
from cryosim.fem.export import mesh_arrays, node_gather
from cryosim.output.mesh import MeshData
from cryosim.treatment.cups import TOP, displacement, drawing
from cryosim.treatment.model import Frame
from cryosim.units import ZERO_CELSIUS


def mesh_data(frame: Frame) -> MeshData | None:
    """Mesh, shapes and protocol of a treatment on rank 0, None elsewhere.  Collective."""
    depth = frame.samples.depth[: frame.operators.n_mesh]
    arrays = mesh_arrays(frame.domain, frame.operators, depth, _holding(frame))
    shapes = _shapes(frame)
    if arrays is None:
        return None
    case, tissues = frame.loaded.case, frame.loaded.tissues
    layers = [
        {"name": x.label, "tissue": x.tissue, "title": tissues[x.tissue].title}
        for x in case.anatomy.layers
    ]
    phases = [
        {"name": plan.name, "start": plan.start, "end": plan.end, "cups": list(cups)}
        for plan, cups in zip(frame.phases, drawing(case), strict=True)
    ]
    return MeshData(
        dimension=case.dimension, layers=layers, title=case.title, phases=phases, shapes=shapes,
        threshold=case.output.threshold - ZERO_CELSIUS,
        applicators=[_applicator(plate, frame) for plate in case.applicator], **arrays,
    )  # fmt: skip


def _holding(frame: Frame) -> dict[str, str]:
    """What holds on each surface; of the skin in cups, which touch it and which hold it."""
    if not frame.draws:
        return frame.conditions
    cups = {contact.plate.name: contact for contact in frame.contacts
            if isinstance(contact.plate, VacuumCup)}  # fmt: skip
    holding = {}
    for s, (name, condition) in enumerate(frame.conditions.items()):
        walls = [f"{cup} wall" for cup, contact in cups.items() if s in contact.surfaces]
        cavities = [cup for cup in cups if f"{cup} cavity" in name.split(" + ")]
        words = together([*walls, *(f"{cup} cavity" for cup in cavities)])
        holding[name] = condition if name == TOP else words or condition
    return holding


def _shapes(frame: Frame) -> dict[str, Any]:
    """Displacement (m) of all nodes in every shape, on rank 0.  Collective."""
    operators, n = frame.operators, frame.operators.n_mesh
    gather, shapes = node_gather(operators), {}
    points = operators.space.tabulate_dof_coordinates()[:n, : frame.domain.dimension]
    for names in dict.fromkeys(drawing(frame.loaded.case)):
        if names:
            moved = np.zeros((n, 3))
            up = displacement(frame.draws, names, points)
            moved[:, : up.shape[1]] = up
            whole = [gather(np.ascontiguousarray(column)) for column in moved.T]
            shapes[together(names)] = whole
    return {
        name: np.column_stack(whole)  # type: ignore[arg-type]
        for name, whole in shapes.items()
        if whole[0] is not None
    }


def _applicator(plate: Plate, frame: Frame) -> dict[str, Any]:
    """What a picture needs of an applicator; lengths in m."""
    told: dict[str, Any] = {"name": plate.name, "kind": plate.kind, "face": plate.face}
    if isinstance(plate, VacuumCup):
        cup = plate.cup
        draw = next(d for d in frame.draws if d.plate.name == plate.name)
        told["centre"] = [float(x) for x in (*plate.centre, 0.0)[:2]]
        told["cup"] = cup.model_dump() | {"corner": cup.corner}
        told["mouth"] = round(float(draw.drawn.mouth), 7)  # the same on any number of ranks
    return told
