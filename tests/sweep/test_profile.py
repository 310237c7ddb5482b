"""The profile of a cluster: what it may say, what it refuses, and where it is found."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.errors import CaseError
from cryosim.sweep import profile
from cryosim.sweep.profile import Profile, Request


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(profile.VARIABLE, raising=False)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "slurm.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(CaseError) as caught:
        profile.read(written(tmp_path, text))
    return str(caught.value)


def test_quantities_are_kept_in_si_units(tmp_path):
    found = profile.read(
        written(tmp_path, 'time = "4 h"\nmemory = "2 GB"\nsignal_before = "3 min"')
    )
    assert (found.time, found.memory, found.signal_before) == (14400.0, 2e9, 180.0)


def test_every_fault_is_told_in_one_message(tmp_path):
    message = refusal(
        tmp_path,
        """
        tim = "3 h"
        partition = "a b"
        memory = "3 h"
        max_array = 0
        args = ["exclusive", "--array=3"]
        launch = "srun -n 4"
        [ranks.4]
        tme = "3 h"
        """,
    )
    for fault in (
        'tim: unknown key; did you mean "time"?',
        'partition = "a b": expected a name without blanks or quotes',
        'memory = "3 h": "h" does not fit here; expected a unit such as in "2 GB"',
        "max_array = 0: impossible value: expected at least 1",
        'args[1] = "exclusive": expected an option of sbatch',
        'args[2] = "--array=3": impossible value: the sweep sets this option itself',
        'launch = "srun -n 4": expected a command with {ranks} in it',
        'ranks.4.tme: unknown key; did you mean "time"?',
    ):
        assert fault in message
    assert len(message.splitlines()) == 1 + 8


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('launch = "srun \'-n {ranks}"', "expected a command: No closing quotation"),
        ('launch = "srun {ranks} {node}"', "expected a command with {ranks} in it"),
        ('prologue = ["a\\nb"]', "prologue[1]"),
        ("[ranks.four]", '"four" is no number of ranks'),
        ("[ranks.04]", '"04" is no number of ranks'),
        ('time = "60 s"', "signal_before = 120 s: expected less than any time, 60 s"),
        ('[ranks.4]\ntime = "2 min"', "signal_before = 120 s: expected less than any time, 120 s"),
        ("time = 3", "expected a number with a unit"),
        ("time 3", "not valid TOML"),
    ],
)
def test_what_no_job_could_do_is_refused(tmp_path, text, fault):
    assert fault in refusal(tmp_path, text)


def test_points_of_many_ranks_ask_for_what_is_theirs_and_else_for_the_same(tmp_path):
    text = 'partition = "p"\ntime = "1 h"\n[ranks.4]\ntime = "2 h"\nmemory = "1 GB"'
    found = profile.read(written(tmp_path, text))
    assert found.request(1) == Request(partition="p", time=3600.0)
    assert found.request(4) == Request(partition="p", time=7200.0, memory=1e9)


@given(cores=st.integers(1, 500), per_node=st.none() | st.integers(1, 200))
def test_nodes_are_enough_and_none_is_left_over(cores, per_node):
    nodes = Profile(ranks_per_node=per_node).nodes(cores)
    if per_node is None:
        assert nodes == 1
    else:
        assert nodes * per_node >= cores > (nodes - 1) * per_node


def test_it_is_found_by_name_then_by_the_environment_then_at_home(tmp_path):
    home = tmp_path / "home" / ".config" / "cryosim" / "slurm.toml"
    environ = {profile.VARIABLE: "here.toml"}
    assert profile.found(environ={}) is None
    assert profile.read() == Profile()
    home.parent.mkdir(parents=True)
    home.write_text('partition = "home"')
    assert profile.read().partition == "home"
    assert profile.found(environ={}) == home
    assert profile.found(environ=environ) == Path("here.toml")
    assert profile.found(tmp_path, environ) == tmp_path


def test_a_profile_that_is_not_there_says_how_to_begin(tmp_path):
    with pytest.raises(CaseError, match=r"no such profile; begin with: cryosim sweep profile >"):
        profile.read(tmp_path / "none.toml")


def test_the_example_is_a_profile_as_it_is_and_with_every_line_taken_in(tmp_path):
    example = profile.example()
    assert tomllib.loads(example) == {}
    taken_in = re.sub(r"(?m)^# (\w+ = |\[ranks)", r"\1", example)
    found = profile.read(written(tmp_path, taken_in))
    assert set(tomllib.loads(taken_in)) == set(Profile.model_fields)
    assert found.request(16).partition == "parallel"
    assert found.signal_before == Profile().signal_before
    assert found.max_array == Profile().max_array
    assert found.environment()["NUMBA_CACHE_DIR"] == "$SCRATCH/cryosim-cache/numba"
