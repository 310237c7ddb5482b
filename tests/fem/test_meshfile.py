"""Mesh files: what is read is what a block or geometry says it is, and what is wrong is named."""

import json
from pathlib import Path

import meshio
import numpy as np
import pytest
from support.bricks import AXES, brick, read_brick, tagged, written

from cryosim.fem.domain import block
from cryosim.fem.meshfile import read
from cryosim.fem.operators import assemble
from cryosim.fem.quality import quality
from cryosim.parallel import MPI, collected_together

TESTS = Path(__file__).parents[1]
FLANK = TESTS.parent / "meshes" / "flank.msh"
FLANK_SURFACES = ["pad", "uncovered", "core", "sides"]
RADII = 0.150, 0.148, 0.123, 0.108
ARC = 1.0 / 3.0


@pytest.fixture(autouse=True)
def _together():
    with collected_together(MPI.COMM_WORLD):
        yield


def by_place(domain, surfaces):
    """Volumes, areas and conduction of a linear function, node by node in the order of place."""
    operators = assemble(domain, 2, surfaces)
    x = operators.space.tabulate_dof_coordinates()
    order = np.lexsort(np.rint(x * 1e6).T)
    u = x @ [1.0, 2.0, 3.0]
    columns = []
    for stencil in operators.stencils:
        flow = np.bincount(stencil.row, stencil.value * u[stencil.column], len(x))
        columns += [stencil.volume, flow]
    for surface in operators.surfaces:
        columns.append(np.bincount(surface.node, surface.area, len(x)))
    return np.array(columns)[:, order]


def totals(domain, surfaces):
    """Volume of each layer and area of each surface, over all ranks."""
    operators = assemble(domain, 3, surfaces)
    local = [s.volume.sum() for s in operators.stencils] + [
        s.area.sum() for s in operators.surfaces
    ]
    return operators.team.total(np.array(local))


def read_flank():
    skin = FLANK_SURFACES[:2]
    return read(MPI.COMM_WORLD, FLANK, ["skin", "fat", 3], FLANK_SURFACES, unit=1e-3, skin=skin)


# --- the flank, against its geometry ------------------------------------------------------------


def test_flank_has_the_volumes_and_areas_of_its_cylinder():
    squares = np.array(RADII) ** 2
    sector = ARC / 2 * 0.04 * (squares[:-1] - squares[1:])
    ends = 2 * ARC / 2 * (squares[0] - squares[-1]) + 2 * 0.04 * (RADII[0] - RADII[-1])
    areas = [0.03 * 0.02, 0.05 * 0.04 - 0.03 * 0.02, RADII[-1] * ARC * 0.04, ends]
    found = totals(read_flank(), FLANK_SURFACES)
    np.testing.assert_allclose(found, [*sector, *areas], rtol=1e-4)
    assert np.all(found[:3] < sector)  # chords lie inside their arc


def test_depth_in_the_flank_is_that_below_the_faceted_skin():
    domain = read_flank()
    r = np.hypot(domain.mesh.geometry.x[:, 0], domain.mesh.geometry.x[:, 2])
    longest = 4.3e-3
    np.testing.assert_allclose(domain.depth, RADII[0] - r, atol=longest**2 / 8 / RADII[0])
    assert np.all(domain.depth[np.isclose(r, RADII[0])] == 0.0)


def test_quality_of_the_flank():
    report = quality(read_flank())
    assert report["cells"] == [7680, 38400, 13440]
    assert report["nodes"] == 11424
    assert report["smallest_edge"] == pytest.approx(0.5e-3, rel=1e-6)
    assert 0.2 < report["worst_shape"] < 1.0


@pytest.mark.parallel
def test_two_ranks_agree_with_one(two_ranks):
    lines = [
        "import sys, json",
        f"sys.path[:0] = {[str(TESTS), str(TESTS / 'fem')]!r}",
        "from test_meshfile import FLANK_SURFACES, MPI, quality, read_flank, totals",
        "domain = read_flank()",
        "assert domain.layer.size == domain.mesh.topology.original_cell_index.size",
        "nodes = domain.mesh.geometry.input_global_indices.tolist()",
        "depths = MPI.COMM_WORLD.gather(dict(zip(nodes, domain.depth.tolist())))",
        "found, report = totals(domain, FLANK_SURFACES).tolist(), quality(domain)",
        "if MPI.COMM_WORLD.rank == 0:",
        "    print(json.dumps([found, depths, report]))",
    ]
    found, depths, report = json.loads(two_ranks(code="\n".join(lines)).out)
    assert len(depths) == 2
    domain = read_flank()
    np.testing.assert_allclose(found, totals(domain, FLANK_SURFACES), rtol=1e-12)
    nodes = domain.mesh.geometry.input_global_indices
    depth = depths[0] | depths[1]
    np.testing.assert_allclose([depth[str(i)] for i in nodes], domain.depth, atol=1e-15)
    expected = quality(domain)
    assert report.pop("worst_shape") == pytest.approx(expected.pop("worst_shape"))
    assert report == expected


@pytest.mark.parallel
def test_a_bad_file_is_refused_alike_on_two_ranks(two_ranks):
    lines = [
        "from pathlib import Path",
        "from cryosim.parallel import MPI",
        "from cryosim.errors import CaseError",
        "from cryosim.fem.meshfile import read",
        f"for path, region in (('none.msh', 1), ({str(FLANK)!r}, 'skni')):",
        "    try:",
        "        read(MPI.COMM_WORLD, Path(path), [region], ['pad'], unit=1e-3, skin=['pad'])",
        "    except CaseError as error:",
        "        print(error, flush=True)",
    ]
    printed = two_ranks(code="\n".join(lines)).out
    assert printed.count("no such mesh file") == 2
    assert printed.count('did you mean "skin"?') == 2


