"""The result folder holds what it promises: every file, its heading, and numbers that agree."""

import csv
import json
import math
import re

import h5py
import numpy as np
import pytest
import pyvista as pv
from conftest import COARSE, treatment
from support.cases import written

from cryosim.case.load import load
from cryosim.simulate import run

FILES = {
    "case.toml", "result.json", "run.log", "fields.h5", "fields.xdmf",
    "probes.csv", "layers.csv", "device.csv", "front.csv", "ledger.csv", "profile.csv",
    "limits.csv", "course.csv",
}  # fmt: skip
TIMES = [0, 45, 90, 135, 180, 225, 270, 315, 360, 405, 450, 480, 495, 540, 585, 630, 675, 720]


def table(folder, name):
    """Heading and columns of a table; an empty cell is NaN."""
    with (folder / f"{name}.csv").open(newline="") as lines:
        head, *rows = csv.reader(lines)
    return {title: np.array([float(row[i] or "nan") for row in rows])
            for i, title in enumerate(head)}  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2], ids=["column", "section"])
def result(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    mesh = {} if request.param == 1 else {"mesh": COARSE}
    tissue = {"fat": {"conductivity": "0.22 W/m/K"}}
    path = written(folder, treatment(dimension=request.param, tissue=tissue, **mesh))
    return run(path, folder / "out")


@pytest.fixture(scope="module")
def summary(result):
    return json.loads((result / "result.json").read_text())


def test_the_folder_holds_every_file_and_no_other(result):
    names = {file.name for file in result.iterdir()}
    assert names - {"thickness.csv", "surface.xdmf"} == FILES
    section = json.loads((result / "result.json").read_text())["dimension"] == 2
    assert ("thickness.csv" in names) == section
    assert (result / "case.toml").read_text() == (result.parent / "case.toml").read_text()


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("probes", ["surface [degC]", "in the fat [degC]"]),
        (
            "layers",
            [f"{layer} {what}" for layer in ("skin", "fat", "muscle")
             for what in ("minimum [degC]", "mean [degC]", "below threshold [1]",
                          *(("crystallised [1]", "viable [1]") if layer == "fat" else ()))],
        ),
        (
            "device",
            [f"applicator {what}" for what in
             ("temperature [degC]", "heat flux [mW/cm^2]", "coldest skin [degC]")],
        ),
        ("front", ["threshold depth [mm]", "coldest skin [degC]", "probability of ice [1]"]),
    ],
)  # fmt: skip
def test_tables_name_their_columns_with_units(result, name, heading):
    found = table(result, name)
    assert list(found) == ["time [s]", *heading]
    assert found["time [s]"].tolist() == TIMES


def test_the_ledger_has_a_column_for_every_store_source_and_surface(result, summary):
    unit = {1: "J/m^2", 2: "J/m"}[summary["dimension"]]
    names = ["sensible", "lipid latent", "water latent", "perfusion", "metabolism", "applicator",
             "top", "bottom", "gel put on and taken off", "residual"]  # fmt: skip
    assert list(table(result, "ledger")) == ["time [s]", *(f"{name} [{unit}]" for name in names)]


def test_the_ledger_closes(result, summary):
    columns = {re.sub(r" \[.*", "", k): v for k, v in table(result, "ledger").items()}
    stored = columns["sensible"] + columns["lipid latent"] + columns["water latent"]
    came = sum(columns[k] for k in ("perfusion", "metabolism", "applicator", "top", "bottom",
                                    "gel put on and taken off"))  # fmt: skip
    removed = -columns["applicator"].min()
    assert removed > 0.0
    assert np.abs(stored - came - columns["residual"]).max() < 1e-8 * removed
    assert np.abs(columns["residual"]).max() < 1e-9 * removed
    assert columns["lipid latent"].min() < -0.02 * removed, "no phase change took place"
    assert summary["ledger"]["residual over heat removed"] < 1e-9
    assert summary["ledger"]["worst residual over heat removed"] < 1e-9


def test_a_device_that_is_off_has_empty_cells(result):
    with (result / "device.csv").open(newline="") as lines:
        rows = {float(row["time [s]"]): row for row in csv.DictReader(lines)}
    on, off = rows[450.0], rows[540.0]
    assert float(on["applicator temperature [degC]"]) == pytest.approx(-12.0)
    assert float(on["applicator heat flux [mW/cm^2]"]) > 30.0
    assert off["applicator temperature [degC]"] == off["applicator heat flux [mW/cm^2]"] == ""
    assert float(off["applicator coldest skin [degC]"]) < 20.0
    assert "nan" not in (result / "device.csv").read_text().lower()


