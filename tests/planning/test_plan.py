"""``cryosim plan``: from a case to its folder, with the simulator and with a closed form."""

import csv
import json
import math
import tomllib
from types import SimpleNamespace

import pytest
from conftest import treatment
from support.cases import written

from cryosim import __version__
from cryosim.case.load import load
from cryosim.errors import CaseError, CryosimError
from cryosim.planning import confirm, space
from cryosim.planning import plan as planning
from cryosim.planning.evaluations import Evaluations
from cryosim.planning.goal import Goal, Wanted, goal_of, span
from cryosim.planning.margins import Guard, Margin, guards_of, margins
from cryosim.planning.model import Correction, Model
from cryosim.planning.setting import Setting, template_of
from cryosim.planning.task import own_setting, planned_text, task_of
from cryosim.planning.words import apart
from cryosim.uncertainty.samples import base_of
from cryosim.uncertainty.workers import Workers

SHORT = treatment(
    protocol=[
        {"phase": "cool", "temperature": "-12 degC", "ramp": "40 s", "duration": "6 min"},
        {"phase": "remove", "duration": "2 min", "perfusion": 0.5},
    ],
    mesh={"depth": {"finest": "0.4 mm", "growth": 1.2, "coarsest": "2 mm"}},
    output={"every": "60 s", "fields": False, "figures": False},
)
COLD_SKIN = {"skin_surface": {"warning": "-6 degC", "error": "-9 degC"}}
OUTCOME = "fat lost after 180 d"


@pytest.fixture
def small_grid(monkeypatch):
    monkeypatch.setattr(space, "TEMPERATURES", 3)
    monkeypatch.setattr(space, "DURATIONS", 3)


def outcomes(s: Setting, share=1.0) -> dict:
    """Loss by degree-minutes, skin that nears the plate; ``share`` of the loss."""
    lost = 100.0 * (1.0 - math.exp(-s.cycles * max(10.0 - s.temperature, 0.0) * s.time / 4000.0))
    coldest = s.temperature + 4.0 * math.exp(-s.time / 30.0)
    return {
        "fat lost after 90 d": (0.9 * share * lost, "%"), OUTCOME: (share * lost, "%"),
        "volume lost after 180 d": (0.1 * share * lost, "mm"),
        "fat: coldest": (coldest + 1.0, "degC"), "fat: viable adipocytes": (1.0 - lost / 100, "1"),
        "fat left": (100.0 - lost, "%"), "fat layer at first": (18.0, "mm"),
        "limit: skin_surface": (coldest + (0.2 if share < 1.0 else 0.0), "degC"),
    }  # fmt: skip


def simulated(monkeypatch, share=0.8, after=10**6):
    """The closed form in place of workers and runs; interrupted ``after`` so many answers."""
    asked = []

    def of_text(text):
        cools = [p for p in tomllib.loads(text)["protocol"] if p["phase"] == "cool"]
        T, t = (float(cools[0][key].split()[0]) for key in ("temperature", "duration"))
        return Setting(len(cools), T, t)

    def run(_, texts):
        for place, text in enumerate(texts):
            if len(asked) >= after:
                raise KeyboardInterrupt
            asked.append(text)
            yield place, {"outcomes": outcomes(of_text(text)), "core": 0.1}

    def ran(case, _):
        found = outcomes(of_text(case.read_text()), share)
        section = {k: {"value": v, "unit": u} for k, (v, u) in found.items() if "limit" not in k}
        section[OUTCOME]["interval"] = [10.0, 30.0]
        skin = {"key": "skin_surface", "title": "skin surface, coldest", "unit": "degC",
                "value": found["limit: skin_surface"][0], "warning": -10.0, "error": -15.0,
                "status": "ok"}  # fmt: skip
        return {"outcome": section, "limits": [skin]}

    monkeypatch.setattr(Workers, "run", run)
    monkeypatch.setattr(planning, "ran", ran)
    return asked


