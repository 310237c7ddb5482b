"""Make flank.msh with Gmsh: a quarter of a curved flank under an applicator of 60 mm x 40 mm.

Run by hand (``python meshes/flank.py``, needs ``pip install gmsh``); the mesh it made is kept
beside it.  The flank is a sector of a cylinder around the y axis, the applicator's centre at
(0, 0, 150) mm; x = 0 and y = 0 are planes of symmetry.  A section in the plane x = 0 is revolved
step by step, so the layers have as many cells across as they are given, and the nodes of a layer
boundary lie on its cylinder.
"""

from itertools import pairwise
from pathlib import Path

import gmsh
import numpy as np

RADIUS = {"skin": 150.0, "fat": 148.0, "muscle": 123.0, "core": 108.0}
"""Outer radius of each layer (mm), and of what lies below: skin 2, fat 25, muscle 15 mm thick."""

PAD_ARC, ARC = 30.0, 50.0
"""Half the applicator, and half the flank, along the skin (mm)."""
PAD_LENGTH, LENGTH = 20.0, 40.0
"""The same along the axis (mm)."""

RADIAL = {"skin": (4, 1.0), "fat": (20, 1.08), "muscle": (7, 1.1)}
"""Cells across each layer, and the ratio of one to the one above it."""
UNDER_PAD_ARC, UNDER_PAD_LENGTH, BESIDE = (13, 0.93), (9, 0.93), (7, 1.16)
"""The same along the skin, from the centre outwards: finest at the rim of the applicator."""


def fractions(n, ratio):
    """Cumulative fractions of ``n`` intervals that grow by ``ratio``."""
    steps = ratio ** np.arange(n)
    return np.cumsum(steps) / steps.sum()


def section():
    """Rectangles of the plane x = 0, by layer; their lines carry the grading."""
    geo = gmsh.model.geo
    axial = (0.0, PAD_LENGTH, LENGTH)
    point = {(r, y): geo.addPoint(0, y, r) for r in RADIUS.values() for y in axial}
    along, across = {}, {}
    for r in RADIUS.values():
        for (y, end), (n, ratio) in zip(pairwise(axial), (UNDER_PAD_LENGTH, BESIDE), strict=True):
            along[r, y] = geo.addLine(point[r, y], point[r, end])
            geo.mesh.setTransfiniteCurve(along[r, y], n + 1, "Progression", ratio)
    for (layer, r), below in zip(RADIAL.items(), list(RADIUS.values())[1:], strict=True):
        for y in axial:
            across[layer, y] = geo.addLine(point[RADIUS[layer], y], point[below, y])
            geo.mesh.setTransfiniteCurve(across[layer, y], r[0] + 1, "Progression", r[1])
    rectangles = {layer: [] for layer in RADIAL}
    for layer, below in zip(RADIAL, list(RADIUS.values())[1:], strict=True):
        for y, end in pairwise(axial):
            down, up = across[layer, y], -across[layer, end]
            loop = geo.addCurveLoop([down, along[below, y], up, -along[RADIUS[layer], y]])
            surface = geo.addPlaneSurface([loop])
            geo.mesh.setTransfiniteSurface(surface)
            rectangles[layer].append(surface)
    return rectangles


def revolved(rectangles):
    """Volumes of each layer."""
    volumes = {layer: [] for layer in rectangles}
    for layer, front in rectangles.items():
        sides = ((PAD_ARC, UNDER_PAD_ARC), (ARC - PAD_ARC, BESIDE))
        for arc, (n, ratio) in sides:
            made = gmsh.model.geo.revolve(
                [(2, s) for s in front], 0, 0, 0, 0, 1, 0, arc / RADIUS["skin"],
                numElements=[1] * n, heights=fractions(n, ratio).tolist(),
            )  # fmt: skip
            at = [i for i, (dim, _) in enumerate(made) if dim == 3]
            volumes[layer] += [made[i][1] for i in at]
            front = [made[i - 1][1] for i in at]  # the surface a volume ends at goes before it
    return volumes


def surface_group(surface):
    """Name of the group that a boundary surface belongs to, told from its nodes."""
    x, y, z = gmsh.model.mesh.getNodes(2, surface, includeBoundary=True)[1].reshape(-1, 3).T
    r, arc = np.hypot(x, z), RADIUS["skin"] * np.arctan2(x, z)
    if np.allclose(r, RADIUS["core"]):
        return "core"
    if not np.allclose(r, RADIUS["skin"]):
        return "sides"
    return "pad" if y.max() < PAD_LENGTH + 1e-6 and arc.max() < PAD_ARC + 1e-6 else "uncovered"


def main():
    gmsh.initialize()
    gmsh.model.add("flank")
    volumes = revolved(section())
    gmsh.model.geo.synchronize()
    gmsh.model.mesh.generate(3)
    outside = gmsh.model.getBoundary(
        [(3, v) for vs in volumes.values() for v in vs], combined=True, oriented=False
    )
    groups = {name: [] for name in ("pad", "uncovered", "core", "sides")}
    for _, surface in outside:
        groups[surface_group(surface)].append(surface)
    for tag, (layer, tags) in enumerate(volumes.items(), start=1):
        gmsh.model.addPhysicalGroup(3, tags, tag, layer)
    for tag, (name, tags) in enumerate(groups.items(), start=11):
        gmsh.model.addPhysicalGroup(2, tags, tag, name)
    gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
    gmsh.option.setNumber("Mesh.Binary", 0)  # for tetrahedra, text is the smaller one
    gmsh.write(str(Path(__file__).with_suffix(".msh")))
    gmsh.finalize()


if __name__ == "__main__":
    main()