def test_numbers_of_different_files_agree(result, summary):
    probes, layers = table(result, "probes"), table(result, "layers")
    profile = table(result, "profile")
    front, device = table(result, "front"), table(result, "device")
    coldest = device["applicator coldest skin [degC]"]
    assert np.all(front["coldest skin [degC]"] <= coldest + 1e-9)
    for i, t in enumerate(TIMES):
        column = profile[f"{t} s [degC]"]
        assert column[0] == pytest.approx(probes["surface [degC]"][i], abs=1e-9)
    assert next(iter(profile)) == "depth [mm]"
    assert profile["depth [mm]"][0] == 0.0
    assert (result / "profile.csv").read_text().splitlines()[1].startswith("0,")
    assert profile["depth [mm]"][-1] == pytest.approx(22.0)
    quantities = summary["quantities"]
    assert quantities["coldest skin"]["value"] == pytest.approx(coldest.min(), rel=1e-9)
    assert quantities["fat: viable adipocytes"]["value"] == pytest.approx(
        layers["fat viable [1]"][-1], rel=1e-9
    )
    assert np.all(np.diff(layers["fat viable [1]"]) <= 0.0)
    assert layers["fat viable [1]"][-1] < 0.999


def test_the_summary_says_what_was_computed_how_and_from_what(result, summary):
    assert summary["status"] == "done"
    assert summary["title"] == "Short treatment"
    for name, entry in summary["quantities"].items():
        assert set(entry) == {"value", "unit", "band", "how"}, name
        assert math.isfinite(entry["value"])
        assert entry["unit"]
        assert len(entry["how"]) > 10
    timing = summary["timing"]
    for key in ("setup_s", "march_s", "output_s", "march_core_s", "unknowns", "steps", "rejected",
                "products", "ranks"):  # fmt: skip
        assert timing[key] >= 0, key
    assert timing["steps"] > 10
    override, assumed = summary["overrides"]
    assert assumed.startswith("protocol[2].perfusion = 0.5 (assumption")
    assert override.startswith("tissue.fat.conductivity = 0.22 W/m/K (library: 0.2")
    assert len(summary["sources"]) > 3
    assert {"cryosim", "python", "numpy", "numba", "pyvista"} <= set(summary["versions"])
    assert any("dolfinx" in package for package in summary["versions"])
    assert summary["case_hash"] == load(result / "case.toml").hash
    assert summary["figures"] == "no figures were asked for"


def test_the_field_file_describes_the_mesh_and_its_fields(result, summary):
    dimension = summary["dimension"]
    with h5py.File(result / "fields.h5") as file:
        assert file.attrs["dimension"] == dimension
        assert file.attrs["threshold"] == pytest.approx(10.4)
        assert [k["name"] for k in json.loads(file.attrs["layers"])] == ["skin", "fat", "muscle"]
        assert json.loads(file.attrs["applicators"]) == [
            {"name": "applicator", "kind": "plate", "face": "top"}
        ]
        assert file["times"][:].tolist() == TIMES
        points, depth = file["mesh/points"][:], file["mesh/depth"][:]
        assert points.shape == (summary["timing"]["unknowns"], 3)
        np.testing.assert_allclose(depth, -points[:, dimension - 1], atol=1e-8)
        assert np.ptp(points[:, dimension - 1]) == pytest.approx(0.022)
        assert set(np.unique(file["mesh/layer"][:])) == {0, 1, 2}
        names = json.loads(file["mesh/surface_tag"].attrs["names"])
        tags = {names[str(tag)] for tag in file["mesh/surface_tag"][:]}
        assert tags == {"applicator", "core"} | ({"room", "insulated"} if dimension > 1 else set())
        units = {name: group.attrs["unit"] for name, group in file["fields"].items()}
        assert units == {"temperature": "degC", "crystallised": "1", "survival": "1"}
        for group in file["fields"].values():
            assert sorted(group) == [f"{i:05d}" for i in range(len(TIMES))]
        survival = file["fields/survival/00017"][:]
        fat = (depth > 0.002 + 1e-6) & (depth < 0.014 - 1e-6)
        assert np.isfinite(survival[fat]).all()
        assert np.isnan(survival[depth < 0.002 - 1e-6]).all()


