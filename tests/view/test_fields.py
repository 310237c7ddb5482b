"""Field files: what is written is read again by us, by VTK and by meshio; nothing is lost."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import meshio
import numpy as np
import pytest
import pyvista as pv
from view.synthetic import TIMES, Kind, fields, make_mesh

import cryosim.output.fields as module
from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE, FieldFile, open_fields
from cryosim.view.result import Result

VTK_TYPE = {"hexahedron": 12, "tetrahedron": 10, "quadrilateral": 9, "triangle": 5}
CELL_TYPES = ["interval", "triangle", "quadrilateral", "tetrahedron", "hexahedron"]


def small(cell_type="hexahedron"):
    return make_mesh(Kind(cell_type, across=4, down=(1, 2, 1)), 'A <small> & "quoted" title')


def write(folder: Path, mesh, times) -> None:
    with FieldFile.create(folder, mesh) as file:
        for t in times:
            file.append(t, fields(mesh, t))


@pytest.mark.parametrize("cell_type", CELL_TYPES)
def test_own_reader(tmp_path, cell_type):
    mesh = small(cell_type)
    write(tmp_path, mesh, [0.0, 600.0])
    result = Result.open(tmp_path, unfinished=True)
    assert (result.title, result.cell_type) == (mesh.title, cell_type)
    assert [k.name for k in result.layers] == ["skin", "fat", "muscle"]
    np.testing.assert_array_equal(result.times, [0.0, 600.0])
    np.testing.assert_allclose(result.grid.points, 1e3 * mesh.points, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(result.grid.cell_data["layer"], mesh.layer)
    np.testing.assert_array_equal(result.grid.cell_connectivity.reshape(len(mesh.cells), -1),
                                  mesh.cells)  # fmt: skip
    for step, t in enumerate(result.times):
        for name, expected in fields(mesh, t).items():
            np.testing.assert_allclose(result.field(name, step), expected, rtol=1e-6)


@pytest.mark.parametrize("cell_type", CELL_TYPES)
def test_vtk_reads_the_xdmf(tmp_path, cell_type):
    mesh = small(cell_type)
    write(tmp_path, mesh, TIMES[:3].tolist())
    reader = pv.get_reader(str(tmp_path / "fields.xdmf"))
    assert reader.time_values == TIMES[:3].tolist()
    for t in reader.time_values:
        reader.set_active_time_value(t)
        grid = reader.read()
        assert set(grid.point_data) == {
            "Temperature [degC]", "Crystallised lipid fraction [1]",
            "Viable adipocyte fraction [1]", "Depth [m]",
        }  # fmt: skip
        np.testing.assert_allclose(grid.points, mesh.points, atol=1e-9)
        np.testing.assert_array_equal(grid.cell_data["Layer"], mesh.layer)
        np.testing.assert_allclose(grid["Temperature [degC]"], fields(mesh, t)["temperature"],
                                   rtol=1e-6)  # fmt: skip
        np.testing.assert_allclose(grid["Depth [m]"], mesh.depth, rtol=1e-6)
        assert grid.n_cells == len(mesh.cells)
        if cell_type in VTK_TYPE:
            assert set(grid.celltypes) == {VTK_TYPE[cell_type]}


@pytest.mark.parametrize("cell_type", CELL_TYPES)
def test_meshio_reads_the_xdmf(tmp_path, cell_type):
    mesh = small(cell_type)
    write(tmp_path, mesh, [0.0, 300.0])
    with meshio.xdmf.TimeSeriesReader(tmp_path / "fields.xdmf") as reader:
        points, blocks = reader.read_points_cells()
        assert reader.num_steps == 2
        np.testing.assert_allclose(points, mesh.points)
        np.testing.assert_array_equal(blocks[0].data, mesh.cells)
        t, nodal, cellwise = reader.read_data(1)
    assert t == 300.0
    expected = fields(mesh, t)["crystallised"]
    np.testing.assert_allclose(nodal["Crystallised lipid fraction [1]"], expected, rtol=1e-6)
    np.testing.assert_array_equal(cellwise["Layer"][0], mesh.layer)


def test_volumes_show_that_the_cells_are_in_vtk_order(folders):
    for name in ("block", "curved"):
        sizes = Result.open(folders[name]).grid.compute_cell_sizes().cell_data["Volume"]
        assert (np.abs(sizes) > 0.0).all()
    block = Result.open(folders["block"])
    np.testing.assert_allclose(block.layer_sizes(), 150.0**2 * np.array([2.2, 20.0, 15.0]))


def test_it_is_stored_compressed_in_single_precision(tmp_path):
    write(tmp_path, make_mesh(Kind("hexahedron")), [0.0])
    with open_fields(tmp_path / FIELDS_FILE) as file:
        data = file["fields/temperature/00000"]
        assert (data.dtype, data.compression) == (np.float32, "gzip")
        assert dict(file["fields/temperature"].attrs) == {"unit": "degC", "label": "Temperature"}


def test_closing_leaves_the_field_file_and_what_describes_it(tmp_path):
    write(tmp_path, small(), [0.0, 1.0, 2.0])
    assert {p.name for p in tmp_path.iterdir()} == {"fields.h5", "fields.xdmf", "surface.xdmf"}


def test_reopening_drops_later_steps(tmp_path):
    mesh = small()
    write(tmp_path, mesh, [0.0, 60.0, 120.0, 180.0])
    with FieldFile.reopen(tmp_path, until=60.0) as file:
        assert file.times == (0.0, 60.0)
        file.append(90.0, fields(mesh, 900.0))
    result = Result.open(tmp_path, unfinished=True)
    assert result.times.tolist() == [0.0, 60.0, 90.0]
    np.testing.assert_allclose(result.field("temperature", 2), fields(mesh, 900.0)["temperature"],
                               rtol=1e-6)  # fmt: skip
    assert pv.get_reader(str(tmp_path / "fields.xdmf")).time_values == [0.0, 60.0, 90.0]


def test_reopening_before_the_first_step_keeps_the_mesh(tmp_path):
    mesh = small()
    write(tmp_path, mesh, [10.0, 20.0])
    with FieldFile.reopen(tmp_path, until=0.0) as file:
        assert file.times == ()
        file.append(5.0, {"temperature": mesh.depth})
    assert Result.open(tmp_path, unfinished=True).field_names == ("temperature",)


@pytest.mark.parametrize(("name", "call"), [("hardlink_to", 1), ("replace", 1), ("replace", 2),
                                            ("replace", 3)])  # fmt: skip
def test_an_append_that_fails_anywhere_loses_nothing_before_it(tmp_path, monkeypatch, name, call):
    mesh = small()
    file = FieldFile.create(tmp_path, mesh)
    for t in (0.0, 1.0, 2.0):
        file.append(t, fields(mesh, t))
    real, calls = getattr(Path, name), []

    def stopped(self, other):
        calls.append(self)
        if len(calls) == call:
            raise KeyboardInterrupt
        return real(self, other)

    monkeypatch.setattr(Path, name, stopped)
    with pytest.raises(KeyboardInterrupt):
        file.append(3.0, fields(mesh, 3.0))
    monkeypatch.undo()
    check_steps(tmp_path, mesh, at_least=3)
    with FieldFile.reopen(tmp_path, until=2.0) as again:
        again.append(3.0, fields(mesh, 3.0))
    check_steps(tmp_path, mesh, at_least=4)


def test_what_is_shown_is_never_written_to(tmp_path, monkeypatch):
    """HDF5 changes metadata in place; a kill between two writes would cost earlier steps."""
    mesh = small()
    seen = []
    shown = tmp_path / FIELDS_FILE
    real = module._write_step

    def watched(file, *step):
        real(file, *step)
        file.flush()
        seen.append(shown.read_bytes())

    with FieldFile.create(tmp_path, mesh) as file:
        for t in (0.0, 1.0, 2.0, 3.0):
            before = shown.read_bytes()
            with monkeypatch.context() as patch:
                patch.setattr(module, "_write_step", watched)
                file.append(t, fields(mesh, t))
            assert seen == [before] * 3
            assert shown.read_bytes() != before
            seen.clear()


def test_a_second_copy_cut_short_harms_nothing(tmp_path):
    mesh = small()
    file = FieldFile.create(tmp_path, mesh)
    for t in (0.0, 1.0):
        file.append(t, fields(mesh, t))
    (other,) = (p for p in tmp_path.iterdir() if p.name.startswith(".") and "h5" in p.name)
    with other.open("r+b") as handle:
        handle.truncate(other.stat().st_size // 2)
    check_steps(tmp_path, mesh, at_least=2)
    with FieldFile.reopen(tmp_path, until=1.0) as again:
        again.append(2.0, fields(mesh, 2.0))
    check_steps(tmp_path, mesh, at_least=3)


def test_without_hard_links_it_still_works(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError("no hard links on this disk")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    mesh = small()
    write(tmp_path, mesh, [0.0, 1.0, 2.0])
    check_steps(tmp_path, mesh, at_least=3)


KILLED = """
import sys
from pathlib import Path
from cryosim.output.fields import FieldFile
from view.synthetic import Kind, fields, make_mesh
mesh = make_mesh(Kind("quadrilateral", across=4, down=(1, 2, 1)))
file = FieldFile.create(Path(sys.argv[1]), mesh)
print("ready", flush=True)
for step in range(100_000):
    file.append(float(step), fields(mesh, float(step)))
