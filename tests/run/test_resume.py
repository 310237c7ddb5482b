"""A run that was interrupted goes on, and its result is that of an unbroken run."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from itertools import count

import h5py
import numpy as np
import pytest
from conftest import COARSE, MPIEXEC, ROOT, shell, treatment
from support.cases import written
from support.limits import assert_same_limits, number_tables

import cryosim.treatment.record as record
from cryosim.errors import CaseError, Interrupted
from cryosim.simulate import run

TWICE = [
    {"phase": "cool", "temperature": "-12 degC", "ramp": "40 s", "duration": "5 min"},
    {"phase": "rewarm", "temperature": "20 degC", "ramp": "1 min", "duration": "90 s"},
    {"phase": "remove", "duration": "100 s"},
    {"phase": "repeat", "times": 2},
]
"""Twice cold, with a fresh gel pad each time; phases end at 300, 390, 490, 790, 880 and 980 s."""


def section(integrator="explicit", **more):
    numerics = {"integrator": integrator}
    law = {"kind": "multi-state"}
    return treatment(
        dimension=2, mesh=COARSE, protocol=TWICE, numerics=numerics, injury=law, **more
    )


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    return run(written(folder, section()), folder / "out")


def broken(path, out, at, *, sign=signal.SIGTERM, resume=False):
    """Run until the output at ``at`` (s), where the run is asked to stop."""

    def ask(t, *_):
        if t == at:
            os.kill(os.getpid(), sign)

    with pytest.raises(Interrupted) as stopped:
        run(path, out, resume=resume, watch=ask)
    return stopped.value


def assert_same(out, reference, rtol=1e-9):
    """Tables, fields and summary are those of ``reference``; fields are kept in float32."""
    for file in number_tables(reference):
        with file.open() as a, (out / file.name).open() as b:
            ours, theirs = list(csv.reader(b)), list(csv.reader(a))
        assert ours[0] == theirs[0]
        mine, other = ([[float(v or "nan") for v in row] for row in rows[1:]]
                       for rows in (ours, theirs))  # fmt: skip
        mine, other = np.array(mine), np.array(other)
        residual = ["residual" in name for name in ours[0]]
        scale = np.nanmax(np.abs(other), axis=0, initial=1.0)
        scale[residual] = np.nanmax(np.abs(other))
        np.testing.assert_allclose(
            mine / scale, other / scale, rtol=0, atol=rtol, err_msg=file.name
        )
    with h5py.File(out / "fields.h5") as a, h5py.File(reference / "fields.h5") as b:
        assert a["times"][:].tolist() == b["times"][:].tolist()
        for name in b["fields"]:
            for step in b[f"fields/{name}"]:
                mine, other = a[f"fields/{name}/{step}"][:], b[f"fields/{name}/{step}"][:]
                np.testing.assert_allclose(mine, other, rtol=2e-7, atol=1e-6)
    ours, theirs = (json.loads((f / "result.json").read_text()) for f in (out, reference))
    for name, entry in theirs["quantities"].items():
        assert ours["quantities"][name]["value"] == pytest.approx(
            entry["value"], rel=1e-8, abs=1e-9
        )
    assert_same_limits(ours["limits"], theirs["limits"], rel=1e-7)
    assert ours["timing"]["steps"] == theirs["timing"]["steps"]
    assert ours["case_hash"] == theirs["case_hash"]


@pytest.mark.parametrize("at", [45, 270, 300, 390, 450, 490, 585, 880, 945])
def test_a_resumed_run_ends_like_an_unbroken_one(unbroken, tmp_path, at):
    path, out = written(tmp_path, section()), tmp_path / "my out"
    message = str(broken(path, out, at))
    assert f"of 980 s as asked; go on with: cryosim run {path} --out '{out}' --resume" in message
    assert not (out / "result.json").exists()
    assert (out / "probes.csv").read_text().count("\n") > 1, "tables so far are there"
    run(path, out, resume=True)
    assert_same(out, unbroken)


def test_so_does_one_with_implicit_steps(tmp_path):
    path = written(tmp_path, section("implicit"))
    unbroken = run(path, tmp_path / "unbroken")
    for at in (45, 390, 585):
        broken(path, tmp_path / "out", at)
        run(path, tmp_path / "out", resume=True)
        assert_same(tmp_path / "out", unbroken, rtol=1e-8)


def test_so_does_one_with_crystals_that_have_a_rate(tmp_path):
    rate = {"kind": "constant", "rate": "0.05 1/s"}
    law = {"kind": "foubert", "supercooling": "3 K", "rate": rate}
    path = written(tmp_path, section(crystallisation=law))
    unbroken = run(path, tmp_path / "unbroken")
    broken(path, tmp_path / "out", 270)
    run(path, tmp_path / "out", resume=True)
    assert_same(tmp_path / "out", unbroken)


def test_a_run_may_be_broken_again_and_again(unbroken, tmp_path):
    path, out = written(tmp_path, section()), tmp_path / "out"
    broken(path, out, 135)
    for at in (270, 390, 720):
        broken(path, out, at, sign=signal.SIGINT, resume=True)
    run(path, out, resume=True)
    assert_same(out, unbroken)
    assert (out / "run.log").read_text().count("ended by Interrupted") == 4


def test_a_killed_run_goes_on_from_its_last_restart_file(unbroken, tmp_path):
    path, out = written(tmp_path, section()), tmp_path / "out"
    code = f"""
