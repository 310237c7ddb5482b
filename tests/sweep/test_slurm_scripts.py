"""What Slurm is told, by commands of Slurm that only write it down."""

import json
import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sweeps import fake_slurm, names_of, plan_of

from cryosim.errors import CaseError, CryosimError, MissingTool
from cryosim.sweep import bundles, slurm, warm
from cryosim.sweep.plan import Plan, Point, Running
from cryosim.sweep.profile import Profile, Request


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    return fake_slurm(tmp_path / "bin", monkeypatch)


def directives(script) -> dict[str, str]:
    """Options of a script by name."""
    lines = script.read_text().splitlines()
    options = [shlex.split(line)[1] for line in lines if line.startswith("#SBATCH")]
    return dict(option.removeprefix("--").partition("=")[::2] for option in options)


def work(script) -> list[str]:
    """The last line of a script, word by word."""
    return shlex.split(script.read_text().splitlines()[-1])


# --- which points go into which job ---------------------------------------------------------------

ranks_of_points = st.lists(st.sampled_from([1, 2, 5]), max_size=40)


@given(
    ranks=ranks_of_points, cores=st.none() | st.integers(1, 12),
    each=st.none() | st.integers(1, 7), most=st.integers(1, 9), left=st.integers(0, 40),
)  # fmt: skip
def test_every_point_wanted_is_in_one_job_of_its_ranks(ranks, cores, each, most, left):
    points = tuple(Point(f"{i:016x}", n, {}) for i, n in enumerate(ranks))
    plan = Plan(Path(), "", "", (), points, (), Running())
    wanted = names_of(plan)[left:]
    profile = Profile(cores=cores, points_per_job=each, max_array=most)
    found = bundles.arrays(plan, wanted, profile)
    assert sorted(p for a in found for b in a.bundles for p in b) == sorted(wanted)
    by_name = {point.name: point.ranks for point in points}
    for array in found:
        assert {by_name[p] for b in array.bundles for p in b} == {array.ranks}
        assert 1 <= len(array.bundles) <= most
        assert array.cores == max(array.ranks, cores or 0)
        assert all(1 <= len(b) <= (each or array.cores // array.ranks) for b in array.bundles)
    assert len({array.label for array in found}) == len(found)


def test_points_of_one_mesh_share_a_job(tmp_path):
    def settings(i):
        return {"protocol[1].temperature": -5.0 - i, "anatomy.layers[2].thickness": 10.0 + i % 2}

    plan = plan_of(tmp_path, [1] * 6, settings=settings)
    (array,) = bundles.arrays(plan, names_of(plan), Profile(points_per_job=3))
    assert [[int(name, 16) for name in job] for job in array.bundles] == [[0, 2, 4], [1, 3, 5]]


def test_a_job_reads_its_own_points_from_the_list(tmp_path):
    plan = plan_of(tmp_path, [1, 1, 1])
    profile = Profile(points_per_job=2, launch="srun -n {ranks}", launch_alone=True)
    (array,) = bundles.arrays(plan, names_of(plan), profile)
    array.write(tmp_path / "list.json")
    assert bundles.read(tmp_path / "list.json") == array
    names = tuple(names_of(plan))
    last = bundles.bundle(tmp_path / "list.json", 1)
    assert last == bundles.Bundle(names[2:], 1, 1, "srun -n {ranks}", launch_alone=True)
    with pytest.raises(CaseError, match="job 2; expected one from 0 to 1"):
        bundles.bundle(tmp_path / "list.json", 2)
    with pytest.raises(CaseError, match="no list of jobs"):
        bundles.bundle(tmp_path / "plan.json", 0)


# --- the scripts ----------------------------------------------------------------------------------


def test_there_is_an_array_for_each_number_of_ranks_behind_the_job_that_compiles(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [2, 1, 1, 2, 1], cases=True)
    one, two = slurm.submit(plan, names_of(plan), Profile(cache=str(tmp_path)))
    assert (one.job, one.points, one.jobs) == ("102", 3, 3)
    assert (two.job, two.points, two.jobs) == ("103", 2, 2)
    warm = one.script.with_name("warm.sh")
    assert cluster.said("sbatch") == [
        f"--parsable {warm}",
        f"--parsable --dependency=afterany:101 {one.script}",
        f"--parsable --dependency=afterany:101 {two.script}",
    ]
    sweep = str(plan.folder.resolve())
    begin = ["exec", sys.executable, "-m", "cryosim", "sweep", "work", sweep]
    assert work(warm) == [*begin, "--jobs", str(warm.with_suffix(".json")), "--warm"]
    assert bundles.bundle(warm.with_suffix(".json"), 0).points == (plan.points[1].name,)
    listed = two.script.with_suffix(".json")
    assert work(two.script) == [*begin, "--jobs", str(listed), "--task", "$SLURM_ARRAY_TASK_ID"]
    assert bundles.bundle(listed, 1).points == (plan.points[3].name,)
    assert directives(two.script) == {
        "job-name": f"cryosim-{listed.parent.name}-ranks_2", "array": "0-1",
        "nodes": "1", "ntasks": "2", "cpus-per-task": "1", "signal": "B:TERM@120",
        "output": f"{listed.parent}/ranks_2_%a.out", "open-mode": "append", "requeue": "",
    }  # fmt: skip
    assert listed.parent.parent == plan.folder.resolve() / "jobs"


def test_a_profile_is_asked_of_slurm(tmp_path, cluster):
    profile = Profile(
        partition="short", account="p1", qos="low", constraint="a&b", time=5401.0, memory=1e9,
        max_parallel=7, ranks_per_node=4, cores=None, prologue=("module load x",),
        args=("--exclusive", "--time=00:10:00"), cache="$SCRATCH/a b", signal_before=90.0,
        ranks={"6": Request(partition="wide")},
    )  # fmt: skip
    plan = plan_of(tmp_path / "sweep", [1, 6])
    one, six = slurm.submit(plan, names_of(plan), profile)
    said = directives(one.script)
    assert {k: said[k] for k in ("partition", "account", "qos", "constraint")} == {
        "partition": "short", "account": "p1", "qos": "low", "constraint": "a&b",
    }  # fmt: skip
    assert said["mem-per-cpu"] == "954M"  # 1e9 bytes, in mebibytes, and no less
    assert said["array"] == "0-0%7"
    assert said["signal"] == "B:TERM@90"
    assert said["time"] == "00:10:00"
    text = one.script.read_text()
    assert text.index("--time=01:31:00") < text.index("--time=00:10:00")
    assert '\nmodule load x\nexport XDG_CACHE_HOME="$SCRATCH/a b"\n' in text
    wide = directives(six.script)
    assert (wide["partition"], wide["nodes"], wide["ntasks"]) == ("wide", "2", "6")
    assert not any("dependency" in line for line in cluster.said("sbatch"))


def test_jobs_of_whole_nodes_are_filled_with_points(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1] * 10 + [2] * 3)
    one, two = slurm.submit(plan, names_of(plan), Profile(cores=4))
    assert (one.jobs, directives(one.script)["ntasks"]) == (3, "4")
    assert (two.jobs, directives(two.script)["ntasks"]) == (2, "4")
    assert len(cluster.queue) == 5


def test_arrays_are_no_longer_than_the_cluster_takes(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1] * 7)
    parts = slurm.submit(plan, names_of(plan), Profile(max_array=3))
    assert [directives(part.script)["array"] for part in parts] == ["0-2", "0-2", "0-0"]
    assert [part.points for part in parts] == [3, 3, 1]
    assert len(cluster.queue) == 7


