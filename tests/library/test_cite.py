"""The bibliography of a case."""

import json

import pytest

from cryosim.library import cite, tissues


def made(**overridden):
    used = [(name, tissues.fields(name)) for name in ("fat", "gel")]
    return cite.bibliography(used, overridden)


def test_every_value_of_the_case_is_listed_once():
    listed = [(use.tissue, use.property) for use in made().uses]
    taken = [(name, key) for name in ("fat", "gel") for key in tissues.selected(name)]
    assert listed == taken


def test_sources_are_distinct_in_order_of_use_and_only_those_used():
    keys = list(made().sources)
    assert keys[0] == "itis-database"
    assert len(keys) == len(set(keys))
    assert "bognar-2009" in keys
    assert "mcmatlab" not in keys


def test_an_overridden_value_rests_on_no_source_of_the_library():
    book = made(fat={"lipid": {"latent_heat": "30 kJ/kg"}, "water": "x"})
    flagged = {use.property: use for use in book.uses if use.overridden}
    assert set(flagged) == {"lipid", "water"}
    assert flagged["lipid"].value == "(latent_heat 30 kJ/kg)"
    assert flagged["lipid"].sources == ()
    assert "bognar-2009" not in book.sources
    assert "given by the case" in book.render()


def test_a_tissue_of_the_case_itself_needs_no_library():
    book = cite.bibliography([("scar", ["density"])], {"scar": {"density": "1100 kg/m^3"}})
    assert [use.overridden for use in book.uses] == [True]
    assert book.sources == {}
    assert "1100 kg/m^3" in book.render()


@pytest.mark.parametrize("freezing", ["supercooled", "equilibrium"])
def test_frozen_values_are_cited_where_they_are_used(freezing):
    used = [("skin", tissues.fields("skin", freezing))]
    listed = {use.property for use in cite.bibliography(used, freezing=freezing).uses}
    assert ("water" in listed) == (freezing == "equilibrium")


def test_the_text_names_values_grades_notes_and_references():
    text = made().render(width=80)
    assert "fat.conductivity" in text
    assert "0.2112 W/m/K; 0.16 W/m/K to 0.22 W/m/K" in text
    assert "grade A: assumption" in text
    assert "fat.lipid: Human gluteal fat" in text
    assert "https://doi.org/10.1007/s10973-008-9413-4" in text
    assert "\x1b" not in text


def test_the_bibliography_goes_into_json():
    data = json.loads(json.dumps(made(fat={"density": 900.0}).as_dict()))
    assert data["values"][0]["value"] == "900"
    assert data["sources"]["bognar-2009"]["seen"] == "abstract"
