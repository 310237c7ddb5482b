"""Limits along a run, against columns that can be computed by hand."""

import csv
import json

import numpy as np
import pytest
from conftest import COARSE, ROOT, treatment
from support.cases import written

from cryosim.case.load import load
from cryosim.injury.arrhenius import WEAVER_STOLL
from cryosim.library.tissues import tissue
from cryosim.outcome.caveats import CAVEATS
from cryosim.physics.nucleation import Nucleation, freezing_point, water_share
from cryosim.simulate import run
from cryosim.units import ZERO_CELSIUS

QUIET = {"perfusion": "0 mL/min/kg", "metabolism": "0 W/kg"}
SMALL = {"every": "5 min", "fields": False, "figures": False}


def limits_of(folder):
    result = json.loads((folder / "result.json").read_text())
    return {x["key"]: x for x in result["limits"]}, result


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """Skin 2 mm, fat 10 mm, muscle 6 mm at rest between a plate of -8 degC and 37 degC."""
    k = {name: tissue(name).conductivity for name in ("skin", "fat", "muscle")}
    thick = {"skin": 0.002, "fat": 0.010, "muscle": 0.006}
    q = 45.0 / sum(thick[name] / k[name] for name in thick)
    T = -8.0 + np.cumsum([0.0, *(q * thick[name] / k[name] for name in thick)])
    depth = np.cumsum([0.0, *thick.values()])
    case = treatment(
        anatomy={"layers": [{"tissue": n, "thickness": f"{1e3 * d} mm"} for n, d in thick.items()]},
        applicator={"contact_conductance": "perfect"},
        protocol=[{"phase": "cool", "temperature": "-8 degC", "duration": "10 min"}],
        start={
            "kind": "table", "depth": [f"{1e3 * d} mm" for d in depth],
            "temperature": [f"{t} degC" for t in T],
        },
        tissue={name: QUIET for name in thick},
        output=SMALL,
        probes=[],
        limits={"skin_surface": {"warning": "-7 degC", "error": "-12 degC"}},
    )  # fmt: skip
    path = written(tmp_path_factory.mktemp("steady"), case)
    return limits_of(run(path, path.parent / "out")), q, T, k, path


def test_temperatures_and_places_are_those_of_the_straight_profile(steady):
    (limits, _), q, T, k, _ = steady
    expected = {
        "skin_surface": (-8.0, 0.0), "basal_layer": (-8.0 + q * 1e-4 / k["skin"], 0.0),
        "nerve_block": (T[1], 2.0), "muscle": (T[2], 12.0),
    }  # fmt: skip
    for key, (value, depth) in expected.items():
        assert limits[key]["value"] == pytest.approx(value, abs=2e-3), key
        assert limits[key]["where"] == {"mm": [-depth], "depth_mm": depth}
    assert limits["nerve_block"]["status"] == "warning"
    assert limits["nerve_block"]["first_time_s"] == {"warning": 0.0, "error": None}


def test_times_count_from_the_first_second_to_the_last(steady):
    limits, _ = steady[0]
    assert limits["skin_below_freezing"]["value"] == pytest.approx(10.0)
    assert limits["nerve_cold"]["value"] == pytest.approx(10.0)
    assert limits["skin_below_freezing"]["margin"] == pytest.approx(
        {"warning": 50.0, "error": None}
    )
    assert limits["rewarming"]["value"] == pytest.approx(0.0, abs=1e-3)
    assert limits["burn"]["value"] == 0.0
    assert limits["melanocytes"]["value"] is None, "there is no ice"


def test_the_probability_of_ice_is_the_integral_over_the_profile(steady):
    (limits, _), _, T, _, path = steady
    loaded = load(path)
    total = 0.0
    for name, a, b, d in zip(("skin", "fat"), T, T[1:], (0.002, 0.010), strict=False):
        skin = loaded.tissues[name].model_copy(update={"ice": loaded.ice[name]})
        point = freezing_point(skin) - ZERO_CELSIUS
        middle = a + (b - a) * (np.arange(20000) + 0.5) / 20000
        total += Nucleation().hazard(point - middle).mean() * d * water_share(skin)
    expected = 1.0 - np.exp(-total * 0.06**2 * 600.0)
    assert limits["ice"]["value"] == pytest.approx(expected, rel=1e-2)
    assert limits["ice"]["status"] == "ok"


def test_the_case_replaces_tiers_and_the_result_says_so(steady):
    limits, result = steady[0]
    skin = limits["skin_surface"]
    assert (skin["warning"], skin["error"], skin["status"]) == (-7.0, -12.0, "warning")
    assert skin["margin"] == pytest.approx({"warning": -1.0, "error": 4.0}, abs=1e-9)
    assert (skin["source"], skin["grade"]) == (["case"], None)
    assert "limits.skin_surface.error = -12 degC (library: -15 degC)" in result["overrides"]


def test_selectivity_is_fat_lost_over_the_largest_used_share(steady):
    limits, result = steady[0]
    lost = result["quantities"]["fat lost under applicators"]["value"]
    used = limits["skin_surface"]["used"]
    assert used == pytest.approx(41.0 / 45.0, abs=1e-6)
    assert used == max(x["used"] for x in limits.values() if x["used"] is not None)
    assert result["quantities"]["selectivity"]["value"] == pytest.approx(lost / used)
    assert lost > 0.0


def test_side_effects_and_caveats_are_told(steady):
    limits, result = steady[0]
    assert limits["paradoxical_hyperplasia"]["status"] == "info"
    assert limits["paradoxical_hyperplasia"]["how"].startswith("0.0051 % to 0.39 % of cycles")
    assert result["caveats"] == list(CAVEATS)


