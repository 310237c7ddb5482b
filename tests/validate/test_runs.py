"""Experiments run for real: one by the command line; all of them in tests/docs/test_site.py."""

import json
import re

import numpy as np
import pytest
from conftest import ROOT

from cryosim.simulate import run
from cryosim.validate import suite
from cryosim.validate.cases import case_text, variants
from cryosim.validate.experiment import experiment
from cryosim.validate.readings import Seen, read

OTTE = experiment("otte_2002")


def minutes(folder, setting, variant):
    """Computed minutes of one group of Otte 2002."""
    path = folder / "case.toml"
    path.write_text(case_text(OTTE, setting, variant), encoding="utf-8")
    seen = Seen.of(run(path, folder / "out", figures=False))
    return read(setting.points[0].reading, seen).value


def test_the_mesh_and_the_rows_are_fine_enough(tmp_path):
    variant = next(v for v in variants(OTTE) if v.label == "none, 250 W/m^2/K")
    setting = OTTE.settings[1]
    coarse = minutes(tmp_path, setting, variant)
    text = case_text(OTTE, setting, variant)
    fine = re.sub(r'every = "60 s"', 'every = "10 s"', text)
    fine = re.sub(r"depth = \{ finest.*", 'depth = { finest = "0.1 mm", growth = 1.05, '
                  'coarsest = "0.3 mm" }', fine)  # fmt: skip
    assert fine.count("0.1 mm") == fine.count('"10 s"') == 1
    path = tmp_path / "fine.toml"
    path.write_text(fine, encoding="utf-8")
    seen = Seen.of(run(path, tmp_path / "fine", figures=False))
    assert read(setting.points[0].reading, seen).value == pytest.approx(coarse, abs=0.05)


def test_the_command_line_runs_one_experiment_and_leaves_a_report(cryosim, tmp_path):
    out = tmp_path / "new" / "report"
    done = cryosim("validate", "cryogen_marks", "--out", out)
    assert done.code == 0, done.err
    assert "0 of 1 marks in the measured range" in done.out
    assert "1 experiments, 3 runs" in done.out
    content = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in content["experiments"]] == ["cryogen_marks"]
    assert (out / "validation.html").is_file()
    assert {f.name for f in (out / "cases").iterdir()} == {"cryogen_marks"}


def test_the_clock_of_pigment_is_that_of_blisters_and_not_of_spray():
    blisters, spray = experiment("pigment"), experiment("cryogen_marks")
    few = [one.model_copy(update={"inputs": tuple(only_nominal(i) for i in one.inputs)})
           for one in (blisters, spray)]  # fmt: skip
    clock, marks = (suite._outcome(one, {}, None) for one in few)
    assert (clock.problem, marks.problem) == ("", "")
    assert [c.point.inside(c.nominal) for c in clock.compared] == [True] * 4
    assert [c.nominal.value for c in clock.compared[:2]] == pytest.approx([9.0, 8.2], abs=0.1)
    (gone,) = marks.compared
    assert gone.nominal.value > 0.9


def only_nominal(one):
    """``one`` with its nominal level alone."""
    return one.model_copy(update={"levels": tuple(x for x in one.levels if x.nominal)})


def test_cases_that_experiments_share_run_once(monkeypatch):
    ran = []

    def run_once(text, _):
        ran.append(text)
        return Seen(np.array([0.0]), {}, {name: np.array([0.0]) for name in ("time", "fat lost")},
                    {"outcome": Lost()})  # fmt: skip

    class Lost(dict):
        def __missing__(self, key):
            return {"value": 20.0, "interval": [10.0, 30.0]}

    monkeypatch.setattr(suite, "_seen", run_once)
    report = suite.validate(["clinical", "clinical_prior"])
    assert len(ran) == len(set(ran)) == 29  # the flat applicator knows no fold
    assert [outcome.runs for outcome in report.outcomes] == [29, 0]
    assert all(outcome.compared for outcome in report.outcomes)


def test_a_run_that_fails_is_told_and_ends_with_3(cryosim, tmp_path, monkeypatch):
    from cryosim.errors import NumericalError

    def fails(*_, **__):
        raise NumericalError("the step underflowed")

    monkeypatch.setattr(suite, "run", fails)
    got = cryosim("validate", "mars_2006", "--out", tmp_path)
    assert got.code == 3
    assert "A run failed: NumericalError: the step underflowed" in got.out
    assert "A run failed" in (tmp_path / "validation.html").read_text(encoding="utf-8")


def test_an_unknown_name_is_bad_input(cryosim, tmp_path):
    got = cryosim("validate", "otte", "--out", tmp_path / "none")
    assert got.code == 2
    assert 'no experiment is called "otte"' in got.err
    assert not (tmp_path / "none").exists()


def test_the_page_on_credibility_points_at_what_there_is(cryosim):
    page = (ROOT / "docs" / "credibility.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:tests|docs|\.ci)/[\w./]+|constraints\.txt)`", page)
    assert len(paths) >= 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
    table = page.split("## The thirteen factors")[1].split("##")[0]
    rows = re.findall(r"(?m)^\| \*\*.*\|$", table)
    assert len(rows) == 13
    assert all(len(row.strip("|").split(" | ")) == 4 for row in rows)
    help_text = cryosim("--help").out
    assert all(verb in help_text for verb in re.findall(r"`cryosim (\w+)", page))
