"""The months after a run: what is told, its balance, sessions, massage, places and bands."""

import json
import tomllib

import numpy as np
import pytest
from conftest import ROOT
from support.cases import written
from support.tables import table

from cryosim.injury import DEFAULT
from cryosim.library import calibration
from cryosim.outcome import DAY, Course
from cryosim.simulate import run

FOLD = tomllib.loads((ROOT / "cases/flank_fold.toml").read_text(encoding="utf-8"))
MASSAGED = tomllib.loads((ROOT / "cases/flank_fold_massage.toml").read_text(encoding="utf-8"))
TWICE = tomllib.loads((ROOT / "cases/flank_fold_twice.toml").read_text(encoding="utf-8"))
QUIET = {
    "mesh": {"depth": {"finest": "0.5 mm", "growth": 1.1, "coarsest": "1 mm"}},
    "output": {"every": "10 min", "fields": False},
}


def result_of(folder, case=FOLD, **more):
    path = written(folder, {**QUIET, **case, **more})
    out = run(path, folder / "out")
    return out, json.loads((out / "result.json").read_text())


def value(result, name):
    return result["outcome"][name]["value"]


@pytest.fixture(scope="module")
def massaged(tmp_path_factory):
    return result_of(tmp_path_factory.mktemp("massaged"), MASSAGED)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return result_of(tmp_path_factory.mktemp("alone"))


def test_the_course_is_that_of_the_cells_killed(alone):
    folder, result = alone
    course = table(folder, "course.csv")
    killed = result["quantities"]["adipocytes lost under applicators"]["value"] / 100.0
    shares = Course().over(course["time [d]"] * DAY, [killed])
    np.testing.assert_allclose(course["fat lost [%]"], 100.0 * shares.cleared, atol=1e-8)
    np.testing.assert_allclose(course["inflammation index [1]"], shares.inflammation, atol=1e-8)
    sums = sum(course[f"{k} [1]"] for k in ("viable", "injured", "apoptotic", "phagocytosed",
                                            "cleared"))  # fmt: skip
    np.testing.assert_allclose(sums, 1.0, atol=1e-9)
    for day in (30, 60, 90, 180):
        at = np.interp(day, course["time [d]"], course["fat lost [%]"])
        assert value(result, f"fat lost after {day} d") == pytest.approx(at, rel=1e-9)
        mm = value(result, f"volume lost after {day} d")
        assert mm == pytest.approx(18.0 * at / 100.0, rel=1e-9)
        assert value(result, f"fat layer thinner after {day} d") == pytest.approx(mm, rel=1e-9)


def test_massage_gains_what_the_pair_of_runs_shows(massaged, alone):
    for day, published in ((60, 1.68), (120, 1.44)):
        gain = massaged[1]["outcome"][f"gain by massage after {day} d"]
        low, high = gain["interval"]
        assert low < published < high
        if day == 60:
            pair = value(massaged[1], "fat lost after 60 d") / value(
                alone[1], "fat lost after 60 d"
            )
            assert gain["value"] == pytest.approx(pair, rel=0.01)
    assert not [name for name in alone[1]["outcome"] if "massage" in name]


def test_a_fold_between_plates_loses_what_trials_measured_within_the_band(alone):
    for day, published in ((60, 20.4), (180, 25.5)):
        low, high = alone[1]["outcome"][f"fat lost after {day} d"]["interval"]
        assert low < published < high


def test_a_second_session_acts_on_who_survived(tmp_path, alone):
    folder, result = result_of(tmp_path, TWICE)
    first, second = (value(result, f"adipocytes killed by session {k}") for k in (1, 2))
    once = alone[1]["quantities"]["adipocytes lost under applicators"]["value"]
    assert first == pytest.approx(once, rel=1e-9)
    assert 0.3 * first < second < (1.0 - first / 100.0) * first
    course = table(folder, "course.csv")
    assert course["time [d]"][-1] == 60 + 180
    jump = np.diff(course["viable [1]"])
    assert np.flatnonzero(jump < -0.01).tolist() == [59], "the first session is before day 0"
    low, high = result["outcome"]["fat lost after 90 d"]["interval"]
    assert low < value(result, "fat lost after 90 d") < high


def test_a_case_with_parameters_of_its_own_has_no_band(tmp_path):
    folder, result = result_of(tmp_path, injury={"scale": "60 min"})
    assert result["outcome"]["fat lost after 90 d"]["interval"] is None
    assert "fat lost low [%]" not in table(folder, "course.csv")


