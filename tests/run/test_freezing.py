"""Ice in a run: its probability, the event, the device that aborts, restart and ranks."""

import csv
import json
import os
import signal
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import ROOT
from support.device_case import device_case
from support.limits import number_tables

from cryosim.case.load import load
from cryosim.errors import Interrupted
from cryosim.parallel import MPI
from cryosim.physics.nucleation import Nucleation, freezing_point, water_share
from cryosim.simulate import run
from cryosim.treatment.build import build
from cryosim.units import ZERO_CELSIUS

SKIN_SENSOR = (
    '[applicator.device]\nrate = "1 K/s"\ncontroller = { kind = "pi" }\n'
    'sensor = { at = "skin", lag = "1 s" }\nabort = { rewarm_for = "90 s" }'
)
PROTOCOL = (
    '[[protocol]]\nphase = "cool"\ntemperature = "-13 degC"\nduration = "8 min"\n'
    '[[protocol]]\nphase = "remove"\nduration = "3 min"'
)
FORCED = '[nucleation]\nevent = "forced"\nat = "255 s"'


def freezing_case(nucleation=FORCED, dimension=1, device=SKIN_SENSOR, **more):
    """A plate at -13 degC on bare skin; ice at 255 s between the outputs every 20 s."""
    parts = {
        "gel": "", "pump": '[applicator.device.pump]\npower = "1 W/cm^2"', "protocol": PROTOCOL,
        "output": '[output]\nevery = "20 s"\nfigures = false', "nucleation": nucleation,
    }  # fmt: skip
    text = device_case(dimension, **(parts | more))
    return text.replace("[applicator.device]\n\n", f"{device}\n")


def result_of(folder, text, name="case"):
    path = folder / f"{name}.toml"
    path.write_text(text)
    out = run(path, folder / name)
    return out, json.loads((out / "result.json").read_text())


def table(folder, name):
    with (Path(folder) / name).open() as lines:
        rows = list(csv.DictReader(lines))
    return {k: np.array([float(r[k] or "nan") for r in rows]) for k in rows[0]}


def happened(result, word):
    return next((e for e in result["events"] if word in e["event"]), None)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    return result_of(tmp_path_factory.mktemp("frozen"), freezing_case())


# --- probability ---------------------------------------------------------------------------------


def test_the_probability_of_skin_that_stays_as_cold_is_the_closed_form(tmp_path):
    text = """
title = "cold skin"
dimension = 1
anatomy.layers = [ { tissue = "skin", thickness = "4 mm" } ]
anatomy.faces = { bottom = "insulated" }
room.film = "0 W/m^2/K"
start = { kind = "uniform", temperature = "-7 degC" }
protocol = [ { phase = "remove", duration = "20 min" } ]
tissue.skin = { perfusion = "0 mL/min/kg", metabolism = "0 W/kg" }
nucleation.across = "30 mm"
output = { every = "100 s", fields = false, figures = false }
"""
    folder, result = result_of(tmp_path, text)
    loaded = load(tmp_path / "case.toml")
    skin = loaded.tissues["skin"].model_copy(update={"ice": loaded.ice["skin"]})
    point = freezing_point(skin) - ZERO_CELSIUS
    rate = float(Nucleation().hazard(np.array([point + 7.0]))[0])
    water = water_share(skin) * 0.03**2 * 0.004
    seen = table(folder, "front.csv")
    expected = 1.0 - np.exp(-rate * water * seen["time [s]"])
    np.testing.assert_allclose(seen["probability of ice [1]"], expected, rtol=1e-6)
    entry = result["quantities"]["probability that ice nucleates"]
    assert entry["value"] == pytest.approx(expected[-1], rel=1e-6)
    assert result["events"] == []


def test_the_probability_and_the_drawn_time_do_not_depend_on_the_steps(tmp_path):
    """Steps of a tolerance thirty times as large: they are about three times as long."""
    found = {}
    for tolerance in ("0.003 K", "0.1 K"):
        text = freezing_case('[nucleation]\nevent = "drawn"\nseed = 14\nrate = "20 1/m^3/s"')
        text += f'[numerics]\ntolerance = "{tolerance}"\n'
        _, result = result_of(tmp_path, text, tolerance.replace(" ", ""))
        found[tolerance] = happened(result, "nucleates"), result["timing"]["steps"]
    (fine, many), (coarse, few) = found.values()
    assert many > 1.5 * few
    assert coarse["time [s]"] == pytest.approx(fine["time [s]"], abs=0.5)
    u = Nucleation(event="drawn", seed=14).threshold()
    for event in (fine, coarse):
        assert event["probability by then [1]"] == pytest.approx(1.0 - np.exp(-u), abs=1e-3)


