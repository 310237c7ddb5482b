"""What the library says of injury laws is what the laws are."""

from typing import get_args

import numpy as np
import pytest

from cryosim.case.load import load
from cryosim.case.sources import bibliography_of
from cryosim.injury import DEFAULT, CrystalDose, Injury
from cryosim.library import injury_laws

LAWS = {law().kind: law for law in get_args(get_args(Injury)[0])}
CASE = """
title = "cited"
dimension = 1
anatomy.layers = [{ tissue = "skin", thickness = "2 mm" }, { tissue = "fat", thickness = "20 mm" }]
applicator.contact_conductance = "perfect"
[[protocol]]
phase = "cool"
temperature = "-9 degC"
duration = "20 min"
"""


def test_every_law_is_told_of():
    assert injury_laws.names() == tuple(LAWS)
    for name in LAWS:
        assert set(injury_laws.words(name)) == {"equation", "validity", "limits"}
        assert all(injury_laws.words(name).values())


@pytest.mark.parametrize("name", LAWS)
def test_its_parameters_are_those_of_the_law(name):
    stated = {key: entry.value for key, entry in injury_laws.entries(name).items()}
    stated |= {key: float(value) for key, value in stated.items() if value.count(" ") == 0}
    assert set(stated) == set(LAWS[name].model_fields) - {"kind"}
    kept, said = LAWS[name](), LAWS[name].model_validate(stated)
    for key in stated:
        assert getattr(said, key) == pytest.approx(getattr(kept, key), rel=1e-12), key


def loaded(tmp_path, injury=""):
    """The case with the table ``injury``."""
    path = tmp_path / "case.toml"
    path.write_text(CASE + injury)
    return load(path)


def cited(tmp_path, injury=""):
    """Parameter -> use, of the injury law of a case."""
    bibliography = bibliography_of(loaded(tmp_path, injury))
    return {use.property: use for use in bibliography.uses if use.tissue == "injury"}, bibliography


def test_a_case_without_injury_cites_the_default_law(tmp_path):
    uses, _ = cited(tmp_path)
    assert list(uses) == list(injury_laws.entries(DEFAULT.kind))
    assert all(use.grade == "A" for use in uses.values())
    assert "boey-2014" in uses["massage"].sources


def test_a_case_cites_the_law_it_names_and_what_it_gives_itself(tmp_path):
    uses, bibliography = cited(tmp_path, '[injury]\nkind = "multi-state"\ndeath = "1 1/h"\n')
    assert list(uses) == list(injury_laws.entries("multi-state"))
    assert uses["death"].overridden
    assert uses["death"].value == "1 1/h"
    assert not uses["harm"].overridden
    assert "oneill-2011" in bibliography.sources
    assert "vaupel-1979" not in bibliography.sources


def test_a_kind_that_is_not_given_is_that_of_the_default(tmp_path):
    bare = loaded(tmp_path, '[injury]\nscale = "30 min"\n').case.injury
    named = '[injury]\nkind = "crystal dose"\nscale = "30 min"\n'
    assert bare == loaded(tmp_path, named).case.injury
    assert type(bare) is type(DEFAULT)


def killed(law, massaged=0.0):
    """Share killed by an hour of full crystallisation and ``massaged`` (s) after it."""
    state, X, T = law.start(1), np.ones(1), np.full(1, 275.15)
    law.advance(state, X, T, 3600.0)
    law.advance(state, X, T, massaged, np.ones(1))
    return 1.0 - law.survival(state)[0]


@pytest.mark.parametrize(
    ("name", "key"), [("time below threshold", "time"), ("multi-state", "harm")]
)
def test_spreads_of_a_law_that_is_set_are_those_of_the_calibration(name, key):
    """An hour kills 18 to 32 %; two minutes of massage after it raise that 1.05 to 1.62-fold."""
    entries = injury_laws.entries(name)
    dead = [killed(LAWS[name].model_validate({key: end})) for end in entries[key].range]
    np.testing.assert_allclose(sorted(dead), [0.18, 0.32], atol=1e-3)
    band = [killed(CrystalDose(massage=m), 120.0) / killed(CrystalDose()) for m in (2.11, 30.1)]
    np.testing.assert_allclose(band, [1.05, 1.62], atol=5e-3)
    laws = [LAWS[name](massage=float(end)) for end in entries["massage"].range]
    np.testing.assert_allclose([killed(x, 120.0) / killed(x) for x in laws], band, atol=1e-3)
