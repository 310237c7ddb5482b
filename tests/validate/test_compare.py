"""The arithmetic of the comparison, on numbers made for it."""

from math import inf

import numpy as np
import pytest

from cryosim.validate.cases import case_text, file_name, nominal, variants
from cryosim.validate.compare import compared, inside, verdict
from cryosim.validate.experiment import Experiment, Number, Reading
from cryosim.validate.page import NUMBERS, Table, blocks, numbers, shown
from cryosim.validate.readings import Seen, read
from cryosim.validate.report import as_json
from cryosim.validate.suite import Outcome, Report

FILLED = dict.fromkeys(("skinfold", "fat", "contact", "perfusion", "response", "probe"), "1")
READING = {"kind": "quantity", "name": "a"}


def made(*points):
    """An experiment of two settings and two inputs of two levels, with ``points`` in each."""
    both = [{"label": "x", "set": {}, "nominal": True}, {"label": "y", "set": {}}]
    return Experiment.model_validate({
        "name": "otte_2002", "title": "made", "role": "comparison", "sources": ["otte-2002"],
        "grade": "V", "n": 3, "subjects": "none", "measured": "nothing", "spread": "none",
        "assumed": ["all"], "scanned": "nothing", "predicted": "all", "counted": "numbers",
        "axis": "place", "panels": {"p": {"title": "thing", "unit": "K"}},
        "inputs": [{"name": "first", "basis": "b", "levels": both},
                   {"name": "second", "basis": "b", "levels": both}],
        "settings": [{"label": f"s{i}", "x": float(i), "set": FILLED,
                      "points": [{"panel": "p", "reading": READING, **p} for p in points]}
                     for i in range(2)],
    })  # fmt: skip


def found(experiment, *rows):
    """Compared numbers: a row for each setting, a number for each variant."""
    labels = [v.label for v in variants(experiment)]
    computed = {
        (setting.label, label): {0: Number(value) if isinstance(value, float) else value}
        for setting, row in zip(experiment.settings, rows, strict=True)
        for label, value in zip(labels, row, strict=True)
    }
    return compared(experiment, computed)


def test_differences_are_in_units_of_the_sd():
    one = made({"mean": 10.0, "sd": 2.0})
    a, b = found(one, [13.0, 9.0, 7.0, 12.0], [10.5, inf, 10.0, 10.0])
    assert (a.nominal.value, a.difference, a.in_sd, a.band) == (13.0, 3.0, 1.5, (7.0, 13.0))
    assert (b.difference, b.in_sd, b.band) == (0.5, 0.25, (10.0, inf))
    assert [a.point.inside(Number(v)) for v in (7.9, 8.0, 12.0, 12.1, inf)] == [
        False, True, True, False, False,
    ]  # fmt: skip
    assert a.measured_in_band
    counts = [inside([a, b], v) for v in variants(one)]
    assert counts == [(1, 2), (1, 2), (1, 2), (2, 2)]


def test_the_verdict_counts_what_fails_too():
    one = made({"mean": 10.0, "sd": 2.0})
    lines = verdict(one, found(one, [13.0, 9.0, 7.0, 12.0], [10.5, inf, 20.0, 10.0]))
    assert lines[0] == "Nominal inputs (x, x): 1 of 2 numbers within 1 SD (outside: s0)."
    assert lines[1] == "All 4 combinations of inputs: 2 of 2 with 1 of them, 0 of 2 with 1."
    assert lines[2] == "By first, of 2: x 1; y 0 to 2."
    assert lines[3] == "Thing, nominal less measured: +0.5 to +3 K."
    assert lines[4].endswith("meets what was measured for 2 of 2 numbers.")


