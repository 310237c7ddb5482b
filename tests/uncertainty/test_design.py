"""Inputs, samples, bands and sensitivities, on arrays and on cases that are only read."""

import json

import numpy as np
import pytest
from conftest import ROOT, treatment
from support.cases import written

from cryosim.case.load import load
from cryosim.errors import CaseError
from cryosim.injury import CrystalDose
from cryosim.library import calibration, tissues
from cryosim.library.applicators import entries as entries_of_applicator
from cryosim.uncertainty.bands import band_of, carried_over
from cryosim.uncertainty.calibrated import NAME as CALIBRATION
from cryosim.uncertainty.input import Input
from cryosim.uncertainty.inputs import inputs_of
from cryosim.uncertainty.outcomes import outcomes_of
from cryosim.uncertainty.samples import base_of, case_text, default_dimension, latin_hypercube
from cryosim.uncertainty.sensitivity import noise, ranked
from cryosim.uncertainty.study import study_of


def an_input(low, nominal, high, unit="1", name="a"):
    return Input(name, (name,), nominal, low, high, unit, ("assumption",), "A")


def named(path):
    return {item.name: item for item in inputs_of(load(path))}


# --- distributions and the design ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "distribution", "quartile", "median"),
    [
        (an_input(0.0, 1.0, 2.0), "triangular", np.sqrt(0.5), 1.0),
        (an_input(0.0, 0.0, 1.0), "triangular", 1.0 - np.sqrt(0.75), 1.0 - np.sqrt(0.5)),
        (an_input(0.0, 3.0, 2.0), "uniform", 0.5, 1.0),
        (an_input(0.01, 0.1, 1.0), "log-uniform", 10**-1.5, 0.1),
    ],
)
def test_a_distribution_has_its_quartiles(item, distribution, quartile, median):
    assert item.distribution == distribution
    assert item.at(0.25) == pytest.approx(quartile)
    assert item.at(0.5) == pytest.approx(median)
    assert (item.at(0.0), item.at(1.0)) == pytest.approx((item.low, item.high))


@pytest.mark.parametrize(("n", "seed"), [(2, 0), (7, 1), (60, 2)])
def test_every_part_of_every_input_is_drawn_from_once(n, seed):
    X = latin_hypercube([an_input(0.0, 9.0, 1.0), an_input(0.01, 0.1, 1.0)], n, seed)
    shares = np.column_stack([X[:, 0], 1.0 + np.log10(X[:, 1]) / 2.0])
    parts = np.sort(np.floor(shares * n), axis=0)
    assert (parts == np.arange(n)[:, None]).all()


def test_the_seed_decides_the_samples():
    inputs = [an_input(0.0, 0.5, 1.0), an_input(0.0, 0.5, 1.0)]
    first = latin_hypercube(inputs, 20, 4)
    assert (first == latin_hypercube(inputs, 20, 4)).all()
    assert (first != latin_hypercube(inputs, 20, 5)).all()


# --- which inputs a case has ---------------------------------------------------------------------


def test_every_spread_of_the_library_can_be_drawn_from():
    for name in (*tissues.names(), tissues.BLOOD):
        for key, entry in tissues.entries(name).items():
            if entry.spread is None:
                continue
            assert entry.ranges, f"{name}.{key}"
            for member in filter(None, entry.ranges):
                assert member in entry.value, f"{name}.{key}.{member}"


def test_blood_flow_under_cold_is_an_input(tmp_path):
    found = named(written(tmp_path, treatment()))
    for tissue in ("skin", "fat", "muscle"):
        floor = found[f"tissue.{tissue}.perfusion_response.floor"]
        assert (floor.low, floor.nominal, floor.high) == (0.0, 0.1, 0.5)
        assert f"tissue.{tissue}.perfusion" in found
    factor = found["protocol[2].perfusion"]
    assert (factor.low, factor.nominal, factor.high) == (0.1, 0.5, 1.0)
    assert found["tissue.fat.lipid.latent_heat"].header == "tissue.fat.lipid.latent_heat [kJ/kg]"
    assert {CALIBRATION, "nucleation.rate", "tissue.gel.conductivity"} <= {*found}
    assert not [name for name in found if name.startswith(("injury.", "course."))]
    assert found["nucleation.rate"].distribution == "log-uniform"


