"""What cups, and applicators that overlap, need of the rest of a case."""

from collections.abc import Iterator

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.faults import shown
from cryosim.case.protocol import Massage, Remove, Repeat, Wait
from cryosim.case.schema import Case

OF_A_FOLD = {
    "cup", "draw", "height", "suction", "tip_radius", "elasticity", "mechanics", "margin",
}  # fmt: skip
"""What makes the fold of a cup."""


def faults_of_cup(case: Case, plate: VacuumCup, where: str) -> Iterator[str]:
    """What a cup needs of the case it is in."""
    if case.mesh.file is not None:
        yield f'{where}.kind = "cup": a mesh file has its shape already; expected a block of layers'
    elif case.dimension == 1:
        yield f'{where}.kind = "cup": a column cannot be drawn; expected dimension 2 or 3'
    if plate.face != "top":
        yield f'{where}.face = {shown(plate.face)}: a cup draws skin up; expected "top"'
    if case.anatomy.thickness_map is not None:
        yield f'{where}.kind = "cup": no draw of varying layers; leave out anatomy.thickness_map'
    if plate.contact_conductance == "perfect":
        yield f"{where}.contact_conductance: expected a value; skin in a cup is touched in part"


def shared_with_cup(one: Plate, other: Plate) -> Iterator[str]:
    """A plate that lies where a cup draws: its skin is not the cup's to touch."""
    if isinstance(one, VacuumCup) != isinstance(other, VacuumCup):
        yield (
            f'applicator: "{one.name}" and "{other.name}" share skin, and one is a cup; expected '
            "plates beside the flange of a cup, or a case for each"
        )


def unlike_cups(case: Case, one: Plate, other: Plate) -> Iterator[str]:
    """Two cups that draw at the same time and not alike: their folds do not fit together."""
    if not isinstance(one, VacuumCup) or not isinstance(other, VacuumCup):
        return
    alike = one.model_dump(include=OF_A_FOLD) == other.model_dump(include=OF_A_FOLD)
    if not alike and [*on_together(case, one.name, other.name)]:
        yield (
            f'applicator: "{one.name}" and "{other.name}" draw at the same time; expected cups '
            "alike in cup, draw, height, suction and tip_radius"
        )


def on_together(case: Case, one: str, other: str) -> Iterator[str]:
    """The first phase in which two applicators that overlap are both on."""
    on: set[str] = set()
    for i, phase in enumerate(case.protocol):
        if isinstance(phase, Repeat | Wait):
            continue
        named = set(phase.applicators or [a.name for a in case.applicator])
        on = on - named if isinstance(phase, Remove | Massage) else on | named
        if {one, other} <= on:
            yield (
                f'protocol[{i + 1}]: "{one}" and "{other}" overlap and are both on; '
                "expected one removed before the other is put on, or the two apart"
            )
            return