def test_a_prediction_passes_by_what_was_said_beforehand_alone():
    one = made({"mean": 10.0, "sd": 2.0})
    told = one.model_dump() | {"role": "prediction", "criterion": "both are inside", "needed": 2}
    prediction = Experiment.model_validate(told)
    hit, miss = [10.5, inf, 20.0, 10.0], [13.0, 9.0, 7.0, 12.0]
    passed = verdict(prediction, found(prediction, hit, hit))[0]
    assert passed == "The prediction passes; said beforehand: it does if both are inside."
    failed = verdict(prediction, found(prediction, hit, miss))[0]
    assert failed.startswith("The prediction does not pass")
    with pytest.raises(ValueError, match="expected a criterion"):
        Experiment.model_validate(told | {"needed": None})


def test_what_was_not_reached_is_outside_and_said():
    one = made({"mean": 10.0, "sd": 2.0})
    compared_ = found(one, [inf, inf, inf, inf], [inf, 1.0, 1.0, 1.0])
    lines = verdict(one, compared_)
    assert lines[0].startswith("Nominal inputs (x, x): 0 of 2")
    assert lines[3] == "Thing, nominal less measured: not reached in 2 of 2."
    assert "0 of 2 numbers" in lines[4] or "1 of 2 numbers" in lines[4]
    assert not compared_[0].measured_in_band


def test_without_a_spread_nothing_is_inside_or_outside():
    one = made({"mean": 10.0})
    a, b = found(one, [13.0, 9.0, 7.0, 12.0], [11.0, 11.0, 11.0, 11.0])
    assert a.in_sd is None
    assert inside([a, b], nominal(one)) == (0, 0)
    lines = verdict(one, [a, b])
    assert not any("1 SD" in line or "range" in line for line in lines)
    assert lines[-1].endswith("for 1 of 2 numbers (not for: s1).")


def test_a_range_is_inside_or_not():
    one = made({"low": 1.0, "high": 2.0})
    a, b = found(one, [1.5, 3.0, 3.0, 3.0], [2.5, 0.0, 0.5, 0.5])
    assert (a.difference, a.point.inside(a.nominal), b.point.inside(b.nominal)) == (
        None, True, False,
    )  # fmt: skip
    assert b.measured_in_band
    lines = verdict(one, [a, b])
    assert lines[0] == "Nominal inputs (x, x): 1 of 2 numbers in the measured range (outside: s1)."


def test_the_json_of_a_report_has_no_infinity_and_shows_as_not_reached():
    one = made({"mean": 10.0, "sd": 2.0, "places": 1})
    outcome = Outcome(one, found(one, [inf] * 4, [11.04] * 4), 8, 1.0)
    failed = Outcome(one, [], 3, 1.0, "NumericalError: a step underflow")
    content = as_json(Report([outcome, failed], 2.0, 1))
    entry, broken = content["experiments"]
    assert entry["points"][0]["nominal"] is None
    assert [tuple(row) for row in numbers(entry).rows] == [
        ("s0", "K", "10.0 ± 2.0", "not reached", "not reached to not reached", "", "", "no"),
        ("s1", "K", "10.0 ± 2.0", "11.0", "11.0 to 11.0", "+1.0", "+0.5", "yes"),
    ]
    tables = [block.head for block in blocks(entry) if isinstance(block, Table)]
    assert tables[1] == [name for name in NUMBERS if name != "5 to 95 %"]
    entry["points"][1] |= {"difference_in_sd": None}
    tables = [block.head for block in blocks(entry) if isinstance(block, Table)]
    assert "in SD" not in tables[1]
    assert not content["ran"]
    assert broken["problem"].startswith("NumericalError")
    assert shown(None, 1) == "not reached"


def test_numbers_are_read_from_probes_as_defined():
    time = np.array([0.0, 60.0, 120.0, 180.0])
    result = {"quantities": {"lost": {"value": 3.0}}}
    seen = Seen(time, {"p": np.array([37.0, 36.0, 32.0, 34.0])}, {}, result)

    def number(**reading):
        return read(Reading.model_validate(reading), seen).value

    assert number(kind="time to cool", probe="p", by="3 K") == pytest.approx(1.5)
    assert number(kind="time to cool", probe="p", by="5.5 K") == inf
    assert number(kind="temperature", probe="p", at="90 s") == pytest.approx(34.0)
    assert number(kind="change", probe="p", since="2 min", at="3 min") == pytest.approx(2.0)
    assert number(kind="quantity", name="lost") == 3.0