@pytest.mark.slow
@pytest.mark.usefixtures("small_grid")
def test_a_column_is_planned_as_a_user_does_it(tmp_path, cryosim):
    case, out = written(tmp_path, SHORT | {"limits": COLD_SKIN}), tmp_path / "plan"
    done = cryosim("plan", case, "--target", "0.3 %", "--temperature", "-14 degC", "-6 degC",
                   "--time", "2 min", "16 min", "--out", out, "--workers", 1)  # fmt: skip
    assert done.code == 0, done.err
    told = json.loads((out / "planning.json").read_text())
    answer, [run] = told["answer"], told["runs"]
    assert told["status"] == "reached"
    assert run["loss"] == pytest.approx(answer["loss"], rel=1e-9)
    assert 0.3 <= answer["loss"] < 0.32
    assert answer["limit"]["key"] == "skin_surface"
    beyond = answer["limit"]["beyond"]
    assert beyond["value"] < -6.0
    tied = [(e["temperature [degC]"], e["safe"], e["loss"] >= 0.3) for e in told["evaluations"]
            if e["time [min]"] == answer["time [min]"]]  # fmt: skip
    assert (round(beyond["temperature [degC]"] + 0.1, 6), True, True) in tied
    assert max(T for T, *good in tied if all(good)) == answer["temperature [degC]"]
    assert (round(answer["temperature [degC]"] + 0.1, 6), True, False) in tied
    assert "Shortest safe protocol for 0.3 % fat lost after 180 d" in " ".join(done.out.split())
    assert "not medical advice" in " ".join(done.out.split())
    planned = load(out / "planned.toml").case
    assert planned.protocol[0].duration == pytest.approx(60 * answer["time [min]"])
    assert planned.protocol[1].perfusion == 0.5
    with (out / "evaluations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["evaluations"]) >= 9
    safe = [row for row in rows if row["safe"] == "True" and float(row["loss"]) >= 0.3]
    assert min(float(row["time [min]"]) for row in safe) == answer["time [min]"]
    assert (out / "figures/front.png").stat().st_size > 10_000


def test_a_run_in_more_dimensions_corrects_the_plan(tmp_path, monkeypatch):
    simulated(monkeypatch, share=0.8)
    task = task_of(written(tmp_path, SHORT | {"dimension": 2}), Wanted("10 %"), tmp_path / "out")
    told = planning.plan(task)
    first, second = told["runs"]
    assert (first["dimension"], first["expected"]) == (2, pytest.approx(10.0, abs=0.1))
    assert first["loss"] == pytest.approx(8.0, abs=0.1)
    assert 10.0 <= second["loss"] < 10.1
    assert second["loss"] == pytest.approx(second["expected"])
    assert told["correction"]["factor"] == pytest.approx(0.8)
    assert told["status"] == "reached"
    limit = told["answer"]["limit"]
    assert limit["key"] == "skin_surface"
    colder = told["answer"]["temperature [degC]"] - 0.1
    there = outcomes(Setting(1, colder, limit["beyond"]["time [min]"]), 0.8)
    assert there["limit: skin_surface"][0] < -10.0
    assert limit["beyond"]["value"] == pytest.approx(there["limit: skin_surface"][0])
    assert load(tmp_path / "out/planned.toml").case.dimension == 2


def test_a_target_out_of_reach_is_told_with_its_limit(tmp_path, cryosim, monkeypatch):
    simulated(monkeypatch)
    done = cryosim("plan", written(tmp_path, SHORT), "--target", "90 %", "--out", tmp_path / "out")
    assert done.code == 3
    told = json.loads((tmp_path / "out/planning.json").read_text())
    assert (told["status"], told["answer"]) == ("unreachable", None)
    assert told["greatest"]["limit"]["key"] == "skin_surface"
    said = " ".join(done.err.split())
    assert f"No safe protocol reaches 90 % {OUTCOME}. The greatest safe loss is 4" in said
    assert "longer than 120 min was not asked for" in " ".join(done.out.split())
    assert not (tmp_path / "out/planned.toml").exists()


def test_a_target_that_only_the_fast_model_reaches_is_no_answer(tmp_path, cryosim, monkeypatch):
    simulated(monkeypatch, share=0.3)
    case = written(tmp_path, SHORT | {"dimension": 2})
    done = cryosim("plan", case, "--target", "20 %", "--out", tmp_path / "out")
    assert done.code == 3
    told = json.loads((tmp_path / "out/planning.json").read_text())
    assert (told["status"], len(told["runs"])) == ("unreachable", 1)
    coldest = -10.0 - 0.2 - 4.0 * math.exp(-4.0)  # the skin of the run is 0.2 K warmer
    most = outcomes(Setting(1, coldest, 120.0), 0.3)[OUTCOME][0]
    assert told["greatest"]["loss"] == pytest.approx(most, rel=0.01)
    said = " ".join(done.out.split())
    assert "Run in 2-D" in said
    assert "the loss of the 1-D search was taken times 0.3 and" in said
    assert not (tmp_path / "out/planned.toml").exists()


def test_an_interrupted_plan_goes_on_and_nothing_is_run_twice(tmp_path, cryosim, monkeypatch):
    arguments = ("plan", written(tmp_path, SHORT), "--target", "10 %", "--out", tmp_path / "out")
    asked = simulated(monkeypatch, share=1.0, after=20)
    done = cryosim(*arguments)
    assert done.code == 130
    assert "stopped after 20 evaluations" in " ".join(done.err.split())
    kept = tmp_path / "out/evaluations.jsonl"
    kept.write_text(kept.read_text() + '{"key": "cut')
    further = simulated(monkeypatch, share=1.0)
    assert cryosim(*arguments).code == 0
    assert not set(asked) & set(further)
    again = simulated(monkeypatch, share=1.0)
    assert cryosim(*arguments, "--quiet").code == 0
    assert again == []


def test_cycles_are_written_out_with_the_pause_of_the_case(tmp_path):
    loaded = load(written(tmp_path, SHORT))
    template = template_of(loaded, None, 4.0)
    phases = template.protocol(Setting(3, -9.5, 7.0))
    assert [p["phase"] for p in phases] == ["cool", "remove"] * 3
    assert [p["duration"] for p in phases] == ["7 min", "4 min", "7 min", "4 min", "7 min", "2 min"]
    assert phases[0] == {"phase": "cool", "temperature": "-9.5 degC", "ramp": "40 s",
                         "duration": "7 min"}  # fmt: skip
    assert phases[1]["perfusion"] == 0.5
    assert template.rhythm.duration(Setting(3, -9.5, 7.0)) == 29.0
    assert template.rhythm.time(29.0, 3) == pytest.approx(7.0)


def test_a_case_that_repeats_is_planned_by_its_own_cycle(tmp_path):
    protocol = [*SHORT["protocol"], {"phase": "repeat", "times": 2},
                {"phase": "remove", "duration": "9 min"}]  # fmt: skip
    path = written(tmp_path, SHORT | {"protocol": protocol})
    task = task_of(path, Wanted("10 %"), None)
    assert own_setting(task) == Setting(2, -12.0, 6.0)
    phases = task.template.protocol(Setting(2, -8.0, 3.0))
    assert [p["duration"] for p in phases] == ["3 min", "2 min", "3 min", "2 min", "9 min"]
    assert task.rhythm.duration(Setting(2, -8.0, 3.0)) == 10.0


def test_what_other_phases_read_from_files_is_written_out(tmp_path):
    (tmp_path / "log.csv").write_text("time [s],plate [degC]\n0,5\n60,-3\n120,-3\n")
    (tmp_path / "source.csv").write_text("depth [mm],power [W/cm^3]\n0,0.1\n10,0.0\n")
    phases = [
        {"phase": "cool", "log": {"file": "log.csv", "column": "plate [degC]"},
         "duration": "2 min"},
        SHORT["protocol"][0],
        {"phase": "remove", "source": {"file": "source.csv", "column": "power [W/cm^3]"},
         "duration": "1 min"},
    ]  # fmt: skip
    path = written(tmp_path, SHORT | {"protocol": phases})
    task, here = task_of(path, Wanted("10 %"), None), Setting(1, -12.0, 6.0)
    base = base_of(task.loaded, 1)
    (tmp_path / "elsewhere").mkdir()
    planned = tmp_path / "elsewhere/planned.toml"
    for text in (planned_text(task, here, 1), task.template.text(base, here)):
        planned.write_text(text)
        found = load(planned).case.protocol
        assert [p.model_dump() for p in found] == [
            p.model_dump() for p in task.loaded.case.protocol
        ]


@pytest.mark.parametrize("times", [("cool", "cool"), ("remove",)])
def test_what_to_plan_must_be_clear(tmp_path, times):
    phases = {p["phase"]: p for p in SHORT["protocol"]}
    path = written(tmp_path, SHORT | {"protocol": [phases[name] for name in times]})
    with pytest.raises(CaseError, match=r"one of 1, 2|has none"):
        template_of(load(path), None, 5.0)
    if "cool" in times:
        assert template_of(load(path), 2, 5.0).place == 0


def test_a_plan_keeps_warnings_of_limits_that_have_an_error(tmp_path):
    limits = load(written(tmp_path, SHORT)).case.limits
    cautious = {g.key: g for g in guards_of(limits, Margin.warning)}
    assert cautious["skin_surface"].tier == pytest.approx(-10.0)
    assert cautious["ice"].tier == 0.001
    assert "nerve_block" not in cautious
    assert "skin_below_freezing" not in cautious
    bold = {g.key: g for g in guards_of(limits, Margin.error)}
    assert bold.keys() == cautious.keys()
    assert bold["skin_surface"].tier == pytest.approx(-15.0)


def test_margins_are_zero_on_the_tier_and_ice_counts_in_decades():
    skin = Guard("skin_surface", "", -10.0, "degC", -1.0, 43.0)
    ice = Guard("ice", "", 1e-3, "1", 1.0, 1e-3)
    assert [skin.margin(T) for T in (33.0, -10.0, -53.0)] == [1.0, 0.0, -1.0]
    assert [ice.margin(p) for p in (1e-5, 1e-3, 1.0)] == pytest.approx([2.0, 0.0, -3.0])
    assert [g.value(g.margin(x)) for g, x in ((skin, -12.0), (ice, 0.2))] == pytest.approx(
        [-12.0, 0.2]
    )
    found = margins([skin, ice], {"limit: ice": (0.0, "1")})
    assert found["skin_surface"] == 1.0
    assert found["ice"] > 5.0


def test_a_corrected_model_says_what_the_run_found():
    s, guard = Setting(1, -11.0, 40.0), Guard("skin_surface", "", -10.0, "degC", -1.0, 43.0)
    goal = Goal(OUTCOME, 10.0, "%")
    model = Model(lambda all_: [outcomes(s) for s in all_], goal, [guard])
    for share in (0.7, 0.5):
        found = outcomes(s, share)
        model = model.corrected(model([s])[0], found)
        [judged] = model([s])
        assert judged.loss == pytest.approx(found[OUTCOME][0])
        assert judged.margins["skin_surface"] == pytest.approx(
            guard.margin(found["limit: skin_surface"][0])
        )
    with pytest.raises(CaseError, match="missing in one run"):
        model.judged(s, {})


def test_two_runs_make_a_line():
    assert Correction().loss(7.0) == 7.0
    assert Correction(((10.0, 8.0),)).loss(5.0) == pytest.approx(4.0)
    both = Correction(((10.0, 8.0), (12.0, 11.0)))
    assert [both.loss(x) for x in (10.0, 12.0, 14.0, 1.0)] == pytest.approx([8.0, 11.0, 14.0, 0.0])
    assert Correction(((10.0, 8.0), (12.0, 7.0))).loss(12.0) == pytest.approx(7.0), "no fall"


def test_goals_are_days_or_names_with_a_unit_that_fits():
    there = outcomes(Setting(1, -10.0, 30.0))
    assert goal_of(Wanted("12 %"), there) == Goal(OUTCOME, 12.0, "%")
    for at in ("90d", " 90 d"):
        assert goal_of(Wanted("12 %", at), there).outcome == "fat lost after 90 d"
    assert goal_of(Wanted("12 %", "90 d"), there).outcome == "fat lost after 90 d"
    assert goal_of(Wanted("0.1 cm", "volume lost after 180 d"), there).target == pytest.approx(1.0)
    for target, at in (("12 mm", None), ("12", None), ("0 %", None), ("12 %", "91 d")):
        with pytest.raises(CaseError):
            goal_of(Wanted(target, at), there)
    assert span(("250 K", "0 degC"), "degC", "--temperature", "")[0] == pytest.approx(-23.15)
    with pytest.raises(CaseError, match="lower end first"):
        span(("0 degC", "-5 degC"), "degC", "--temperature", "")


@pytest.mark.parametrize(("at", "target", "says"), [
    ("fat: coldest", "2 degC", "expected one that does, such as fat lost after 90 d"),
    ("fat: viable adipocytes", "0.5", "does not rise with time and cold"),
    ("limit: skin_surface", "-9 degC", "does not rise"),
    ("fat left", "80 %", "falls with time at 6 of 6 temperatures"),
    ("fat layer at first", "10 mm", "is 18 mm at every temperature and time"),
])  # fmt: skip
def test_what_does_not_rise_cannot_be_planned(tmp_path, cryosim, monkeypatch, at, target, says):
    simulated(monkeypatch)
    case = written(tmp_path, SHORT)
    done = cryosim("plan", case, "--at", at, "--target", target, "--out", tmp_path / "out")
    assert done.code == 2
    assert says in " ".join(done.err.split())
    assert not (tmp_path / "out/planned.toml").exists()


@pytest.mark.parametrize("name", ["planned.toml", "planned_2d.toml", "run_1/case.toml"])
@pytest.mark.parametrize("target", ["10 %", "90 %"])
def test_a_plan_leaves_the_case_that_it_is_given(tmp_path, cryosim, monkeypatch, name, target):
    asked = simulated(monkeypatch)
    case = tmp_path / "out" / name
    case.parent.mkdir(parents=True)
    written(tmp_path, SHORT).rename(case)
    before = case.read_text()
    link = tmp_path / "link.toml"
    link.symlink_to(case)
    for given in (case, link):
        done = cryosim("plan", given, "--target", target, "--out", tmp_path / "out")
        assert done.code == 2
        assert "holds the case that is planned" in " ".join(done.err.split())
    assert (case.read_text(), asked) == (before, [])


def test_a_plan_needs_a_folder_to_write_to(tmp_path, cryosim, monkeypatch):
    asked = simulated(monkeypatch)
    case = written(tmp_path, SHORT)
    done = cryosim("plan", case, "--out", case)
    assert (done.code, asked) == (2, [])
    assert "is no folder to write to: File exists" in " ".join(done.err.split())


@pytest.mark.parametrize(("option", "says"), [
    (("--time", "1 s", "3 s"), "expected a longer time"),
    (("--time", "5.01 min", "5.04 min"), "no step of 0.1 min is between"),
    (("--time", "-5 min", "30 min"), "expected no less than 0 min"),
    (("--temperature", "-9.96 degC", "-9.94 degC"), "no step of 0.1 K is between"),
    (("--temperature", "-300 degC", "0 degC"), "within -100 degC and 100 degC"),
    (("--target", "2 mm"), '--target "2 mm": expected a number with a unit, such as "20 %"'),
    (("--target", "-2 %"), "expected more than nothing"),
    (("--pause", "-2 min"), "--pause -2 min: expected no less than 0 min"),
])  # fmt: skip
def test_what_cannot_be_is_said_before_anything_runs(tmp_path, cryosim, monkeypatch, option, says):
    asked = simulated(monkeypatch)
    done = cryosim("plan", written(tmp_path, SHORT), *option, "--out", tmp_path / "out")
    assert (done.code, asked) == (2, [])
    assert says in " ".join(done.err.split())
    assert not (tmp_path / "out").exists()


def test_the_shortest_time_is_named_where_it_stops(tmp_path, cryosim, monkeypatch):
    simulated(monkeypatch, share=1.0)
    done = cryosim("plan", written(tmp_path, SHORT), "--target", "1 %", "--out", tmp_path / "out")
    assert done.code == 0
    said = " ".join(done.out.split())
    assert ": 0 degC for 5 min." in said
    assert "Stopped by: no limit but the shortest time asked for, 5 min." in said


@pytest.mark.parametrize("changed", [None, "case_hash", "versions", "cut"])
def test_a_run_is_taken_again_only_of_the_same_case_and_version(tmp_path, monkeypatch, changed):
    case, result = written(tmp_path, SHORT), tmp_path / "run_1/result.json"
    found = {"case_hash": load(case).hash, "versions": {"cryosim": __version__}, "limits": []}
    other = {"case_hash": "other", "versions": {"cryosim": "0.0.1"}}
    result.parent.mkdir()
    (tmp_path / "run_1/case.toml").write_text(case.read_text())
    text = json.dumps(found | {k: v for k, v in other.items() if k == changed})
    result.write_text(text[:-9] if changed == "cut" else text)
    commands = []

    def started(command, **_):
        commands.append(command)
        result.write_text(json.dumps(found | {"ran": True}))
        return SimpleNamespace(returncode=0, communicate=lambda: ("", ""))

    monkeypatch.setattr(confirm.subprocess, "Popen", started)
    assert ("ran" in confirm.ran(case, result.parent)) == bool(changed) == len(commands)


def test_a_case_of_more_cycles_than_are_searched_is_drawn(tmp_path, cryosim, monkeypatch):
    simulated(monkeypatch)
    phases = [*SHORT["protocol"], {"phase": "repeat", "times": 2}]
    case = written(tmp_path, SHORT | {"protocol": phases})
    ranges = ("--temperature", "-40 degC", "-39 degC", "--time", "60 min", "90 min")
    done = cryosim("plan", case, *ranges, "--out", tmp_path / "out")
    assert done.code == 3
    assert "No safe protocol within the ranges" in " ".join(done.err.split())
    assert (tmp_path / "out/figures/front.png").is_file()


def test_a_share_is_asked_for_as_a_number():
    there = {"largest crystallised fraction": (0.9, "1")}
    for text in ("0.5", "0.5 1", "50 %"):
        assert goal_of(Wanted(text, *there), there).target == pytest.approx(0.5)
    for text in ("0.5 mm", "half", "inf", "nan"):
        with pytest.raises(CaseError, match=r'a number, such as "0\.5"'):
            goal_of(Wanted(text, *there), there)


@pytest.mark.parametrize(("value", "tier", "text"), [
    (-10.02, -10.0, "-10.02"), (-10.00004, -10.0, "-10.00004"), (0.00100001, 1e-3, "0.00100001"),
    (-10.0, -10.0, "-10.0"),
])  # fmt: skip
def test_what_breaks_a_limit_is_written_apart_from_it(value, tier, text):
    assert apart(value, tier) == text


def test_a_model_that_fails_says_where(tmp_path, monkeypatch):
    task = task_of(written(tmp_path, SHORT), Wanted("10 %"), tmp_path / "out")
    workers = Workers(1)
    monkeypatch.setattr(workers, "run", lambda _: iter([(0, {"fault": "it diverged"})]))
    evaluations = Evaluations(task.out, task.loaded, task.template, SHORT, workers)
    with pytest.raises(CryosimError, match="at -12 degC for 6 min: it diverged; narrow"):
        evaluations([own_setting(task)])
    workers.close()
