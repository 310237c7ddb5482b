"""What goes wrong ends in a sentence and an exit code, and never in a half-written result."""

import errno
import json

import pytest
from conftest import shell, treatment
from support.cases import written

from cryosim import cli
from cryosim.errors import MissingTool
from cryosim.output import files
from cryosim.output.fields import FieldFile
from cryosim.thermal.balance import HeatBalance
from cryosim.treatment.record import Recorder


@pytest.fixture
def case(tmp_path):
    return written(tmp_path, treatment())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": ""}, 'title = "": expected text that is not empty'),
        ({"dimension": 4}, "dimension = 4: impossible value: expected at most 3"),
        ({"rooom": {}}, 'rooom: unknown key; did you mean "room"?'),
        ({"room": {"film": 10}}, "room.film = 10: expected a number with a unit"),
        ({"mesh": {"file": "no.msh"}}, 'mesh.file = "no.msh": no such file'),
    ],
)
@pytest.mark.parametrize("verb", ["run", "check", "cite", "mesh"])
def test_bad_input_is_told_by_every_verb(cryosim, tmp_path, verb, change, expected):
    path = written(tmp_path, treatment(**change))
    got = cryosim(verb, path)
    assert got.code == 2
    assert got.out == ""
    assert got.err.startswith(f"{path}:\n  ")
    assert expected in got.err


def test_bad_input_in_a_process_of_its_own_shows_no_traceback(cryosim, tmp_path):
    path = written(tmp_path, treatment(titel="x"))
    got = shell("run", path)
    assert got.code == 2
    assert got.out == ""
    assert got.err == f'{path}:\n  titel: unknown key; did you mean "title"?\n'
    assert cryosim("check", tmp_path / "no.toml").err == f"{tmp_path}/no.toml: no such case file\n"


def test_a_result_that_cannot_be_begun_is_bad_input(cryosim, case, tmp_path):
    (tmp_path / "file").write_text("mine")
    got = cryosim("run", case, "--out", tmp_path / "file")
    assert got.code == 2
    assert got.err == f"{tmp_path}/file is no folder to write to: File exists\n"
    got = cryosim("run", case, "--out", "/proc/nowhere")
    assert got.code == 2
    assert "/proc/nowhere is no folder to write to" in got.err


def test_a_case_of_somebody_else_is_not_overwritten(cryosim, tmp_path):
    mine = written(tmp_path, treatment())
    other = tmp_path / "other.toml"
    other.write_text(mine.read_text().replace("Short", "Other"))
    got = cryosim("run", other, "--out", tmp_path)
    assert got.code == 2
    assert "holds a case.toml that no run left there" in got.err
    assert "Short" in mine.read_text()
    assert cryosim("run", mine, "--out", tmp_path, "-q").code == 0


def no_space(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "method", "file"),
    [
        (FieldFile, "_write", "fields.h5"),
        (FieldFile, "_write_xdmf", ""),
        (files.Path, "write_text", "case.toml"),
    ],
)
def test_a_full_disk_ends_the_run_in_a_sentence(
    cryosim, case, tmp_path, monkeypatch, owner, method, file
):
    monkeypatch.setattr(owner, method, no_space)
    got = cryosim("run", case, "--out", tmp_path / "out")
    assert got.code == 3
    assert "No space left on device" in got.err
    assert file in got.err
    assert len(got.err.splitlines()) == 1
    assert not (tmp_path / "out/result.json").exists()


def test_a_full_disk_leaves_the_last_restart_file_as_it_was(cryosim, case, tmp_path, monkeypatch):
    import h5py

    import cryosim.treatment.record as record

    monkeypatch.setattr(record, "CHECKPOINT_EVERY", 0.0)
    good = h5py.File.create_dataset
    calls = []

    def third_time(self, name, *rest, **more):
        calls.append(name)
        if calls.count("history") == 3:
            no_space()
        return good(self, name, *rest, **more)

    monkeypatch.setattr(h5py.File, "create_dataset", third_time)
    got = cryosim("run", case, "--out", tmp_path / "out", "-q")
    assert got.code == 3
    assert "restart.h5 could not be written" in got.err
    with h5py.File(tmp_path / "out/restart.h5") as file:
        assert file.attrs["time"] > 0.0
    assert not list((tmp_path / "out").glob(".restart*"))


