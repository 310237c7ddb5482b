"""Error bands hold the true error in at least 95 % of the numbers."""

import json

import pytest
from mpi4py import MPI

from cryosim.case.load import load
from cryosim.cli import main
from cryosim.treatment.bands import band, coarsened, coarser_solves, solve
from cryosim.treatment.summary import quantities

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

STOPS = [60.0 * k for k in range(1, 96)]


def values(solved):
    return {k: entry["value"] for k, entry in quantities(solved.frame, solved.history).items()}


@pytest.mark.slow
def test_bands_hold_the_true_error(tmp_path):
    held = []
    for text in VARIANTS.values():
        path = tmp_path / "case.toml"
        path.write_text(text + MESH)
        loaded = load(path)
        stops = [t for t in STOPS if t <= loaded.case.duration]
        fine = values(solve(loaded, MPI.COMM_WORLD, stops))
        coarser = {r: values(s) for r, s in coarser_solves(loaded, MPI.COMM_WORLD, stops).items()}
        true = values(solve(coarsened(loaded, 1 / 8), MPI.COMM_WORLD, stops))
        for name, value in fine.items():
            width = band({1.0: value} | {r: q[name] for r, q in coarser.items()})
            held.append(abs(value - true[name]) <= width + 1e-9 * abs(value) + 1e-12)
    assert len(held) > 100
    assert sum(held) / len(held) >= 0.95


def test_band_of_a_quadratic_error_is_three_times_that_error():
    assert band({1.0: 5.01, 1.5: 5.0225, 2.0: 5.04}) == pytest.approx(0.03)


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
    assert all(entry["band"] >= 0.0 for entry in entries.values())
    assert 0.0 < entries["coldest skin"]["band"] < 1.0
    assert "±" in capsys.readouterr().out


def test_a_mesh_file_has_no_bands(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cryosim", "run", "cases/flank_mesh.toml", "--error-bands"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "a mesh file has none" in capsys.readouterr().err
