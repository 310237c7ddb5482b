"""A sweep as a user goes through it: planned, run, looked at, taken up again, gathered."""

import json
import os
import shlex
import subprocess
import sys

import pytest
from conftest import ROOT
from support.sweeps import definition

from cryosim.sweep.plan import read


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sweep"


def test_a_sweep_from_its_definition_to_its_report(cryosim, tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = definition(tmp_path, durations=["30 s", "90 s", "2 min"])  # the ramp takes 40 s
    planned = cryosim("sweep", "plan", file, "--out", folder)
    assert planned.code == 0
    assert "3 points: 3 new" in planned.out
    assert "ramp" in planned.out

    ran = cryosim("sweep", "run", folder, "--cores", 1)
    assert ran.code == 3
    assert "points that failed: 1, done: 2" in ran.err
    assert "bad input" in ran.out

    status = cryosim("sweep", "status", folder, "--json")
    told = json.loads(status.out)
    assert told["counts"] == {"done": 2, "bad input": 1}
    assert "ramp" in told["failures"][0]["message"]

    again = cryosim("sweep", "retry", folder, "--reason", "bad input", "--quiet")
    assert again.code == 3
    assert json.loads(cryosim("sweep", "status", folder, "--json").out)["counts"] == told["counts"]
    assert cryosim("sweep", "retry", folder, "--reason", "diverged").code == 2
    assert "expected one of" in cryosim("sweep", "retry", folder, "--reason", "rain").err

    collected = cryosim("sweep", "collect", folder, "--netcdf", folder / "table.nc")
    assert collected.code == 0
    assert {"table.csv", "table.parquet", "table.nc"} <= {f.name for f in folder.iterdir()}
    reported = cryosim("sweep", "report", folder)
    assert reported.code == 0
    assert "not medical advice" in (folder / "report.html").read_text(encoding="utf-8").lower()


def test_run_plans_a_definition_and_finds_what_is_done(cryosim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = definition(tmp_path, durations=["90 s"])
    assert cryosim("sweep", "run", file, "--quiet").code == 0
    point = read(tmp_path / "results" / file.stem).points[0]
    result = tmp_path / "results" / file.stem / "points" / point.name[:2] / point.name
    written = (result / "result.json").stat().st_mtime_ns
    assert cryosim("sweep", "run", file, "--quiet").code == 0
    assert (result / "result.json").stat().st_mtime_ns == written


def test_what_cannot_be_done_says_what_can(cryosim, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no Slurm there
    monkeypatch.chdir(tmp_path)
    for verb in ("run", "status", "retry", "collect", "report", "cancel"):
        got = cryosim("sweep", verb, tmp_path)
        assert (got.code, "cryosim sweep plan" in got.err) == (2, True), verb
    file = definition(tmp_path, durations=["90 s"])
    cryosim("sweep", "plan", file, "--out", "s")
    by_slurm = cryosim("sweep", "run", "s", "--slurm")
    assert by_slurm.code == 2
    assert "there is no Slurm here" in by_slurm.err
    assert "expected one of --script and --snakemake" in cryosim("sweep", "export", "s").err


def test_an_export_is_written_without_slurm(cryosim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = definition(tmp_path, durations=["90 s", "2 min"])
    cryosim("sweep", "plan", file, "--out", "s")
    assert cryosim("sweep", "export", "s", "--script").code == 0
    assert "#SBATCH" in (tmp_path / "s" / "scripts" / "ranks_1.sh").read_text(encoding="utf-8")
    assert cryosim("sweep", "export", "s", "--snakemake").code == 0
    assert (tmp_path / "s" / "Snakefile").exists()
    profile = cryosim("sweep", "profile")
    assert "partition" in profile.out


def test_the_examples_can_be_planned(cryosim, tmp_path):
    examples = sorted((ROOT / "cases" / "sweeps").glob("*.toml"))
    assert len(examples) >= 3
    for example in examples:
        planned = cryosim("sweep", "plan", example, "--out", tmp_path / example.stem)
        assert planned.code == 0
        assert "bad input" not in planned.out


def test_a_sweep_goes_on_where_its_reader_has_gone(tmp_path):
    file = definition(tmp_path, durations=["90 s", "2 min"])
    command = f"{shlex.quote(sys.executable)} -m cryosim sweep run {file} --cores 1 | head -1"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=environment, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    plan = read(tmp_path / "results" / file.stem)
    assert all((plan.folder_of(point) / "result.json").exists() for point in plan.points)