def test_a_title_and_a_folder_may_be_anything(tmp_path, cluster):
    plan = plan_of(tmp_path / 'a "b" %j é', [1], title="two\nlines")
    (one,) = slurm.submit(plan, names_of(plan), Profile())
    text = one.script.read_text()
    assert "Sweep: two lines\n" in text
    assert directives(one.script)["output"].startswith(f'{tmp_path}/a "b" %%j é/jobs/')
    assert work(one.script)[6] == str(plan.folder.resolve())
    assert len(cluster.queue) == 1


# --- nothing twice --------------------------------------------------------------------------------


def test_what_is_queued_or_running_is_not_submitted_again(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1, 1, 1, 2])
    names = names_of(plan)
    slurm.submit(plan, names, Profile())
    assert slurm.submit(plan, names, Profile()) == []
    second, third, fourth = cluster.queue[1:]
    # The first job of one rank is over, and the second has begun.
    cluster.show([second.replace("PENDING", "RUNNING"), third, fourth])
    (again,) = slurm.submit(plan, names, Profile())
    assert bundles.read(again.script.with_suffix(".json")).bundles == ((names[0],),)
    state = slurm.queue_state(plan)
    assert state.points == {
        names[0]: "queued", names[1]: "started", names[2]: "queued", names[3]: "queued",
    }  # fmt: skip
    assert state.jobs == ("101", "102", "103")
    cluster.show([])
    assert slurm.queue_state(plan) == slurm.Queue()


def test_a_job_that_compiles_is_waited_for_and_not_submitted_again(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1, 1], cases=True)
    for name in names_of(plan):
        slurm.submit(plan, [name], Profile(cache=str(tmp_path)))
    said = cluster.said("sbatch")
    assert len(said) == 3
    assert "--dependency=afterany:101" in said[2]


