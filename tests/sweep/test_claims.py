"""A point is worked on by one at a time, and nobody dead keeps it."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cryosim.sweep import claims
from cryosim.sweep.claims import STALE, claimed, claims_of, start_of, take


def dead(folder, name="claim-dead", age=0.0, **changes):
    """A claim that another left."""
    content = {**claims._here(), "processes": [[os.getpid(), "1"]], "job": None, **changes}
    path = folder / name
    path.write_text(json.dumps(content))
    then = time.time() - age
    os.utime(path, (then, then))
    return path


ELSEWHERE = {"host": "n7", "machine": "other", "boot": "other", "space": "pid:[1]"}


def test_the_second_gets_it_when_the_first_is_through(tmp_path):
    first = take(tmp_path)
    assert take(tmp_path) is None
    first.release()
    first.release()
    second = take(tmp_path)
    assert second is not None
    assert claims_of(tmp_path) == [second.path]


@pytest.mark.parametrize("left", [False, True])
def test_of_many_at_once_one_has_it_at_a_time(tmp_path, left):
    if left:
        dead(tmp_path)
    inside, most, had = [], [], []

    def work(_):
        claim = take(tmp_path)
        if claim is not None:
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.0005)
            inside.pop()
            had.append(1)
            claim.release()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(150)))
    assert max(most) == 1
    assert had
    assert claims_of(tmp_path) == []


def test_two_that_see_each_other_both_withdraw(tmp_path, monkeypatch):
    written, rivals = claims._written, []

    def at_once(folder):
        rivals.append(written(folder))
        return written(folder)

    monkeypatch.setattr(claims, "_written", at_once)
    assert take(tmp_path) is None
    assert claims_of(tmp_path) == [rivals[0].path]


@pytest.mark.parametrize(("who", "age", "alive"), [
    ({}, 0.0, False),  # our number, but another start
    ({"processes": [[2**22 + 1, "5"]]}, 0.0, False),
    ({"processes": [[1, start_of(1)]]}, 9e9, True),  # however long it did not touch the claim
    ({"boot": "before"}, 0.0, False),
    (ELSEWHERE, STALE - 60.0, True), (ELSEWHERE, STALE + 60.0, False),
    ({"space": "pid:[1]"}, STALE - 60.0, True), ({"space": "pid:[1]"}, STALE + 60.0, False),
])  # fmt: skip
def test_who_is_dead_and_who_is_not(tmp_path, who, age, alive):
    path = dead(tmp_path, age=age, **who)
    claim = take(tmp_path)
    assert (claim is None) == alive
    assert path.exists() == alive


def test_a_claim_that_is_just_being_written_is_alive(tmp_path):
    (tmp_path / "claim-x").touch()
    assert claimed(claims_of(tmp_path)) == {}
    assert take(tmp_path) is None
    os.utime(tmp_path / "claim-x", (0, 0))
    assert take(tmp_path) is not None


def test_a_process_that_outlives_the_driver_keeps_the_claim(tmp_path):
    claim = take(tmp_path)
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as other:
        claim.add(other.pid)
        content = json.loads(claim.path.read_text())
        content["processes"][0] = [os.getpid(), "another start"]
        claim.path.write_text(json.dumps(content))
        assert take(tmp_path) is None
    assert take(tmp_path) is not None


def test_one_who_was_taken_for_dead_is_told(tmp_path):
    claim = take(tmp_path)
    assert claim.touch()
    claim.path.unlink()
    assert not claim.touch()


def test_ages_are_told_by_the_clock_of_the_files(tmp_path, monkeypatch):
    dead(tmp_path, **ELSEWHERE)
    true = time.time
    monkeypatch.setattr(claims, "_offsets", {})
    monkeypatch.setattr(time, "time", lambda: true() + 10 * STALE)
    assert take(tmp_path) is None
