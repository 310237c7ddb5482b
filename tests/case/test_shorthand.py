"""A case may name a site, an applicator and its protocol; it is the case written out."""

import tomllib

import pytest

from cryosim.case.load import load
from cryosim.case.shorthand import expand
from cryosim.case.sources import bibliography_of
from cryosim.case.toml import text_of
from cryosim.errors import CaseError
from cryosim.library import applicators, sites
from cryosim.simulate import run

THREE_LINES = """
anatomy.site = "abdomen"
applicator.library = "flat_plate"
protocol = "standard"
"""
PHASES = '[[protocol]]\nphase = "cool"\ntemperature = "-5 degC"\nduration = "9 min"\n'


@pytest.fixture
def loaded(tmp_path):
    def load_text(text):
        path = tmp_path / "case.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_text


def refusal(loaded, text):
    with pytest.raises(CaseError) as refused:
        loaded(text)
    return str(refused.value)


def test_three_lines_are_a_case(loaded):
    case = loaded(THREE_LINES).case
    assert case.title == "Abdomen, flat plate"
    assert [layer.thickness for layer in case.anatomy.layers] == pytest.approx(
        [0.0022, 0.0139, 0.015]
    )
    assert case.applicator[0].size == pytest.approx((0.06, 0.12))
    assert [phase.phase for phase in case.phases] == ["cool", "remove"]
    assert case.duration == 150 * 60


@pytest.mark.parametrize("applicator", applicators.names())
@pytest.mark.parametrize("site", sites.names())
def test_every_applicator_makes_a_case_at_every_site(loaded, site, applicator):
    found = loaded(f'anatomy.site = "{site}"\napplicator.library = "{applicator}"\n')
    assert all("(assumption:" in line for line in found.overrides)
    held = applicators.entries(applicator)
    cited = {source for entry in sites.entries(site).values() for source in entry.source}
    cited |= {source for entry in held.values() for source in entry.source}
    aside = {*sites.entries(site)[sites.SUITS].source, *held.get("massage", held["ramp"]).source}
    assert cited - aside <= set(bibliography_of(found).sources)


def test_the_protocol_may_be_left_out_beside_an_applicator_of_the_library(loaded):
    without = THREE_LINES.replace('protocol = "standard"\n', "")
    assert loaded(without).case == loaded(THREE_LINES).case
    plain = 'title = "x"\nanatomy.site = "abdomen"\napplicator = {}\n'
    assert "protocol: is missing" in refusal(loaded, plain)


def test_three_lines_run_as_a_column(tmp_path):
    path = tmp_path / "three.toml"
    path.write_text("dimension = 1\noutput.fields = false\n" + THREE_LINES)
    folder = run(path, tmp_path / "out", figures=False)
    text = (folder / "result.json").read_text()
    assert '"gibney-2010"' in text
    assert '"stevens-2014"' in text
    assert '"status": "done"' in text


def test_the_case_written_out_is_the_same_case(loaded):
    short = loaded(THREE_LINES)
    long = text_of(short.expanded.fields)
    assert "site" not in long
    assert "library" not in long
    assert loaded(long).case == short.case
    assert loaded(long).hash == short.hash


def test_what_is_given_wins_and_is_flagged(loaded):
    found = loaded(
        'title = "mine"\n'
        'anatomy = { site = "flank", thickness = { fat = "31 mm" } }\n'
        'applicator = { library = "flat_plate", size = ["40 mm", "50 mm"] }\n' + PHASES
    )
    assert found.case.title == "mine"
    assert found.case.anatomy.layers[1].thickness == pytest.approx(0.031)
    assert found.case.applicator[0].size == pytest.approx((0.04, 0.05))
    assert found.case.duration == 9 * 60
    assert found.overrides == [
        "anatomy.thickness.fat = 31 mm (library: 27 mm)",
        "applicator.size[1] = 40 mm (library: 60 mm)",
        "applicator.size[2] = 50 mm (library: 120 mm)",
    ]
    uses = {f"{use.tissue}.{use.property}": use for use in bibliography_of(found).uses}
    assert uses["flank.fat"].overridden
    assert uses["flank.skin"].sources == ("gibney-2010", "sim-2014", "assumption")
    assert "flat_plate.duration" not in uses
    assert "flat_plate.contact_conductance" in uses
    assert "applicator.contact_conductance" not in uses


