"""Every fault of a case is told with its file, its key, what was given and what is expected."""

import copy

import pytest
from support.cases import written

from cryosim.case.load import load
from cryosim.errors import CaseError

GOOD = {
    "title": "refused",
    "dimension": 2,
    "anatomy": {
        "layers": [
            {"tissue": "skin", "thickness": "2 mm"},
            {"tissue": "fat", "thickness": "20 mm"},
            {"tissue": "muscle", "thickness": "15 mm"},
        ]
    },
    "applicator": {"size": ["40 mm"], "gel": {"thickness": "1 mm"}},
    "protocol": [
        {"phase": "cool", "temperature": "-11 degC", "ramp": "60 s", "duration": "10 min"},
        {"phase": "remove", "duration": "5 min"},
    ],
    "tissue": {
        "fat": {
            "lipid": {
                "latent_heat": "70 kJ/kg",
                "curve": {
                    "kind": "peaks",
                    "peaks": [{"temperature": "5 degC", "width": "2 K", "share": 1.0}],
                },
            }
        }
    },
    "probes": [{"name": "p", "depth": "5 mm"}],
}
GONE = object()
LAYER = "anatomy.layers.1"
PEAK = "tissue.fat.lipid.curve.peaks.0"
RAMP = {"kind": "ramp", "low": "30 degC", "high": "3 degC", "floor": 0.1}


def changed(key, value):
    """The good case with the value at the dotted ``key`` replaced, or taken out."""
    case = copy.deepcopy(GOOD)
    *path, last = [int(k) if k.isdigit() else k for k in key.split(".")]
    at = case
    for k in path:
        at = at.setdefault(k, {}) if isinstance(at, dict) else at[k]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    return case