def test_without_an_event_nothing_of_the_ice_is_in_the_model(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(freezing_case(""))
    body = build(load(path), MPI.COMM_WORLD).balance.body
    assert body.iced == {}
    assert len(body.tissues) == 2
    assert 1.0 / body.tables.per_kelvin == pytest.approx(0.05), "no curve of ice to resolve"
    path.write_text(freezing_case(""))
    _, result = result_of(tmp_path, freezing_case(""), "none")
    assert result["events"] == []
    assert 0.0 < result["quantities"]["probability that ice nucleates"]["value"] < 1.0


def test_tissue_at_equilibrium_has_no_probability(tmp_path):
    text = freezing_case("").replace("[anatomy]\n", '[anatomy]\nfreezing = "equilibrium"\n')
    folder, result = result_of(tmp_path, text)
    assert "probability of ice [1]" not in table(folder, "front.csv")
    assert "probability that ice nucleates" not in result["quantities"]


# --- event and abort -----------------------------------------------------------------------------


def test_the_sensor_sees_the_jump_and_the_device_aborts_and_rewarms(frozen):
    folder, result = frozen
    ice, seen, end = (happened(result, w) for w in ("nucleates", "detects", "aborts"))
    assert ice["time [s]"] == 255.0
    assert ice["coldest supercooled tissue [degC]"] < -5.0
    assert ice["there [mm]"] == [0.0], "the surface of the skin"
    assert 255.0 < seen["time [s]"] < 256.0
    assert seen["rise [K]"] > 1.0
    assert end["time [s]"] == seen["time [s]"] + 2.0
    device = table(folder, "device.csv")
    at = {t: i for i, t in enumerate(device["time [s]"])}
    sensor, set_point = (device[f"applicator {x} [degC]"] for x in ("sensor", "set point"))
    assert sensor[at[260]] > sensor[at[240]] + 3.0
    assert sensor[at[260]] < -0.55
    assert set_point[at[240]] == -13.0
    assert set_point[at[340]] == 37.0
    last_on = max(t for t in at if not np.isnan(sensor[at[t]]))
    assert last_on == 340.0, "rewarming ends 90 s after the abort at 257 s"
    assert device["applicator coldest skin [degC]"][-1] > 10.0
    assert device["time [s]"][-1] == 660.0, "up to the planned end"


def test_the_ledger_closes_through_freezing_and_melting(frozen):
    folder, result = frozen
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    ledger = table(folder, "ledger.csv")
    water = next(v for k, v in ledger.items() if k.startswith("water latent"))
    t = ledger["time [s]"]
    assert (water[t < 255.0] == 0.0).all()
    assert water[t == 260.0] < -1e4
    assert water[-1] == pytest.approx(0.0, abs=1.0)


def test_events_are_told_in_the_log(frozen):
    log = (frozen[0] / "run.log").read_text()
    assert "ice nucleates at 255 s: probability by then" in log
    assert "applicator aborts the treatment at 257" in log


def test_before_the_event_the_run_is_that_without_one(frozen, tmp_path):
    folder, _ = result_of(tmp_path, freezing_case(""))
    a, b = table(folder, "device.csv"), table(frozen[0], "device.csv")
    before = a["time [s]"] < 255.0
    assert before.sum() == 13
    for key in a:
        np.testing.assert_allclose(a[key][before], b[key][before], atol=0.01, err_msg=key)


def test_a_device_that_reads_its_own_plate_may_miss_the_ice(tmp_path):
    """An ideal controller holds the plate at its set point, whatever the skin does."""
    device = '[applicator.device]\nrate = "1 K/s"\nabort = {}'
    folder, result = result_of(tmp_path, freezing_case(device=device))
    assert happened(result, "nucleates") is not None
    assert happened(result, "aborts") is None
    assert table(folder, "device.csv")["applicator set point [degC]"][20] == -13.0


def test_nothing_freezes_where_nothing_is_supercooled(tmp_path):
    text = freezing_case('[nucleation]\nevent = "forced"\nat = "5 s"')
    folder, result = result_of(tmp_path, text)
    assert [e["event"] for e in result["events"]] == ["no ice: nothing is supercooled"]
    ledger = table(folder, "ledger.csv")
    water = next(v for k, v in ledger.items() if k.startswith("water latent"))
    assert (water == 0.0).all()


def test_both_integrators_freeze_alike(frozen, tmp_path):
    text = freezing_case() + '[numerics]\nintegrator = "implicit"\n'
    folder, result = result_of(tmp_path, text)
    assert result["timing"]["integrator"] == "Implicit"
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    a, b = table(folder, "device.csv"), table(frozen[0], "device.csv")
    skin = "applicator coldest skin [degC]"
    assert np.abs(a[skin] - b[skin]).max() < 0.3


# --- restart and ranks ---------------------------------------------------------------------------


def without_place(events):
    return [{k: v for k, v in e.items() if isinstance(v, float)} for e in events]


def assert_same(out, reference):
    for file in number_tables(reference):
        a, b = table(out, file.name), table(reference, file.name)
        assert list(a) == list(b)
        largest = max(np.nanmax(np.abs(v)) for v in b.values())
        for key in b:
            scale = largest if "residual" in key else np.nanmax(np.abs(b[key]), initial=1.0)
            np.testing.assert_allclose(a[key] / scale, b[key] / scale, atol=1e-7, err_msg=key)
    with h5py.File(out / "fields.h5") as a, h5py.File(reference / "fields.h5") as b:
        assert a["times"][:].tolist() == b["times"][:].tolist()
    ours, theirs = (json.loads((f / "result.json").read_text())["events"] for f in (out, reference))
    assert [e["event"] for e in ours] == [e["event"] for e in theirs]
    for mine, other in zip(without_place(ours), without_place(theirs), strict=True):
        assert mine == pytest.approx(other, rel=1e-6)


@pytest.mark.parametrize("at", [200, 260, 300, 360])
def test_a_resumed_run_ends_like_an_unbroken_one(frozen, tmp_path, at):
    """Stopped before the ice, during the delay or rewarming, and after removal."""
    path, out = tmp_path / "case.toml", tmp_path / "out"
    path.write_text(freezing_case())

    def ask(t, *_):
        if t == at:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(path, out, watch=ask)
    run(path, out, resume=True)
    assert_same(out, frozen[0])


def test_so_does_one_stopped_between_detection_and_abort(tmp_path):
    """The delay spans an output, where the run is stopped with the abort ahead."""
    device = SKIN_SENSOR.replace("abort = {", 'abort = { delay = "8 s",')
    text = freezing_case(device=device)
    unbroken, result = result_of(tmp_path, text, "unbroken")
    assert happened(result, "aborts")["time [s]"] > 260.0
    path, out = tmp_path / "case.toml", tmp_path / "out"
    path.write_text(text)

    def ask(t, *_):
        if t == 260.0:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(path, out, watch=ask)
    run(path, out, resume=True)
    assert_same(out, unbroken)


@pytest.mark.parallel
def test_ice_is_drawn_alike_on_two_ranks(tmp_path, two_ranks):
    text = freezing_case(
        '[nucleation]\nevent = "drawn"\nseed = 14\nrate = "100 1/m^3/s"', dimension=2
    )
    one, result = result_of(tmp_path, text, "one")
    assert happened(result, "aborts") is not None
    got = two_ranks("run", tmp_path / "one.toml", "--out", tmp_path / "two", "-q")
    assert got.code == 0, got.err
    assert_same(tmp_path / "two", one)
    places = [
        happened(json.loads((f / "result.json").read_text()), "nucleates")["there [mm]"]
        for f in (one, tmp_path / "two")
    ]
    assert places[0] == pytest.approx(places[1])


def test_the_case_of_the_project_freezes_and_aborts(tmp_path):
    text = (ROOT / "cases/freeze_abort.toml").read_text()
    _, result = result_of(
        tmp_path,
        text.replace("dimension = 3", "dimension = 1").replace(
            'every = "15 s"', 'every = "60 s"\nfields = false\nfigures = false'),
    )  # fmt: skip
    assert [e["event"].split()[-1] for e in result["events"]] == [
        "nucleates", "freezing", "treatment",
    ]  # fmt: skip