def test_what_the_case_gives_is_held_and_a_site_is_not(tmp_path):
    assert "applicator.contact_conductance" in named(written(tmp_path, treatment()))
    own = treatment(
        anatomy={"site": "abdomen", "thickness": {"fat": "20 mm"}},
        applicator={"contact_conductance": "350 W/m^2/K"},
        tissue={"fat": {"conductivity": "0.2 W/m/K"}},
        injury={"scale": "30 min"},
    )
    found = named(written(tmp_path, own))
    for name in ("applicator.contact_conductance", "tissue.fat.conductivity", CALIBRATION,
                 "injury.scale", "anatomy.thickness.fat"):  # fmt: skip
        assert name not in found
    assert found["anatomy.thickness.skin"].paths == ("anatomy.layers[1].thickness",)
    assert "tissue.skin.conductivity" in found


def test_alike_things_vary_alike_and_what_a_device_is_set_to_does_not_vary():
    found = named(ROOT / "cases/flank_dual.toml")
    assert found["applicator[1].contact_conductance"].paths == (
        "applicator[1].contact_conductance", "applicator[2].contact_conductance",
    )  # fmt: skip
    set_to = {"gap", "length", "depth", "suction", "temperature", "duration"}
    assert set_to & set(entries_of_applicator("two_plate_cup"))
    assert not [name for name in found if set(name.split(".")) & set_to]


def test_the_case_has_the_last_word(tmp_path):
    said = {
        "tissue.fat.perfusion": "off",
        "tissue.fat.perfusion_response.floor": [0.05, 0.2],
        "room.film": ["8 W/m^2/K", "15 W/m^2/K"],
        "protocol[1].temperature": ["-13 degC", "-11 degC"],
    }
    found = named(written(tmp_path, treatment(uncertainty=said)))
    assert "tissue.fat.perfusion" not in found
    floor = found["tissue.fat.perfusion_response.floor"]
    assert (floor.low, floor.nominal, floor.high, floor.grade) == (0.05, 0.1, 0.2, "case")
    assert found["room.film"].nominal == 10.0
    assert found["protocol[1].temperature"].nominal == -12.0


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"tissue.fat.perfusoin": "off"}, "no such input; did you mean"),
        ({"room.draught": [1.0, 2.0]}, "neither the case nor the library gives a value"),
        ({"room.film": ["15 W/m^2/K", "8 W/m^2/K"]}, "expected the lower end first"),
        ({"room.film": ["8 mm", "15 mm"]}, "does not fit"),
        ({"room.film": ["-8 W/m^2/K", "15 W/m^2/K"]}, "impossible value"),
        ({"room.film": "no"}, "room.film"),
    ],
)
def test_a_range_that_cannot_be_is_refused(tmp_path, said, message):
    with pytest.raises(CaseError, match=message):
        study_of(written(tmp_path, treatment(uncertainty=said)), 5)


def test_ranges_decide_nothing_of_the_run_itself(tmp_path):
    plain = load(written(tmp_path, treatment())).hash
    ranges = treatment(uncertainty={"tissue.fat.perfusion": "off"})
    assert load(written(tmp_path, ranges)).hash == plain


@pytest.mark.parametrize("name", ["abdomen_cup_drawn", "device_log_replay", "outer_thigh_flat"])
def test_a_sample_is_the_case_with_other_values(tmp_path, name):
    loaded = load(ROOT / f"cases/{name}.toml")
    inputs, dimension = inputs_of(loaded), default_dimension(loaded)
    assert dimension == (2 if "cup" in name else 1)
    values = [item.at(0.3) for item in inputs]
    path = tmp_path / "sample.toml"
    path.write_text(case_text(base_of(loaded, dimension), inputs, values, loaded))
    sample = load(path)
    found = {item.name: x for item, x in zip(inputs, values, strict=True)}
    floor = sample.tissues["fat"].perfusion_response.floor
    assert floor == found["tissue.fat.perfusion_response.floor"] != 0.1
    assert sample.tissues["fat"].lipid.latent_heat == pytest.approx(
        1e3 * found["tissue.fat.lipid.latent_heat"]
    )
    assert sample.tissues["fat"].lipid.curve == loaded.tissues["fat"].lipid.curve
    skin = found["anatomy.thickness.skin"]
    assert sample.case.anatomy.layers[0].thickness == pytest.approx(1e-3 * skin)
    drawn = [injury["scale"] for injury, _ in calibration.draws()]
    assert sample.case.injury.scale in drawn
    assert sample.case.duration == loaded.case.duration