def test_the_band_is_that_of_the_draws(alone):
    folder, result = alone
    course = table(folder, "course.csv")
    low, high = course["fat lost low [%]"], course["fat lost high [%]"]
    assert (low[1:] < high[1:]).all()
    assert (low >= 0.0).all()
    widest = max(calibration.draws(), key=lambda draw: -draw[0]["scale"])
    assert widest[0]["scale"] < DEFAULT.scale
    assert result["outcome"]["fat lost after 90 d"]["interval"] == pytest.approx(
        [np.interp(90, course["time [d]"], x) for x in (low, high)]
    )


def test_thickness_over_the_skin(tmp_path):
    section = {
        **FOLD, "dimension": 2, "applicator": {"size": ["40 mm", "40 mm"]},
        "anatomy": {"layers": [{"tissue": "skin", "thickness": "2 mm"},
                               {"tissue": "fat", "thickness": "15 mm"},
                               {"tissue": "muscle", "thickness": "10 mm"}]},
        "protocol": [{"phase": "cool", "temperature": "-10 degC", "duration": "40 min"}],
        "mesh": {"depth": {"finest": "0.5 mm", "growth": 1.2, "coarsest": "2 mm"},
                 "lateral": {"finest": "2 mm", "growth": 1.2, "coarsest": "5 mm"}},
    }  # fmt: skip
    folder, result = result_of(tmp_path, **section)
    seen = table(folder, "thickness.csv")
    np.testing.assert_allclose(seen["at first [mm]"], 15.0, atol=1e-9)
    thinner = seen["at first [mm]"] - seen["after 90 d [mm]"]
    inside = seen["under applicators [1]"] > 0.99
    assert 0.0 <= thinner.min() < 0.1 * thinner.max()
    assert thinner[inside].min() > thinner[~inside].max() - 1e-9
    covered = seen["under applicators [1]"]
    x = seen["x [mm]"]
    half = 0.5 * np.diff(x)
    width = np.append(half, 0.0) + np.append(0.0, half)
    mean = (thinner * covered * width).sum() / (covered * width).sum()
    assert value(result, "fat layer thinner after 90 d") == pytest.approx(mean, rel=1e-6)
    assert (covered * width).sum() == pytest.approx(40.0, rel=1e-6)
    course = table(folder, "course.csv")
    assert course["fat layer [mm]"][0] == pytest.approx(15.0, rel=1e-12)
    assert course["fat layer [mm]"][90] == pytest.approx(15.0 - mean, rel=1e-9)
    assert (np.diff(course["fat layer [mm]"]) <= 0.0).all()
    lost = result["outcome"]["volume lost after 90 d"]
    assert lost["unit"] == "cm^2"
    assert lost["value"] == pytest.approx(mean * 40.0 / 100.0, rel=1e-6)


def test_pigment_is_told_with_its_phototype(tmp_path):
    _, result = result_of(tmp_path, pigment={"phototype": "V", "uv": "100 J/m^2/day"})
    pigment = result["pigment"]
    assert pigment["phototype"] == "V"
    assert 8.0 < pigment["melanin_peak_week"] < 8.3
    assert 0.25 < pigment["melanin_left_week_24"] < 0.32
    assert pigment["strength"] == pytest.approx(2.0 * 1.5, rel=0.05), "about a usual treatment"
    hyper = pigment["hyperpigmentation"]
    assert hyper["low"] == pytest.approx(100.0 * 3.0 / 11000.0, rel=0.2)
    assert hyper["low"] < hyper["high"] < 10.0


def test_without_fat_or_applicator_no_months_are_told(tmp_path):
    folder, result = result_of(
        tmp_path,
        anatomy={"layers": [{"tissue": "skin", "thickness": "2 mm"},
                            {"tissue": "muscle", "thickness": "18 mm"}]},
    )  # fmt: skip
    assert result["outcome"] == {}
    assert not (folder / "course.csv").exists()


def test_skin_that_stays_warm_keeps_its_pigment(tmp_path):
    warm = [{"phase": "cool", "temperature": "34 degC", "duration": "5 min"}]
    folder, result = result_of(tmp_path, protocol=warm)
    pigment = result["pigment"]
    assert pigment["melanin_peak_week"] is None
    assert pigment["strength"] == pigment["hyperpigmentation"]["high"] == 0.0
    assert not table(folder, "course.csv")["melanin index [1]"].any()
    assert "selectivity" not in result["quantities"]


def test_massage_before_there_are_crystals_gains_nothing(tmp_path):
    early = [MASSAGED["protocol"][1], *FOLD["protocol"]]
    _, result = result_of(tmp_path, protocol=early)
    assert not [name for name in result["outcome"] if "massage" in name]


def test_crystals_by_a_rate_are_not_calibrated(tmp_path):
    _, result = result_of(tmp_path, crystallisation={"kind": "foubert"})
    assert result["outcome"]["fat lost after 60 d"]["interval"] is None
