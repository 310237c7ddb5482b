"""Mesh files that are refused: what is wrong is named, with its place and what to do."""

import meshio
import numpy as np
import pytest
from support.bricks import TOP_BOTTOM, brick, read_brick, tagged

from cryosim.errors import CaseError
from cryosim.fem.meshfile import read
from cryosim.parallel import MPI, collected_together


@pytest.fixture(autouse=True)
def _together():
    with collected_together(MPI.COMM_WORLD):
        yield


def refusal(folder, mesh, **changes):
    with pytest.raises(CaseError) as refused:
        read_brick(folder, mesh, **changes)
    text = str(refused.value)
    assert text.startswith(str(folder / changes.get("name", "brick.msh")) + ": ")
    return text.partition(": ")[2]


IN_VAIN = {
    'no region "fatt"; did you mean "fat"? there are "skin" (1), "fat" (2)': {
        "regions": ("skin", "fatt")
    },
    'no region 7; there are "skin" (1), "fat" (2)': {"regions": (1, 7)},
    'no surface "tpo"; did you mean "top"? there are "top" (11), "bottom" (12)': {
        "surfaces": ["tpo"]
    },
    'no surface "skin"; there are "top"': {"surfaces": ["skin"]},
    '12 of 24 cells are in none of the regions "skin"; the first is at (2, 1, -4.5), in "fat"': {
        "regions": ("skin",)
    },
    '12 cells are in both regions "fat" and 2; the first is at (2, 1, -4.5)': {
        "regions": ("skin", "fat", 2)
    },
    'no facet of the surface "between" is on the boundary': {"surfaces": ["between"]},
    '6 facets are in surfaces "top" and "11"; expected them in one': {"surfaces": ["top", "11"]},
    "is 18 m across; expected 0.0001 to 10 m. Give the length of one unit": {"unit": 2.0},
    "no surface is open to the room or under an applicator": {"skin": []},
}


@pytest.mark.parametrize("expected", IN_VAIN)
def test_what_a_case_asks_for_in_vain(tmp_path, expected):
    assert refusal(tmp_path, brick(), **IN_VAIN[expected]).startswith(expected)


def _mixed(m):
    m.cells.append(meshio.CellBlock("tetra", m.cells[0].data[:1, [0, 1, 2, 5]]))


def _wedges(m):
    m.cells[0] = meshio.CellBlock("wedge", m.cells[0].data[:, :6])


def _points_only(m):
    m.cells = [meshio.CellBlock("vertex", np.zeros((24, 1), dtype=int))]


def _folded(m):
    m.cells[0].data[0, [0, 6]] = m.cells[0].data[0, [6, 0]]


def _twice(m):
    m.cells[0].data[1] = m.cells[0].data[0]


def _undefined(m):
    m.points[0, 0] = np.nan


def _slit(m):
    """The first cell of the fat gets a corner of its own."""
    m.points = np.concatenate([m.points, m.points[m.cells[0].data[:1, 6]]])
    m.cells[0].data[0, 6] = len(m.points) - 1


def _apart(m):
    """The fat gets nodes of its own, shifted along the skin."""
    n, fat = len(m.points), m.cell_data["gmsh:physical"][0] == 2
    m.points = np.concatenate([m.points, m.points + np.array([0.5, 0.25, 0.0])])
    m.cells[0].data[fat] += n


def _standing(m):
    m.points = m.points[:, [0, 2, 1]]


@pytest.mark.parametrize(
    ("spoil", "dim", "expected"),
    [
        (_mixed, 3, "has cells of several kinds: hexahedron, tetra; expected one kind"),
        (_wedges, 3, "has wedge cells; expected one of line, triangle, quad, tetra, hexahedron"),
        (_points_only, 3, "there are no cells in it"),
        (_folded, 3, "1 cells are flat or turned inside out; the first is at (2, 1, -4.5)"),
        (_twice, 3, "1 cells are there more than once; the first is at (2, 1, -4.5)"),
        (_undefined, 3, "has nodes without finite coordinates"),
        (_slit, 3, "1 pairs of nodes are in one place but not joined"),
        (_apart, 3, "12 of 24 cells are cut off from the skin, the first at (2.5, 1.25, -4.5)"),
        (_standing, 2, "is a mesh of dimension 2; expected z to be constant"),
    ],
)
def test_a_mesh_that_would_compute_something_else(tmp_path, spoil, dim, expected):
    mesh = brick(dim)
    spoil(mesh)
    tags = [np.ones(len(b.data), dtype=int) for b in mesh.cells]
    tags[: len(mesh.cell_data["gmsh:physical"])] = mesh.cell_data["gmsh:physical"][: len(tags)]
    mesh = meshio.Mesh(mesh.points, mesh.cells, cell_data={"tissue": tags})
    asked = {"name": "brick.vtu", "regions": (1, 2), "surfaces": [11], "skin": [11]}
    assert refusal(tmp_path, mesh, **asked).startswith(expected)


def test_a_file_without_groups_and_one_with_too_many(tmp_path):
    mesh = brick()
    tags = mesh.cell_data["gmsh:physical"]
    asked = {"name": "brick.vtu", "regions": (1, 2), "surfaces": [11], "skin": [11]}
    assert "no region 1: the file has none, named or tagged" in refusal(
        tmp_path, tagged(mesh), **asked
    )
    two = refusal(tmp_path, tagged(mesh, first=tags, second=tags), **asked)
    assert two.startswith('no region 1: the arrays "first" and "second" could all hold the tags')
    bare = meshio.Mesh(mesh.points, mesh.cells[:1], cell_data={"tissue": tags[:1]})
    assert "save the facets with their tags in the same file" in refusal(tmp_path, bare, **asked)


@pytest.mark.parametrize("name", ["brick.msh", "brick.vtu", "brick.xdmf", "brick.stp"])
def test_a_file_that_is_no_mesh(tmp_path, name, capfd):
    path = tmp_path / name
    with pytest.raises(CaseError, match="no such mesh file"):
        read(MPI.COMM_WORLD, path, [1], **TOP_BOTTOM)
    path.write_text("ISO-10303-21;")
    with pytest.raises(CaseError, match="cannot be read as a mesh: "):
        read(MPI.COMM_WORLD, path, [1], **TOP_BOTTOM)
    assert capfd.readouterr() == ("", "")
