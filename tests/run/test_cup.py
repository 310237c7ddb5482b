"""Tissue drawn into a cup: heat in the drawn shape, contact in part, vacuum on and off."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.cup_case import cup_case

from cryosim.errors import CaseError
from cryosim.simulate import run

FOLD = 'height = "15 mm"'


def result_of(tmp_path, text, name="case", **how):
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    folder = run(path, tmp_path / name, **how)
    return folder, json.loads((folder / "result.json").read_text())


def table(folder, name):
    header, *rows = (Path(folder) / name).read_text().splitlines()
    values = np.array([[float(x or "nan") for x in row.split(",")] for row in rows])
    return dict(zip(header.split(","), values.T, strict=True))


def quantity(result, name):
    return result["quantities"][name]["value"]


@pytest.mark.parametrize("draw", ["parametric", "hyperelastic"])
def test_a_fold_is_drawn_cooled_and_let_go_and_the_ledger_closes(tmp_path, draw):
    how = FOLD if draw == "parametric" else 'suction = "15 kPa"'
    folder, result = result_of(tmp_path, cup_case(cup=f'draw = "{draw}"\n{how}'))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    device = table(folder, "device.csv")
    assert device["applicator heat flux [mW/cm^2]"][3] > 20.0
    assert np.isnan(device["applicator heat flux [mW/cm^2]"][-1])
    change = next(v for k, v in result["ledger"].items() if k.startswith("change of shape"))
    assert abs(change) < 0.05 * result["ledger"]["heat removed"]
    assert quantity(result, "fat under applicators") > 0.5


def test_touched_skin_is_colder_than_the_skin_that_hangs_free(tmp_path):
    """Skin at the crest is not touched: it stays warm while the flank freezes."""
    probes = '[[probes]]\nname = "crest"\ndepth = "0 mm"\n'
    folder, _ = result_of(tmp_path, cup_case(cup=FOLD, more=probes))
    crest = table(folder, "probes.csv")["crest [degC]"]
    coldest = table(folder, "device.csv")["applicator coldest skin [degC]"]
    assert coldest[3] < 12.0
    assert crest[3] > coldest[3] + 5.0


def test_without_vacuum_a_cup_touches_nothing(tmp_path):
    off = (
        '[[protocol]]\nphase = "cool"\ntemperature = "-8 degC"\nduration = "2 min"\n'
        'vacuum = false\n[[protocol]]\nphase = "remove"\nduration = "1 min"\n'
    )
    bare = '[[protocol]]\nphase = "remove"\nduration = "3 min"\n'
    a, result = result_of(tmp_path, cup_case(cup=FOLD, protocol=off), "off")
    b, _ = result_of(tmp_path, cup_case(cup=FOLD, protocol=bare), "bare")
    for name in ("layers.csv", "front.csv"):
        here, there = table(a, name), table(b, name)
        assert all(np.allclose(here[k], there[k], atol=1e-4, equal_nan=True) for k in here)
    assert not any(k.startswith("change of shape") for k in result["ledger"])
    device = table(a, "device.csv")
    assert np.isnan(device["applicator temperature [degC]"]).all(), "it touches nothing"
    assert np.isnan(device["applicator heat flux [mW/cm^2]"]).all()


def test_a_device_goes_on_as_it_was_when_the_vacuum_comes_back(tmp_path):
    on = '[[protocol]]\nphase = "cool"\ntemperature = "-8 degC"\nduration = "2 min"\n'
    off = '[[protocol]]\nphase = "wait"\nduration = "1 min"\nvacuum = false\n'
    cup = f'{FOLD}\n[applicator.device]\nrate = "1 K/s"'
    folder, result = result_of(tmp_path, cup_case(cup=cup, protocol=on + off + on))
    plate = table(folder, "device.csv")["applicator temperature [degC]"]
    assert np.isnan(plate[3])
    assert plate[4] < plate[2] + 1.0, "it does not begin anew at room temperature"
    assert result["ledger"]["worst residual over heat removed"] < 1e-9


def test_a_cup_in_three_dimensions(tmp_path):
    _, result = result_of(tmp_path, cup_case(3, cup=FOLD))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    volume = quantity(result, "fat under applicators")
    assert 2.0 < volume < 15.0, "cm3 of fat in a cup of 24 x 40 x 18 mm"


def test_a_round_cup_is_drawn_about_its_axis(tmp_path):
    cup = 'draw = "hyperelastic"\nsuction = "40 kPa"\nmechanics = { kind = "round" }'
    round_trough = 'length = "24 mm"\nform = "trough"'
    text = cup_case(3, cup=cup).replace('length = "40 mm"', round_trough)
    _, result = result_of(tmp_path, text)
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    assert quantity(result, "applicator: height of the fold") > 3.0
    assert quantity(result, "fat under applicators") > 0.5


def test_a_gel_pad_and_a_device_go_with_the_fold(tmp_path):
    cup = f'{FOLD}\n[applicator.gel]\nthickness = "1 mm"\n[applicator.device]\nrate = "1 K/s"\n'
    _, result = result_of(tmp_path, cup_case(cup=cup))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9


def test_conductance_may_depend_on_contact_pressure(tmp_path):
    """Contact that asks for much pressure conducts less; one that asks for none, as before."""
    draw = 'draw = "hyperelastic"\nsuction = "15 kPa"'
    flux = []
    for name, more in (("plain", ""), ("soft", "1 Pa"), ("hard", "10 kPa")):
        pressure = f'\nhalf_contact_pressure = "{more}"' if more else ""
        folder, _ = result_of(tmp_path, cup_case(cup=draw + pressure), name)
        ledger = table(folder, "ledger.csv")
        flux.append(-ledger["applicator [J/m]"][3])
    plain, soft, hard = flux
    assert soft == pytest.approx(plain, rel=0.02)
    assert hard < 0.9 * plain


def test_a_second_place_beside_the_first_is_drawn_after_it(tmp_path):
    places = "\n".join(
        f'[[applicator]]\nkind = "cup"\nname = "{name}"\nmargin = "40 mm"\n{FOLD}\n'
        f'centre = ["{x} mm"]\n[applicator.cup]\ngap = "24 mm"\nlength = "40 mm"\n'
        'depth = "18 mm"\nlip = "4 mm"\nrim = "6 mm"'
        for name, x in (("left", -12), ("right", 12))
    )
    phases = "\n".join(
        f'[[protocol]]\nphase = "{phase}"\nduration = "2 min"\napplicators = ["{name}"]\n{more}'
        for name in ("left", "right")
        for phase, more in (("cool", 'temperature = "-8 degC"'), ("remove", ""))
    )
    folder, result = result_of(tmp_path, cup_case(applicator=places, protocol=phases))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    device = table(folder, "device.csv")
    left, right = (device[f"{n} coldest skin [degC]"] for n in ("left", "right"))
    at = device["time [s]"]
    assert left[at == 120] < right[at == 120] - 3.0
    assert right[at == 360] < left[at == 360] - 3.0


TWO = "\n".join(
    f'[[applicator]]\nkind = "cup"\nname = "{name}"\nmargin = "18 mm"\n{FOLD}\n'
    f'centre = ["{x} mm"]\n[applicator.cup]\ngap = "24 mm"\nlength = "40 mm"\n'
    'depth = "18 mm"\nlip = "4 mm"\nrim = "6 mm"'
    for name, x in (("left", -40), ("right", 40))
)


AND_A_PLATE = (
    f'[[applicator]]\nkind = "cup"\nname = "cup"\n{FOLD}\n[applicator.cup]\ngap = "24 mm"\n'
    'length = "40 mm"\ndepth = "18 mm"\nlip = "4 mm"\nrim = "6 mm"\n'
    '[[applicator]]\nname = "plate"\nsize = ["20 mm"]\ncentre = ["20 mm"]'
)


def test_two_cups_at_once_draw_two_like_folds(tmp_path):
    folder, result = result_of(tmp_path, cup_case(applicator=TWO))
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    device = table(folder, "device.csv")
    for what in ("coldest skin [degC]", "heat flux [mW/cm^2]"):
        left, right = device[f"left {what}"], device[f"right {what}"]
        assert np.allclose(left, right, atol=1e-6, equal_nan=True)
    change = next(v for k, v in result["ledger"].items() if k.startswith("change of shape"))
    assert abs(change) < 0.05 * result["ledger"]["heat removed"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (cup_case(1, cup=FOLD), "a column cannot be drawn"),
        (cup_case(cup='height = "40 mm"'), "higher than the cup"),
        (cup_case(cup='draw = "hyperelastic"\nsuction = "80 kPa"'), "suction 80 kPa"),
        (cup_case(cup=f'{FOLD}\ncontact_conductance = "perfect"'), "touched in part"),
        (cup_case(cup=f'{FOLD}\nface = "bottom"'), "a cup draws skin up"),
        (cup_case(cup='draw = "elastic"'), "expected"),
        (cup_case(cup='draw = "hyperelastic"\nsuction = "1 kPa"'), "touches no wall"),
        (cup_case(cup='mechanics = { kind = "round" }'), "a cup whose length is its gap"),
        (cup_case(applicator=TWO.replace("15 mm", "14 mm", 1)), "draw at the same time"),
        (cup_case(applicator=TWO.replace("18 mm", "40 mm")), "changes the volume of layer"),
        (cup_case(applicator=AND_A_PLATE), "share skin, and one is a cup"),
        (cup_case(cup=f'{FOLD}\nhalf_contact_pressure = "1 kPa"'), "has no contact pressure"),
    ],
)
def test_a_cup_that_cannot_be_is_refused(tmp_path, text, message):
    with pytest.raises(CaseError, match=message):
        result_of(tmp_path, text)
