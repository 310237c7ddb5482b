"""The number of ranks changes nothing, and no error of one rank leaves the others waiting."""

import csv
import json
import time
from functools import partial

import h5py
import numpy as np
import pytest
from conftest import COARSE, shell, treatment
from support import bricks
from support.cases import written
from support.limits import assert_same_limits, number_tables

from cryosim.simulate import run

pytestmark = pytest.mark.parallel

COLD = [
    {"phase": "cool", "temperature": "-12 degC", "ramp": "20 s", "duration": "4 min"},
    {"phase": "remove", "duration": "1 min"},
]


def block(mesh, **changes):
    output = {"every": "60 s", "figures": False}
    return treatment(dimension=3, mesh=mesh, protocol=COLD, output=output, **changes)


FINE = {
    "depth": {"finest": "0.3 mm", "growth": 1.1, "coarsest": "1.2 mm"},
    "lateral": {"finest": "1 mm", "growth": 1.2, "coarsest": "2 mm"},
    "margin": "10 mm",
}
TINY = {
    "depth": {"finest": "1 mm", "growth": 1.2, "coarsest": "3 mm"},
    "lateral": {"finest": "4 mm", "growth": 1.2, "coarsest": "5 mm"},
    "margin": "6 mm",
}


FRACTION = 1e-9
"""What fractions and depths agree to on any number of ranks, unless a solver stops sooner."""


def assert_agree(one, several, kelvin):
    """Tables agree to ``kelvin`` (or that part of an energy) and their last digit, fields to f4."""
    for file in number_tables(one):
        with file.open() as a, (several / file.name).open() as b:
            (head, *mine), (other_head, *other) = csv.reader(a), csv.reader(b)
        assert head == other_head
        mine, other = (np.array([[float(v or "nan") for v in row] for row in rows])
                       for rows in (mine, other))  # fmt: skip
        scale = np.nanmax(np.abs(mine)) if file.name == "ledger.csv" else 1.0
        for name, a, b in zip(head, mine.T / scale, other.T / scale, strict=True):
            atol = max(FRACTION, kelvin) if name.endswith(("[1]", "[mm]")) else kelvin
            np.testing.assert_allclose(b, a, rtol=1e-9, atol=atol, err_msg=f"{file.name} {name}")
    with h5py.File(one / "fields.h5") as a, h5py.File(several / "fields.h5") as b:
        for name in ("cells", "layer", "surface", "surface_tag"):
            np.testing.assert_array_equal(a[f"mesh/{name}"][:], b[f"mesh/{name}"][:])
        for name in ("points", "depth"):
            np.testing.assert_allclose(a[f"mesh/{name}"][:], b[f"mesh/{name}"][:], atol=1e-15)
        assert dict(a.attrs) == dict(b.attrs)
        assert a["times"][:].tolist() == b["times"][:].tolist()
        for name in a["fields"]:
            for step in a[f"fields/{name}"]:
                mine, other = a[f"fields/{name}/{step}"][:], b[f"fields/{name}/{step}"][:]
                np.testing.assert_allclose(other, mine, rtol=2e-7, atol=max(1e-6, kelvin))
    ours, theirs = (json.loads((f / "result.json").read_text()) for f in (one, several))
    for name, entry in ours["quantities"].items():
        value = theirs["quantities"][name]["value"]
        rel, abs_ = max(1e-7, 10.0 * kelvin), max(FRACTION, kelvin)
        assert value == pytest.approx(entry["value"], rel=rel, abs=abs_), name
    assert_same_limits(theirs["limits"], ours["limits"], rel=max(1e-7, 100.0 * kelvin))
    assert theirs["ledger"]["residual over heat removed"] < 1e-9
    assert theirs["timing"]["unknowns"] == ours["timing"]["unknowns"]
    assert theirs["timing"]["steps"] == ours["timing"]["steps"]


