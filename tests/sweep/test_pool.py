"""Points side by side, with ranks that only pretend."""

import os
import signal
import threading
import time

import pytest
from support.points import ends, fake, folders, sweep

from cryosim.errors import CaseError, Interrupted
from cryosim.sweep import attempt, pool, seat, warm
from cryosim.sweep.claims import take
from cryosim.sweep.journal import entries_of
from cryosim.sweep.plan import read
from cryosim.sweep.states import at_rest, forget, state_of


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(seat, "_LOOK", 0.05)
    monkeypatch.setattr(pool, "_LOOK", 0.05)


def do(what):
    return f'do = "{what}"\n'


def work(plan, cores=8, **more):
    return pool.work(plan, None, cores, launch=fake(), **more)


REASONS = [
    ("done", "done", ""),
    ("nothing", "crashed", "it ended well but left no result"),
    ("exit 2", "bad input", "case.toml: this is wrong"),
    ("exit 130", "stopped", "case.toml: this is wrong"),
    ("raises CaseError", "bad input", "it is like that"),
    ("raises NumericalError", "diverged", "it is like that"),
    ("raises CryosimError", "crashed", "it is like that"),
    ("memory", "out of memory", "MemoryError: no room"),
    ("bug", "crashed", "ZeroDivisionError: division by zero"),
    ("signal 9", "crashed", "ended by SIGKILL: by someone, or perhaps for want of memory"),
    ("signal 11", "crashed", "ended by SIGSEGV"),
    ("signal 15", "stopped", "ended by SIGTERM before it could write a restart file"),
    ("mpiexec 11", "crashed", "ended by SIGSEGV"),
    ("exit 137", "crashed", "ended by SIGKILL: by someone, or perhaps for want of memory"),
]


def test_every_end_has_its_reason_and_stops_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(attempt, "oom_kills", lambda: 0)
    plan = sweep(tmp_path, [do(what) for what, *_ in REASONS])
    told = []
    tally = work(plan, watch=lambda happened: told.append((happened.event, happened.point.name)))
    found = [state_of(folder) for folder in folders(plan)]
    expected = [(kind, message, 1) for _, kind, message in REASONS]
    assert [(s.kind, s.message, s.attempts) for s in found] == expected
    assert tally.tried.total() == len(REASONS)
    assert tally.failed == len(REASONS) - 3
    assert sorted(told) == sorted((e, p.name) for p in plan.points for e in ("begun", "ended"))
    first, last = entries_of(folders(plan)[0])
    assert {"time", "host", "pid", "job", "ranks", "resume"} <= first.keys()
    assert {"time", "wall_s", "core_s"} <= last.keys()
    again = work(read(tmp_path))
    kinds = [kind for _, kind, _ in REASONS]
    assert again.left == {k: kinds.count(k) for k in ("done", "bad input", "diverged")}


def test_a_kill_while_memory_ran_out_is_put_down_to_it(tmp_path, monkeypatch):
    kills = iter(range(100))
    monkeypatch.setattr(attempt, "oom_kills", lambda: next(kills))
    plan = sweep(tmp_path, [do("signal 9")])
    assert work(plan).tried == {"out of memory": 1}


def test_ranks_never_outnumber_cores_and_the_biggest_go_first(tmp_path):
    ranks = [1, 2, 1, 3, 1, 2, 1, 3]
    plan = sweep(tmp_path, [do("done")] * len(ranks), ranks)
    assert work(plan, cores=4).tried == {"done": len(ranks)}
    busy, most, begun = 0, 0, []
    for line in (tmp_path / "times.log").read_text().splitlines():
        sign, n, name = line.split()
        busy += int(n) if sign == "+" else -int(n)
        most = max(most, busy)
        if sign == "+":
            begun.append((int(n), name))
    assert most == 4
    assert begun[0][0] == 3
    assert [n for n, _ in begun if n > 1] == [3, 3, 2, 2]


def test_a_point_too_big_is_refused_before_anything_begins(tmp_path):
    plan = sweep(tmp_path, [do("done"), do("done")], [1, 3])
    with pytest.raises(CaseError, match="has 3 ranks, but there are 2 cores"):
        work(plan, cores=2)
    assert not (tmp_path / "times.log").exists()
    assert work(plan, cores=2, oversubscribe=True).tried == {"done": 2}


def test_only_the_points_named_are_run(tmp_path):
    plan = sweep(tmp_path, [do("done")] * 3)
    name = plan.points[1].name
    assert pool.work(plan, [name, name], 2, launch=fake()).tried == {"done": 1}
    with pytest.raises(CaseError, match="has no point 77"):
        pool.work(plan, ["77"], 2, launch=fake())


def test_what_another_runs_is_left_to_him(tmp_path):
    plan = sweep(tmp_path, [do("done")] * 2)
    theirs = take(folders(plan)[0])
    tally = work(plan)
    assert (tally.tried, tally.left) == ({"done": 1}, {"running": 1})
    theirs.release()
    assert work(plan).tried == {"done": 1}


