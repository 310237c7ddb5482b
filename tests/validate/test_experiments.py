"""The data files of the validation: whole, sourced, and fit to be run."""

import re
import tomllib
from itertools import chain
from string import Template

import pytest
from conftest import ROOT
from pydantic import ValidationError

from cryosim.case.load import load
from cryosim.errors import CaseError
from cryosim.library import cite
from cryosim.validate import experiment as data
from cryosim.validate.cases import case_text, file_name, nominal, variants

EXPERIMENTS = [data.experiment(name) for name in data.NAMES]
READ = {"source", "abstract", "copy"}
SEEN = {"V": READ, "V2": READ, "R": {*READ, "recalled"}}
WITHOUT_FLOW = {"anvari_sapphire", "pigment", "cryogen_marks"}


def points(experiment):
    return list(chain.from_iterable(s.points for s in experiment.settings))


@pytest.mark.parametrize("one", EXPERIMENTS, ids=data.NAMES)
def test_every_experiment_has_a_source_that_was_read(one):
    assert set(one.sources) <= set(data.sources())
    assert {data.sources()[key].seen for key in one.sources} <= SEEN[one.grade]


def test_every_source_of_the_validation_is_used_and_stands_once():
    own = set(data.sources()) - set(cite.sources())
    entries = [*EXPERIMENTS, *data.not_posed()]
    used = {key for entry in entries for key in entry.sources}
    assert own <= used
    assert used <= set(data.sources())
    again = set(data._table("sources.toml")) & set(cite.sources())
    assert not again


@pytest.mark.parametrize("one", EXPERIMENTS, ids=data.NAMES)
def test_every_case_of_an_experiment_is_good(one, tmp_path):
    names = set()
    for setting in one.settings:
        for variant in variants(one):
            path = tmp_path / file_name(setting, variant)
            path.write_text(case_text(one, setting, variant), encoding="utf-8")
            loaded = load(path)
            probes = {probe.name for probe in loaded.case.probes}
            asked = {p.reading.probe for p in setting.points if p.reading.probe}
            assert asked <= probes
            assert max(p.reading.at for p in setting.points) <= loaded.case.duration
            names.add(path.name)
    assert len(names) == len(one.settings) * len(variants(one))


@pytest.mark.parametrize("one", EXPERIMENTS, ids=data.NAMES)
def test_every_text_of_a_setting_goes_into_the_case(one):
    wanted = set(Template(one.template).get_identifiers())
    for setting in one.settings:
        named = {name for text in setting.set.values() for name in Template(text).get_identifiers()}
        assert set(setting.set) <= wanted
        assert named <= set(nominal(one).set)
        assert set(setting.set) | set(nominal(one).set) >= wanted | named


@pytest.mark.parametrize("one", EXPERIMENTS, ids=data.NAMES)
def test_blood_flow_is_varied_where_it_can_matter(one):
    names = [i.name for i in one.inputs]
    assert any("blood flow" in name for name in names) or one.name in WITHOUT_FLOW
    assert {p.panel for p in points(one)} == set(one.panels)


def test_the_measured_numbers_are_those_of_the_papers():
    otte = points(data.experiment("otte_2002"))
    assert [(p.mean, p.sd) for p in otte] == [(8.0, 3.4), (23.3, 6.7), (37.8, 9.6), (58.6, 11.7)]
    myrer = points(data.experiment("myrer_2001"))
    assert [p.mean for p in myrer if p.panel == "ice1"] == [-14.43, -9.06, -5.00]
    assert [p.mean for p in myrer if p.panel == "after3"] == [-1.63, -1.83, -2.10]
    mars = points(data.experiment("mars_2006"))
    assert [(p.mean, p.sd) for p in mars] == [(-20.7, 2.9), (-11.4, 2.0), (-8.7, 2.6)]
    assert {(p.low, p.high) for p in points(data.experiment("sasaki_2014"))} == {(9.5, 13.9)}
    assert [p.mean for p in points(data.experiment("clinical"))] == [
        20.4, 25.5, 1.68, 1.44, 2.8, 2.6, 21.4,
    ]  # fmt: skip


def test_what_is_called_predicted_was_not_fitted():
    """Points of the two clinical pages against the data of the calibration, which fits some."""
    trials = tomllib.loads((ROOT / "cryosim/calibration/data/trials.toml").read_text())
    fitted = sorted(entry["mean"] for entry in trials["fitted"])
    assert sorted(p.mean for p in points(data.experiment("clinical"))) == fitted
    predicted = points(data.experiment("clinical_prior"))
    assert not {p.mean for p in predicted} & set(fitted)
    assert data.experiment("clinical_prior").needed == len(predicted)


def test_calibration_is_called_so():
    roles = {one.name: one.role for one in EXPERIMENTS}
    of = {role: {n for n, has in roles.items() if has == role} for role in data.ROLES}
    assert of["prediction"] == {"otte_2002_prior", "myrer_2001_prior", "clinical_prior"}
    assert of["calibration"] == {"otte_2002", "clinical", "pigment"}
    assert of["comparison"] == {"myrer_2001", "mars_2006", "cryogen_marks"}
    cited_by_flow = cite.bibliography([("fat", ["perfusion_response"])]).sources
    assert "otte-2002" in cited_by_flow


def test_no_verdict_is_asked_of_words():
    loaded = " ".join(one.model_dump_json() for one in EXPERIMENTS).lower()
    assert not re.search(r"\b(good|excellent|reasonable|satisfactory|well with)\b", loaded)


def test_an_unknown_experiment_is_named_with_what_was_meant():
    with pytest.raises(CaseError, match=r'"otte_2001"; did you mean "otte_2002"\?'):
        data.experiment("otte_2001")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "expected a mean"),
        ({"low": 1.0}, "expected a mean"),
        ({"sd": 1.0, "low": 1.0, "high": 2.0}, "an sd needs a mean"),
        ({"within": 1.0, "low": 1.0, "high": 2.0}, "an sd needs a mean"),
        ({"mean": 1.0, "within": 1.0, "sd": 1.0}, "expected one of sd, within"),
        ({"low": 2.0, "high": 1.0}, "expected low below high"),
        ({"mean": 1.0, "sd": 0.0}, "greater than 0"),
    ],
)
def test_a_measurement_without_sense_is_refused(wrong, why):
    with pytest.raises(ValidationError, match=why):
        data.Point(panel="a", reading={"kind": "quantity", "name": "b"}, **wrong)
