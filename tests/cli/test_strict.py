"""A strict run, as a user runs it: the result as usual, then exit code 4 for a limit in error."""

import json

import pytest
from conftest import treatment
from support.cases import written


def case(folder, **limits):
    output = {"every": "5 min", "fields": False, "figures": False}
    return written(folder, treatment(applicator={}, output=output, limits=limits))


BROKEN = {"skin_surface": {"warning": "0 degC", "error": "-3 degC"}}


def test_a_limit_in_error_ends_a_strict_run_with_4_and_says_which_where_and_when(cryosim, tmp_path):
    got = cryosim("run", case(tmp_path, **BROKEN), "--out", tmp_path / "out", "--strict")
    assert got.code == 4
    said = " ".join(got.err.split())
    assert said.startswith("limits.skin_surface: skin surface, coldest is -")
    assert "degC at (0) mm, beyond the limit of -3 degC, first after " in said
    result = json.loads((tmp_path / "out/result.json").read_text())
    first = next(x for x in result["limits"] if x["key"] == "skin_surface")["first_time_s"]
    assert said.endswith(f"first after {first['error']:.0f} s")
    assert 10.0 < first["error"] < 300.0
    assert result["status"] == "done"
    assert "error skin surface," in " ".join(got.out.split())
    again = cryosim("run", case(tmp_path, **BROKEN), "--out", tmp_path / "out", "--strict",
                    "--resume", "--quiet")  # fmt: skip
    assert again.code == 4, "of a finished run as well"


@pytest.mark.parametrize(("limits", "more"), [(BROKEN, []), ({}, ["--strict"])])
def test_other_runs_end_with_0(cryosim, tmp_path, limits, more):
    got = cryosim("run", case(tmp_path, **limits), "--out", tmp_path / "out", "-q", *more)
    assert (got.code, got.err) == (0, "")


@pytest.mark.parametrize(("limits", "words"), [
    ({"skin_surface": {"error": "-5 degC"}},
     "limits.skin_surface: warns at -10 degC, beyond the error at -5; expected a warning above it"),
    ({"nerve_cold": {"warning": "5 h"}},
     "limits.nerve_cold: warns at 300 min, beyond the error at 240; expected a warning below it"),
    ({"skin": {"error": "-5 degC"}}, "limits.skin: unknown key"),
    ({"muscle": {"eror": "5 degC"}}, 'limits.muscle.eror: unknown key; did you mean "error"?'),
    ({"muscle": {"error": "5 min"}}, 'limits.muscle.error = "5 min": "min" does not fit here'),
    ({"ice": {"error": "1 %"}}, "limits.ice.error"),
    ({"rewarming": {"warning": "of"}}, 'such as "30 K/min", or "off"'),
])  # fmt: skip
def test_tiers_that_make_no_sense_are_refused(cryosim, tmp_path, limits, words):
    got = cryosim("check", case(tmp_path, **limits))
    assert got.code == 2
    assert words in " ".join(got.err.split())


def test_a_tier_can_be_off(cryosim, tmp_path):
    limits = {"nerve_block": {"warning": "off"}, "ice": {"warning": 0.02, "error": 0.5}}
    got = cryosim("run", case(tmp_path, **limits), "--out", tmp_path / "out", "-q")
    assert got.code == 0, got.err
    result = json.loads((tmp_path / "out/result.json").read_text())
    found = {x["key"]: x for x in result["limits"]}
    assert (found["nerve_block"]["warning"], found["nerve_block"]["status"]) == (None, "ok")
    assert (found["ice"]["warning"], found["ice"]["error"]) == (0.02, 0.5)


def test_limits_are_listed_with_reasons_and_literature(cryosim):
    got = cryosim("list", "limits", "skin_surface")
    assert got.code == 0, got.err
    assert "-15 degC" in got.out
    assert "no such treatment is in error" in " ".join(got.out.split())
    held = json.loads(cryosim("list", "limits", "--json").out)
    assert held["limits"]["melanocytes"]["error"]["source"] == ["gage-baust"]
    assert {"rabbit-nerve", "vanggaard-1975"} <= set(held["sources"])
