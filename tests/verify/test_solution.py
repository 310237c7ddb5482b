"""Solution verification of a user's case: three meshes, one sharper march."""

import json
import math

import pytest
from mpi4py import MPI

from cryosim.case.load import load
from cryosim.cli import main
from cryosim.errors import CaseError
from cryosim.verify.solution import RATIO, observed_order, verify_solution

CASE = """
title = "column"
dimension = 1
anatomy.layers = [{ tissue = "fat", thickness = "30 mm" }]
applicator = { contact_conductance = "200 W/m^2/K" }
protocol = [{ phase = "cool", temperature = "-5 degC", duration = "20 min" }]
[output]
every = "10 min"
[mesh]
depth = { finest = "0.25 mm", growth = 1.0, coarsest = "0.25 mm" }
"""


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
def test_order_of_a_power_is_observed(order):
    f = [5.0 + 0.1 * RATIO ** (k * order) for k in range(3)]
    assert observed_order(*f) == pytest.approx(order)


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
def test_order_is_observed_on_meshes_of_unlike_ratios(order):
    f = [5.0 + 0.1 * h**order for h in (1.0, 1.46, 1.46 * 1.24)]
    assert observed_order(*f, (1.46, 1.24)) == pytest.approx(order)


def test_differences_of_both_signs_have_no_order():
    assert observed_order(1.0, 1.1, 1.05) is None
    assert observed_order(1.0, 1.0, 1.0) is None


def test_a_smooth_case_converges_with_order_two(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    told = []
    report = verify_solution(load(path), MPI.COMM_WORLD, told.append)
    assert len(told) == 4
    assert report.unknowns[0] > report.unknowns[1] > report.unknowns[2]
    rows = {row.name: row for row in report.rows}
    assert rows["adipocytes lost under applicators"].order == pytest.approx(2.0, abs=0.3)
    for row in report.rows:
        assert math.isfinite(row.band)
        assert row.band >= 1.25 * row.time


def test_a_mesh_file_is_refused():
    with pytest.raises(CaseError, match="a mesh file has none"):
        verify_solution(load_flank(), MPI.COMM_WORLD, print)


def load_flank():
    from pathlib import Path

    return load(Path(__file__).parents[2] / "cases" / "flank_mesh.toml")


def test_the_verb_shows_orders_and_writes_them(tmp_path, monkeypatch, capsys):
    path = tmp_path / "mine.toml"
    path.write_text(CASE)
    command = ["cryosim", "verify", str(path), "--out", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "order" in capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "mine.json").read_text())
    assert len(report["rows"]) > 5
    assert report["unknowns"][0] == 121
    assert report["ratios"] == pytest.approx([2**0.5, 2**0.5], rel=0.01)
    assert "cryosim" in report["versions"]