# --- a block written to a file, against the block -----------------------------------------------


FILES = [
    (dim, f"brick.{suffix}")
    for dim in (1, 2, 3)
    for suffix in ("msh", "xdmf", "vtu", "vtk")
    if (dim, suffix) != (1, "xdmf")  # meshio cannot read back points and lines that it wrote
]


@pytest.mark.parametrize(("dim", "name"), FILES)
def test_a_block_from_a_file_has_the_operators_of_the_block(tmp_path, dim, name):
    mesh = brick(dim)
    if not name.endswith(".msh"):
        mesh = tagged(mesh, layer=mesh.cell_data["gmsh:physical"])
    domain = read_brick(tmp_path, mesh, name, regions=(1, 2), surfaces=[11, "12"], skin=["11"])
    axes = [1e-3 * a for a in AXES[3 - dim :]]
    same = block(MPI.COMM_WORLD, axes, 1e-3 * np.array([0.0, -2.0, -6.0]), [])
    areas = dim > 1  # the vertex rule has no surface integral at a point
    found = by_place(domain, ["11", "12"] if areas else [])
    expected = by_place(same, ["top", "bottom"] if areas else [])
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())
    for surface, face in (("11", "top"), ("12", "bottom")):
        assert domain.surfaces[surface].size == same.surfaces[face].size
    np.testing.assert_allclose(domain.depth, -domain.mesh.geometry.x[:, dim - 1], atol=1e-17)
    assert quality(domain)["cells"] == quality(same)["cells"]


def test_depth_under_the_inside_the_edges_and_the_corners_of_quadrilaterals(tmp_path):
    mesh = brick()
    mesh.points[:, :2] += np.outer(mesh.points[:, 2], [0.35, 0.2])
    domain = read_brick(tmp_path, mesh)
    x, y, z = 1e3 * domain.mesh.geometry.x.T
    beside = np.maximum(0.0, [-x, -y]), np.maximum(0.0, [x - 9.0, y - 5.0])
    expected = np.sqrt(z**2 + np.sum(np.square(beside), axis=(0, 1)))
    np.testing.assert_allclose(domain.depth, 1e-3 * expected, atol=1e-16)


def simplices(mesh):
    """``mesh`` of quadrilaterals with every cell halved."""
    q = mesh.cells[0].data
    tags = mesh.cell_data["gmsh:physical"]
    cells = [("triangle", np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])), mesh.cells[1]]
    data = {"gmsh:physical": [np.tile(tags[0], 2), tags[1]]}
    return meshio.Mesh(mesh.points, cells, cell_data=data, field_data=mesh.field_data)


def test_triangles_have_the_volumes_and_areas_of_their_block(tmp_path):
    domain = read_brick(tmp_path, simplices(brick(2)))
    found = by_place(domain, ["top", "bottom"]).sum(axis=1)
    np.testing.assert_allclose(found[[0, 2, 4, 5]], [10e-6, 20e-6, 5e-3, 5e-3], rtol=1e-12)


def test_midside_nodes_are_dropped(tmp_path):
    mesh = simplices(brick(2))
    corners = mesh.cells[0].data
    ends = np.stack([corners, np.roll(corners, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, which = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
    middle = len(mesh.points) + which.reshape(corners.shape)
    points = np.concatenate([mesh.points, mesh.points[edges].mean(axis=1)])
    quadratic = [("triangle6", np.hstack([corners, middle])), mesh.cells[1]]
    second = meshio.Mesh(points, quadratic, cell_data=mesh.cell_data, field_data=mesh.field_data)
    a = by_place(read_brick(tmp_path, mesh), ["top"])
    b = by_place(read_brick(tmp_path, second, "second.msh"), ["top"])
    np.testing.assert_array_equal(a, b)


def test_nodes_that_no_cell_uses_are_dropped(tmp_path):
    mesh = brick()
    mesh.points = np.concatenate([mesh.points, mesh.points[:3], [[1e9, 0.0, 0.0]]])
    assert quality(read_brick(tmp_path, mesh))["nodes"] == 4 * 3 * 5


def test_a_name_may_serve_both_a_region_and_a_surface(tmp_path):
    path = written(tmp_path, brick())
    path.write_bytes(path.read_bytes().replace(b'2 11 "top"', b'2 11 "skin"'))
    domain = read(MPI.COMM_WORLD, path, ["skin", "fat"], ["skin"], unit=1e-3, skin=["skin"])
    assert domain.surfaces["skin"].size == 6


def test_sets_of_elements_are_groups_too(tmp_path):
    mesh, (cells, facets) = brick(2), brick(2).cell_data["gmsh:physical"]
    none = np.array([], dtype=int)
    sets = {n: [np.flatnonzero(cells == t), none] for n, t in (("skin", 1), ("fat", 2))}
    sets |= {n: [none, np.flatnonzero(facets == t)] for n, t in (("top", 11), ("bottom", 12))}
    mesh = meshio.Mesh(mesh.points, mesh.cells, cell_sets=sets)
    assert read_brick(tmp_path, mesh, "brick.inp").surfaces["top"].size == 2


def test_cells_and_facets_may_have_their_tags_in_different_arrays(tmp_path):
    mesh = brick()
    cells, facets = mesh.cell_data["gmsh:physical"]
    mesh = tagged(
        mesh, a=[cells, 0 * facets], b=[0 * cells, facets], heat=[cells + 0.5, facets + 0.5]
    )
    domain = read_brick(tmp_path, mesh, "a.vtu", regions=(1, 2), surfaces=[12], skin=[11])
    assert {k: v.size for k, v in domain.surfaces.items()} == {"12": 6, "11": 6}
