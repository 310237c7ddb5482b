"""Where a case lies in space: mesh, planes, footprints, surfaces."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

from cryosim.case.applicator import Plate
from cryosim.case.checks import extent_of, faces_of, spans_of
from cryosim.case.load import Loaded
from cryosim.case.schema import Case, Condition
from cryosim.errors import CaseError
from cryosim.fem.domain import Domain, Footprint, block
from cryosim.fem.measure import CellSamples
from cryosim.thermal.network import Values


def mesh_of(loaded: Loaded, comm: MPI.Comm) -> Domain:
    """Mesh of the case.  Collective."""
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
    z = -case.depth_grading.planes(boundaries, fine, fewest=3)[::-1]
    z[-1] = 0.0
    return [*(_lateral(case, axis) for axis in range(case.dimension - 1)), z]


def _lateral(case: Case, axis: int) -> Values:
    """Planes along one lateral axis (m), on the rims of all applicators."""
    spans = [spans_of(p, case.dimension)[axis] for p in case.applicator]
    rims = [edge for span in spans for edge in span]
    low, high = extent_of(case, axis)
    inner = [rim for rim in rims if low < rim < high]
    return case.mesh.lateral.planes([low, *inner, high], inner)


def conditions_of(case: Case) -> dict[str, str]:
    """Surface -> applicator, room or core, applicators first; insulated faces are no surfaces."""
    if case.mesh.file is not None:
        faces = {p.face: "applicator" for p in case.applicator}
        named = {name: c for name, c in case.anatomy.faces.items() if name not in faces}
    else:
        faces = {p.name: "applicator" for p in case.applicator}
        default: dict[str, Condition] = dict.fromkeys(faces_of(case), "insulated")
        default |= {"top": "room", "bottom": "core"}
        named = {face: case.anatomy.faces.get(face, default[face]) for face in faces_of(case)}
    return faces | {name: c for name, c in named.items() if c != "insulated"}


def surface_of(plate: Plate, case: Case) -> str:
    """Name of the surface that an applicator covers."""
    return plate.face if case.mesh.file is not None else plate.name


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


def volume_under_applicators(loaded: Loaded, domain: Domain, samples: CellSamples) -> Values:
    """Volume (m^3) of lipid tissue under the applicators at every local node, owned cells only.

    In a mesh file that is the tissue whose nearest skin is under an applicator.
    """
    case = loaded.case
    lipid = [loaded.tissues[layer.tissue].lipid is not None for layer in case.anatomy.layers]
    chosen = np.array(lipid)[samples.layer]
    if case.mesh.file is None:
        chosen &= _under_footprints(case, samples.middle)
    elif domain.covered is not None:
        nodes = domain.mesh.geometry.dofmaps[0][: samples.layer.size]
        chosen &= domain.covered[nodes].mean(axis=1) > 0.5
    else:
        chosen[:] = False
    under = np.zeros(samples.depth.size)
    share = samples.volume[chosen] / samples.dofs.shape[1]
    for corner in range(samples.dofs.shape[1]):
        np.add.at(under, samples.dofs[chosen, corner], share)
    return under


def _under_footprints(case: Case, middle: Values) -> npt.NDArray[np.bool_]:
    """Whether each of the points ``middle`` (m) of a block lies under a footprint."""
    covered = np.zeros(len(middle), dtype=bool)
    for footprint in footprints_of(case):
        inside = np.ones(len(middle), dtype=bool)
        for axis, (low, high) in enumerate(footprint.intervals[: case.dimension - 1]):
            inside &= (middle[:, axis] > low) & (middle[:, axis] < high)
        covered |= inside
    return covered
