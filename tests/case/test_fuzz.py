"""Whatever a case file says, ``load`` returns a case or refuses it; nothing else ever escapes."""

import copy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cases import written

from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError

SEED = {
    "title": "fuzzed",
    "dimension": 2,
    "anatomy": {
        "layers": [
            {"tissue": "skin", "thickness": "2 mm"},
            {"tissue": "fat", "thickness": "20 mm", "name": "deep"},
        ],
        "core_temperature": "37 degC",
        "faces": {"bottom": "core"},
    },
    "applicator": [
        {"size": ["20 mm"], "gel": {"thickness": "1 mm"}, "contact_conductance": "400 W/m^2/K"},
        {"name": "other", "size": ["20 mm"], "centre": ["40 mm"]},
    ],
    "protocol": [
        {"phase": "cool", "temperature": "-11 degC", "ramp": "60 s", "duration": "10 min"},
        {"phase": "hold", "duration": "1 min", "applicators": ["other"], "perfusion": 0.5},
        {"phase": "rewarm", "schedule": [["0 s", "1 degC"], ["9 s", "5 degC"]], "duration": "9 s"},
        {"phase": "remove", "duration": "5 min"},
        {"phase": "repeat", "times": 2},
    ],
    "room": {"temperature": "24 degC", "emissivity": 0.9},
    "start": {"kind": "table", "depth": ["0 mm", "9 mm"], "temperature": ["30 degC", "36 degC"]},
    "tissue": {
        "fat": {
            "perfusion": "3 mL/min/kg",
            "perfusion_response": {
                "kind": "ramp", "low": "9 degC", "high": "30 degC", "floor": 0.1, "smooth": True
            },
            "lipid": {"latent_heat": "70 kJ/kg", "curve": {"kind": "table", "liquid": [0, 1.0],
                      "temperature": ["2 degC", "14 degC"]}},
        }
    },
    "blood": {"density": "1050 kg/m^3"},
    "mesh": {"depth": {"finest": "0.3 mm", "coarsest": "1 mm"}, "margin": "9 mm"},
    "injury": {"kind": "crystal dose", "shape": 0.5},
    "probes": [{"name": "p", "depth": "5 mm", "offset": ["1 mm"]}],
    "output": {"every": "60 s", "fields": True},
    "numerics": {"tolerance": "0.1 K"},
}  # fmt: skip

UNITS = ["mm", "degC", "K", "s", "min", "W/m^2/K", "1/s", "%", "m^3", "", "mm^", "/", "°C", "µm"]
NUMBERS = ["0", "-1", "5", "1e9", "1e400", "nan", "0x1", "1,5", ".", "٣", ""]
WORDS = [
    "fat",
    "skin",
    "steady",
    "cool",
    "remove",
    "top",
    "perfect",
    "layer",
    "other",
    "ice",
    "int",
]
SCALARS = st.one_of(
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8).filter(lambda text: text.isprintable()),
    st.sampled_from(WORDS),
    st.builds("{} {}".format, st.sampled_from(NUMBERS), st.sampled_from(UNITS)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "phase", "tissue", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(node, path=()):
    """Every place in a case: keys of tables and indices of lists."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@st.composite
def broken(draw):
    """The good case with up to three values dropped, replaced, or swapped with one elsewhere."""
    case = copy.deepcopy(SEED)
    for _ in range(draw(st.integers(1, 3))):
        everywhere = list(places(case))
        *path, last = draw(st.sampled_from(everywhere))
        at = case
        for key in path:
            at = at[key]
        match draw(st.sampled_from(["drop", "replace", "steal", "misspell"])):
            case "drop":
                del at[last]
            case "replace":
                at[last] = draw(VALUES)
            case "steal":
                *path, other = draw(st.sampled_from(everywhere))
                value = case
                for key in (*path, other):
                    value = value[key] if _has(value, key) else value
                at[last] = copy.deepcopy(value)
            case "misspell" if isinstance(at, dict):
                at[f"{last}s"] = at.pop(last)
    return case


def _has(node, key):
    return key in node if isinstance(node, dict) else isinstance(node, list) and key < len(node)


@given(broken())
@settings(
    max_examples=300, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_a_broken_case_loads_or_is_refused(tmp_path, case):
    path = written(tmp_path, case)
    outcome = loaded_or_refused(path)
    assert isinstance(outcome, Loaded) or outcome.startswith(f"{path}:")
    assert isinstance(outcome, Loaded) or "pydantic" not in outcome


def loaded_or_refused(path):
    """The case, or what is wrong with it."""
    try:
        return load(path)
    except CaseError as refused:
        return str(refused)


def test_the_seed_is_good(tmp_path):
    assert load(written(tmp_path, SEED)).case.duration == 2 * (600 + 60 + 9 + 300)
