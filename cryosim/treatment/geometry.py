"""Where a case lies in space: mesh, planes, footprints, surfaces."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.extent import centre_of, extent_of, faces_of, spans_of
from cryosim.case.grading import Grading
from cryosim.case.load import Loaded
from cryosim.case.schema import Case, Condition
from cryosim.errors import CaseError
from cryosim.fem.domain import Domain, Footprint, block, pieces_of, together
from cryosim.fem.measure import CellSamples
from cryosim.shape.layers import moved
from cryosim.thermal.network import Values

Rims = Sequence[Sequence[float]]
"""Places (m) along each lateral axis."""

_FAR = 3.0
"""How much coarser (1) cells may be where cups draw tissue from than elsewhere."""


_ACROSS = 12
"""Cells across the mouth of a cup at least; with 10 some of a high fold nearly turn inside out."""


def mesh_of(loaded: Loaded, comm: MPI.Comm, rims: Rims = ()) -> Domain:
    """Mesh of the case, fine at the ``rims`` of contact inside cups.  Collective."""
    case = loaded.case
    if case.mesh.file is not None:
        from cryosim.fem.meshfile import read

        conditions = conditions_of(case)
        regions = [layer.region for layer in case.anatomy.layers if layer.region is not None]
        skin = [s for s, condition in conditions.items() if condition in ("room", "applicator")]
        path = loaded.path.parent / case.mesh.file
        domain = read(
            comm, path, regions, list(conditions), unit=case.mesh.unit, skin=skin,
            applicators=[p.face for p in case.applicator],
        )  # fmt: skip
        if domain.dimension != case.dimension:
            raise CaseError(
                f"{loaded.path}:\n  dimension = {case.dimension}: "
                f"the mesh {path} has dimension {domain.dimension}"
            )
        return domain
    to_map = _moved(loaded) if loaded.thickness else None
    return block(comm, axes_of(case, rims), _flat(case), footprints_of(case), to_map)


def _flat(case: Case) -> Values:
    """Interfaces z (m) of the block before a map moves them, from 0 down."""
    return -np.concatenate([[0.0], np.cumsum([x.thickness for x in case.anatomy.layers])])


def _moved(loaded: Loaded) -> Callable[[Values], Values]:
    """Where nodes (n, 3) of the block go along z so that layers have the thickness of the map."""
    case, thickness = loaded.case, loaded.thickness
    assert thickness is not None  # noqa: S101  (narrows the type)
    layers = {layer.label: layer.thickness or 0.0 for layer in case.anatomy.layers}
    flat, n = _flat(case), case.dimension - 1

    def z_of(nodes: Values) -> Values:
        place = [nodes[:, i] if i < n else np.full(len(nodes), centre_of(case)[i]) for i in (0, 1)]
        return moved(nodes[:, n], flat, thickness.interfaces(layers, *place))

    return z_of


def line_under(loaded: Loaded) -> Values:
    """Points (m, padded to three) of a block under the first applicator, on its planes."""
    case, planes = loaded.case, axes_of(loaded.case)[-1][::-1]
    points = np.array([point_of(case, -z, centre_of(case)) for z in planes])
    if loaded.thickness:
        points[:, case.dimension - 1] = _moved(loaded)(points)
    return points


def footprints_of(case: Case) -> list[Footprint]:
    """Footprints of the applicators on a block."""
    axes = ("x", "y")[: case.dimension - 1]
    whole = ((-np.inf, np.inf),) * len(axes)
    return [
        Footprint(p.name, p.face, spans_of(p, case.dimension) if axes else whole)
        for p in case.applicator
        if not isinstance(p, VacuumCup)
    ]


def axes_of(case: Case, rims: Rims = ()) -> list[Values]:
    """Planes of the block along each axis (m); z from the deepest plane up to the skin at 0.

    ``rims`` are those of contact inside cups, where cells are as fine as at those of plates.
    """
    thickness = [layer.thickness or 0.0 for layer in case.anatomy.layers]
    boundaries = [0.0, *np.cumsum(thickness).tolist()]
    conditions = conditions_of(case)
    cooled_below = conditions.get("bottom") == "room" or any(
        p.face == "bottom" for p in case.applicator
    )
    fine = [0.0, boundaries[-1]] if cooled_below else [0.0]
    z = -case.depth_grading.planes(boundaries, fine, fewest=3)[::-1]
    z[-1] = 0.0
    lateral = [_lateral(case, k, rims[k] if rims else ()) for k in range(case.dimension - 1)]
    return [*lateral, z]


def _lateral(case: Case, axis: int, cup_rims: Sequence[float]) -> Values:
    """Planes along one lateral axis (m), on the rims of all applicators and of ``cup_rims``."""
    plates = [p for p in case.applicator if not isinstance(p, VacuumCup)]
    rims = [edge for p in plates for edge in spans_of(p, case.dimension)[axis]] + [*cup_rims]
    low, high = extent_of(case, axis)
    inner = [rim for rim in rims if low < rim < high]
    grading = case.mesh.lateral
    if not cup_rims:
        return grading.planes([low, *inner, high], inner)
    drawn = [p for p in case.applicator if isinstance(p, VacuumCup)]
    cups = [spans_of(p, case.dimension)[axis] for p in drawn]
    widest = min(p.cup.gap for p in drawn) / _ACROSS
    if widest < grading.coarsest:
        sizes = {"finest": min(grading.finest, widest), "coarsest": widest}
        grading = grading.model_copy(update=sizes)
    a = max(low, min(inner + [span[0] for span in cups]))
    b = min(high, max(inner + [span[1] for span in cups]))
    far = Grading(finest=grading.coarsest, growth=1.2, coarsest=_FAR * grading.coarsest)
    pieces = [grading.planes([a, *inner, b], inner)]
    if low < a:
        pieces.insert(0, far.planes([low, a], [a])[:-1])
    if b < high:
        pieces.append(far.planes([b, high], [b])[1:])
    return np.concatenate(pieces)


def conditions_of(case: Case) -> dict[str, str]:
    """Surface -> applicator, room or core, applicators first; insulated faces are no surfaces."""
    faces = dict.fromkeys((s for p in case.applicator for s in surfaces_of(p, case)), "applicator")
    if case.mesh.file is not None:
        named = {name: c for name, c in case.anatomy.faces.items() if name not in faces}
    else:
        default: dict[str, Condition] = dict.fromkeys(faces_of(case), "insulated")
        default |= {"top": "room", "bottom": "core"}
        named = {face: case.anatomy.faces.get(face, default[face]) for face in faces_of(case)}
    return faces | {name: c for name, c in named.items() if c != "insulated"}


def surfaces_of(plate: Plate, case: Case) -> list[str]:
    """Names of the surfaces that an applicator covers: several where others overlap with it."""
    if case.mesh.file is not None:
        return [plate.face]
    return [together(names) for names in shared_footprints(case) if plate.name in names]


def shared_footprints(case: Case) -> list[tuple[str, ...]]:
    """Names of the applicators over every piece of skin that differs by them."""
    return pieces_of(footprints_of(case))


def point_of(case: Case, depth: float, offset: Sequence[float]) -> list[float]:
    """Coordinates (m, padded to three) of a point of a block."""
    lateral = list(offset)[: case.dimension - 1]
    point = [*lateral, -depth]
    return point + [0.0] * (3 - len(point))


def probe_points(case: Case) -> Values:
    """Coordinates (m) of all probes, shape (n, 3)."""
    points = []
    for probe in case.probes:
        if probe.position is not None:
            point = list(probe.position) + [0.0] * (3 - len(probe.position))
        else:
            point = point_of(case, probe.depth or 0.0, (*probe.offset, 0.0, 0.0))
        points.append(point)
    return np.array(points).reshape(-1, 3)


def volume_under_applicators(
    loaded: Loaded,
    domain: Domain,
    samples: CellSamples,
    drawn_in: Mapping[str, Callable[[Values], Values]],
    volume: Values,
) -> Values:
    """Volume (m^3) of lipid tissue under the applicators at every local node, owned cells only.

    ``volume`` (m^3) is that of each cell.

    In a mesh file that is the tissue whose nearest skin is under an applicator; ``drawn_in`` tells
    which points (m) each cup holds.
    """
    case = loaded.case
    lipid = [loaded.tissues[layer.tissue].lipid is not None for layer in case.anatomy.layers]
    chosen = np.array(lipid)[samples.layer]
    if case.mesh.file is None:
        below = under_footprints(footprints_of(case), samples.middle)
        for inside in drawn_in.values():
            below |= inside(samples.middle[:, : case.dimension]) > 0.5
        chosen &= below
    else:
        chosen &= nearest_to(domain, [p.face for p in case.applicator], samples.layer.size)
    under = np.zeros(samples.depth.size)
    share = volume[chosen] / samples.dofs.shape[1]
    for corner in range(samples.dofs.shape[1]):
        np.add.at(under, samples.dofs[chosen, corner], share)
    return under


def under_footprints(footprints: Sequence[Footprint], middle: Values) -> npt.NDArray[np.bool_]:
    """Whether each of the points ``middle`` (m) of a block lies under one of the ``footprints``."""
    covered = np.zeros(len(middle), dtype=bool)
    for footprint in footprints:
        inside = np.ones(len(middle), dtype=bool)
        for axis, (low, high) in enumerate(footprint.intervals):
            inside &= (middle[:, axis] > low) & (middle[:, axis] < high)
        covered |= inside
    return covered


def nearest_to(domain: Domain, surfaces: Sequence[str], n_cells: int) -> npt.NDArray[np.bool_]:
    """Which of the first ``n_cells`` cells of a mesh file one of the ``surfaces`` is nearest to."""
    nodes = domain.mesh.geometry.dofmaps[0][:n_cells]
    near = np.zeros(domain.depth.size, dtype=bool)
    for name in surfaces:
        near |= (domain.covered or {})[name]
    return np.asarray(near[nodes].mean(axis=1) > 0.5)
