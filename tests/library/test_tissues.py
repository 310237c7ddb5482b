"""The tissue library: complete, cited, physical, and what the evidence says."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from pydantic import ValidationError

from cryosim.errors import CaseError
from cryosim.library import cite, tissues
from cryosim.physics.blood import Blood
from cryosim.physics.tables import tabulate
from cryosim.physics.tissue import Tissue
from cryosim.units import ZERO_CELSIUS

MODES = ("supercooled", "equilibrium")
ALL = [*tissues.names(), tissues.BLOOD]
ENTRIES = [
    pytest.param(key, entry, id=f"{name}.{key}")
    for name in ALL
    for key, entry in tissues.entries(name).items()
]
BOUNDS = {  # SI: from air-filled fat to bone; conductivity from dry fat to ice
    "density": (900.0, 2000.0),
    "heat_capacity": (1200.0, 4200.0),
    "conductivity": (0.15, 0.65),
    "heat_capacity_if_frozen": (1500.0, 2200.0),
    "conductivity_if_frozen": (0.15, 2.3),
    "temperature": (309.0, 311.0),
}


def si(key, text):
    """``text`` as a value of the field ``key``, read as from a file."""
    model, whole = (Blood, "blood") if key == "temperature" else (Tissue, "gel")
    name = key.replace("_if_frozen", "")
    given = tissues.fields(whole) | {name: text}
    return getattr(model.model_validate(given, context={"file": "tissues.toml"}), name)


def enthalpy(tissue, T):
    """Enthalpy (J/m^3) above the first of ``T``, summed from the laws by the midpoint rule."""
    middle = 0.5 * (T[1:] + T[:-1])
    latent = sum(p.latent_heat * p.curve.liquid_fraction(T) for p in tissue.phase_changes)
    sensible = np.concatenate([[0.0], np.cumsum(tissue.capacity_at(middle) * np.diff(T))])
    return tissue.density * (sensible + latent)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", tissues.names())
def test_every_tissue_loads_as_from_a_file(name, mode):
    from_file = Tissue.model_validate(tissues.fields(name, mode), context={"file": "case.toml"})
    assert from_file == tissues.tissue(name, mode)


def test_blood_loads():
    given = tissues.fields("blood")
    assert Blood.model_validate(given, context={"file": "case.toml"}) == tissues.blood()
    assert tissues.blood().temperature == pytest.approx(310.15)


def test_the_tissues_asked_for_are_there():
    asked = {"skin", "epidermis", "dermis", "fat", "septa", "muscle", "gel"}
    assert asked | {"bone_cortical", "bone_cancellous"} == set(tissues.names())


@pytest.mark.parametrize(("_", "entry"), ENTRIES)
def test_grades_and_sources_agree(_, entry):
    seen = {source: cite.sources()[source].seen for source in entry.source}
    assert (entry.grade == "A") == ("assumption" in entry.source)
    if entry.grade in ("V", "V2", "D"):
        assert set(seen.values()) - {"recalled", "none"}
    if set(seen.values()) <= {"recalled", "none"}:
        assert entry.grade in ("R", "A")


@pytest.mark.parametrize(("key", "entry"), ENTRIES)
def test_values_lie_in_physical_bounds_and_in_their_spread(key, entry):
    if isinstance(entry.value, dict):
        assert entry.range is None
        return
    if key in ("perfusion", "metabolism"):
        value = si(key, entry.value).value
        assert 0.0 <= value <= {"perfusion": 150.0, "metabolism": 2.0}[key]
    else:
        low, high = BOUNDS[key]
        value = si(key, entry.value)
        assert low <= value <= high
    if entry.range is not None:
        low, high = (si(key, end) for end in entry.range)
        if key in ("perfusion", "metabolism"):
            low, high = low.value, high.value
        assert low <= value <= high
        assert low < high


def test_no_source_is_unused_and_none_is_missing():
    """Over every data file of the library, so that a new one is held to it too."""
    used = set()
    for file in files("cryosim.library").iterdir():
        if file.name.endswith(".toml") and file.name != "sources.toml":
            used |= set(_cited(tomllib.loads(file.read_text(encoding="utf-8"))))
    assert used == set(cite.sources())


def _cited(table):
    for key, value in table.items():
        if key == "source":
            yield from [value] if isinstance(value, str) else value
        elif isinstance(value, dict):
            yield from _cited(value)
        elif isinstance(value, list):
            yield from (key for item in value if isinstance(item, dict) for key in _cited(item))


def test_fat_melts_as_bognar_measured():
    lipid = tissues.tissue("fat").lipid
    assert lipid.latent_heat == pytest.approx(20.8e3)
    assert [p.temperature - ZERO_CELSIUS for p in lipid.curve.peaks] == pytest.approx([5.7, 9.9])
    T = ZERO_CELSIUS + np.array([-40.0, 60.0])
    released = lipid.latent_heat * np.diff(lipid.curve.liquid_fraction(T))
    assert released == pytest.approx([20.8e3])


def test_water_freezes_only_where_the_case_says_so():
    for name in tissues.names():
        supercooled, equilibrium = (tissues.tissue(name, mode) for mode in MODES)
        assert supercooled.water is None
        assert supercooled.heat_capacity_frozen is None
        assert supercooled.conductivity_frozen is None
        frozen = (equilibrium.water, equilibrium.heat_capacity_frozen)
        if "water_if_frozen" in tissues.entries(name):
            assert None not in (*frozen, equilibrium.conductivity_frozen)
            half = equilibrium.water.curve.liquid_fraction(ZERO_CELSIUS + np.array([-1.1]))
            assert half == pytest.approx([0.5])
        else:
            assert equilibrium == supercooled
    for name, latent in {"skin": 217e3, "muscle": 247e3, "fat": 40e3}.items():
        assert tissues.tissue(name, "equilibrium").water.latent_heat == pytest.approx(latent)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", tissues.names())
def test_enthalpy_rises_strictly_and_the_tables_hold_it(name, mode):
    tissue = tissues.tissue(name, mode)
    T = ZERO_CELSIUS + np.linspace(-40.0, 60.0, 20001)
    h = enthalpy(tissue, T)
    assert (np.diff(h) > 0.0).all()
    tables, _ = tabulate([tissue], tissues.blood(), T[0], T[-1])
    tabulated = np.interp(T, tables.temperature, tables.curve[0, :, 0])
    assert tabulated - tabulated[0] == pytest.approx(h - h[0], rel=2e-4, abs=2e2)


@pytest.mark.parametrize(("name", "expected"), [("skin", 7441), ("fat", 1886), ("muscle", 2553)])
def test_pennes_coefficients_of_the_evidence(name, expected):
    tissue = tissues.tissue(name)
    assert tissue.perfusion.conductance(tissue.density, tissues.blood()) == pytest.approx(
        expected, abs=0.5
    )


@pytest.mark.parametrize("name", ["skin", "dermis", "fat", "septa"])
def test_cold_flow_passes_through_hodges_and_astrup_and_stays_low(name):
    response = tissues.tissue(name).perfusion_response
    at_34, at_28, at_27 = response.factor(ZERO_CELSIUS + np.array([34.0, 28.0, 27.0]))
    assert at_34 == pytest.approx(1.0)
    assert at_28 == pytest.approx(0.441, abs=0.039)  # 45.9, 42 and 44.5 %, each +- 3.9 or more
    assert at_28 - at_27 == pytest.approx(0.09)  # of the control flow per degC
    assert response.remembers_cold


def test_an_override_replaces_its_property_whole():
    lipid = {"latent_heat": "75.8 kJ/kg", "curve": {"kind": "ice", "freezing_point": "-1 degC"}}
    fat = tissues.tissue("fat", overrides={"lipid": lipid, "density": "920 kg/m^3"})
    assert fat.lipid.latent_heat == pytest.approx(75.8e3)
    assert fat.lipid.curve.kind == "ice"
    assert fat.density == 920.0
    assert fat.conductivity == tissues.tissue("fat").conductivity
    assert tissues.tissue("fat", overrides={"conductivity": 0.25}).conductivity == 0.25
    assert tissues.blood({"temperature": "36 degC"}).temperature == pytest.approx(309.15)


def test_the_library_is_not_changed_by_who_reads_it():
    tissues.fields("fat")["lipid"]["curve"]["peaks"].clear()
    assert len(tissues.tissue("fat").lipid.curve.peaks) == 2


def test_impossible_overrides_are_all_named():
    bad = {"perfusion": "3 s", "colour": "yellow", "density": "-1 kg/m^3"}
    with pytest.raises(CaseError) as raised:
        tissues.tissue("fat", overrides=bad)
    lines = str(raised.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["fat.density", "fat.perfusion", "fat.colour"]
    with pytest.raises(CaseError, match=r"^blood\.density: "):
        tissues.blood({"density": "3 K"})


@pytest.mark.parametrize("name", ["Fat", "fats", "blod", "granite", "blood"])
def test_an_unknown_tissue_is_answered_with_the_list(name):
    with pytest.raises(CaseError, match="skin, epidermis, dermis, fat, septa, muscle") as raised:
        tissues.tissue(name)
    assert ('did you mean "fat"?' in str(raised.value)) == (name in ("Fat", "fats"))


def test_an_entry_must_name_a_source_and_a_grade():
    with pytest.raises(ValidationError, match="source"):
        tissues.Entry(value="1 K", source=(), grade="V")
    with pytest.raises(ValidationError, match="grade"):
        tissues.Entry(value="1 K", source=("assumption",), grade="sure")