"""


def test_killed_at_any_moment_it_keeps_every_step(tmp_path):
    mesh = make_mesh(Kind("quadrilateral", across=4, down=(1, 2, 1)))
    root = Path(__file__).parents[2]
    paths = {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}
    random = np.random.default_rng(1)
    for trial in range(6):
        folder = tmp_path / str(trial)
        with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)],
                              stdout=subprocess.PIPE, env=os.environ | paths) as child:  # fmt: skip
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(random.uniform(0.05, 0.3))
            child.send_signal(signal.SIGKILL)
        check_steps(folder, mesh, at_least=1)


def check_steps(folder: Path, mesh, *, at_least: int) -> None:
    """Every step counted is whole, and the XDMF names no step that is not there."""
    with h5py.File(folder / FIELDS_FILE, "r") as file:
        times = file["times"][:]
        assert len(times) >= at_least
        for step, t in enumerate(times):
            for name, expected in fields(mesh, t).items():
                np.testing.assert_allclose(file[f"fields/{name}/{step:05d}"][:], expected,
                                           rtol=1e-6)  # fmt: skip
    shown = pv.get_reader(str(folder / "fields.xdmf")).time_values
    assert list(shown) == times[: len(shown)].tolist()
    assert len(shown) >= len(times) - 1


def test_a_reader_does_not_stop_the_writer(tmp_path):
    mesh = small()
    with FieldFile.create(tmp_path, mesh) as file:
        file.append(0.0, fields(mesh, 0.0))
        with (tmp_path / FIELDS_FILE).open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            file.append(1.0, fields(mesh, 1.0))
            file.append(2.0, fields(mesh, 2.0))
    check_steps(tmp_path, mesh, at_least=3)


@pytest.mark.parametrize(
    ("time", "names", "message"),
    [(0.0, ("temperature",), "the last one is at 0.0 s"), (1.0, ("heat",), "unknown fields"),
     (1.0, ("survival",), "earlier steps hold")],
)  # fmt: skip
def test_nonsense_is_refused(tmp_path, time, names, message):
    mesh = small()
    file = FieldFile.create(tmp_path, mesh)
    file.append(0.0, {"temperature": mesh.depth})
    with pytest.raises(ValueError, match=message):
        file.append(time, dict.fromkeys(names, mesh.depth))
    with pytest.raises(ValueError, match="has shape"):
        file.append(1.0, {"temperature": mesh.depth[:-1]})
    assert file.times == (0.0,)


def test_no_field_file_is_said_clearly(tmp_path):
    with pytest.raises(CaseError, match="no such file"), open_fields(tmp_path / "fields.h5"):
        pass
    (tmp_path / "fields.h5").write_text("not HDF5")
    with pytest.raises(CaseError, match="cannot be read"), open_fields(tmp_path / "fields.h5"):
        pass