def test_the_table_has_every_limit(steady):
    folder = steady[-1].parent / "out"
    with (folder / "limits.csv").open() as lines:
        rows = {row["limit"]: row for row in csv.DictReader(lines)}
    assert list(rows) == list(steady[0][0])
    assert float(rows["skin_surface"]["margin to error"]) == pytest.approx(4.0)
    assert rows["ice"]["where [mm]"] == ""


def test_rewarming_is_the_smoothed_rate_of_the_surface(tmp_path):
    """A perfect plate: 2 min at -10 degC, then a ramp of 20 K in 40 s."""
    case = treatment(
        applicator={"contact_conductance": "perfect"},
        start={"kind": "uniform", "temperature": "33 degC"},
        protocol=[
            {"phase": "cool", "temperature": "-10 degC", "duration": "2 min"},
            {"phase": "rewarm", "temperature": "10 degC", "ramp": "40 s", "duration": "40 s"},
        ],
        output=SMALL, probes=[],
    )  # fmt: skip
    limits, _ = limits_of(run(written(tmp_path, case), tmp_path / "out"))
    slope, over = 20.0 / 40.0, 60.0
    before = -(33.0 + 10.0) * np.exp(-120.0 / over) / over
    expected = slope + (before - slope) * np.exp(-40.0 / over)
    assert limits["rewarming"]["value"] == pytest.approx(60.0 * expected, rel=1e-6)
    crossing = 120.0 + 40.0 * (10.0 - 0.55) / 20.0
    assert limits["skin_below_freezing"]["value"] == pytest.approx(crossing / 60.0, rel=1e-3)


def test_hot_skin_burns_by_the_closed_form(tmp_path):
    case = treatment(
        anatomy={
            "layers": [{"tissue": "skin", "thickness": "4 mm"}], "faces": {"bottom": "insulated"},
        },
        applicator=[], probes=[], output=SMALL,
        room={"film": "0 W/m^2/K"},
        start={"kind": "uniform", "temperature": "48 degC"},
        protocol=[{"phase": "remove", "duration": "20 min"}],
        tissue={"skin": QUIET},
    )  # fmt: skip
    limits, result = limits_of(run(written(tmp_path, case), tmp_path / "out"))
    branch = WEAVER_STOLL[0]
    expected = 1200.0 * np.exp(np.log(branch.frequency) - branch.activation / (48.0 + ZERO_CELSIUS))
    assert limits["burn"]["value"] == pytest.approx(expected, rel=1e-6)
    assert limits["burn"]["status"] == ("error" if expected > 1.0 else "warning")
    first = limits["burn"]["first_time_s"]["warning"]
    assert first == pytest.approx(0.53 / expected * 1200.0, rel=1e-6)
    assert set(limits) & {"muscle", "nerve_cold", "nerve_block"} == set(), "not in this case"
    assert "selectivity" not in result["quantities"]


def test_ice_is_an_error_and_counts_for_cells_while_it_lasts(tmp_path):
    case = treatment(
        protocol=[
            {"phase": "cool", "temperature": "-14 degC", "duration": "5 min"},
            {"phase": "remove", "duration": "2 min"},
        ],
        applicator={}, output=SMALL, probes=[],
        nucleation={"event": "forced", "at": "2 min"},
    )  # fmt: skip
    limits, _ = limits_of(run(written(tmp_path, case), tmp_path / "out"))
    assert (limits["ice"]["value"], limits["ice"]["status"]) == (1.0, "error")
    assert limits["ice"]["first_time_s"]["error"] == pytest.approx(120.0)
    basal = limits["melanocytes"]["value"]
    assert limits["basal_layer"]["value"] < basal < -0.55, "ice warms what it forms in"
    assert limits["keratinocytes"]["value"] == basal


def test_the_coldest_skin_lies_under_the_plate_of_a_section(tmp_path):
    case = treatment(dimension=2, mesh=COARSE, output=SMALL, probes=[])
    limits, result = limits_of(run(written(tmp_path, case), tmp_path / "out"))
    x, z = limits["skin_surface"]["where"]["mm"]
    assert abs(x) < 10.0
    assert z == 0.0
    seen = result["quantities"]["coldest skin"]["value"]
    assert limits["skin_surface"]["value"] == pytest.approx(seen, abs=1e-6)
    assert seen < limits["basal_layer"]["value"] < seen + 1.0


def test_the_default_hazard_is_anchored_on_reported_freeze_burns(tmp_path):
    """The plate of the project on a coarse mesh: 1 in 15,000, and nothing worse than numbness."""
    text = (ROOT / "cases/abdomen_plate.toml").read_text()
    coarse = (
        '[mesh]\ndepth = { finest = "0.5 mm", growth = 1.2, coarsest = "2 mm" }\n'
        'lateral = { finest = "2 mm", growth = 1.3, coarsest = "6 mm" }\n[output]\n'
        "fields = false\nfigures = false\n"
    )
    path = tmp_path / "case.toml"
    path.write_text(text.replace("[output]\n", coarse))
    limits, _ = limits_of(run(path, tmp_path / "out"))
    assert limits["ice"]["value"] == pytest.approx(1.0 / 15000.0, rel=0.15)
    status = {key: x["status"] for key, x in limits.items()}
    assert set(status.values()) == {"ok", "info", "warning"}
    assert [key for key, s in status.items() if s == "warning"] == ["nerve_block"]