def test_nothing_is_compiled_first_where_all_is_compiled(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1, 1], settings=lambda i: {"dimension": 1 + i}, cases=True)
    profile = Profile(cache=str(tmp_path / "cache"))

    def submitted() -> list[str]:
        cluster.show([])
        before = len(cluster.said("sbatch"))
        slurm.submit(plan, names_of(plan), profile)
        return [line.split("/")[-1] for line in cluster.said("sbatch")[before:]]

    assert submitted() == ["warm.sh", "ranks_1.sh"]
    with pytest.MonkeyPatch.context() as job:
        for key, value in profile.environment().items():
            job.setenv(key, value)
        first, second = warm.first_of_kinds(plan, plan.points)
        for kind in (first, second):
            assert warm.claim(kind) is not None
        warm.stamp(first)
        assert submitted() == ["warm.sh", "ranks_1.sh"]
        warm.stamp(second)
    assert submitted() == ["ranks_1.sh"]


def test_only_the_name_of_a_job_counts_for_numbers_begin_anew(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1])
    slurm.submit(plan, names_of(plan), Profile())
    cluster.show(["101 0 RUNNING cryosim-of-another-sweep"])
    assert slurm.queue_state(plan) == slurm.Queue()


def test_a_copy_of_a_sweep_knows_nothing_of_the_jobs_of_the_other(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1])
    slurm.submit(plan, names_of(plan), Profile())
    copy = plan_of(tmp_path / "copy", [1])
    (plan.folder / "jobs").rename(copy.folder / "jobs")
    assert slurm.queue_state(copy) == slurm.Queue()
    assert len(slurm.submit(copy, names_of(copy), Profile())) == 1
    assert len(cluster.queue) == 2


def test_a_line_of_the_record_that_was_cut_short_is_passed_over(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1])
    slurm.submit(plan, names_of(plan), Profile())
    with (plan.folder / "jobs" / "submitted.jsonl").open("a") as file:
        file.write('{"name": "cry')
    assert slurm.queue_state(plan).jobs == ("101",)
    assert len(cluster.queue) == 1


def test_all_jobs_of_a_sweep_are_cancelled_and_no_others(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1, 2], cases=True)
    assert slurm.cancel(plan) == slurm.Queue()
    slurm.submit(plan, names_of(plan), Profile(cache=str(tmp_path)))
    assert set(slurm.cancel(plan).points) == set(names_of(plan))
    assert cluster.said("scancel") == ["102 103 101"]


# --- what can go wrong ----------------------------------------------------------------------------


def test_without_slurm_it_says_where_to_go(tmp_path, monkeypatch):
    plan = plan_of(tmp_path / "sweep", [1])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match=r"sbatch is missing.*cryosim sweep run"):
        slurm.submit(plan, names_of(plan), Profile())
    # Asked for, it may be in the queue: with no Slurm to ask, that is not known.
    assert "squeue is missing" in slurm.queue_state(plan).note


def test_a_refusal_is_told_in_the_words_of_slurm_with_the_script(tmp_path, cluster):
    plan = plan_of(tmp_path / "refuse", [1])
    with pytest.raises(CryosimError, match="invalid partition specified") as caught:
        slurm.submit(plan, names_of(plan), Profile())
    assert "ranks_1.sh" in str(caught.value)
    assert slurm.queue_state(plan) == slurm.Queue()
    assert len(cluster.said("sbatch")) == 1


def test_nothing_is_submitted_where_the_queue_is_not_known(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1, 1])
    slurm.submit(plan, names_of(plan)[:1], Profile())
    (cluster.folder / "broken").touch()
    with pytest.raises(CryosimError, match="squeue failed: slurm_load_jobs error"):
        slurm.submit(plan, names_of(plan), Profile())
    assert len(cluster.said("sbatch")) == 1
    assert "Unable to contact" in slurm.queue_state(plan).note


def test_an_interactive_job_around_us_is_not_passed_on(tmp_path, cluster, monkeypatch):
    monkeypatch.setenv("SLURM_MEM_PER_CPU", "1")
    monkeypatch.setenv("SLURM_CONF", "kept")
    script = cluster.folder / "sbatch"
    script.write_text("#!/bin/bash\nenv | grep SLURM_ >&2; exit 1")
    plan = plan_of(tmp_path / "sweep", [1])
    with pytest.raises(CryosimError, match="sbatch failed: SLURM_CONF=kept\n  the script"):
        slurm.submit(plan, names_of(plan), Profile())


def test_every_submission_is_recorded_before_slurm_is_asked_and_after(tmp_path, cluster):
    plan = plan_of(tmp_path / "sweep", [1])
    (one,) = slurm.submit(plan, names_of(plan), Profile())
    lines = (plan.folder / "jobs" / "submitted.jsonl").read_text().splitlines()
    before, after = map(json.loads, lines)
    assert before["name"] == after["name"]
    assert plan.folder / "jobs" / before["list"] == one.script.with_suffix(".json")
    assert "job" not in before
    assert after["job"] == "101"
    assert len(cluster.queue) == 1