def test_the_calibration_is_drawn_as_a_whole(tmp_path):
    item = named(written(tmp_path, treatment()))[CALIBRATION]
    assert item.settings(item.nominal) == {}, "the library's own parameters"
    assert item.distribution == "uniform"
    rows = [item.settings((i + 0.5) / 100) for i in range(100)]
    assert len({row["injury.scale"] for row in rows}) > 80
    laws = [CrystalDose(shape=r["injury.shape"], scale=r["injury.scale"]) for r in rows]
    killed = [1.0 - law.survival(np.array([[3600.0], [0.0]]))[0] for law in laws]
    assert (np.diff(killed) >= 0.0).all(), "the mildest first"
    assert killed[0] < 0.2 < 0.3 < killed[-1]


def test_a_range_of_the_case_takes_the_place_of_the_calibration(tmp_path):
    own = treatment(uncertainty={"injury.scale": ["100 min", "300 min"]})
    found = named(written(tmp_path, own))
    assert CALIBRATION not in found
    assert (found["injury.scale"].low, found["injury.scale"].nominal) == (100.0, 200.0)


# --- what is made of the samples -----------------------------------------------------------------


def test_sensitivity_ranks_a_known_function():
    b = np.array([4.0, 3.0, 2.0, *[0.0] * 9])
    X = latin_hypercube([an_input(0.0, 9.0, 1.0)] * 12, 100, 0)
    found = ranked([f"x{i}" for i in range(12)], X, X @ b, 0)
    assert [entry["input"] for entry in found[:3]] == ["x0", "x1", "x2"]
    exact = b[:3] ** 2 / (b @ b)
    for entry, index in zip(found, exact, strict=False):
        assert entry["index"] == pytest.approx(index, abs=0.13)
        assert abs(entry["index"] - index) < entry["confidence"]
    assert all(entry["index"] < noise(100) for entry in found[3:])


def test_few_samples_and_constant_outcomes_tell_nothing():
    X = latin_hypercube([an_input(0.0, 9.0, 1.0)] * 2, 100, 0)
    assert ranked(["a", "b"], X[:20], X[:20, 0], 0) == []
    assert ranked(["a", "b"], X, np.full(100, 0.1) * 3.0, 0) == []


def test_an_outcome_that_is_nearly_always_the_same_has_no_confidence():
    X = latin_hypercube([an_input(0.0, 9.0, 1.0)] * 4, 40, 0)
    Y = np.full(40, 20.0)
    Y[np.argmax(X[:, 0])] = 15.0
    found = ranked(["a", "b", "c", "d"], X, Y, 0)
    assert found
    assert all(entry["confidence"] is None for entry in found)
    assert all(np.isfinite(entry["index"]) for entry in found)
    json.dumps(found, allow_nan=False)


def test_bands_are_carried_over_by_difference_ratio_or_odds():
    def over(unit, nominal, full):
        band = band_of(np.linspace(0.5 * nominal, 1.5 * nominal, 101), unit, nominal)
        return carried_over(band, {"it": full}, "it")

    cold = over("degC", -10.0, (-8.0, "degC"))
    assert (cold["how"], cold["p5"], cold["p95"]) == pytest.approx(("difference", -12.5, -3.5))
    much = over("mm", 2.0, (30.0, "cm^3"))
    assert (much["how"], much["unit"]) == ("ratio", "cm^3")
    assert (much["p5"], much["p95"]) == pytest.approx((16.5, 43.5))
    share = over("%", 50.0, (80.0, "%"))
    assert share["how"] == "ratio of odds"
    odds = [p / (100.0 - p) for p in (share["p5"], share["median"], share["p95"])]
    assert odds == pytest.approx([4.0 * 27.5 / 72.5, 4.0, 4.0 * 72.5 / 27.5])
    assert over("mm", 0.0, (1.0, "mm")) is None


def test_outcomes_are_collected_from_every_section():
    entry = {"value": 2, "unit": "mm", "band": None}
    result = {
        "quantities": {"a": entry, "text": {"value": "no", "unit": ""}},
        "outcome": {"b": {"value": 0.5, "unit": "1"}, "list": [1, 2]},
        "limits": [{"key": "skin", "value": -5.0, "unit": "degC"}, {"key": "c", "value": None}],
    }
    assert outcomes_of(result) == {
        "a": (2.0, "mm"), "b": (0.5, "1"), "limit: skin": (-5.0, "degC"),
    }  # fmt: skip
