"""What the library holds by name: cited, within its spread; applicators are good as cases."""

import pytest
from pydantic import TypeAdapter

from cryosim.case.protocol import Phase
from cryosim.errors import CaseError
from cryosim.library import applicators, cite, injury_laws, sites, tissues
from cryosim.shape.cup import Cup
from cryosim.units import convert, split

FROM_FILE = {"file": "case.toml"}
ENTRIES = [
    pytest.param(key, entry, id=f"{name}.{key}")
    for module in (sites, applicators, injury_laws)
    for name in module.names()
    for key, entry in module.entries(name).items()
]
PUBLISHED = {  # means of Gibney (2010), mm
    "abdomen": (2.2, 13.9), "inner_thigh": (1.9, 10.4), "outer_thigh": (1.9, 10.4),
    "upper_arm": (2.2, 10.8),
}  # fmt: skip


SI = {"mm": "m", "min": "s", "s": "s", "degC": "K", "kPa": "Pa", "W/m^2/K": "W/m^2/K", "1/h": "1/s"}


def number(text):
    """``text`` in SI, or the plain number it is."""
    try:
        return float(text)
    except ValueError:
        value, unit = split(text, "1 mm")
        return convert(value, unit, SI[unit])


@pytest.mark.parametrize(("_", "entry"), ENTRIES)
def test_grades_and_sources_agree(_, entry):
    seen = {cite.sources()[source].seen for source in entry.source}
    assert (entry.grade == "A") == ("assumption" in entry.source)
    if entry.grade in ("V", "V2", "D"):
        assert seen - {"recalled", "none"}
    else:
        assert seen & {"recalled", "none"}


@pytest.mark.parametrize(("_", "entry"), [p for p in ENTRIES if p.values[1].spread])
def test_a_value_lies_in_its_spread(_, entry):
    low, high = map(number, entry.range)
    assert low <= number(entry.value) <= high
    assert low < high


def test_dimensions_and_suction_of_devices_are_called_assumptions():
    """None of them could be looked up."""
    for name in applicators.names():
        for key in applicators.of_applicator(name):
            if key != "form":
                assert applicators.entries(name)[key].grade == "A"


@pytest.mark.parametrize("name", sites.names())
def test_a_site_is_skin_fat_and_muscle_and_knows_its_applicator(name):
    layers = sites.layers(name)
    assert list(layers) == ["skin", "fat", "muscle"]
    assert set(layers) <= set(tissues.names())
    assert sites.entries(name)[sites.SUITS].value in applicators.names()
    assert sites.title(name)


@pytest.mark.parametrize("name", PUBLISHED)
def test_thicknesses_are_those_of_gibney(name):
    skin, fat = PUBLISHED[name]
    assert sites.layers(name)["skin"] == f"{skin:g} mm"
    assert sites.layers(name)["fat"] == f"{fat:g} mm"
    assert "gibney-2010" in sites.entries(name)["fat"].source


def test_the_applicators_and_sites_asked_for_are_there():
    assert set(applicators.names()) == {
        "two_plate_cup", "curved_cup", "submental_cup", "flat_plate",
    }  # fmt: skip
    assert set(sites.names()) == {
        "abdomen", "flank", "inner_thigh", "outer_thigh", "upper_arm", "submental",
    }  # fmt: skip


@pytest.mark.parametrize("name", applicators.names())
def test_the_standard_protocol_cools_and_then_removes(name):
    phases = TypeAdapter(tuple[Phase, ...]).validate_python(
        tuple(applicators.protocol(name)), context=FROM_FILE
    )
    cool, remove = phases
    held = applicators.entries(name)
    assert (cool.phase, remove.phase) == ("cool", "remove")
    assert cool.temperature == pytest.approx(number(held["temperature"].value))
    assert cool.duration == pytest.approx(number(held["duration"].value))
    assert cool.perfusion == (number(held["perfusion"].value) if "perfusion" in held else 1.0)


@pytest.mark.parametrize("name", applicators.names())
def test_a_cup_has_a_cavity_and_a_plate_a_size(name):
    table = applicators.applicator(name)
    if table["kind"] == "plate":
        assert table["size"] == ["60 mm", "120 mm"]
        assert "suction" not in table
    else:
        cup = Cup.model_validate(table["cup"], context=FROM_FILE)
        assert cup.gap == pytest.approx(number(applicators.entries(name)["gap"].value))
        assert number(table["suction"]) == pytest.approx(30e3)
    assert not set(table) & {*applicators.PROTOCOL, *applicators.ASIDE, "gap", "width"}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: sites.layers("abdomn"), 'unknown site "abdomn"; did you mean "abdomen"?'),
        (lambda: applicators.protocol("flatplate"), 'did you mean "flat_plate"?'),
        (lambda: sites.entries("x"), "The library has: abdomen, flank, inner_thigh"),
    ],
)
def test_an_unknown_name_is_answered_with_the_list(ask, said):
    with pytest.raises(CaseError, match="unknown") as raised:
        ask()
    assert said in str(raised.value)