UNITS = [
    (f"{LAYER}.thickness", 20, "anatomy.layers[2].thickness = 20: expected a number with a unit"),
    (f"{LAYER}.thickness", "20", 'thickness = "20": expected a number with a unit, such as "2.2'),
    (f"{LAYER}.thickness", "20 degC", '"degC" does not fit here; expected a unit such as in "2.2'),
    (f"{LAYER}.thickness", "20 foo", 'unknown unit "foo"; expected one such as in "2.2 mm"'),
    (f"{LAYER}.thickness", "", 'thickness = "": expected a number with a unit'),
    (f"{LAYER}.thickness", "20 mm mm", '"mm mm" does not fit here'),
    (f"{LAYER}.thickness", "20 mm; rm", 'unknown unit "mm; rm"'),
    ("anatomy.core_temperature", "37 delta_degC", "is a difference of temperatures; expected one"),
    ("protocol.0.temperature", "-11", 'protocol[1].temperature = "-11": expected a number with'),
    ("protocol.0.temperature", "-11 C", '"C" does not fit here; expected a unit such as in "-11'),
    ("protocol.0.duration", "3 m", '"m" does not fit here; expected a unit such as in "35 min"'),
    ("protocol.0.flux", "3 W", '"W" does not fit here; expected a unit such as in "72.9 mW/cm^2"'),
    ("room.film", "10 W", 'room.film = "10 W": "W" does not fit here'),
    ("room.temperature", 24, "room.temperature = 24: expected a number with a unit"),
    ("numerics.tolerance", "0.1 degC", 'a difference of temperatures is written "3 K"'),
    ("output.threshold", "10", "output.threshold = "),
    ("mesh.unit", "1", "mesh.unit = "),
    ("injury.scale", "3", 'injury.scale = "3": expected a number with a unit, such as "35 min"'),
    (
        "injury",
        {"kind": "multi-state", "harm": "2 min"},
        'injury.harm = "2 min": "min" does not fit here; expected a unit such as in "5 1/h"',
    ),
    ("blood.density", "3", 'blood.density = "3": expected a number with a unit'),
    ("tissue.fat.conductivity", "0.2", 'tissue.fat.conductivity = "0.2": expected a number with'),
    ("tissue.fat.perfusion", "3 m", '"m" is not one of its units: mL/min/kg, 1/s, kg/m^3/s'),
    ("tissue.fat.perfusion", 3, "tissue.fat.perfusion = 3: expected a number with a unit"),
    (f"{PEAK}.width", "3 degC", 'lipid.curve.peaks[1].width = "3 degC": "degC" does not fit'),
]
KEYS = [
    ("titel", "x", 'titel: unknown key; did you mean "title"?'),
    (f"{LAYER}.thicknes", "2 mm", 'anatomy.layers[2].thicknes: unknown key; did you mean "thickne'),
    ("protocol.0.temprature", "3 degC", 'protocol[1].temprature: unknown key; did you mean "tempe'),
    (
        "protocol.1.temperature",
        "3 degC",
        "protocol[2].temperature: unknown key; expected one of du",
    ),
    ("room.emisivity", 0.9, 'room.emisivity: unknown key; did you mean "emissivity"?'),
    ("applicator.gel.as_", "layer", 'applicator.gel.as_: unknown key; did you mean "as"?'),
    ("mesh.growth", 3, "mesh.growth: unknown key; expected one of depth, lateral"),
    ("tissue.fat.conductivty", "1 W/m/K", 'tissue.fat.conductivty: unknown key; did you mean "con'),
    (f"{PEAK}.widht", "3 K", 'lipid.curve.peaks[1].widht: unknown key; did you mean "width"?'),
    ("blood.densty", "3 kg/m^3", 'blood.densty: unknown key; did you mean "density"?'),
    ("injury.shap", 1.0, 'injury.shap: unknown key; did you mean "shape"?'),
    ("injury", {"kind": "multi-state", "deth": 1}, 'deth: unknown key; did you mean "death"?'),
    ("title", GONE, "title: is missing"),
    ("anatomy", GONE, "anatomy: is missing"),
    ("protocol", GONE, "protocol: is missing"),
    (f"{LAYER}.tissue", GONE, "anatomy.layers[2].tissue: is missing"),
    (f"{LAYER}.thickness", GONE, "anatomy.layers[2].thickness: is missing; expected a length"),
    ("probes.0.name", GONE, "probes[1].name: is missing"),
    ("protocol.0.duration", GONE, "protocol[1].duration: is missing"),
    ("mesh.depth", {"finest": "1 mm"}, "mesh.depth.coarsest: is missing"),
]
KINDS = [
    ("applicator.kind", "disc", 'applicator.kind = "disc": expected one of plate, cup'),
    ("protocol.0.phase", "col", 'protocol[1].phase = "col": did you mean "cool"?'),
    (
        "protocol.0.phase",
        3,
        "expected one of cool, rewarm, warm, hold, remove, massage, wait, repeat",
    ),
    ("protocol.0", {"duration": "3 s"}, "protocol[1].phase: is missing; expected one of cool"),
    ("start", {"kind": "warm"}, 'start.kind = "warm": expected one of steady, uniform, table'),
    ("start", {"temperature": "3 degC"}, "start.kind: is missing; expected one of steady"),
    ("start", {"kind": "uniform"}, "start.temperature: is missing"),
    (
        "injury.kind",
        "arrhenius",
        'injury.kind = "arrhenius": expected one of crystal dose, time below threshold, mult',
    ),
    ("injury.kind", "multistate", 'injury.kind = "multistate": did you mean "multi-state"?'),
    ("uncertainty", {"tissue.fat.perfusion": "on"}, 'perfusion = "on": expected "off", or a list'),
    ("course", {"sessions": ["5 d", "2 d"]}, "expected sessions at strictly rising times"),
    ("pigment", {"phototype": "VII"}, 'pigment.phototype = "VII": expected'),
    ("injury.kind", 3, "expected one of crystal dose, time below threshold, multi-state"),
    ("tissue.fat.perfusion_response", {"kind": "ram"}, '_response.kind = "ram": did you mean "ra'),
    ("tissue.fat.perfusion_response", {}, "perfusion_response.kind: is missing; expected one of c"),
    ("tissue.fat.lipid.curve.kind", "dsc", 'curve.kind = "dsc": expected one of peaks, table, ice'),
    ("anatomy.freezing", "yes", 'freezing = "yes": expected "supercooled" or "equilibrium"'),
    ("anatomy.faces", {"top": "rom"}, 'faces.top = "rom": expected "room", "core" or "insulated"'),
    ("applicator.gel.as", "x", 'applicator.gel.as = "x": expected "resistance" or "layer"'),
    ("applicator.contact_conductance", "perfct", '"400 W/m^2/K", or "perfect"'),
    ("schema", 2, "schema = 2: expected 1"),
]
TYPES = [
    ("title", 3, "title = 3: expected text in quotes"),
    ("dimension", "3", 'dimension = "3": expected a whole number'),
    ("dimension", True, "dimension = true: expected a whole number"),
    ("dimension", 2.5, "dimension = 2.5: expected a whole number"),
    ("anatomy", 3, "anatomy = 3: expected a table of keys and values"),
    ("anatomy", [], "anatomy = []: expected a table"),
    ("anatomy.layers", "skin", 'anatomy.layers = "skin": expected a list'),
    ("anatomy.layers", {}, "anatomy.layers: expected a list"),
    ("anatomy.layers", ["skin"], 'anatomy.layers[1] = "skin": expected a table'),
    (f"{LAYER}.tissue", 3, "anatomy.layers[2].tissue = 3: expected text in quotes"),
    (f"{LAYER}.thickness", True, "thickness = true: expected a number with a unit"),
    (f"{LAYER}.thickness", ["2 mm"], 'thickness = ["2 mm"]: expected a number with a unit'),
    (f"{LAYER}.thickness", {}, "thickness: expected a number with a unit"),
    (f"{LAYER}.region", 2.5, "layers[2].region = 2.5: expected a whole number, or text in quotes"),
    ("applicator", 3, "applicator = 3: expected a table"),
    ("applicator.size", "40 mm", 'applicator.size = "40 mm": expected a list'),
    ("applicator.gel.cells", "a", 'gel.cells = "a": expected a whole number'),
    ("protocol", 3, "protocol = 3: expected a list"),
    ("protocol.0.perfusion", "0.3", 'perfusion = "0.3": expected a number, without unit or quotes'),
    ("protocol.0.perfusion", True, "perfusion = true: expected a number"),
    ("protocol.0.applicators", "applicator", 'applicators = "applicator": expected a list'),
    ("protocol.0.schedule", [["0 s"]], "protocol[1].schedule[1][2]: is missing"),
    ("protocol.1", {"phase": "repeat", "times": "3"}, 'times = "3": expected a whole number'),
    ("start", 3, "start = 3: expected a table"),
    ("tissue", [], "tissue = []: expected a table"),
    ("tissue.fat", 3, "tissue.fat = 3: expected a table"),
    ("tissue.fat.lipid", "70 kJ/kg", 'tissue.fat.lipid = "70 kJ/kg": expected a table'),
    ("tissue.fat.title", 3, "tissue.fat.title = 3: expected text in quotes"),
    ("blood", 3, "blood = 3: expected a table"),
    ("output.fields", "yes", 'output.fields = "yes": expected true or false'),
    ("output.fields", 1, "output.fields = 1: expected true or false"),
    ("mesh.lateral", 3, "mesh.lateral = 3: expected a table"),
    ("mesh.file", 3, "mesh.file = 3: expected text in quotes"),
    ("injury", 3, "injury = 3: expected a table"),
    ("probes", {"name": "p"}, "probes: expected a list"),
]
VALUES = [
    ("title", "", 'title = "": expected text that is not empty'),
    ("dimension", 4, "dimension = 4: impossible value: expected at most 3"),
    ("anatomy.layers", [], "anatomy.layers = []: expected at least 1 of them"),
    (f"{LAYER}.thickness", "-2 mm", 'thickness = "-2 mm": impossible value: expected above 0 mm'),
    (f"{LAYER}.thickness", "1e400 mm", "impossible value: expected a finite number"),
    (f"{LAYER}.thickness", "nan mm", 'thickness = "nan mm": expected a number with a unit'),
    (
        f"{LAYER}.thickness",
        "20 m",
        'thickness = "20 m": impossible value: expected above 0 m and at',
    ),
    ("applicator.size", ["40000 km"], "mesh: the block has at least "),
    ("anatomy.core_temperature", "37 K", "expected at least 173.15 K and at most 373.15 K"),
    ("protocol.0.temperature", "-300 degC", "expected at least -100 degC and at most 100 degC"),
    ("applicator.contact_conductance", "0 W/m^2/K", "impossible value: expected above 0 W/m^2/K"),
    ("applicator.flux_limit", "-3 W/m^2", "impossible value: expected above 0 W/m^2"),
    ("applicator.gel.cells", 1, "applicator.gel.cells = 1: impossible value: expected at least 2"),
    ("applicator.name", "3", 'applicator.name = "3": expected a letter'),
    ("protocol", [], "protocol = []: expected at least 1 of them"),
    ("protocol.0.duration", "0 s", "impossible value: expected above 0 s"),
    ("protocol.0.duration", "1e300 s", "days; expected at most 366"),
    ("protocol.0.perfusion", -1, "perfusion = -1: impossible value: expected at least 0"),
    ("protocol.0.applicators", [], "applicators = []: expected at least 1 of them"),
    ("protocol.1", {"phase": "repeat", "times": 1}, "times = 1: impossible value: expected at lea"),
    ("room.emissivity", 2, "room.emissivity = 2: impossible value: expected at most 1"),
    ("output.every", "0 s", 'output.every = "0 s": impossible value: expected above 0 s'),
    ("output.every", "1e-300 s", "rows; expected at most 100000"),
    ("numerics.tolerance", "0 K", "impossible value: expected above 0 K"),
    ("injury.shape", 0, "injury.shape = 0: impossible value: expected above 0"),
    (
        "injury",
        {"kind": "time below threshold", "largest": 1.5},
        "injury.largest = 1.5: impossible value: expected at most 1",
    ),
    ("blood.density", "0 kg/m^3", "impossible value: expected above 0 kg/m^3"),
    ("tissue.fat.perfusion", "-3 mL/min/kg", "impossible value: expected zero or more"),
    (f"{PEAK}.share", 0.5, "the shares of the peaks sum to 0.5; expected 1"),
    ("tissue.fat.perfusion_response", RAMP, "perfusion_response: expected low below high"),
    ("mesh.depth", {"finest": "2 mm", "coarsest": "1 mm"}, 'finest = "2 mm": expected at most coa'),
    ("mesh.depth", {"finest": "1 nm", "coarsest": "1 mm"}, "impossible value: expected at least 1"),
]
TOGETHER = [
    (f"{LAYER}.tissue", "fatt", 'layers[2].tissue = "fatt": unknown tissue; did you mean "fat"?'),
    (f"{LAYER}.tissue", "lard", "unknown tissue; expected one of skin, epidermis"),
    (f"{LAYER}.tissue", "blood", "blood is no tissue to build with"),
    (f"{LAYER}.name", "skin", 'layers[2].name = "skin": another layer has this name'),
    (f"{LAYER}.region", "fat", 'region = "fat": only a layer of a mesh file has one'),
    ("tissue.fta", {"density": "3 kg/m^3"}, 'tissue.fta: nothing is made of it; did you mean "fa'),
    ("anatomy.faces", {"topp": "room"}, 'topp = "room": a block has no such face; did you mean "t'),
    ("applicator.size", [], "applicator.size: 0 given; expected 1 length for dimension 2"),
    ("applicator.size", ["1 mm"] * 3, "expected at most 2 of them"),
    ("applicator.face", "x_min", 'applicator.face = "x_min": expected "top" or "bottom"'),
    ("applicator.name", "top", "results use this word for something else"),
    ("applicator.name", "perfusion", "results use this word for something else"),
    ("applicator.gel.tissue", "fat", 'gel.tissue = "fat": a layer has this name already'),
    ("applicator.gel.tissue", "gell", 'applicator.gel.tissue = "gell": unknown tissue; did you me'),
    ("applicator.contact_conductance", "perfect", "cannot go with a gel pad or a flux limit"),
    ("applicator", [{"size": ["9 mm"]}] * 2, "applicator[2].name = "),
    ("applicator", [{"size": ["9 mm"]}, {"size": ["9 mm"], "name": "b"}], "and are both on"),
    ("applicator", [], 'protocol[1].phase = "cool": the case has no applicator'),
    ("mesh.extent", ["20 mm"], 'mesh.extent: "applicator" does not fit on the block'),
    ("mesh.extent", [], "mesh.extent: 0 given; expected 1 length for dimension 2"),
    ("protocol.0.flux", "3 W/m^2", "expected exactly one of temperature, schedule, flux; got temp"),
    ("protocol.0.temperature", GONE, "expected exactly one of temperature, schedule, flux; got no"),
    ("protocol.0.ramp", "11 min", 'protocol[1].ramp = "11 min": the ramp takes longer than the ph'),
    ("protocol.0.applicators", ["aplicator"], 'no applicator is called "aplicator"; did you mean'),
    ("protocol.0", {"phase": "hold", "duration": "1 s"}, 'no applicator is on; start with phase ='),
    ("protocol.0", {"phase": "repeat", "times": 2}, "there is nothing before it to repeat"),
    ("protocol.1", {"phase": "hold", "duration": "1 s", "ramp": "1 s"}, "protocol[2].ramp: unkn"),
    ("probes.0.depth", "50 mm", 'depth = "50 mm": outside the tissue; expected from 0 to 37 mm'),
    ("probes.0.depth", "-5 mm", 'depth = "-5 mm": outside the tissue'),
    ("probes.0.depth", GONE, "probes[1]: expected either depth or position; got neither"),
    ("probes.0.position", ["0 mm"], "probes[1]: expected either depth or position; got both"),
    ("probes.0.offset", ["1 m"], "outside the tissue; expected from -40 to 40 mm"),
    ("probes", [{"name": "p", "depth": "1 mm"}] * 2, 'probes[2].name = "p": another probe has thi'),
    ("nucleation", {"event": "forced", "at": "2 h"}, 'at = "7200 s": the protocol ends before'),
    ("nucleation", {"event": "forced"}, 'nucleation: expected both event = "forced" and at'),
    ("mesh.file", "nowhere.msh", 'mesh.file = "nowhere.msh": no such file; looked for'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "expected"), [*UNITS, *KEYS, *KINDS, *TYPES, *VALUES, *TOGETHER]
)
def test_a_fault_is_told_with_its_key_and_what_is_expected(tmp_path, key, value, expected):
    path = written(tmp_path, changed(key, value))
    with pytest.raises(CaseError) as refused:
        load(path)
    first, *faults = str(refused.value).splitlines()
    assert first == f"{path}:"
    assert refused.value.exit_code == 2
    assert any(expected in fault for fault in faults), faults
    assert not any("instance of" in f or "tuple" in f or "dictionary" in f for f in faults)