@pytest.mark.parametrize(
    ("ranks", "mesh", "integrator"),
    [
        pytest.param(2, FINE, "explicit", marks=pytest.mark.slow),
        (2, COARSE, "implicit"),
        (3, TINY, "explicit"),
    ],
    ids=["2 on a real mesh", "2 with implicit steps", "3 on a tiny mesh"],
)
def test_ranks_agree_with_one(tmp_path, two_ranks, ranks, mesh, integrator):
    path = written(tmp_path, block(mesh, numerics={"integrator": integrator}))
    one = run(path, tmp_path / "one")
    start = two_ranks if ranks == 2 else partial(shell, ranks=ranks)
    got = start("run", path, "--out", tmp_path / "several", "--quiet")
    assert got.code == 0, got.err
    assert got.out == ""
    summary = json.loads((tmp_path / "several/result.json").read_text())
    assert summary["timing"]["ranks"] == ranks
    assert summary["quantities"]["fat: largest crystallised fraction"]["value"] > 0.002
    if mesh is FINE:
        assert summary["timing"]["unknowns"] > 20_000
    assert_agree(one, tmp_path / "several", 1e-9 if integrator == "explicit" else 1e-5)


def test_two_ranks_agree_on_a_section_with_crystals_that_have_a_rate(tmp_path, two_ranks):
    rate = {"kind": "constant", "rate": "0.05 1/s"}
    law = {"kind": "foubert", "supercooling": "3 K", "rate": rate}
    case = treatment(dimension=2, mesh=COARSE, crystallisation=law)
    path = written(tmp_path, case)
    one = run(path, tmp_path / "one")
    got = two_ranks("run", path, "--out", tmp_path / "two", "-q")
    assert got.code == 0, got.err
    assert_agree(one, tmp_path / "two", 1e-9)


def brick_case(folder, **changes):
    """A case of the small layered block as a mesh file."""
    bricks.written(folder, bricks.brick())
    layers = [{"tissue": name, "region": name} for name in ("skin", "fat")]
    return (
        treatment(
            dimension=3,
            mesh={"file": "brick.msh", "unit": "1 mm"},
            anatomy={"layers": layers, "faces": {"bottom": "core"}},
            applicator={"face": "top"},
            probes=[{"name": "p", "position": ["4 mm", "2 mm", "-1 mm"]}],
            protocol=COLD,
        )
        | changes
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"applicator": {"face": "tpo"}}, 'no surface "tpo"; did you mean "top"?'),
        ({"probes": [{"name": "far", "position": ["1 m", "0 m", "0 m"]}]}, '"far" lies outside'),
        ({"dimension": 2}, "dimension = 2: the mesh"),
    ],
)
def test_bad_input_is_told_once_by_two_ranks(tmp_path, two_ranks, change, expected):
    path = written(tmp_path, brick_case(tmp_path, **change))
    assert_told_once(two_ranks("run", path, "--out", tmp_path / "out"), expected)
    assert not (tmp_path / "out/result.json").exists()


def test_bad_input_ends_mpiexec_with_2(tmp_path):
    path = written(tmp_path, treatment(titel="x"))
    got = shell("run", path, "--out", tmp_path / "out", ranks=2)
    assert_told_once(got, 'titel: unknown key; did you mean "title"?')
    assert not (tmp_path / "out/result.json").exists()


def assert_told_once(got, expected):
    assert got.code == 2
    assert got.err.count(expected) == 1
    assert "Traceback" not in got.err


def test_a_mesh_file_gives_the_same_on_two_ranks(tmp_path, two_ranks):
    path = written(tmp_path, brick_case(tmp_path))
    one = run(path, tmp_path / "one")
    got = two_ranks("run", path, "--out", tmp_path / "two", "-q")
    assert got.code == 0, got.err
    assert_agree(one, tmp_path / "two", 1e-9)


FAILING = """
import sys
import cryosim.treatment.record as record
from cryosim.errors import NumericalError
from cryosim.parallel import MPI
observe = record.observe
def failing(treatment):
    if MPI.COMM_WORLD.rank == {rank} and treatment.t > 60.0:
        raise {error}("it went wrong")
    return observe(treatment)
record.observe = failing
from cryosim.cli import main
main()
"""


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize(("error", "code"), [("NumericalError", 3), ("ZeroDivisionError", 1)])
def test_an_error_of_one_rank_ends_all(tmp_path, rank, error, code):
    path = written(tmp_path, treatment(dimension=2, mesh=COARSE))
    began = time.monotonic()
    program = FAILING.format(rank=rank, error=error)
    got = shell("run", path, "--out", tmp_path / "out", ranks=2, code=program, timeout=60)
    assert got.code == code
    assert "it went wrong" in got.err
    assert ("Traceback" in got.err) == (error == "ZeroDivisionError")
    assert time.monotonic() - began < 40.0
    assert not (tmp_path / "out/result.json").exists()