def test_pyvista_reads_every_step_and_the_values_are_those_of_the_probes(result, summary):
    up = summary["dimension"] - 1
    reader = pv.get_reader(str(result / "fields.xdmf"))
    assert list(reader.time_values) == TIMES
    probes = table(result, "probes")
    for i, t in enumerate(TIMES):
        reader.set_active_time_value(t)
        grid = reader.read()
        grid = grid[0] if isinstance(grid, pv.MultiBlock) else grid
        T = grid.point_data["Temperature [degC]"]
        points = np.asarray(grid.points)
        lateral = points[:, 0] if up else np.zeros(len(points))
        surface = (np.abs(points[:, up]) < 1e-9) & (np.abs(lateral) < 0.002)
        x = lateral[surface]
        order = np.argsort(x)
        expected = np.interp(0.0, x[order], T[surface][order])
        assert expected == pytest.approx(probes["surface [degC]"][i], abs=2e-5)
    assert {"Crystallised lipid fraction [1]", "Viable adipocyte fraction [1]", "Depth [m]"} <= set(
        grid.point_data
    )
    assert "Layer" in grid.cell_data


def test_a_second_run_gives_the_same_numbers(result):
    first = {f.name: f.read_text() for f in result.glob("*.csv")}
    again = run(result / "case.toml", result.parent / "again")
    assert {f.name: f.read_text() for f in again.glob("*.csv")} == first
    with h5py.File(result / "fields.h5") as a, h5py.File(again / "fields.h5") as b:
        for name in a["fields"]:
            for step in a[f"fields/{name}"]:
                np.testing.assert_array_equal(
                    a[f"fields/{name}/{step}"], b[f"fields/{name}/{step}"]
                )


@pytest.mark.parametrize("every", ["7 s", "180 s", "2 h"])
def test_how_often_one_looks_changes_nothing_to_speak_of(result, tmp_path, summary, every):
    mesh = {} if summary["dimension"] == 1 else {"mesh": COARSE}
    output = {"every": every, "figures": False, "fields": False}
    tissue = {"fat": {"conductivity": "0.22 W/m/K"}}
    case = treatment(dimension=summary["dimension"], tissue=tissue, output=output, **mesh)
    other = table(run(written(tmp_path, case), tmp_path / "out"), "probes")
    mine = table(result, "probes")
    common, here, there = np.intersect1d(mine["time [s]"], other["time [s]"], return_indices=True)
    assert {0.0, 360.0, 480.0, 720.0} <= set(common), "ends of phases are always there"
    tolerance = {1: 0.01, 2: 0.05}[summary["dimension"]]
    for name in ("surface [degC]", "in the fat [degC]"):
        assert np.abs(mine[name][here] - other[name][there]).max() < 2.0 * tolerance


def test_without_fields_there_are_none_and_no_pictures(tmp_path):
    case = treatment(output={"every": "2 min", "fields": False})
    folder = run(written(tmp_path, case), tmp_path / "out")
    assert {file.name for file in folder.iterdir()} == FILES - {"fields.h5", "fields.xdmf"}
    assert json.loads((folder / "result.json").read_text())["figures"] == (
        "figures need output.fields"
    )


def test_figures_can_be_asked_for_and_declined(tmp_path):
    path = written(tmp_path, treatment(output={"every": "2 min"}))
    folder = run(path, tmp_path / "out")
    drawn = {file.name for file in (folder / "figures").iterdir()}
    assert {"layers_cut.png", "layers_over_time.png", "depth_time.png", "months.png"} <= drawn
    assert json.loads((folder / "result.json").read_text())["figures"] == "drawn"
    run(path, tmp_path / "out", figures=False)
    assert not list(folder.glob("figures/*")), "pictures of an earlier run beside new numbers"


def test_a_case_without_applicator_probes_or_lipid(tmp_path):
    case = treatment(applicator=[], probes=[], protocol=[{"phase": "remove", "duration": "10 min"}])
    case["anatomy"]["layers"] = [{"tissue": "skin", "thickness": "2 mm"}]
    folder = run(written(tmp_path, case), tmp_path / "out")
    assert list(table(folder, "probes")) == ["time [s]"]
    assert list(table(folder, "device")) == ["time [s]"]
    summary = json.loads((folder / "result.json").read_text())
    assert "skin: coldest" in summary["quantities"]
    with h5py.File(folder / "fields.h5") as file:
        assert list(file["fields"]) == ["temperature"]
