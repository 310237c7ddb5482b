"""The applicators of a run, each apart from the others, by name and by the skin it covers.

A result tells of a facet only that it is under *an* applicator; which one follows from the face
of the block.  Where that leaves a doubt, as with two plates side by side, a pad goes without name.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryosim.view.cups import of_cups
from cryosim.view.result import Result

Integers = npt.NDArray[np.int64]

UNNAMED = "applicator"


@dataclass(frozen=True)
class Pad:
    """Skin that one applicator covers."""

    name: str
    facets: Integers
    """As nodes of the mesh, shape (n, nodes of a facet)."""


def pads_of(result: Result) -> list[Pad]:
    """The plates of ``result``: one on the top face first, then the largest."""
    facets, kinds = result.facets
    named = {a.get(key) for a in result.applicators for key in ("name", "face")}
    plates = {
        k for k in set(kinds) if (k.startswith(UNNAMED) or k in named) and not of_cups(result, k)
    }
    under = np.array([k in plates for k in kinds], dtype=bool)
    faces = _faces(result, facets)
    groups = [f"{kind}|{face}" for kind, face in zip(kinds, faces, strict=True)]
    found = []
    for group in sorted({g for g, chosen in zip(groups, under, strict=True) if chosen}):
        kind, face = group.split("|")
        pieces = _pieces(facets[np.array(groups) == group])
        name = _name(result, kind, face, len(pieces))
        found += [(face != "top", -len(piece), Pad(name, piece)) for piece in pieces]
    return [pad for _, _, pad in sorted(found, key=lambda f: f[:2])]


def _faces(result: Result, facets: Integers) -> list[str]:
    """Face of the block that each facet is on; empty for a mesh of the user's own."""
    own = {"top", "bottom", *(f"{axis}_{end}" for axis in "xy" for end in ("min", "max"))}
    if not {a.get("face") for a in result.applicators} <= own:
        return [""] * len(facets)
    points = np.asarray(result.grid.points)[facets]
    names = [(f"{axis}_min", f"{axis}_max") for axis in "xy"[: result.dimension - 1]]
    faces = np.full(len(facets), "", dtype="U6")
    for axis, pair in enumerate([*names, ("bottom", "top")]):
        for end, at in zip(pair, _ends(result, axis), strict=True):
            flat = np.abs(points[..., axis] - at).max(axis=1) < 1e-6 * result.grid.length
            faces[flat] = end
    return [str(face) for face in faces]


def _ends(result: Result, axis: int) -> tuple[float, float]:
    column = np.asarray(result.grid.points)[:, axis]
    return float(column.min()), float(column.max())


def _pieces(facets: Integers) -> list[Integers]:
    """``facets`` in groups that share no node."""
    from scipy.sparse import coo_array  # half the time that a first picture may take
    from scipy.sparse.csgraph import connected_components

    nodes, corner = np.unique(facets, return_inverse=True)
    count = len(nodes)
    owner = count + np.repeat(np.arange(len(facets)), facets.shape[1])
    total = count + len(facets)
    links = coo_array((np.ones(len(owner)), (corner.ravel(), owner)), shape=(total, total))
    _, member = connected_components(links, directed=False)
    member = member[count:]
    return [facets[member == k] for k in np.unique(member)]


def _name(result: Result, kind: str, face: str, pieces: int) -> str:
    """Name of the applicator that is known as ``kind`` or is alone on ``face``."""
    mine = [a for a in result.applicators if kind in (a.get("name"), a.get("face"))]
    mine = mine or [a for a in result.applicators if face and a.get("face") == face]
    if len(result.applicators) == 1:
        mine = list(result.applicators)
    alone = len(mine) == 1 and (pieces == 1 or len(result.applicators) == 1)
    return str(mine[0].get("name") or UNNAMED) if alone else UNNAMED