def test_keys_beside_a_cup_change_that_one_only():
    case = expand({"applicator": {"library": "two_plate_cup", "cup": {"gap": "35 mm"}}})
    assert case.fields["applicator"]["cup"]["gap"] == "35 mm"
    assert case.fields["applicator"]["cup"]["depth"] == "50 mm"
    assert case.fields["protocol"][0]["perfusion"] == 0.3
    assert [(t.key, t.given) for t in case.replaced] == [("applicator.cup.gap", "35 mm")]


def test_several_applicators_share_a_standard_protocol_or_none(loaded):
    two = """
anatomy.site = "abdomen"
applicator = [
    { library = "flat_plate", name = "left", centre = ["-40 mm", "0 mm"] },
    { library = "flat_plate", name = "right", centre = ["40 mm", "0 mm"] },
]
"""
    assert [plate.name for plate in loaded(two).case.applicator] == ["left", "right"]
    both = expand({"applicator": [{"library": "flat_plate"}, {"library": "curved_cup"}]})
    assert both.faults == [
        'protocol = "standard": flat_plate and curved_cup have different ones; write phases'
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('anatomy.site = "abdomn"', 'anatomy.site = "abdomn": unknown site; did you mean "abdomen'),
        ("anatomy.site = 3", "anatomy.site = 3: unknown site; expected one of abdomen, flank"),
        ('anatomy = { site = "flank", layers = [] }', 'anatomy.site = "flank": layers are given'),
        ('anatomy = { site = "flank", thickness = { fet = "3 mm" } }',
         'anatomy.thickness.fet: no layer of the site flank; did you mean "fat"?'),
        ('anatomy = { site = "flank", thickness = { fat = "3" } }',
         'anatomy.thickness.fat = "3": expected a number with a unit'),
        ('anatomy = { site = "flank", thickness = "3 mm" }', "expected a table such as { fat = "),
        ('anatomy = { thickness = { fat = "3 mm" } }', "expected anatomy.site beside it"),
        ('anatomy.sit = "flank"', 'anatomy.sit: unknown key; did you mean "site"?'),
        ('anatomy.site = "flank"\nanatomy.depth = 3', "anatomy.depth: unknown key"),
    ],
)  # fmt: skip
def test_faults_of_a_site_are_told_by_the_keys_of_the_file(loaded, text, said):
    message = refusal(loaded, text + '\napplicator.library = "flat_plate"\n')
    assert said in message
    assert "protocol" not in message
    assert "layers[" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('applicator.library = "flat_plat"',
         'applicator.library = "flat_plat": unknown applicator; did you mean "flat_plate"?'),
        ('applicator = [{ library = "cup" }, { name = "b" }]',
         'applicator[1].library = "cup": unknown applicator; expected one of flat_plate'),
        ('applicator = { library = "flat_plate", sice = 3 }', "applicator.sice: unknown key"),
        ('applicator.librari = "flat_plate"', 'unknown key; did you mean "library"?'),
        ('applicator.library = "flat_plate"\nprotocol = "usual"',
         'protocol = "usual": expected "standard" or phases, each as [[protocol]]'),
        ('applicator = {}\nprotocol = "standard"',
         'protocol = "standard": is that of an applicator of the library, and there is none'),
        ('applicator = { library = "flat_plate", size = ["3", "4 mm"] }',
         'applicator.size[1] = "3": expected a number with a unit'),
    ],
)  # fmt: skip
def test_faults_of_an_applicator_are_told_by_the_keys_of_the_file(loaded, text, said):
    message = refusal(loaded, f'anatomy.site = "abdomen"\n{text}\n')
    assert said in message


def test_all_faults_are_told_at_once(loaded):
    message = refusal(
        loaded,
        'anatomy.site = "abdomn"\napplicator.library = "plat"\nprotocol = "x"\nroom.film = 3',
    )
    assert message.count("\n") == 4
    assert "room.film = 3" in message


@pytest.mark.parametrize(
    "fields",
    [
        {"title": 'q"u\\o\nte \u00fc', "n": 3, "x": 1.5e-7, "yes": True, "none": []},
        {"a b": {"c": {"d e": [1, [2, "x"]], "f": {}}, "empty": {}}},
        {"protocol": [{"phase": "cool", "schedule": [["0 s", "1 degC"]]}, {}], "plain": "x"},
        {"mixed": [1, {"a": 2}], "table": {"long": [{"tissue": "x" * 60}, {"tissue": "y" * 60}]}},
    ],
)
def test_what_is_written_as_toml_reads_back(fields):
    assert tomllib.loads(text_of(fields)) == fields