@pytest.mark.parametrize(
    ("tissues", "expected"),
    [
        (["muscle", "skin", "fat"], "skin does not lie under muscle"),
        (["fat", "skin", "muscle"], "skin does not lie under fat"),
        (["skin", "muscle", "fat"], "expected layers from the surface down (skin, fat, muscle"),
    ],
)
def test_layers_in_the_wrong_order_are_refused(tmp_path, tissues, expected):
    layers = [{"tissue": name, "thickness": "5 mm"} for name in tissues]
    with pytest.raises(CaseError, match=r"anatomy\.layers") as refused:
        load(written(tmp_path, changed("anatomy.layers", layers)))
    assert expected in str(refused.value)


def test_a_fold_may_end_in_skin_but_not_dive_again(tmp_path):
    def fold(*tissues):
        layers = [
            {"tissue": t, "thickness": "2 mm", "name": f"{t} {i}"} for i, t in enumerate(tissues)
        ]
        return changed("anatomy", {"layers": layers, "faces": {"bottom": "room"}})

    assert load(written(tmp_path, fold("skin", "fat", "skin")))
    with pytest.raises(CaseError, match="a fold goes in from one skin and out to the other"):
        load(written(tmp_path, fold("skin", "fat", "skin", "fat")))


def test_too_many_repeats_are_refused_before_they_are_written_out(tmp_path):
    again = {"phase": "repeat", "times": 100}
    protocol = [GOOD["protocol"][0], *[again] * 5]
    with pytest.raises(CaseError, match=r"protocol\[3\]: makes 10000 phases; expected at most 10"):
        load(written(tmp_path, changed("protocol", protocol)))