import os, signal, sys
from pathlib import Path
import cryosim.treatment.record as record
from cryosim.simulate import run
def watch(t, *_):
    record.CHECKPOINT_EVERY = 0.0 if t < 400 else 1e9
    if t > 600: os.kill(os.getpid(), signal.SIGKILL)
run(Path({str(path)!r}), Path({str(out)!r}), watch=watch)
"""
    assert shell(code=code).code == -signal.SIGKILL
    assert not (out / "result.json").exists()
    with h5py.File(out / "fields.h5") as file, h5py.File(out / "restart.h5") as restart:
        assert restart.attrs["time"] == 405.0
        assert file["times"][-1] > 600.0
    run(path, out, resume=True)
    assert_same(out, unbroken)
    assert not [file.name for file in out.iterdir() if file.name.startswith(".")]


def test_a_run_killed_while_its_pictures_are_drawn_goes_on(unbroken, tmp_path, monkeypatch):
    path, out = written(tmp_path, section()), tmp_path / "out"
    monkeypatch.setattr(record, "CHECKPOINT_EVERY", 0.0)

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cryosim.simulate.draw_pictures", die)
        with pytest.raises(KeyboardInterrupt):
            run(path, out)
    assert not (out / "result.json").exists()
    run(path, out, resume=True)
    assert_same(out, unbroken)


@pytest.mark.parallel
def test_a_run_of_one_rank_goes_on_with_two(unbroken, tmp_path, two_ranks):
    path, out = written(tmp_path, section()), tmp_path / "out"
    broken(path, out, 225)
    got = two_ranks("run", path, "--out", out, "--resume", "-q")
    assert got.code == 0, got.err
    assert_same(out, unbroken, rtol=1e-8)


def test_a_finished_run_is_left_as_it_is(tmp_path):
    path, out = written(tmp_path, treatment()), tmp_path / "out"
    run(path, out)
    before = {file: file.read_bytes() for file in out.iterdir()}
    assert run(path, out, resume=True) == out
    assert {file: file.read_bytes() for file in out.iterdir()} == before


@pytest.mark.parametrize(
    "change",
    [
        {"room": {"temperature": "20 degC"}},
        {"output": {"every": "45 s", "figures": False, "threshold": "9 degC"}},
        {"output": {"every": "45 s", "figures": False, "fields": False}},
        {"probes": []},
        {"tissue": {"fat": {"density": "900 kg/m^3"}}},
    ],
)
def test_a_changed_case_cannot_go_on(tmp_path, change):
    path, out = written(tmp_path, treatment()), tmp_path / "out"
    broken(path, out, 135)
    kept = (out / "case.toml").read_text()
    written(tmp_path, treatment(**change))
    with pytest.raises(CaseError, match=r"belongs to another case .* run without --resume"):
        run(path, out, resume=True)
    assert (out / "case.toml").read_text() == kept
    written(tmp_path, treatment(title="only the title"))
    assert run(path, out, resume=True)


def test_the_result_of_another_case_survives_a_refused_resume(tmp_path):
    path, out = written(tmp_path, treatment()), tmp_path / "out"
    run(path, out)
    written(tmp_path, treatment(room={"temperature": "20 degC"}))
    with pytest.raises(CaseError, match="run without --resume"):
        run(path, out, resume=True)
    assert (out / "result.json").exists()


def test_there_must_be_something_to_resume(tmp_path):
    path = written(tmp_path, treatment())
    with pytest.raises(CaseError, match=r"restart.h5: no restart file; run without --resume"):
        run(path, tmp_path / "nowhere", resume=True)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "out").mkdir()
    for content in (b"", b"not hdf5", b"\x89HDF\r\n\x1a\n"):
        (tmp_path / "out/restart.h5").write_bytes(content)
        with pytest.raises(CaseError, match="cannot be read as a restart file"):
            run(path, tmp_path / "out", resume=True)


def test_a_new_run_forgets_the_restart_file_of_an_old_one(tmp_path):
    path, out = written(tmp_path, treatment()), tmp_path / "out"
    broken(path, out, 135)
    run(path, out)
    assert not (out / "restart.h5").exists()


SLOW = """
import sys, time
from cryosim.treatment.model import Treatment
march = Treatment.march
def slowly(self, stops):
    for landed in march(self, stops):
        time.sleep(0.05)
        yield landed
