"""Experiments run for real: one by the command line; all of them in tests/docs/test_site.py."""

import json
import re

import numpy as np
import pytest
from conftest import ROOT, shell

from cryosim.case.load import load
from cryosim.simulate import run
from cryosim.validate import suite
from cryosim.validate.cases import case_text, variants
from cryosim.validate.experiment import experiment
from cryosim.validate.readings import Seen, read

OTTE = experiment("otte_2002")

INDEPENDENT = {
    ("none", "120 W/m^2/K"): [11.0, 23.5, 39.5, 61.0],
    ("none", "250 W/m^2/K"): [9.0, 20.5, 36.0, 56.5],
    ("0.1 of rest", "250 W/m^2/K"): [9.5, 22.0, 41.0, 70.0],
    ("none", "60 W/m^2/K"): [14.5, 28.5, 46.5, 70.0],
    ("0.2 of rest", "250 W/m^2/K"): [9.5, 24.0, 48.0, 101.0],
    ("as at rest", "120 W/m^2/K"): [18.5, np.inf, np.inf, np.inf],
}
"""Minutes by a one-dimensional finite-difference code that shares nothing with cryosim.

It looked every 30 s, so it is late by up to that.  It has no latent heat, and its skin and its
metabolic rates differ a little; where blood flows the long times feel that most.
"""


def minutes(folder, setting, variant):
    """Computed minutes of one group of Otte 2002."""
    path = folder / "case.toml"
    path.write_text(case_text(OTTE, setting, variant), encoding="utf-8")
    seen = Seen.of(run(path, folder / "out", figures=False))
    return read(setting.points[0].reading, seen).value


@pytest.mark.parametrize("levels", INDEPENDENT, ids=", ".join)
def test_times_are_those_of_an_independent_code(levels, tmp_path):
    variant = next(v for v in variants(OTTE) if v.label == ", ".join(levels))
    found = [minutes(tmp_path, setting, variant) for setting in OTTE.settings]
    for value, expected in zip(found, INDEPENDENT[levels], strict=True):
        within = max(0.6, (0.025 if levels[0] == "none" else 0.075) * expected)
        assert value == expected or abs(value - expected + 0.25) <= within, (found, levels)


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


def test_the_command_line_runs_one_experiment_and_leaves_a_report(tmp_path):
    out = tmp_path / "new" / "report"
    done = shell("validate", "anvari_sapphire", "--out", out)
    assert done.code == 0, done.err
    assert "0 of 3 windows in the measured range" in done.out  # the default contact is of gel
    assert "1 experiments, 36 runs" in done.out
    content = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    (entry,) = content["experiments"]
    assert content["ran"]
    assert {"cryosim", "numpy"} <= set(content["versions"])
    assert {"processor", "cores"} <= set(content["hardware"])
    perfect = next(v for v in entry["variants"] if v["label"] == "perfect, skin 0.37 W/m/K")
    assert perfect["computed"] == pytest.approx([6.0, 9.0, 12.0])
    page = (out / "validation.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=\s*['"](?!data:)""", page) == []
    assert page.count("data:image/svg+xml") == 1
    assert "$" not in page
    assert (
        "<text" in (out / "anvari_sapphire.svg").read_text()
        or "<path" in (out / "anvari_sapphire.svg").read_text()
    )
    cases = sorted((out / "cases" / "anvari_sapphire").glob("*.toml"))
    assert len(cases) == 36
    assert load(cases[0]).case.dimension == 1


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


def test_the_page_on_credibility_points_at_what_there_is():
    page = (ROOT / "docs" / "credibility.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:tests|docs|\.ci)/[\w./]+|constraints\.txt)`", page)
    assert len(paths) >= 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
    table = page.split("## The thirteen factors")[1].split("##")[0]
    rows = re.findall(r"(?m)^\| \*\*.*\|$", table)
    assert len(rows) == 13
    assert all(len(row.strip("|").split(" | ")) == 4 for row in rows)
    help_text = shell("--help").out
    assert all(verb in help_text for verb in re.findall(r"`cryosim (\w+)", page))
