"""Thickness maps: what a table or a picture says, and why one is refused."""

import numpy as np
import pytest
from matplotlib.image import imsave

from cryosim.case.load import load
from cryosim.case.sources import bibliography_of
from cryosim.errors import CaseError

CASE = """
dimension = {dimension}
anatomy = {{ site = "abdomen", thickness_map = {map} }}
applicator = {{ library = "flat_plate", size = ["20 mm", "20 mm"] }}
mesh.margin = "10 mm"
"""
GOOD = "x [mm],y [mm],fat [cm]\n-20,-20,1\n-20,20,1.2\n20,20,2.2\n20,-20,2\n"


@pytest.fixture
def loaded(tmp_path):
    def load_map(table=GOOD, *, given='"map.csv"', dimension=3, more=""):
        if table is not None:
            (tmp_path / "map.csv").write_text(table, encoding="utf-8")
        path = tmp_path / "case.toml"
        path.write_text(CASE.format(map=given, dimension=dimension) + more)
        return load(path)

    return load_map


def test_rows_in_any_order_and_any_unit_make_a_grid(loaded):
    found = loaded()
    assert found.thickness.x == pytest.approx([-0.02, 0.02])
    fat = found.thickness.at("fat", np.array([0.02, -0.02, 0.0]), np.array([-0.02, 0.02, 0.0]))
    assert fat == pytest.approx([0.02, 0.012, 0.016])


def test_the_case_has_the_greatest_thickness_and_says_where_it_is_from(loaded):
    found = loaded()
    assert [x.thickness for x in found.case.anatomy.layers] == pytest.approx([0.0022, 0.022, 0.015])
    assert found.overrides[-1] == "anatomy.thickness_map: fat 10 to 22 mm"
    fat = next(use for use in bibliography_of(found).uses if use.property == "fat")
    assert fat.overridden


def test_the_hash_follows_the_contents_of_the_map(loaded):
    first = loaded().hash
    assert loaded("\n" + GOOD).case == loaded().case
    assert loaded(GOOD.replace("1.2", "1.3")).hash != first
    assert loaded(GOOD).hash == first


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (None, 'anatomy.thickness_map = "map.csv": no such file; looked for'),
        ("", "has no column x; expected x [mm], y [mm] and layers"),
        ("x [mm],y [mm]\n0,0\n", "has no column of a layer; expected one of skin, fat, muscle"),
        ("x [mm],fat [mm]\n0,1\n", "has no column y"),
        ("x [mm],y [mm],fat\n", 'column "fat": expected a name and a unit, such as fat [mm]'),
        ("x [mm],y [mm],fet [mm]\n", 'no layer has this name; did you mean "fat"?'),
        ("x [mm],y [mm],fat [kg]\n", 'column "fat [kg]": expected a unit of length'),
        ("x [mm],y [mm],fat [mm],fat [cm]\n", "fat has a column already"),
        ("x [mm],y [mm],fat [mm]\n", "has no rows of numbers"),
        (GOOD.replace("1.2", "-1.2"), 'line 3, column fat [cm] = "-1.2": expected a thickness abo'),
        (GOOD.replace("1.2", "0"), 'column fat [cm] = "0": expected a thickness above 0'),
        (GOOD.replace("1.2", "120"), "expected a thickness above 0 and at most 1 m"),
        (GOOD.replace("1.2", "n/a"), 'line 3, column fat [cm] = "n/a": expected a number'),
        (GOOD.replace("1.2", "nan"), 'column fat [cm] = "nan": expected a thickness'),
        (GOOD.replace("-20,20,", "-inf,20,"), 'column x [mm] = "-inf": expected a finite number'),
        (GOOD.replace(",1.2", ""), "line 3: 2 values; expected 3"),
        (GOOD.replace("-20,20,1.2\n", ""), "no row for x = -20 mm, y = 20 mm; expected a rectang"),
        (GOOD + "20,20,3\n", "more than one row for x = 20 mm, y = 20 mm"),
        (GOOD.replace("-20,", "-19,"), "along x, the block reaches from -20 to 20 mm"),
        (GOOD.replace("20", "15"), "goes from -15 to 15 mm along x, the block reaches from -20"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused(loaded, table, said):
    with pytest.raises(CaseError) as refused:
        loaded(table)
    assert said in str(refused.value)


def test_a_section_and_a_column_need_their_own_place_only(loaded):
    line = "x [mm],y [mm],fat [mm]\n-20,0,10\n20,0,20\n"
    assert loaded(line, dimension=2).thickness.y.size == 1
    assert loaded("x [mm],y [mm],fat [mm]\n0,0,12\n", dimension=1).thickness.x.size == 1
    with pytest.raises(CaseError, match="along y, the block reaches from -20 to 20 mm"):
        loaded(line)
    with pytest.raises(CaseError, match="along y, the tissue lies from 0 to 0 mm"):
        loaded(line.replace(",0,", ",5,"), dimension=2)


def test_a_mesh_file_takes_no_map(loaded):
    with pytest.raises(CaseError, match=r"thickness_map: a mesh file has a shape of its own"):
        loaded(more='mesh.file = "leg.msh"\n')


PICTURE = '{ file = "map.png", layer = "fat", low = "10 mm", high = "30 mm", extent = [%s] }'
WHOLE = '"40 mm", "40 mm"'


def test_grey_levels_are_thickness(loaded, tmp_path):
    """Black at the lower left, white at the upper right."""
    grey = np.array([[51, 255], [0, 102]], dtype=np.uint8)
    imsave(tmp_path / "map.png", np.repeat(grey[:, :, None], 3, axis=2))
    found = loaded(given=PICTURE % WHOLE).thickness
    x, y = np.array([-0.02, 0.02, -0.02, 0.02]), np.array([-0.02, -0.02, 0.02, 0.02])
    assert found.at("fat", x, y) == pytest.approx([0.01, 0.018, 0.014, 0.03])


@pytest.mark.parametrize(
    ("picture", "given", "said"),
    [
        (np.zeros((2, 1, 3)), PICTURE % WHOLE, "has 1 x 2 pixels; expected 2 x 2 or more"),
        (np.eye(3)[:, :, None] * [1.0, 0, 0], PICTURE % WHOLE, "has colours; expected a picture"),
        (None, PICTURE % WHOLE, "cannot be read as a PNG picture"),
        (np.eye(3), PICTURE.replace("fat", "fet") % WHOLE, 'layer "fet": did you mean "fat"?'),
        (np.eye(3), PICTURE % '"9 mm", "9 mm"', "goes from -4.5 to 4.5 mm along x"),
        (np.eye(3), PICTURE.replace('"10 mm"', "10") % WHOLE, "thickness_map.low = 10: expected a"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_used_is_refused(loaded, tmp_path, picture, given, said):
    if picture is None:
        (tmp_path / "map.png").write_text("no picture")
    else:
        imsave(tmp_path / "map.png", np.asarray(picture, dtype=float), cmap="gray")
    with pytest.raises(CaseError) as refused:
        loaded(given=given)
    assert said in str(refused.value)
