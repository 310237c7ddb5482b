"""``cryosim run CASE --samples N`` on a column: end to end, again, interrupted, with failures."""

import csv
import json
import signal
from pathlib import Path

import pytest
from conftest import shell, treatment
from support.cases import written

from cryosim.errors import CaseError
from cryosim.simulate import run
from cryosim.uncertainty import study as studies
from cryosim.uncertainty.study import propagate, study_of
from cryosim.uncertainty.workers import Worker

SHORT = treatment(
    protocol=[{"phase": "cool", "temperature": "-12 degC", "ramp": "40 s", "duration": "3 min"}],
    mesh={"depth": {"finest": "0.4 mm", "growth": 1.2, "coarsest": "2 mm"}},
    output={"every": "60 s", "fields": False},
)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    path, out = written(folder, SHORT), folder / "out"
    done = shell("run", path, "--out", out, "--samples", 6, "--figures")
    assert done.code == 0, done.err
    return path, out, done


def rows_of(folder: Path) -> list[list[str]]:
    with (folder / "samples.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_samples_leave_bands_a_table_and_a_picture(sampled):
    _, out, done = sampled
    told = json.loads((out / "result.json").read_text())["uncertainty"]
    assert (told["n"], told["failed"], told["dimension"], told["seed"]) == (6, 0, 1, 0)
    assert "tissue.fat.perfusion_response.floor" in told["inputs"]
    cold = told["outcomes"]["coldest skin"]
    assert cold["p5"] < cold["median"] < cold["p95"]
    assert cold["full"]["how"] == "difference"
    assert cold["full"]["p95"] - cold["full"]["p5"] == pytest.approx(cold["p95"] - cold["p5"])
    assert told["sensitivity"]["coldest skin"] == [], "six samples cannot tell"
    header, *rows = rows_of(out)
    assert [int(row[0]) for row in rows] == [*range(7)]
    k = header.index("coldest skin [degC]")
    assert float(rows[0][k]) == cold["nominal"]
    assert len({row[k] for row in rows}) == 7
    assert (out / "figures/uncertainty.png").stat().st_size > 10_000
    assert "Uncertainty of the inputs" in done.out
    assert "too few samples" in done.out


def test_numbers_do_not_depend_on_the_workers_and_a_run_goes_on(sampled):
    path, out, _ = sampled
    whole = (out / "samples.csv").read_text()
    lines = whole.splitlines(keepends=True)
    (out / "samples.csv").write_text("".join([*lines[:2], lines[4], lines[3], lines[5][:20]]))
    seen = []
    told = propagate(
        study_of(path, 6), out, resume=True, workers=1, watch=lambda *a: seen.append(a)
    )
    assert (out / "samples.csv").read_text() == whole
    assert seen[0] == (2, 6, 0), "two whole rows were kept"
    assert told["timing"]["core_s"] > 0.0
    with pytest.raises(CaseError, match="of other samples"):
        propagate(study_of(path, 6, seed=1), out, resume=True)


def test_a_sample_that_fails_is_told(sampled, tmp_path, monkeypatch):
    path, _, _ = sampled
    folder = run(path, tmp_path / "out", figures=False)
    answers = iter([(-9.0, ""), (-8.0, ""), (0.0, "NumericalError: a step\nunderflow"), (-7.0, "")])

    def answer(*_):
        value, fault = next(answers)
        return {"fault": fault} if fault else {"outcomes": {"cold": (value, "degC")}, "core": 1.0}

    monkeypatch.setattr(Worker, "run", answer)
    told = propagate(study_of(path, 3), folder, workers=1)
    assert (told["failed"], told["faults"]) == (1, {2: "NumericalError: a step underflow"})
    assert told["outcomes"]["cold"]["n"] == 2
    assert rows_of(folder)[3][-2:] == ["", "NumericalError: a step underflow"]


def test_a_process_that_dies_or_a_case_that_fails_is_a_fault():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as the command does; PETSc would abort on it
    worker = Worker()
    assert worker.run("title = 1")["fault"].startswith("CaseError")
    worker._process.kill()
    assert "ended with code -9" in worker.run("title = 1")["fault"]
    worker.close()


def test_several_ranks_are_refused(sampled, monkeypatch):
    class Two:
        COMM_WORLD = type("Comm", (), {"size": 2})

    monkeypatch.setattr(studies, "MPI", Two)
    with pytest.raises(CaseError, match="run without mpiexec"):
        study_of(sampled[0], 6)
