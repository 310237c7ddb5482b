"""Pictures as PNG, SVG and PDF, and the state for ParaView: written, read back, the same twice."""

import ast
import re
import sys
from base64 import b64decode
from io import BytesIO
from unittest.mock import MagicMock
from xml.etree import ElementTree

import numpy as np
import pytest
import pyvista as pv
from PIL import Image
from view.synthetic import THRESHOLD, TIMES, TITLES, make

from cryosim.errors import CaseError
from cryosim.output.fields import describe
from cryosim.view import style
from cryosim.view.paraview import write_state
from cryosim.view.pictures import FORMATS, draw, names_of
from cryosim.view.result import Result

SOFTWARE = re.compile(r"cryosim \d")


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    folder = make(tmp_path_factory.mktemp("formats") / "run", "quadrilateral")
    text = (folder / "result.json").read_text()
    (folder / "result.json").write_text(text.replace("{", '{"case_hash": "0123abcd", ', 1))
    return folder


@pytest.fixture(scope="module")
def written(plane, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    files = draw(plane, folder, only=["depth_time"], formats=FORMATS, dpi=60)
    assert {f.name for f in files} == {f"depth_time.{kind}" for kind in FORMATS}
    return folder


def test_every_format_says_what_it_shows_and_by_what(written):
    with Image.open(written / "depth_time.png") as image:
        assert image.size == (840, 540)
        assert image.info["dpi"] == pytest.approx((60, 60), abs=0.1)
        assert image.info["Title"].endswith("depth time")
        assert SOFTWARE.match(image.info["Software"])
        assert image.info["Description"] == "case 0123abcd"
    pdf = (written / "depth_time.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Subject (case 0123abcd)" in pdf
    assert b"/FontFile2" in pdf, "TrueType type is in the file"
    assert b"Date" not in pdf
    root = ElementTree.parse(written / "depth_time.svg").getroot()
    assert "case 0123abcd" in "".join(root.itertext())
    assert root.findall(".//{*}image"), "the map is an image within"
    assert not root.findall(".//{*}text"), "type is outlines"


def test_the_same_picture_is_the_same_bytes(plane, written, tmp_path):
    for file in draw(plane, tmp_path, only=["depth_time"], formats=FORMATS, dpi=60):
        assert file.read_bytes() == (written / file.name).read_bytes(), file.suffix


def test_the_image_of_the_tissue_is_as_fine_as_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "PAGE", (560, 360))
    folder = make(tmp_path / "run", "hexahedron", across=6, times=TIMES[4:6])
    (file,) = draw(folder, tmp_path, only=["temperature_3d"], formats=["svg"], dpi=200)
    images = re.findall(r'base64,\s*([^"]+)"', file.read_text())
    widths = [Image.open(BytesIO(b64decode(data))).size[0] for data in images]
    assert max(widths) >= 2 * 560


def test_plot_names_chooses_and_refuses(cryosim, plane, tmp_path):
    names = names_of(Result.open(plane))
    assert cryosim("plot", plane, "--list").out.split() == list(names)
    got = cryosim("plot", plane, "--only", "depth_time", "--format", "svg", "--format", "pdf",
                  "--out", tmp_path / "new")  # fmt: skip
    assert got.code == 0, got.err
    assert sorted(f.name for f in (tmp_path / "new").iterdir()) == [
        "depth_time.pdf", "depth_time.svg",
    ]  # fmt: skip
    got = cryosim("plot", plane, "--only", "depths")
    assert got.code == 2
    assert "no picture is called depths; of this run there are layers_cut" in got.err
    assert cryosim("plot", plane, "--format", "gif").code == 2
    (tmp_path / "file").touch()
    got = cryosim("plot", plane, "--out", tmp_path / "file")
    assert got.code == 2
    assert "cannot be written to" in got.err
    with pytest.raises(CaseError, match="format tiff: unknown; expected one of png, svg, pdf"):
        draw(plane, tmp_path, formats=["tiff"])


# --- ParaView ------------------------------------------------------------------------------------


def constants(script):
    """What the head of a state sets, by name."""
    found = {}
    for node in ast.parse(script.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.isupper() and name != "HERE":
                found[name] = ast.literal_eval(node.value)
    return found


@pytest.mark.parametrize("kind", ["plane", "block", "cup"])
def test_a_state_names_what_is_in_the_files(cryosim, folders, tmp_path, kind):
    if kind == "cup":
        folder = make(tmp_path / "run", "hexahedron", across=6, cup=True, times=TIMES[4:6])
    else:
        folder = folders[kind]
    got = cryosim("paraview", folder, "--out", tmp_path / "state.py")
    assert got.code == 0, got.err
    told = constants(tmp_path / "state.py")
    reader = pv.get_reader(str(folder / "fields.xdmf"))
    reader.set_active_time_value(told["END_OF_COOLING"])
    grid = reader.read()
    assert told["TEMPERATURE"] in grid.point_data
    assert ("Displacement [m]" in grid.point_data) == bool(told["DISPLACEMENT"]) == (kind == "cup")
    assert set(told["LAYERS"]) == set(np.unique(grid.cell_data["Layer"]))
    assert [name for name, _ in told["LAYERS"].values()] == list(TITLES.values())
    assert told["THRESHOLD"] == THRESHOLD
    stops = np.reshape(told["COLOURS"], (-1, 4))
    assert (np.diff(stops[:, 0]) > 0).all()
    assert stops[stops[:, 0] == THRESHOLD, 1:].min() > 0.93, "white at the threshold"
    surface = pv.get_reader(str(folder / told["SURFACE"])).read()
    assert set(np.unique(surface.cell_data["Boundary"])) <= set(told["BOUNDARY"])
    phase = eval(told["MOMENT"], {"t_value": 600.0})
    assert phase == ("10 min, cool" if kind == "cup" else "10 min")


@pytest.mark.parametrize("kind", ["plane", "block"])
def test_a_state_runs_to_its_end(folders, tmp_path, monkeypatch, kind):
    """Without ParaView every name that the script uses is at least there."""
    stand_in = MagicMock()
    stand_in.__all__ = re.findall(r"\b([A-Z]\w+)\(", (script := write_state(
        folders[kind], tmp_path / "state.py")).read_text())  # fmt: skip
    monkeypatch.setitem(sys.modules, "paraview", MagicMock(simple=stand_in))
    monkeypatch.setitem(sys.modules, "paraview.simple", stand_in)
    monkeypatch.setattr(sys, "argv", ["pvpython", "picture.png"])
    stand_in.__all__ = [name for name in stand_in.__all__ if name != "Path"]
    exec(compile(script.read_text(), str(script), "exec"), {"__name__": "state"})
    assert stand_in.SaveScreenshot.call_args.args[0] == "picture.png"
    assert stand_in.Clip.call_count == (3 if kind == "block" else 0)


def test_the_boundary_is_read_with_its_fields(folders):
    result = Result.open(folders["block"])
    facets, kinds = result.facets
    reader = pv.get_reader(str(folders["block"] / "surface.xdmf"))
    reader.set_active_time_value(600.0)
    surface = reader.read()
    assert surface.n_cells == len(facets)
    under = np.asarray(surface.cell_data["Boundary"]) == 1
    np.testing.assert_array_equal(under, np.array(kinds) == "applicator")
    area = surface.extract_cells(under).compute_cell_sizes().cell_data["Area"].sum()
    assert area == pytest.approx(60e-3**2)
    np.testing.assert_allclose(
        surface["Temperature [degC]"], result.field("temperature", 2), rtol=1e-6
    )
    assert 'Name="Boundary 1" Value="applicator"' in (folders["block"] / "surface.xdmf").read_text()


def test_an_older_folder_gets_what_it_lacks(tmp_path):
    folder = make(tmp_path / "run", "triangle", times=TIMES[:2])
    (folder / "surface.xdmf").unlink()
    before = (folder / "fields.xdmf").read_bytes()
    describe(folder)
    assert (folder / "surface.xdmf").is_file()
    assert (folder / "fields.xdmf").read_bytes() == before


def test_what_paraview_cannot_show_is_refused(folders, tmp_path):
    with pytest.raises(CaseError, match="a column has no shape"):
        write_state(folders["line"])
    bare = make(tmp_path / "bare", "triangle", times=TIMES[:2])
    (bare / "fields.h5").unlink()
    with pytest.raises(CaseError, match=r"needs fields: run the case with output\.fields = true"):
        write_state(bare)