def test_a_temperature_outside_the_data_is_a_numerical_failure(
    cryosim, tmp_path, case, monkeypatch
):
    monkeypatch.setattr("cryosim.treatment.build._bounds", lambda *_: (283.15, 320.0))
    got = cryosim("run", case, "--out", tmp_path / "out", "-q")
    assert got.code == 3
    assert "lies outside what the case allows, 10.00 to" in got.err
    assert "the gel pad" in got.err
    assert not (tmp_path / "out/result.json").exists()
    assert "ended by NumericalError" in (tmp_path / "out/run.log").read_text()


def test_a_step_that_never_succeeds_is_a_numerical_failure(cryosim, case, tmp_path, monkeypatch):
    monkeypatch.setattr(HeatBalance, "_error", lambda *_: float("nan"))
    got = cryosim("run", case, "--out", tmp_path / "out", "-q")
    assert got.code == 3
    assert "the time step fell below 1e-06 s at t = 0 s" in got.err


def test_a_missing_tool_is_no_numerical_failure(cryosim, case, tmp_path, monkeypatch):
    cryosim("run", case, "--out", tmp_path / "out", "-q")

    def missing(*_, **__):
        raise MissingTool("no graphics library; apt-get install libgl1")

    monkeypatch.setattr("cryosim.view.pictures.draw", missing)
    got = cryosim("plot", tmp_path / "out")
    assert got.code == 2
    assert got.err == "no graphics library; apt-get install libgl1\n"


def test_pictures_that_fail_do_not_take_the_result_with_them(cryosim, case, tmp_path, monkeypatch):
    monkeypatch.setattr("cryosim.folder.sys.executable", "/bin/false")
    got = cryosim("run", case, "--out", tmp_path / "out", "--figures")
    assert got.code == 0
    assert "pictures were not drawn (exit code 1)" in got.out
    assert "cryosim doctor" in json.loads((tmp_path / "out/result.json").read_text())["figures"]


def test_no_result_is_there_while_a_run_goes_on_or_after_it_failed(
    cryosim, case, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    assert cryosim("run", case, "--out", out, "-q").code == 0
    assert (out / "result.json").exists()
    seen = []
    observe = Recorder.observe

    def look(self):
        seen.append((out / "result.json").exists())
        if len(seen) == 4:
            no_space()
        return observe(self)

    monkeypatch.setattr(Recorder, "observe", look)
    assert cryosim("run", case, "--out", out, "-q").code == 3
    assert seen == [False] * 4
    assert not (out / "result.json").exists()
    assert not list(out.glob("*.csv")), "tables of an earlier run"


def test_an_error_of_ours_keeps_its_traceback(case, monkeypatch):
    def bug(*_, **__):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("cryosim.simulate.run", bug)
    monkeypatch.setattr("sys.argv", ["cryosim", "run", str(case)])
    with pytest.raises(ZeroDivisionError, match="a bug"):
        cli.main()


def test_titles_and_names_may_hold_any_sign(cryosim, tmp_path):
    probes = [{"name": '5 mm, [/x] "é"', "depth": "5 mm"}]
    case = treatment(title="A [/red] title, 10 % µ", probes=probes)
    case["anatomy"]["layers"][1]["name"] = "fat [deep]"
    got = cryosim("run", written(tmp_path, case), "--out", tmp_path / "out")
    assert got.code == 0
    assert "A [/red] title, 10 % µ" in got.out
    assert "fat [deep]: coldest" in got.out


def test_a_reader_that_goes_away_does_not_make_a_mess(case, tmp_path):
    code = (
        "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
        "from cryosim.cli import main; main()"
    )
    got = shell("run", case, "--out", tmp_path / "out", code=code)
    assert "PETSC" not in got.err
    assert (tmp_path / "out/result.json").exists()


def test_a_signal_before_the_march_ends_a_run_without_a_word_of_petsc():
    code = (
        "import os, signal, cryosim.fem.operators;"
        "os.kill(os.getpid(), signal.SIGTERM)"
    )  # fmt: skip
    got = shell(code=code)
    assert (got.code, got.err) == (-15, "")
