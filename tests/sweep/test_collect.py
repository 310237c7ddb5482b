"""The table of a sweep: a row for each point, whatever became of it, and the same for xarray."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from support.finished import DURATION, TEMPERATURE, finish, limit, planned, result, treatments

from cryosim.sweep import rows as reading
from cryosim.sweep.collect import collect
from cryosim.sweep.dataset import dataset
from cryosim.sweep.gather import gather
from cryosim.sweep.plan import Variable
from cryosim.sweep.rows import relative_margin
from cryosim.sweep.states import State
from cryosim.sweep.titles import inputs_of, title_of

INPUTS = ["protocol[1].temperature [degC]", "protocol[1].duration [min]"]
LOSS = "fat lost after 180 d [%]"


def test_a_row_holds_inputs_outcomes_bands_limits_and_timing(tmp_path):
    plan = treatments(tmp_path)
    table = collect(plan)
    assert list(table["point"]) == [p.name for p in plan.points]
    row = table.set_index(INPUTS).loc[(-14.0, 40.0)]
    told = {
        "status": "done", "ranks": 2,
        LOSS: 28.0, "fat lost after 180 d: low [%]": 0.8 * 28.0,
        "fat lost after 180 d: high [%]": 1.3 * 28.0,
        "coldest skin [degC]": -12.5, "coldest skin: band [degC]": 0.25,
        "hyperpigmentation: low [%]": 1.0,
        "limit: skin_surface [degC]": -12.5, "limit: skin_surface: margin [degC]": 2.5,
        "limit: skin_surface: margin to warning [degC]": -2.5,
        "limit: skin_surface: relative margin [1]": 2.5 / 48.0,
        "limit: skin_surface: relative margin to warning [1]": -2.5 / 43.0,
        "limit: skin_surface: verdict": "warning", "verdict": "warning", "safe": True,
        "binding limit": "skin_surface", "binding limit: relative margin [1]": 2.5 / 48.0,
        "binding warning": "nerve_block",
        "binding warning: relative margin [1]": (8.0 + 10.5) / (8.0 - 37.0),
        "timing: march [core-s]": 3.5, "timing: all [core-s]": 5.0, "timing: wall [s]": 3.0,
        "timing: unknowns": 58, "timing: ranks": 2, "version": "0.1.0",
    }  # fmt: skip
    for name, value in told.items():
        assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name
    iced = table.set_index(INPUTS).loc[(-18.0, 20.0)]
    assert (iced["binding limit"], iced["safe"], iced["verdict"]) == ("ice", False, "error")
    assert iced["binding limit: relative margin [1]"] == pytest.approx(-49.0)
    assert table["limit: melanocytes [degC]"].isna().all()
    assert not any("pain" in name for name in table.columns), "a rate is no limit"


@given(st.floats(-30.0, 60.0), st.sampled_from(["warning", "error"]))
def test_the_relative_margin_has_the_sign_of_the_margin(value, tier):
    entry = limit("skin_surface", value, -10.0, -15.0, "degC", 33.0)
    share = relative_margin(entry, tier)
    assert np.sign(share) == np.sign(entry["margin"][tier])
    assert relative_margin(entry | {"value": 33.0}, tier) == 1.0
    assert relative_margin(entry | {"value": entry[tier]}, tier) == 0.0


def test_points_without_a_result_keep_their_rows(tmp_path, monkeypatch):
    plan = treatments(tmp_path)
    first, second, third = (plan.folder_of(p) / "result.json" for p in plan.points[:3])
    first.unlink()
    second.write_text(third.read_text()[:-40])
    real = reading.state_of
    failed = plan.folder_of(plan.points[3])
    (failed / "result.json").unlink()
    monkeypatch.setattr(
        reading, "state_of",
        lambda f: State("diverged", "too stiff", 2) if f == failed else real(f),
    )  # fmt: skip
    table = collect(plan)
    assert list(table["status"][:5]) == ["waiting", "unreadable", "done", "diverged", "done"]
    assert "JSONDecodeError" in table["message"][1]
    assert "delete it and run the sweep again" in table["message"][1]
    assert (table["message"][3], table["attempts"][3]) == ("too stiff", 2)
    assert table[INPUTS].notna().all(axis=None)
    assert list(table[LOSS].isna()[:5]) == [True, True, False, True, False]


def test_a_sweep_that_has_not_begun_is_a_table_of_inputs(tmp_path):
    plan = planned(tmp_path, [TEMPERATURE, DURATION], [(-6.0, 20.0), (-8.0, 20.0)])
    table = collect(plan)
    assert list(table.columns) == ["point", "status", "message", "ranks", "attempts", *INPUTS]
    assert list(table[INPUTS[0]]) == [-6.0, -8.0]


def test_files_hold_what_the_table_holds(tmp_path):
    plan = treatments(tmp_path)
    (plan.folder_of(plan.points[0]) / "result.json").unlink()
    csv, parquet = gather(tmp_path)
    table = collect(plan)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), table)
    again = pd.read_csv(csv)
    assert list(again.columns) == list(table.columns)
    np.testing.assert_array_equal(again[LOSS], table[LOSS])
    assert not list(tmp_path.glob(".*")), "temporary files are gone"


def test_inputs_may_be_words_truths_and_mixtures(tmp_path):
    variables = [Variable("a", ""), Variable("b", ""), Variable("c", "1")]
    plan = planned(tmp_path, variables, [("cup", True, 1.0), ("plate", None, "off")], "list")
    for point in plan.points:
        finish(plan, point, result(10.0))
    _, parquet = gather(tmp_path)
    table = pd.read_parquet(parquet)
    assert list(table["a"]) == ["cup", "plate"]
    assert [table["b"][0], pd.isna(table["b"][1])] == [True, True]
    assert list(table["c [1]"]) == ["1.0", "off"]
    assert list(dataset(plan)["a"].to_numpy()) == ["cup", "plate"]


def test_a_grid_becomes_arrays_over_its_levels(tmp_path):
    plan = treatments(tmp_path)
    (plan.folder_of(plan.points[-1]) / "result.json").unlink()
    found = dataset(plan)
    loss = found["fat lost after 180 d"]
    assert loss.dims == ("protocol[1].temperature", "protocol[1].duration")
    assert loss.attrs["units"] == "%"
    assert found["protocol[1].temperature"].attrs["units"] == "degC"
    T, t = (found[name] for name in loss.dims)
    assert list(T.to_numpy()) == [-18.0, -14.0, -10.0, -6.0]
    expected = (-T * t / 20.0).where((T > -18.0) | (t < 60.0))
    np.testing.assert_allclose(loss, expected)


def test_netcdf_is_read_back(tmp_path):
    plan = treatments(tmp_path)
    *_, file = gather(tmp_path, tmp_path / "out" / "sweep.nc")
    with xr.open_dataset(file, engine="scipy") as again:
        found = dataset(plan)
        assert set(again.variables) == set(found.variables)
        np.testing.assert_array_equal(again["fat lost after 180 d"], found["fat lost after 180 d"])
        assert set(again["binding limit"].to_numpy().ravel().tolist()) == {"skin_surface", "ice"}


def test_other_designs_have_a_dimension_of_points(tmp_path):
    plan = treatments(tmp_path, kind="latin")
    found = dataset(plan)
    assert found["fat lost after 180 d"].dims == ("point",)
    assert list(found["protocol[1].temperature"].to_numpy()[:3]) == [-6.0] * 3


def test_inputs_have_titles(tmp_path):
    assert [one.title for one in inputs_of(treatments(tmp_path))] == [
        "cooling: temperature [°C]", "cooling: duration [min]",
    ]  # fmt: skip
    fields = {
        "protocol": [{"phase": "cool"}, {"phase": "massage"}, {"phase": "cool"}],
        "applicator": [{"name": "left"}, {}],
        "anatomy": {"layers": [{"tissue": "skin"}]},
    }
    told = {
        "protocol[3].temperature": "cooling 2: temperature",
        "protocol[2].duration": "massage: duration",
        "protocol[9].duration": "phase 9: duration",
        "applicator[1].contact_conductance": "left: contact conductance",
        "applicator[2].size[1]": "applicator 2: size 1",
        "anatomy.layers[1].thickness": "skin: thickness",
        "anatomy.thickness.fat": "fat: thickness",
        "tissue.fat.perfusion_response.floor": "fat: perfusion response floor",
        "blood.temperature": "temperature",
        "dimension": "dimension",
    }
    assert {path: title_of(path, fields) for path in told} == told


def test_a_login_node_needs_no_mpi():
    code = (
        "import sys, cryosim.sweep.gather, cryosim.sweep.report\n"
        "print({m.split('.')[0] for m in sys.modules} & {'mpi4py', 'dolfinx', 'petsc4py'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
