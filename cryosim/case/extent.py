"""Where applicators and the block of a case lie along the skin."""

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.schema import BLOCK_FACES, Case


def faces_of(case: Case) -> tuple[str, ...]:
    """Faces of the block of ``case``."""
    return BLOCK_FACES[: 2 * case.dimension]


def spans_of(plate: Plate, dimension: int) -> tuple[tuple[float, float], ...]:
    """Interval (m) that ``plate`` covers along each lateral axis."""
    centre, size = (*plate.centre, 0.0), plate.footprint
    return tuple((centre[i] - size[i] / 2, centre[i] + size[i] / 2) for i in range(dimension - 1))


def extent_of(case: Case, axis: int) -> tuple[float, float]:
    """Where the block begins and ends along a lateral axis (m)."""
    if case.mesh.extent is not None:
        return -case.mesh.extent[axis] / 2, case.mesh.extent[axis] / 2
    low = [spans_of(p, case.dimension)[axis][0] - margin_of(p, case) for p in case.applicator]
    high = [spans_of(p, case.dimension)[axis][1] + margin_of(p, case) for p in case.applicator]
    return min(low, default=-case.mesh.margin), max(high, default=case.mesh.margin)


def margin_of(plate: Plate, case: Case) -> float:
    """Tissue (m) beyond an applicator on every side."""
    return max(case.mesh.margin, plate.margin if isinstance(plate, VacuumCup) else 0.0)


def centre_of(case: Case) -> tuple[float, ...]:
    """Place (m) along x and y of the first applicator, or the origin: where a column stands."""
    centre = case.applicator[0].centre if case.applicator else ()
    return (*centre, 0.0, 0.0)[:2]
