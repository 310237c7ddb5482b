"""Crystals with a rate in a run: books, integrators, cold starts, and how long they stay."""

import csv
import json

import numpy as np
import pytest
from conftest import treatment
from support.cases import written
from support.cup_case import cup_case
from support.device_case import device_case

from cryosim.output.history import TABLES, History
from cryosim.simulate import run
from cryosim.treatment.summary import _firm_after_removal

BRISK = {"kind": "foubert", "supercooling": "3 K", "rate": {"kind": "constant", "rate": "0.1 1/s"}}
AS_TEXT = (
    '[start]\nkind = "uniform"\ntemperature = "4 degC"\n'
    '[crystallisation]\nkind = "foubert"\nsupercooling = "3 K"\n'
    'rate = { kind = "constant", rate = "0.1 1/s" }\n'
)


def result_of(path, folder):
    out = run(path, folder)
    return out, json.loads((out / "result.json").read_text())


def column(out, name):
    with (out / "layers.csv").open() as file:
        return np.array([float(row[name]) for row in csv.DictReader(file)])


def value(result, name):
    return result["quantities"][name]["value"]


@pytest.fixture(scope="module")
def kinetic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinetic")
    return result_of(written(folder, treatment(crystallisation=BRISK)), folder / "out")


def test_crystals_come_later_and_are_fewer_than_in_equilibrium(kinetic, tmp_path):
    (out, result), (other, equilibrium) = kinetic, result_of(
        written(tmp_path, treatment()), tmp_path / "out"
    )  # fmt: skip
    mine, theirs = (column(o, "fat crystallised [1]") for o in (out, other))
    assert (mine[1:8] < theirs[1:8]).all()
    assert mine.max() > 0.1 * theirs.max()
    lost = "adipocytes lost under applicators"
    assert 0.1 * value(equilibrium, lost) < value(result, lost) < value(equilibrium, lost)
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    assert sum("crystallisation" in line for line in result["overrides"]) == 2
    assert not any("crystallisation" in line for line in equilibrium["overrides"])


def test_both_integrators_agree(kinetic, tmp_path):
    case = treatment(crystallisation=BRISK, numerics={"integrator": "implicit"})
    _, result = result_of(written(tmp_path, case), tmp_path / "out")
    assert result["timing"]["integrator"] == "Implicit"
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    for name, entry in kinetic[1]["quantities"].items():
        assert value(result, name) == pytest.approx(entry["value"], rel=0.02, abs=2e-3), name


@pytest.mark.parametrize("case", ["device and ice", "cup"])
def test_the_books_close_with_all_that_may_happen(tmp_path, case):
    path = tmp_path / "case.toml"
    if case == "cup":
        text = cup_case(cup='height = "15 mm"', more=AS_TEXT)
    else:
        device = 'rate = "1 K/s"\ncontroller = { kind = "pi" }'
        forced = '[nucleation]\nevent = "forced"\nat = "255 s"'
        text = device_case(pump="", gel="", ice=forced, rate=AS_TEXT, device=device)
    path.write_text(text)
    out, result = result_of(path, tmp_path / "out")
    assert column(out, "fat crystallised [1]").min() > 0.1, "there when shape and ice change"
    if case == "cup":
        assert any(key.startswith("change of shape") for key in result["ledger"])
    else:
        assert result["events"][0]["event"] == "ice nucleates"
    assert result["ledger"]["worst residual over heat removed"] < 1e-9


def test_a_cold_start_is_on_the_melting_curve(tmp_path):
    start = {"kind": "uniform", "temperature": "8 degC"}
    protocol = [{"phase": "remove", "duration": "45 s"}]
    first = []
    for name, more in (("one", {}), ("other", {"crystallisation": BRISK})):
        folder = tmp_path / name
        folder.mkdir()
        out, result = result_of(
            written(folder, treatment(start=start, protocol=protocol, **more)), folder / "out"
        )
        first.append(column(out, "fat crystallised [1]")[0])
        assert result["ledger"]["worst residual over heat removed"] < 1e-9
        assert "fold still crystallised after removal" not in result["quantities"]
    assert first[0] == first[1] > 0.4


@pytest.mark.parametrize(
    ("solid", "attached", "expected"),
    [
        ([0.0, 0.4, 0.2, 0.06, 0.02, 0.0], [1, 1, 0, 0, 0, 0], (2.5, "above 0.1")),
        ([0.0, 0.4, 0.5, 0.3, 0.2, 0.1], [1, 1, 0, 0, 0, 0], (4.0, "at least")),
        ([0.0, 0.4, 0.0, 0.3, 0.0, 0.0], [1, 1, 0, 1, 0, 0], (0.9, "above 0.1")),
        ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1, 1, 0, 0, 0, 0], (0.0, "no lipid")),
        ([0.0, 0.4, 0.5, 0.3, 0.2, 0.1], [1, 1, 1, 1, 1, 1], None),
        ([0.0, 0.4, 0.5, 0.3, 0.2, 0.1], [0, 0, 0, 0, 0, 0], None),
    ],
    ids=["melts", "stays", "twice", "never", "never removed", "never put on"],
)
def test_how_long_a_fold_stays_crystallised(solid, attached, expected):
    history = History(np.empty(0))
    for k, (X, on) in enumerate(zip(solid, attached, strict=True)):
        rows = {key: {} for key in TABLES} | {"fat": {"crystallised": X, "attached": float(on)}}
        history.append(60.0 * k, rows, [])
    found = _firm_after_removal(history, history.column("fat", "crystallised"))
    if expected is None:
        assert found == {}
        return
    entry = found["fold still crystallised after removal"]
    assert entry["value"] == pytest.approx(expected[0])
    assert entry["unit"] == "min"
    assert expected[1] in entry["how"]