def test_all_faults_are_told_at_once(tmp_path):
    case = changed("titel", "x")
    case["room"] = {"film": 3}
    case["protocol"][0]["duration"] = "soon"
    case["tissue"]["fat"]["density"] = "3 m"
    case["blood"] = {"density": 1}
    with pytest.raises(CaseError) as refused:
        load(written(tmp_path, case))
    text = str(refused.value)
    for key in ("titel", "room.film", "protocol[1].duration", "tissue.fat.density", "blood.dens"):
        assert key in text
    assert len(text.splitlines()) == 6


def test_faults_between_parts_are_told_together_with_those_of_tissues(tmp_path):
    case = changed("tissue.fat.density", "3 m")
    case["probes"][0]["depth"] = "1 m"
    case["mesh"] = {"extent": []}
    with pytest.raises(CaseError) as refused:
        load(written(tmp_path, case))
    for key in ("tissue.fat.density", "probes[1].depth", "mesh.extent"):
        assert key in str(refused.value)


def test_applicators_are_numbered_only_where_there_is_a_list(tmp_path):
    several = changed("applicator", [{"size": ["9 mm"]}, {"size": "9 mm", "name": "b"}])
    with pytest.raises(CaseError, match=r"applicator\[2\]\.size"):
        load(written(tmp_path, several))


def test_nan_and_infinity_are_no_values(tmp_path):
    path = written(tmp_path, changed("room.emissivity", 0.5))
    good = path.read_text()
    for bad in ("nan", "inf", "-inf"):
        path.write_text(good.replace("0.5", bad))
        with pytest.raises(CaseError, match=r"room.emissivity = -?(nan|inf): expected a finite nu"):
            load(path)


def test_a_case_for_three_dimensions_runs_in_fewer(tmp_path):
    for dimension in (1, 2, 3):
        case = changed("dimension", dimension)
        case["applicator"]["size"] = ["40 mm", "30 mm"]
        case["anatomy"]["faces"] = {"y_min": "room"}
        case["mesh"] = {"extent": ["80 mm", "70 mm"]}
        case["probes"][0]["offset"] = ["1 mm", "30 mm"]
        assert load(written(tmp_path, case)).case.dimension == dimension


def test_a_unit_that_divides_by_zero_is_refused(tmp_path):
    with pytest.raises(CaseError, match="thickness"):
        load(written(tmp_path, changed(f"{LAYER}.thickness", "20 mm/0")))
