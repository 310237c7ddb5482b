"""Points that really run: in a worker, on ranks, and past the death of whoever runs them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT, treatment
from support.cases import written
from support.points import ends, folders, sweep

from cryosim.sweep import pool
from cryosim.sweep.journal import entries_of
from cryosim.sweep.launch import Launch, environment_alone
from cryosim.sweep.plan import read
from cryosim.sweep.seat import Seat
from cryosim.sweep.states import DONE, RUNNING, state_of

DRIVER = """
import sys
from pathlib import Path
from cryosim.sweep.plan import read
from cryosim.sweep.pool import work
work(read(Path(sys.argv[1])), None, 2)
"""


@pytest.fixture(autouse=True)
def package(monkeypatch):
    """Processes find the package that is tested."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)


def texts(folder, count, **output):
    """Case files that differ in the temperature of the plate."""
    folder.mkdir()
    out = []
    for i in range(count):
        case = treatment(output={"fields": False, "figures": False, **output})
        case["protocol"][0]["temperature"] = f"{-9 - i} degC"
        out.append(written(folder, case).read_text())
    return out


def until(wanted, patience=60.0):
    deadline = time.monotonic() + patience
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def marches(folder):
    log = folder / "run.log"
    return log.exists() and " INFO t = " in log.read_text()


def test_a_sweep_whose_driver_is_killed_goes_on_and_does_nothing_twice(tmp_path):
    plan = sweep(tmp_path / "s", texts(tmp_path / "cases", 4, every="0.4 s"))
    bad = folders(plan)[2] / "case.toml"
    bad.write_text(bad.read_text().replace("-11", "-300"))
    (folders(plan)[3] / "restart.h5").write_text("of another version")
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(plan.folder)])
    first, second, third, fourth = folders(plan)
    until(lambda: marches(second))  # the first may be done, if it was alone to compile for both
    driver.kill()
    driver.wait()
    # what another driver finds is either still being stopped, and claimed, or can go on
    until(lambda: RUNNING not in {state_of(folder).kind for folder in folders(plan)})
    assert state_of(second).kind == "crashed"
    assert (second / "restart.h5").exists()
    tally = pool.work(read(plan.folder), None, 2)
    assert (tally.tried + tally.left) == {"done": 3, "bad input": 1}
    assert ends(fourth) == [DONE]
    assert "cannot be read as a restart file" in (fourth / "output.txt").read_text()
    assert ends(second) == [DONE]
    # the first may have got done just when its driver was killed, who then noted nothing
    once = [entry["event"] for entry in entries_of(first)].count("begin") == 1
    assert ends(first) == [DONE] or (once and not ends(first))
    for folder in (first, second):
        assert [path.name for path in folder.glob("claim-*")] == []
    begun = [entry["resume"] for entry in entries_of(second) if entry["event"] == "begin"]
    assert begun == [False, True]
    assert "temperature" in state_of(third).message
    assert "case.toml" in (third / "output.txt").read_text()


def test_a_worker_that_dies_is_an_end_like_another(tmp_path):
    worker = Seat("cryosim.sweep.worker", environment_alone())
    output = tmp_path / "output.txt"
    request = {
        "case": str(tmp_path / "none.toml"), "folder": str(tmp_path / "out"), "resume": False,
        "error_bands": False, "output": str(output),
    }  # fmt: skip
    first = worker.open(output)
    os.kill(first, signal.SIGKILL)
    dead = worker.run(request)
    assert (dead.answer, dead.code, dead.asked) == (None, -signal.SIGKILL, None)
    second = worker.open(output)
    assert second != first
    answer = worker.run(request).answer
    assert answer["error"][:2] == ["CaseError", "CryosimError"]
    assert "none.toml" in answer["message"]
    assert worker.open(output) == second, "an error of a point does not end the worker"
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


LONE = """
import os, subprocess, sys
n, program = int(sys.argv[1]), sys.argv[2:]
ranks = [subprocess.Popen(program, env=os.environ | {"SLURM_PROCID": str(i)}) for i in range(n)]
sys.exit(max(rank.wait() for rank in ranks))
"""
"""Starts ranks that do not find each other, as srun --mpi=none does."""


@pytest.mark.parallel
def test_ranks_that_do_not_find_each_other_are_told_from_those_that_do(tmp_path):
    plan = sweep(tmp_path / "s", texts(tmp_path / "cases", 1), [2])
    (folder,) = folders(plan)
    lone = tmp_path / "lone.py"
    lone.write_text(LONE)
    tally = pool.work(plan, None, 2, launch=Launch(f"{sys.executable} {lone} {{ranks}}"))
    assert tally.tried == {"crashed": 1}
    state = state_of(folder)
    assert state.message.startswith("2 ranks were asked for (CRYOSIM_RANKS), but MPI found 1: ")
    assert (folder / "output.txt").read_text().count("were asked for") == 1
    assert not (folder / "run.log").exists(), "nothing was written"
    assert pool.work(plan, None, 2).tried == {"done": 1}
    assert json.loads((folder / "result.json").read_text())["timing"]["ranks"] == 2
