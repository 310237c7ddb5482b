"""Error bands hold the true error in at least 95 % of the numbers."""

import json

import pytest
from support.coverage import finer, held, share

from cryosim.case.load import load
from cryosim.cli import main
from cryosim.treatment.bands import band

MESH = """
[mesh]
depth = { finest = "0.3 mm", growth = 1.05, coarsest = "1 mm" }
[numerics]
tolerance = "0.1 K"
"""

PLAIN = """
title = "column"
dimension = 1
[anatomy]
layers = [
    { tissue = "skin", thickness = "2.2 mm" },
    { tissue = "fat", thickness = "20 mm" },
    { tissue = "muscle", thickness = "15 mm" },
]
[applicator]
contact_conductance = "400 W/m^2/K"
[[protocol]]
phase = "cool"
temperature = "-11 degC"
ramp = "60 s"
duration = "35 min"
[[protocol]]
phase = "remove"
duration = "60 min"
"""

LATENT = """
[tissue.fat.lipid]
latent_heat = "70 kJ/kg"
curve = { kind = "table", temperature = ["2 degC", "14 degC"], liquid = [0.0, 1.0] }
"""

GEL = 'gel = { thickness = "1.2 mm", temperature = "22 degC" }\n[[protocol]]\nphase = "cool"'

VARIANTS = {
    "plain": PLAIN,
    "gel": PLAIN.replace('[[protocol]]\nphase = "cool"', GEL).replace("400 W", "2000 W"),
    "mild": PLAIN.replace("-11 degC", "-5 degC"),
    "thin": PLAIN.replace("20 mm", "8 mm"),
    "short": PLAIN.replace("35 min", "8 min"),
    "freezing": PLAIN.replace("[anatomy]", '[anatomy]\nfreezing = "equilibrium"'),
    "poor contact": PLAIN.replace("400 W", "150 W"),
    "no blood": PLAIN + '[tissue.fat]\nperfusion = "0 1/s"\n[tissue.skin]\nperfusion = "0 1/s"\n',
    "limited": PLAIN.replace("[applicator]", '[applicator]\nflux_limit = "80 mW/cm^2"'),
    "latent": PLAIN + LATENT,
}

FINER = dict.fromkeys(VARIANTS, 5.0) | {"freezing": 3.0}
"""How much finer the cells of the truth are; a front of ice takes half the time of all others."""


@pytest.mark.slow
def test_bands_hold_the_true_error(tmp_path):
    found = {}
    for name, text in VARIANTS.items():
        path = tmp_path / "case.toml"
        path.write_text(text + MESH)
        loaded = load(path)
        found[name] = held(loaded, finer(loaded, FINER[name]))
    part, count = share(found)
    print(f"1-D: {part:.3f} of {count}")
    assert count > 100
    assert part >= 0.95, {k: [n for n, ok in v.items() if not ok] for k, v in found.items()}


def test_band_of_a_quadratic_error_is_three_times_that_error():
    assert band({1.0: 5.01, 1.5: 5.0225, 2.0: 5.04}) == pytest.approx(0.03)


def test_errors_that_cancel_are_told_apart():
    space, march = 0.01, -0.01
    together = {r: 5.0 + (space + march) * r**2 for r in (1.0, 1.5, 2.0)}
    assert band(together) == 0.0
    sharp = 5.0 + 4.0 * space + march
    assert band(together, sharp) == pytest.approx(3.0 * (abs(space) + abs(march)))


def test_meshes_that_hardly_differ_are_not_compared():
    assert band({1.0: 5.0, 1.8: 5.01, 1.81: 5.03}) == pytest.approx(3 * 0.03 / (1.81**2 - 1.0))


def test_run_writes_bands_and_shows_them(tmp_path, monkeypatch, capsys):
    path = tmp_path / "case.toml"
    path.write_text(PLAIN.replace("60 min", "2 min").replace("35 min", "5 min") + MESH)
    out = tmp_path / "out"
    command = ["cryosim", "run", str(path), "--out", str(out), "--error-bands", "--no-figures"]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    entries = json.loads((out / "result.json").read_text())["quantities"]
    assert entries.pop("selectivity")["band"] is None
    assert all(entry["band"] >= 0.0 for entry in entries.values())
    assert 0.0 < entries["coldest skin"]["band"] < 1.0
    assert "±" in capsys.readouterr().out


def test_a_mesh_file_has_no_bands(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cryosim", "run", "cases/flank_mesh.toml", "--error-bands"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "a mesh file has none" in capsys.readouterr().err
