"""A block follows its thickness map: layers, tags, depths and volumes."""

import numpy as np
import pytest
from conftest import COARSE
from mpi4py import MPI
from support.cases import written

from cryosim.case.load import load
from cryosim.simulate import run
from cryosim.treatment.build import build

EXTENT = 0.04
PLAIN = {
    "title": "mapped",
    "anatomy": {
        "layers": [
            {"tissue": "skin", "thickness": "2 mm"},
            {"tissue": "fat", "thickness": "16 mm"},
            {"tissue": "muscle", "thickness": "10 mm"},
        ]
    },
    "applicator": {"size": ["20 mm", "20 mm"]},
    "protocol": [{"phase": "cool", "temperature": "-10 degC", "duration": "4 min"}],
    "probes": [{"name": "p", "depth": "9 mm", "offset": ["6 mm", "2 mm"]}],
    "mesh": COARSE,
    "output": {"every": "2 min", "figures": False},
}


def case(folder, dimension, fat=None):
    """The plain case, or one whose fat is ``fat(x, y)`` (m) thick."""
    anatomy = dict(PLAIN["anatomy"])
    if fat is not None:
        nodes = np.linspace(-EXTENT / 2, EXTENT / 2, 5)
        rows = [f"{x!r},{y!r},{fat(x, y)!r}" for x in nodes.tolist() for y in nodes.tolist()]
        (folder / "map.csv").write_text("\n".join(["x [m],y [m],fat [m]", *rows]))
        anatomy["thickness_map"] = "map.csv"
    return written(folder, PLAIN | {"dimension": dimension, "anatomy": anatomy})


def even(_x, _y):
    return 0.016


def slope(x, y):
    return 0.016 + 0.15 * x - 0.1 * y


def steep(x, _y):
    return 0.016 + 0.5 * x


def table(folder, name):
    return np.loadtxt(folder / name, delimiter=",", skiprows=1)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_constant_map_is_the_plain_case(tmp_path, dimension):
    plain = run(case(tmp_path, dimension), tmp_path / "plain")
    mapped = run(case(tmp_path, dimension, even), tmp_path / "mapped")
    for name in ("probes.csv", "layers.csv", "front.csv", "ledger.csv", "profile.csv"):
        assert table(mapped, name) == pytest.approx(table(plain, name), rel=1e-9, abs=1e-9)


@pytest.fixture(scope="module")
def sloped(tmp_path_factory):
    return build(load(case(tmp_path_factory.mktemp("sloped"), 3, slope)), MPI.COMM_WORLD).frame


def test_a_sloped_map_has_its_volumes(sloped):
    area = EXTENT**2
    assert sloped.layer_volume == pytest.approx([0.002 * area, 0.016 * area, 0.010 * area])
    assert sloped.under.sum() == pytest.approx(0.016 * 0.02**2, rel=1e-12)


def test_interfaces_of_a_sloped_map_lie_where_it_says(sloped):
    """Nodes of fat go from 2 mm to 2 mm and the thickness there, and no farther."""
    mesh = sloped.domain.mesh
    nodes = mesh.geometry.x[np.unique(mesh.geometry.dofmaps[0][sloped.domain.layer == 1])]
    fat = slope(nodes[:, 0], nodes[:, 1])
    below_skin = -nodes[:, 2] - 0.002
    assert np.all((below_skin > -1e-12) & (below_skin < fat + 1e-12))
    assert np.isclose(below_skin, fat, rtol=0, atol=1e-12).sum() == (nodes[:, 2] > -0.002001).sum()
    assert sloped.domain.depth == pytest.approx(-mesh.geometry.x[:, 2], abs=0.0)


def test_surfaces_of_a_sloped_map_keep_their_areas(sloped):
    area = dict(zip(sloped.conditions, sloped.area, strict=True))
    assert area["applicator"] == pytest.approx(0.02**2)
    assert area["top"] == pytest.approx(EXTENT**2 - 0.02**2)
    assert area["bottom"] == pytest.approx(EXTENT**2 * np.sqrt(1 + 0.15**2 + 0.1**2))


def test_the_line_ends_where_the_tissue_does(sloped):
    assert sloped.line_depth[[0, -1]] == pytest.approx([0.0, 0.028])
    assert np.all(np.diff(sloped.line_depth) > 0.0)


def test_a_section_takes_the_map_along_its_line(tmp_path):
    loaded = load(case(tmp_path, 2, slope))
    frame = build(loaded, MPI.COMM_WORLD).frame
    assert frame.layer_volume == pytest.approx([0.002 * EXTENT, 0.016 * EXTENT, 0.010 * EXTENT])


def test_muscle_cools_more_where_the_fat_over_it_is_thin(tmp_path):
    folders = [run(case(tmp_path, 2, fat), tmp_path / fat.__name__) for fat in (steep, even)]
    head = (folders[0] / "layers.csv").read_text().splitlines()[0].split(",")
    column = head.index("muscle minimum [degC]")
    thin, thick = (table(folder, "layers.csv")[-1, column] for folder in folders)
    assert thin < thick - 0.5
