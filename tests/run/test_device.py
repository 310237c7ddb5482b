"""Devices in a run: ledger, restart, both integrators, replay of a log, overlapping places."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from support.device_case import device_case

from cryosim.errors import CaseError
from cryosim.simulate import run


def result_of(tmp_path, text, name="case"):
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    folder = run(path, tmp_path / name)
    return folder, json.loads((folder / "result.json").read_text())


def table(folder, name="device.csv"):
    with (Path(folder) / name).open() as lines:
        rows = list(csv.DictReader(lines))
    return {k: np.array([float(r[k] or "nan") for r in rows]) for k in rows[0]}


@pytest.mark.parametrize("dimension", [1, 2])
def test_the_ledger_with_plate_and_gel_closes(tmp_path, dimension):
    folder, result = result_of(tmp_path, device_case(dimension))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    ledger = table(folder, "ledger.csv")
    pumped = next(v for k, v in ledger.items() if k.startswith("pumped by applicator"))
    assert pumped[-1] > 0.0


def test_a_plate_of_limited_power_lags_and_says_so(tmp_path):
    folder, _ = result_of(tmp_path, device_case())
    seen = table(folder)
    assert seen["applicator saturation [1]"][2] == pytest.approx(1.0)
    assert seen["applicator temperature [degC]"][2] > seen["applicator set point [degC]"][2] + 5.0
    assert seen["applicator pumped [mW/cm^2]"][2] < 250.0


def test_both_integrators_agree(tmp_path):
    explicit, _ = result_of(tmp_path, device_case(device='rate = "0.3 K/s"'), "explicit")
    implicit, result = result_of(
        tmp_path,
        device_case(device='rate = "0.3 K/s"', numerics='[numerics]\nintegrator = "implicit"'),
        "implicit",
    )
    assert result["timing"]["integrator"] == "Implicit"
    a, b = table(explicit), table(implicit)
    for key in ("applicator temperature [degC]", "applicator coldest skin [degC]"):
        assert np.nanmax(np.abs(a[key] - b[key])) < 0.05
    assert result["ledger"]["worst residual over heat removed"] < 1e-9


def test_replaying_the_log_of_a_plate_reproduces_its_run(tmp_path):
    often = '[output]\nevery = "2 s"\nfields = false\nfigures = false'
    original, _ = result_of(tmp_path, device_case(output=often), "original")
    cool = (
        '[[protocol]]\nphase = "cool"\nduration = "6 min"\n'
        'log = { file = "original/device.csv", column = "applicator temperature [degC]" }\n'
        '[[protocol]]\nphase = "remove"\nduration = "1 min"'
    )
    text = device_case(output=often, protocol=cool, device="", pump="")
    text = text.replace("[applicator.device]\n", "")
    replay, _ = result_of(tmp_path, text, "replay")
    a, b = (table(folder)["applicator coldest skin [degC]"] for folder in (original, replay))
    assert np.nanmax(np.abs(a - b)) < 0.01


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ('{ file = "nowhere.csv" }', "no such file"),
        ('{ file = "log.csv", column = "plat [degC]" }', "no column is called"),
        ('{ file = "log.csv" }', "column is missing"),
        ('{ file = "back.csv" }', "time does not rise at 5"),
        ('{ file = "bare.csv" }', "expected its unit"),
        ('{ file = "log.csv", colum = "plate [degC]" }', "unknown key"),
        ('"log.csv"', "expected { file"),
    ],
)
def test_a_log_that_cannot_be_replayed_is_refused(tmp_path, log, message):
    (tmp_path / "log.csv").write_text("time [s],plate [degC],skin [degC]\n0,20,30\n10,10,\n")
    (tmp_path / "back.csv").write_text("time [s],plate [degC]\n0,20\n9,10\n5,8\n")
    (tmp_path / "bare.csv").write_text("time [s],plate\n0,20\n9,10\n")
    cool = f'[[protocol]]\nphase = "cool"\nduration = "1 min"\nlog = {log}'
    with pytest.raises(CaseError, match=message):
        result_of(tmp_path, device_case(protocol=cool))


def test_a_second_place_may_overlap_with_the_first(tmp_path):
    """Two places one after the other; the ledger closes and the shared skin is cooled twice."""
    two = "\n".join(
        f'[[applicator]]\nname = "{name}"\nsize = ["12 mm"]\ncentre = ["{x} mm"]\n'
        '[applicator.device]\nrate = "1 K/s"'
        for name, x in (("first", -3), ("second", 3))
    )
    phases = "\n".join(
        f'[[protocol]]\nphase = "{phase}"\nduration = "2 min"\napplicators = ["{name}"]\n{more}'
        for name in ("first", "second")
        for phase, more in (("cool", 'temperature = "-8 degC"'), ("remove", ""))
    )
    probes = "".join(
        f'[[probes]]\nname = "{name}"\ndepth = "1 mm"\noffset = ["{x} mm"]\n'
        for name, x in (("first only", -7), ("both", 0), ("second only", 7))
    )
    text = device_case(
        2, applicator=two, gel="", device="", pump="", protocol=phases, probes=probes
    ).replace("[applicator.device]\n\n", "")
    folder, result = result_of(tmp_path, text)
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    seen = table(folder, "probes.csv")
    at = {t: i for i, t in enumerate(seen["time [s]"])}
    first, both, second = (seen[f"{n} [degC]"] for n in ("first only", "both", "second only"))
    assert both[at[120]] == pytest.approx(first[at[120]], abs=3.0)
    assert second[at[120]] > both[at[120]] + 8.0
    assert first[at[360]] > both[at[360]] + 8.0
    assert both[at[360]] < second[at[360]], "what was cold already is colder"


def test_overlapping_applicators_cannot_be_on_together(tmp_path):
    two = "\n".join(
        f'[[applicator]]\nname = "{name}"\nsize = ["12 mm"]\ncentre = ["{x} mm"]'
        for name, x in (("first", -3), ("second", 3))
    )
    with pytest.raises(CaseError, match="overlap and are both on"):
        result_of(tmp_path, device_case(2, applicator=two, gel="", device="", pump="").replace(
            "[applicator.device]\n", ""))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            device_case(protocol='[[protocol]]\nphase = "cool"\nflux = "50 mW/cm^2"\n'
                                 'duration = "1 min"'),
            "a device takes a temperature",
        ),
        (
            device_case(2, pump='[applicator.device.controller]\nkind = "pi"\n'
                                '[applicator.device.sensor]\nat = "skin"\noffset = ["9 mm"]'),
            "outside the applicator",
        ),
    ],
)  # fmt: skip
def test_what_a_device_cannot_do_is_refused(tmp_path, text, message):
    with pytest.raises(CaseError, match=message):
        result_of(tmp_path, text)
