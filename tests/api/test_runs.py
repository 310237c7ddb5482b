"""Runs from Python: started, opened, asked; what they say is what the files of the run say."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from conftest import COARSE, shell, treatment
from support.cases import written as case_file
from support.cup_case import cup_case

import cryosim
from cryosim.errors import CaseError, Interrupted

SHORT = {
    "protocol": [
        {"phase": "cool", "temperature": "-12 degC", "ramp": "40 s", "duration": "3 min"},
        {"phase": "remove", "duration": "1 min"},
    ],
}


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    folder = tmp_path_factory.mktemp("section")
    path = case_file(folder, treatment(dimension=2, mesh=COARSE, **SHORT))
    return cryosim.run(path, out=folder / "out")


def test_importing_it_loads_nothing_and_opening_no_solver(section):
    code = (
        "import sys, cryosim\n"
        "assert dir(cryosim).index('run')\n"
        "heavy = {'numpy', 'pyvista', 'xarray', 'mpi4py', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        f"run = cryosim.open({str(section.folder)!r})\n"
        "print(float(run.temperature.at(depth='4 mm', time='1 min')))\n"
        "solver = {'dolfinx', 'mpi4py', 'petsc4py'} & set(sys.modules)\n"
        "assert not solver, solver\n"
    )
    got = shell(code=code)
    assert got.code == 0, got.err
    here = float(section.temperature.at(depth="4 mm", time="1 min"))
    assert float(got.out) == pytest.approx(here, rel=1e-12)


def test_what_is_not_there_is_an_attribute_error_and_types_know_what_is():
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        _ = cryosim.rum
    stub = Path(cryosim.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    assert set(re.findall(r"import (\w+) as", stub)) == set(cryosim._LATER)


def test_a_depth_is_that_of_the_probes(section):
    for name, place in (("surface", {"depth": "0 mm"}),
                        ("in the fat", {"depth": "4.5 mm", "x": "3 mm"})):  # fmt: skip
        mine = section.temperature.at(**place)
        theirs = section.probes.temperature.sel(probe=name)
        np.testing.assert_array_equal(mine.time, theirs.time)
        np.testing.assert_allclose(mine, theirs, atol=4e-6)  # fields are in single precision


def test_a_depth_in_a_drawn_cup_is_that_of_the_probes(tmp_path):
    probes = '[[probes]]\nname = "within"\ndepth = "3 mm"\noffset = ["2 mm"]\n'
    text = cup_case(cup='height = "15 mm"', more=probes, protocol=(
        '[[protocol]]\nphase = "cool"\ntemperature = "-8 degC"\nduration = "1 min"\n'
    ))  # fmt: skip
    run = cryosim.run(text, out=tmp_path / "out")
    mine = run.temperature.at(depth="3 mm", x="2 mm")
    np.testing.assert_allclose(mine, run.probes.temperature.sel(probe="within"), atol=4e-6)
    assert np.ptp(mine.values) > 0.1


def test_tables_are_those_of_the_folder(section):
    table = section.result.table("layers")
    got = section.layers
    assert got.layer.values.tolist() == ["skin", "fat", "muscle"]
    np.testing.assert_array_equal(got.minimum.sel(layer="fat"), table["fat minimum [degC]"])
    assert got.minimum.attrs == {"units": "degC", "long_name": "minimum"}
    assert np.isnan(got.viable.sel(layer="skin")).all()
    assert section.device.heat_flux.sel(applicator="applicator").attrs["units"] == "mW/cm^2"
    profile = section.profile.temperature
    mine = section.temperature.at(depth=profile.depth)
    np.testing.assert_allclose(mine, profile, atol=4e-6)
    assert section.course.fat_lost.attrs["units"] == "%"
    assert section.thickness.after_90_d.dims == ("x",)
    assert float(section.ledger.residual[-1]) == pytest.approx(0.0, abs=1e-6)


def test_numbers_have_units_and_what_is_known_of_them(section):
    told = json.loads((section.folder / "result.json").read_text())
    coldest = section.quantities["coldest skin"]
    assert float(coldest) == told["quantities"]["coldest skin"]["value"]
    assert repr(coldest) == f"{float(coldest):.4g} degC"
    lost = section.outcome["fat lost after 90 d"]
    assert lost.spread.count(" to ") == 1
    computed = {x["key"] for x in told["limits"] if x["status"] != "info"}
    assert set(section.limits) == computed
    assert section.limits.frame().loc["skin_surface", "unit"] == "degC"
    with pytest.raises(CaseError, match="nothing is called 'coldest'"):
        section.quantities["coldest"]
    assert section.quantities._repr_html_().count("<tr>") == 1 + len(told["quantities"])
    assert "skin_surface" not in section.limits._repr_html_()
    card = section._repr_html_()
    assert "Subcutaneous fat" in card
    assert "not medical advice" in card
    assert "coldest skin" in repr(section)


def test_one_dataset_goes_to_netcdf_and_back(section, tmp_path):
    got = section.to_dataset(fields=True)
    got.to_netcdf(tmp_path / "run.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "run.nc", engine="scipy") as back:
        assert set(back.data_vars) == set(got.data_vars)
        np.testing.assert_array_equal(back.layer_mean, section.layers["mean"])
        np.testing.assert_array_equal(back.temperature, section.temperature.array)
        assert back.attrs["case_hash"] == section.summary["case_hash"]
        assert back.probe_temperature.attrs["units"] == "degC"


def test_pictures_come_as_figures(section):
    assert "months" in section.pictures
    figure = section.plot("months")
    assert figure._repr_png_()[:4] == b"\x89PNG"
    two = section.plot(["months", "limits"])
    assert list(two) == ["months", "limits"]
    assert two._repr_html_().count("<img") == 2
    with pytest.raises(CaseError, match="no picture is called moths; of this run there are layers"):
        section.plot("moths")


def test_changes_by_key_path_make_another_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fields = treatment(**SHORT)
    base = cryosim.run(fields)
    changes = {"protocol[1].temperature": "2 degC", "anatomy.layers[2].thickness": "15 mm"}
    warmer = cryosim.run(fields, changes)
    assert base.folder.parent.name == "results"
    assert base.probes.temperature.shape == (len(base.front.time), 2)
    assert warmer.folder != base.folder
    assert warmer.case["protocol"][0]["temperature"] == "2 degC"
    assert warmer.case["anatomy"]["layers"][1]["thickness"] == "15 mm"
    assert float(warmer.quantities["coldest skin"]) > float(base.quantities["coldest skin"]) + 3.0
    same = cryosim.run(fields, out=base.folder, resume=True)
    assert same.summary["timing"] == base.summary["timing"], "a finished run is left as it is"


@pytest.mark.parametrize(
    ("case", "changes", "said"),
    [
        ("nothing.toml", None, "nothing.toml: no such case file"),
        ({"title": "x"}, None, "the case given:\n  .*is missing"),
        ("title = 'x'\ndimension = 7\n", None, "dimension = 7"),
        (treatment(), {"protocol[9].temperature": "1 degC"}, "has nothing there; expected a key"),
        (treatment(), {"protocol[0].temperature": "1 degC"}, r"places are counted from \[1\]"),
        (treatment(), {"protocol[1].temperature": "1 K/s"}, r"protocol\[1\].temperature"),
        (7, None, "expected a path, the text of a case file or a mapping; got int"),
        ("", None, r"^\.: a folder; expected a case file \(cryosim.open reads a result\)"),
        (treatment(), ["title"], "changes: expected a mapping .*; got list"),
    ],
)
def test_a_wrong_case_is_refused_as_on_the_command_line(tmp_path, monkeypatch, case, changes, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CaseError, match=said):
        cryosim.run(case, changes)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_run_says_how_python_goes_on(tmp_path, monkeypatch):
    from cryosim import simulate

    def stop(*_, **__):
        raise Interrupted("stopped at 3 of 9 s as asked; go on with: cryosim run x --resume")

    monkeypatch.setattr(simulate, "run", stop)
    with pytest.raises(Interrupted, match=r"^stopped at 3 of 9 s as asked; .*resume=True$") as told:
        cryosim.run(treatment(), out=tmp_path)
    assert told.value.__suppress_context__, "the command that is none for a notebook"


def test_progress_is_shown_when_it_is_asked_for(tmp_path, capsys):
    cryosim.run(treatment(**SHORT), out=tmp_path / "a")
    assert capsys.readouterr().out == ""
    cryosim.run(treatment(**SHORT), out=tmp_path / "b", quiet=False)
    assert "coldest skin" in capsys.readouterr().out


def test_a_folder_that_was_run_anew_is_not_taken_for_the_run_that_was_opened(tmp_path):
    first = cryosim.run(treatment(**SHORT), out=tmp_path)
    field, array, told = first.temperature, first.temperature.array, first.limits
    cryosim.run(treatment(**SHORT), {"protocol[1].temperature": "2 degC"}, out=tmp_path)
    for ask in (
        lambda: first.quantities, lambda: first.front, lambda: field.at(depth="1 mm"),
        field.values, array.load, lambda: first.plot("months"), first.report,
    ):  # fmt: skip
        with pytest.raises(CaseError, match="written anew"):
            ask()
    assert first.limits is told, "what was read before is still of that run"
    assert cryosim.open(tmp_path).case["protocol"][0]["temperature"] == "2 degC"


def test_a_folder_without_a_result_is_refused(tmp_path):
    with pytest.raises(CaseError, match="is no result folder"):
        cryosim.open(tmp_path)


def test_without_a_kernel_the_scene_is_a_picture(linear):
    still = cryosim.open(linear["block"]).view(
        time="1 min", threshold="20 degC", cut="none", hidden=["muscle"]
    )
    assert "no notebook is open" in repr(still)
    assert np.asarray(still.image)[:, :, :3].std() > 5.0
    assert set(still._repr_mimebundle_()) == {"image/png", "text/plain"}
    with pytest.raises(CaseError, match=r"cut = 'half': unknown; expected one of none, quarter"):
        cryosim.open(linear["block"]).view(cut="half")
    with pytest.raises(CaseError, match="color: no part of a view; expected one of time, step"):
        cryosim.open(linear["block"]).view(color="layer")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"time": "1 h"}, "time = '1 h': expected one time, to 3 min"),
        ({"threshold": 12.0}, "threshold = 12.0: expected a number with a unit"),
        ({"hidden": "bone"}, "hidden = 'bone': unknown; expected one of skin, fat, muscle"),
        ({"step": 3}, "step = 3: unknown; expected one of 0, 1, 2"),
        ({"day": 90}, "day = 90: unknown"),
    ],
)
def test_a_view_that_cannot_be_is_refused(linear, asked, said):
    with pytest.raises(CaseError, match=said):
        cryosim.open(linear["block"]).view(**asked)


def test_one_layer_may_be_hidden_by_its_name(linear, monkeypatch):
    from cryosim.api import looking

    monkeypatch.setattr(looking, "_still", lambda show, _: show.choice.hidden)
    assert cryosim.open(linear["block"]).view(hidden="muscle") == {"muscle"}