def test_what_another_has_done_since_is_passed_over(tmp_path):
    plan = sweep(tmp_path, [do("done")] * 2)
    second = folders(plan)[1]

    def meanwhile(_):
        (second / "result.json").write_text('{"status": "done"}')

    tally = work(plan, cores=1, watch=meanwhile)
    assert (tally.tried, tally.left) == ({"done": 1}, {"done": 1})
    assert entries_of(second) == []


def test_a_watch_that_fails_leaves_nothing_claimed_or_running(tmp_path):
    plan = sweep(tmp_path, [do("stubborn")] * 2)

    def watch(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work(plan, watch=watch)
    assert not list(tmp_path.rglob("claim-*"))


def test_bad_input_is_left_until_it_is_forgotten(tmp_path):
    plan = sweep(tmp_path, [do("exit 2")])
    (folder,) = folders(plan)
    work(plan)
    assert work(plan).left == {"bad input": 1}
    forget(folder)
    (folder / "case.toml").write_text(do("done"))
    assert work(plan).tried == {"done": 1}
    assert ends(folder) == ["bad input", "done"]


@pytest.mark.parametrize(("what", "message"), [
    ("polite", "stopped at 5 of 9 s as asked"),
    ("stubborn", "was killed, for it did not end when asked"),
])  # fmt: skip
def test_time_is_limited(tmp_path, what, message):
    plan = sweep(tmp_path, [do(what)], time=1.5)
    assert work(plan, grace=0.2).tried == {"out of time": 1}
    (folder,) = folders(plan)
    assert state_of(folder).message == message
    if what == "polite":
        assert work(plan).tried == {"done": 1}
        assert [e["resume"] for e in entries_of(folder) if e["event"] == "begin"] == [False, True]


def test_a_restart_file_that_does_not_fit_is_no_hindrance(tmp_path):
    plan = sweep(tmp_path, [do("needs a fresh start"), do("bug")])
    for folder in folders(plan):
        (folder / "restart.h5").write_text("old")
    assert work(plan).tried == {"done": 1, "crashed": 1}
    assert len(entries_of(folders(plan)[0])) == 2, "one attempt"
    (folders(plan)[1] / "case.toml").write_text(do("needs a fresh start"))
    work(plan)
    begun = [e["resume"] for e in entries_of(folders(plan)[1]) if e["event"] == "begin"]
    assert begun == [True, False], "it made no headway from there"


def test_only_numbers_are_kept_where_that_is_wanted(tmp_path):
    plan = sweep(tmp_path, [do("done"), do("bug")], keep="numbers")
    work(plan)
    done, failed = ({path.name for path in folder.iterdir()} for folder in folders(plan))
    assert done == {"case.toml", "result.json", "attempts.jsonl"}
    assert "output.txt" in failed
    (folders(plan)[0] / "output.txt").touch()  # as if the driver had been killed just then
    work(plan)
    assert not (folders(plan)[0] / "output.txt").exists()


def test_a_driver_that_is_asked_to_stop_asks_its_points(tmp_path):
    plan = sweep(tmp_path, [do("polite")] * 3)
    log = tmp_path / "times.log"

    def ask():
        while not log.exists() or log.read_text().count("+") < 2:
            time.sleep(0.02)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=ask, daemon=True).start()
    with pytest.raises(Interrupted, match="go on with: cryosim sweep run"):
        work(plan, cores=2)
    assert sorted(state_of(folder).kind for folder in folders(plan)) == [
        "stopped", "stopped", "waiting",
    ]  # fmt: skip
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_claim_that_was_lost_ends_the_point_without_a_word(tmp_path, monkeypatch):
    plan = sweep(tmp_path, [do("stubborn")])
    (folder,) = folders(plan)
    monkeypatch.setattr("cryosim.sweep.floor.BEAT", 0.1)

    def lose():
        while not (tmp_path / "times.log").exists():
            time.sleep(0.02)
        for path in folder.glob("claim-*"):
            path.unlink()

    threading.Thread(target=lose, daemon=True).start()
    assert work(plan).tried == {"running": 1}
    assert [entry["event"] for entry in entries_of(folder)] == ["begin"]


def test_the_first_of_a_kind_goes_alone_until_it_marches(tmp_path):
    kind = '[applicator]\nkind = "plate"\n'
    plan = sweep(tmp_path, [do("marches") + kind] * 3)
    place = warm.kind_of(folders(plan)[0] / "case.toml")
    theirs = warm.claim(place)
    results = []
    thread = threading.Thread(target=lambda: results.append(work(plan)))
    thread.start()
    time.sleep(0.3)
    assert not (tmp_path / "times.log").exists(), "another is compiling"
    theirs.release()
    thread.join()
    assert results[0].tried == {"done": 3}
    lines = (tmp_path / "times.log").read_text().splitlines()
    assert [line[0] for line in lines[:2]] == ["+", "-"]
    assert warm.is_warm(place)
    assert at_rest(folders(plan)[2]).kind == "done"
