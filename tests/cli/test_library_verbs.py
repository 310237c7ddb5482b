"""``list`` shows what the library holds, ``check --expanded`` what a case takes of it."""

import json
import tomllib

import pytest

from cryosim.library import applicators, injury_laws, sites, tissues


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("applicators", applicators.names()),
        ("injury-laws", injury_laws.names()),
        ("sites", sites.names()),
        ("tissues", tissues.names()),
    ],
)
def test_list_shows_every_value_with_its_source_in_80_columns(cryosim, monkeypatch, what, names):
    monkeypatch.setenv("COLUMNS", "80")
    got = cryosim("list", what)
    assert got.code == 0
    assert max(map(len, got.out.splitlines())) <= 80
    assert all(f"{name}:" in got.out for name in names)
    assert "grade A: assumption" in got.out
    assert "[assumption] Assumption of the cryosim library" in got.out


def test_list_shows_one_of_them(cryosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    got = cryosim("list", "sites", "upper_arm")
    row = next(line for line in got.out.splitlines() if line.startswith("│ fat"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "fat", "10.8 mm", "2.82 mm to 11.3 mm", "V", "gibney-2010, sim-2014",
    ]  # fmt: skip
    assert "abdomen:" not in got.out


def test_list_gives_json(cryosim):
    data = json.loads(cryosim("list", "applicators", "--json").out)
    assert set(data["applicators"]) == set(applicators.names())
    cup = data["applicators"]["submental_cup"]
    assert cup["suction"]["value"] == "30 kPa"
    assert cup["suction"]["grade"] == "A"
    assert data["sources"]["spiteri-2019"]["seen"] == "abstract"


def test_list_documents_an_injury_law(cryosim, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    got = cryosim("list", "injury-laws", "multi-state")
    row = next(line for line in got.out.splitlines() if line.startswith("│ death"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "death", "0.5 1/h", "", "A", "assumption",
    ]  # fmt: skip
    said = [line.split(":")[0] for line in got.out.splitlines() if ": " in line]
    assert ["equation", "validity", "limits"] == [w for w in said if w in injury_laws.WORDS]
    assert "crystal dose:" not in got.out
    law = json.loads(cryosim("list", "injury-laws", "--json").out)["injury-laws"]["multi-state"]
    assert law["limits"] == injury_laws.words("multi-state")["limits"]
    assert law["harm"]["grade"] == "A"


def test_list_refuses_what_it_does_not_have(cryosim):
    got = cryosim("list", "sites", "abdomn")
    assert got.code == 2
    assert 'unknown site "abdomn"; did you mean "abdomen"?' in got.err
    assert cryosim("list", "moons").code == 2


def test_check_prints_the_case_written_out(cryosim, tmp_path):
    short, long = tmp_path / "short.toml", tmp_path / "long.toml"
    short.write_text('anatomy.site = "outer_thigh"\napplicator.library = "flat_plate"\n')
    got = cryosim("check", short, "--expanded")
    assert got.code == 0
    assert tomllib.loads(got.out)["anatomy"]["layers"][1] == {
        "tissue": "fat", "thickness": "10.4 mm",
    }  # fmt: skip
    long.write_text(got.out)
    again = cryosim("check", long, "--expanded")
    assert again.out == got.out


def test_the_schema_knows_what_may_be_named(cryosim):
    schema = json.loads(cryosim("schema").out)
    assert schema["$defs"]["Anatomy"]["properties"]["site"]["enum"] == [*sites.names()]
    laws = [schema["$defs"][law] for law in ("CrystalDose", "TimeBelow", "MultiState")]
    assert [law.get("required", []) for law in laws] == [[], ["kind"], ["kind"]]
    plate = schema["$defs"]["Plate"]["properties"]
    assert plate["library"]["enum"] == [*applicators.names()]
    assert {"const": "standard"} in schema["properties"]["protocol"]["anyOf"]
