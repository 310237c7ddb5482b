"""Reading a result folder back."""

import json
import shutil

import numpy as np
import pytest
from view.synthetic import BLOCK, END, HALF, PLATE, THRESHOLD, TIMES, temperature

from cryosim.errors import CaseError
from cryosim.view.placement import place
from cryosim.view.result import Result
from cryosim.view.section import section_of

TOTAL = 37.2


def test_lengths_are_millimetres(folders):
    result = Result.open(folders["block"])
    assert result.grid.bounds == pytest.approx((-75, 75, -75, 75, -TOTAL, 0))
    assert result.grid.point_data["depth"].max() == pytest.approx(TOTAL)
    assert result.layer_depths() == pytest.approx(np.array([(0, 2.2), (2.2, 22.2), (22.2, TOTAL)]))


def test_tables_are_columns_of_numbers(folders):
    result = Result.open(folders["block"])
    device = result.table("device")
    assert device["plate temperature [degC]"][20] == PLATE
    assert result.has("profile")
    assert not Result.open(folders["curved"]).has("profile")
    with pytest.raises(CaseError, match="no such file"):
        result.table("course")


def test_the_shown_step_is_the_end_of_cooling(folders):
    for folder in folders.values():
        result = Result.open(folder)
        assert result.times[result.coldest_step()] == END
        assert [k.name for k in result.lipid_layers()] == ["fat"]


def test_cooling_ends_when_the_device_is_no_longer_coldest(folders, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(folders["line"], folder)
    assert Result.open(folder).ends_cooling(5)
    head, *rows = [line.split(",") for line in (folder / "device.csv").read_text().splitlines()]
    for row in rows:
        row[1] = "-12" if 1100 < float(row[0]) < 1900 else row[1]
    (folder / "device.csv").write_text("\n".join(",".join(row) for row in (head, *rows)))
    assert Result.open(folder).times[Result.open(folder).coldest_step()] == 1800.0
    (folder / "device.csv").unlink()
    assert Result.open(folder).times[Result.open(folder).coldest_step()] == END
    assert not Result.open(folder).ends_cooling(5)


def test_a_device_that_overshoots_cools_until_its_set_point_rises(folders, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(folders["line"], folder)
    head, *rows = [line.split(",") for line in (folder / "device.csv").read_text().splitlines()]
    rows = [[*row, "-10" if float(row[0]) < 1700 else "37"] for row in rows]
    for row in rows:
        row[1] = "-14" if 500 < float(row[0]) < 1000 else row[1]
    text = "\n".join(",".join(row) for row in ([*head, "plate set point [degC]"], *rows))
    (folder / "device.csv").write_text(text)
    result = Result.open(folder)
    before = result.times[result.times < 1700.0]
    assert result.times[result.coldest_step()] == before[-1]


def test_a_run_still_under_way_is_not_taken_for_a_result(folders, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(folders["line"], folder)
    (folder / "result.json").unlink()
    with pytest.raises(CaseError, match="the run is not done"):
        Result.open(folder)
    assert len(Result.open(folder, unfinished=True).times) == len(TIMES)
    with (folder / "layers.csv").open("a") as lines:
        lines.write("3030,1.2,")
    assert len(Result.open(folder, unfinished=True).table("layers")["time [s]"]) == 101


def test_other_folders_are_no_results(tmp_path):
    with pytest.raises(CaseError, match="no such folder"):
        Result.open(tmp_path / "nowhere")
    with pytest.raises(CaseError, match="no result folder"):
        Result.open(tmp_path)
    (tmp_path / "result.json").write_text(json.dumps({"status": "done"}))
    with pytest.raises(CaseError, match="no such file"):
        Result.open(tmp_path)


def test_damaged_files_are_named(folders, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(folders["line"], folder)
    (folder / "result.json").write_text("{")
    with pytest.raises(CaseError, match=r"result\.json is damaged"):
        _ = Result.open(folder).json
    (folder / "device.csv").write_text("time [s],plate temperature [degC]\n0,cold\n")
    with pytest.raises(CaseError, match=r"device\.csv.*expected numbers"):
        Result.open(folder).table("device")
    with pytest.raises(CaseError, match="holds no field"):
        Result.open(folder).field("heat", 0)


@pytest.mark.parametrize("name", ["block", "plane", "triangles"])
def test_a_section_holds_the_field_and_the_layers(folders, name):
    result = Result.open(folders[name])
    step = result.coldest_step()
    section = section_of(result, step)
    assert (section.across.min(), section.across.max()) == pytest.approx((-75, 75))
    assert (section.up.min(), section.up.max()) == pytest.approx((-TOTAL, 0), abs=1e-3)
    x = section.footprint[..., 0]
    assert (x.min(), x.max()) == pytest.approx((-1e3 * HALF, 1e3 * HALF))
    u, v = section.across[section.triangles], section.up[section.triangles]
    area = 0.5 * np.abs((u[:, 1] - u[:, 0]) * (v[:, 2] - v[:, 0])
                        - (u[:, 2] - u[:, 0]) * (v[:, 1] - v[:, 0]))  # fmt: skip
    layers = np.bincount(section.layer, area)
    np.testing.assert_allclose(layers, 2e3 * BLOCK * np.array([2.2, 20.0, 15.0]), rtol=1e-3)
    at = np.isclose(section.across, 0.0, atol=1e-6)
    depth = -1e-3 * section.up[at]
    expected = temperature(0 * depth, 0 * depth, depth, END)
    np.testing.assert_allclose(section.temperature[at], expected, atol=0.25)


def test_boundaries_of_a_section_are_the_layers_and_the_rim(folders):
    for name in ("block", "plane", "triangles"):
        lines = section_of(Result.open(folders[name]), 0).boundaries()
        length = np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1).sum()
        assert length == pytest.approx(4 * 150.0 + 2 * TOTAL, rel=1e-3)


def test_a_section_through_bent_tissue_starts_at_the_skin(folders):
    section = section_of(Result.open(folders["curved"]), 5)
    middle = section.column(0.5)
    assert list(middle) == [0, 1, 2]
    assert middle[0][0] == pytest.approx(0.0, abs=0.1)
    assert middle[1] == pytest.approx((-2.2, -22.2), abs=0.6)


def test_an_applicator_at_the_side_is_turned_to_the_top(folders, tmp_path):
    folder = tmp_path / "side"
    shutil.copytree(folders["curved"], folder)
    import h5py

    with h5py.File(folder / "fields.h5", "r+") as file:
        points = file["mesh/points"]
        points[:] = points[:][:, [2, 1, 0]] * [1.0, 1.0, -1.0] + [0.3, 0.1, 0.2]
    result = Result.open(folder)
    placed = place(result, 5)
    assert not placed.upright
    cold = np.asarray(placed.grid.points)[np.asarray(placed.grid["temperature"]) < THRESHOLD]
    assert cold.mean(axis=0) == pytest.approx([0.0, 0.0, -2.0], abs=4.0)
    assert placed.grid.bounds[5] < 5.0