Treatment.march = slowly
from cryosim.cli import main
main()
"""
"""The command line, with a pause after every step so that there is time to interrupt it."""


@pytest.mark.parametrize(("sign", "ranks"), [
    (signal.SIGTERM, 1), (signal.SIGINT, 1),
    pytest.param(signal.SIGTERM, 2, marks=pytest.mark.parallel),
    pytest.param(signal.SIGINT, 2, marks=pytest.mark.parallel),
])  # fmt: skip
def test_a_signal_stops_a_run_with_a_restart_file(unbroken, tmp_path, sign, ranks):
    path, out = written(tmp_path, section()), tmp_path / "out"
    launch = [MPIEXEC, "-n", str(ranks)] if ranks > 1 else []
    command = [*launch, sys.executable, "-c", SLOW, "run", str(path), "--out", str(out)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    log = out / "run.log"
    for _ in count():
        if log.exists() and "t = 135 s" in log.read_text():
            break
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("stopped at ")
    assert "as asked; go on with: cryosim run" in err
    assert err.count("\n") == 1
    assert not (out / "result.json").exists()
    assert not list(out.glob(".*")), "a second copy of the fields"
    run(path, out, resume=True)
    assert_same(out, unbroken, rtol=1e-8)


def test_a_second_sigterm_is_the_same_request_passed_on_by_a_launcher(tmp_path):
    path, out = written(tmp_path, treatment()), tmp_path / "out"

    def ask(t, *_):
        if t == 135:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(path, out, watch=ask)
    assert (out / "restart.h5").exists()


def test_a_run_stopped_in_its_error_bands_goes_on_with_them(tmp_path):
    path, out = written(tmp_path, treatment()), tmp_path / "out"
    unbroken = run(path, tmp_path / "unbroken", error_bands=True)

    def ask(t, duration, _):
        if t == duration:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted, match="--resume --error-bands"):
        run(path, out, error_bands=True, watch=ask)
    assert not (out / "result.json").exists()
    run(path, out, resume=True, error_bands=True)
    assert_same(out, unbroken)
    one, other = (json.loads((f / "result.json").read_text()) for f in (out, unbroken))
    for name, entry in other["quantities"].items():
        assert one["quantities"][name]["band"] == pytest.approx(entry["band"]), name


def test_the_second_signal_is_meant_at_once(tmp_path):
    def ask(t, *_):
        if t > 100:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(written(tmp_path, treatment()), tmp_path / "out", watch=ask)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