def test_numbers_of_the_months_after_are_read_with_their_interval(tmp_path):
    (tmp_path / "probes.csv").write_text("time [s],p [degC]\n0,37\n60,36\n")
    (tmp_path / "course.csv").write_text(
        "time [d],fat lost [%],fat lost low [%],fat lost high [%],melanin index [1]\n"
        "0,0,0,0,0\n10,20,10,30,0.5\n20,30,20,40,1\n"
    )
    (tmp_path / "result.json").write_text("""{
        "quantities": {}, "pigment": {"a": {"low": 2.0}}, "limits": [{"key": "ice", "value": 0.5}],
        "outcome": {"gain": {"value": 1.5, "interval": [1.2, 1.8]},
                    "killed": {"value": 7.0, "interval": null}}}""")
    seen = Seen.of(tmp_path)

    def number(**reading):
        return read(Reading.model_validate(reading), seen)

    assert number(kind="outcome", name="gain") == (1.5, (1.2, 1.8))
    assert number(kind="outcome", name="killed") == (7.0, None)
    assert number(kind="pigment", name="a.low") == (2.0, None)
    assert number(kind="limit", name="ice", times=1e5) == (5e4, None)
    assert number(kind="course", name="melanin index", day="15 d") == (0.75, None)
    value, ends = number(kind="course", name="fat lost", day="15 d", times=0.1)
    assert (value, ends) == (pytest.approx(2.5), (pytest.approx(1.5), pytest.approx(3.5)))


def test_a_mean_without_spread_is_held_to_the_interval_or_to_what_was_said():
    one = made({"mean": 10.0})
    rows = [[Number(13.0, (9.0, 15.0))] * 4, [Number(11.0, (10.5, 15.0))] * 4]
    a, b = found(one, *rows)
    assert (a.point.inside(a.nominal), b.point.inside(b.nominal)) == (True, False)
    assert (a.band, b.band) == ((9.0, 15.0), (10.5, 15.0))
    assert verdict(one, [a, b])[0] == (
        "Nominal inputs (x, x): 1 of 2 numbers with the measured mean in 5 to 95 % of the "
        "calibration (outside: s1)."
    )
    entry = as_json(Report([Outcome(one, [a, b], 8, 1.0)], 2.0, 1))["experiments"][0]
    table = numbers(entry)
    assert [row[table.head.index("5 to 95 %")] for row in table.rows] == [
        "9.00 to 15.00", "10.50 to 15.00",
    ]  # fmt: skip
    near = made({"mean": 10.0, "within": 2.0})
    a, b = found(near, [12.0] * 4, [7.9] * 4)
    assert inside([a, b], nominal(near)) == (1, 2)
    assert "1 of 2 numbers within what was said beforehand" in verdict(near, [a, b])[0]


def test_a_text_of_a_setting_may_name_an_input():
    from cryosim.validate.experiment import experiment

    one = experiment("clinical")
    texts = {v.label: case_text(one, one.settings[-1], v) for v in variants(one)}
    assert 'thickness = "12 mm"' in texts["flow as calibrated, middle"]
    assert 'thickness = "13 mm"' in texts["flow as calibrated, thick"]
    assert texts["no flow, thin"].count("perfusion = 0.0") == 2


def test_an_empty_override_leaves_the_case():
    from cryosim.validate.experiment import experiment

    one = experiment("otte_2002")
    plain = case_text(one, one.settings[0], nominal(one))
    assert "skin = {" not in plain
    at_rest = next(v for v in variants(one) if "at rest" in v.label)
    assert 'fat = { perfusion_response = { kind = "constant" } }' in case_text(
        one, one.settings[0], at_rest
    )
    assert file_name(one.settings[0], at_rest) == "0-to-10-mm-as-at-rest-60-w-m-2-k.toml"
