"""Truth that is known is found again, as closely as the fit says; what cannot be known is told."""

import json
from contextlib import nullcontext

import numpy as np
import pytest
from conftest import treatment
from support.cases import written as case_written
from support.fitting_bench import (
    CONDUCTIVITY,
    CONTACT,
    FAR,
    FLUX,
    NEAR,
    TIMES,
    Team,
    bench,
    columns,
    noise,
    written,
)

from cryosim.case.load import load
from cryosim.errors import CaseError, CryosimError, Interrupted
from cryosim.fitting import fit as fits
from cryosim.fitting.fit import fit
from cryosim.fitting.problem import problem_of
from cryosim.fitting.statistics import autocorrelation_time, collinearity, knowledge
from cryosim.fitting.told import told
from cryosim.fitting.write import write

BOTH = (CONTACT, CONDUCTIVITY)


def sds(wanted):
    """Options for the noise of the bench."""
    return ["3 mW/cm^2"] * (FLUX in wanted) + ["0.2 K"] * any("degC" in name for name in wanted)


@pytest.fixture(autouse=True)
def on_the_bench(monkeypatch):
    monkeypatch.setattr(fits, "working", bench)


def fitted(folder, wanted, names=BOTH, rng=None, follows=0.0, robust=False, **true):
    case, data = written(folder, wanted, rng, follows, **true)
    return fit(problem_of(case, data, names, sds(wanted), robust=robust))


def values(said):
    return {entry["name"].split("=")[0]: entry["value"] for entry in said["parameters"]}


def test_without_noise_the_truth_is_found(tmp_path):
    said = told(fitted(tmp_path, (NEAR, FAR, FLUX)))
    assert values(said)[CONTACT] == pytest.approx(600.0, rel=1e-3)
    assert values(said)[CONDUCTIVITY] == pytest.approx(0.5, rel=1e-3)
    assert said["converged"]
    assert said["warnings"] == []
    assert [one["far_off"] for one in said["series"]] == [0, 0, 0]
    assert said["parameters"][0]["library"] == [300.0, 500.0]
    assert said["parameters"][0]["outside_library"]


@pytest.mark.parametrize(
    "at",
    [
        np.arange(30, 1201, 30),
        np.arange(30, 1201, 60),
        np.arange(25, 1201, 120),
        np.r_[5:120:5, 120:1201:60],
        np.r_[5:120:5, 120:1201:60] + np.sin(np.arange(42)),
    ],
    ids=["30 s", "30, 90", "25, 145", "5 s, then 60 s", "a clock that wavers"],
)
def test_when_the_data_were_taken_does_not_move_the_fit(tmp_path, at):
    """A flux that rises at once and falls fast is no line between the rows of a run."""
    case, data = written(tmp_path, ())
    case.write_text(case.read_text().replace('"20 s"', '"60 s"'))
    times, found = np.arange(0.0, 1200.01, 0.1), columns(every=0.1)
    read = {name: np.interp(at, times, found[name]) for name in (NEAR, FAR, FLUX)}
    rows = [",".join(map(str, row)) for row in zip(at, *read.values(), strict=True)]
    data.write_text("\n".join([",".join(["time [s]", *read]), *rows]))
    said = told(fit(problem_of(case, data, BOTH, sds([*read]))))
    assert values(said)[CONTACT] == pytest.approx(600.0, rel=5e-3)
    assert values(said)[CONDUCTIVITY] == pytest.approx(0.5, rel=5e-3)
    assert said["residual_sd"] < 0.1


def test_a_run_has_no_more_rows_than_the_data_need(tmp_path):
    case, data = written(tmp_path, (NEAR,))

    def every(*at):
        data.write_text("\n".join(["time [s],near [degC]", *(f"{t},20" for t in at)]))
        return problem_of(case, data).every

    assert every(0, 60, 120) == pytest.approx(20.0)
    assert every(15, 45, 1200) == pytest.approx(15.0)
    assert every(1.5, 2.25) == pytest.approx(0.75)
    assert every(0, 0.801, 1.603) == pytest.approx(0.801)
    assert every(0, 0.101, 0.203) == pytest.approx(0.6)
    assert every(0, 30.001, 63.1) == pytest.approx(1.0)


def test_fits_of_noisy_data_find_the_truth_within_their_intervals(tmp_path):
    rng = np.random.default_rng(1)
    hits = []
    for _ in range(10):
        said = told(fitted(tmp_path, (NEAR, FAR, FLUX), rng=rng, follows=0.5))
        for entry, true in zip(said["parameters"], (600.0, 0.5), strict=True):
            hits.append(entry["interval"][0] < true < entry["interval"][1])
    assert sum(hits) >= 17


@pytest.mark.parametrize("follows", [0.0, 0.6, 0.8])
def test_intervals_hold_the_truth_as_often_as_they_say(follows):
    """Whether or not values follow each other; a plain standard error would not."""

    def seen(contact, conductivity):
        found = columns(contact=contact, conductivity=conductivity)
        return np.concatenate([found[NEAR] / 0.2, found[FAR] / 0.2, found[FLUX] / 3.0])

    y, n = seen(600.0, 0.5), TIMES.size
    J = np.column_stack([seen(606.0, 0.5) - y, seen(600.0, 0.505) - y]) / 0.01
    rng, hits, plain = np.random.default_rng(9), [], []
    for _ in range(300):
        e = np.concatenate([noise(n, 1.0, rng, follows) for _ in range(3)])
        off = np.linalg.lstsq(J, e)[0]
        r = e - J @ off
        known = knowledge(J, r, np.ones_like(r), [n] * 3)
        hits += [*(np.abs(off) < known.quantile * known.se)]
        plain += [*(np.abs(off) < 1.96 * np.sqrt(r @ r / (3 * n - 2) * np.diag(inverse(J))))]
    assert 0.93 < np.mean(hits) < 0.99
    assert np.mean(plain) < 0.85 or follows == 0.0


def inverse(J):
    return np.linalg.inv(J.T @ J)


def test_an_outlier_pulls_less_if_asked_so(tmp_path):
    case, data = written(tmp_path, (NEAR, FLUX), np.random.default_rng(2))
    lines = data.read_text().splitlines()
    for i in range(10, 60, 6):
        time, _, flux = lines[i].split(",")
        lines[i] = f"{time},35,{flux}"
    data.write_text("\n".join(lines))
    off = {}
    for robust in (False, True):
        said = told(fit(problem_of(case, data, BOTH, sds((NEAR, FLUX)), robust=robust)))
        assert said["series"][0]["far_off"] >= 9
        off[robust] = abs(values(said)[CONTACT] - 600.0)
    assert off[True] < 0.3 * off[False]
    assert said["series"][0]["outliers"] >= 9


def test_one_deep_probe_does_not_tell_contact_from_conductivity(tmp_path):
    said = told(fitted(tmp_path, (FAR,), rng=np.random.default_rng(3)))
    warning = next(w for w in said["warnings"] if w["kind"] == "alike")
    assert warning["parameters"] == [*BOTH]
    assert said["collinearity"] > 10.0
    assert "times narrower" in warning["advice"]
    assert any(name in warning["advice"] for name in (NEAR, "coldest skin", FLUX))
    better = told(fitted(tmp_path, (FAR, FLUX), rng=np.random.default_rng(3)))
    assert better["warnings"] == []
    wide = said["parameters"][0]["se"]
    assert wide is None or better["parameters"][0]["se"] < 0.5 * wide


def test_density_and_heat_capacity_are_one_for_any_sensor(tmp_path):
    names = ("tissue.phantom.density", "tissue.phantom.heat_capacity")
    said = told(fitted(tmp_path, (NEAR, FAR, FLUX), names, np.random.default_rng(4)))
    warning = next(w for w in said["warnings"] if w["kind"] == "alike")
    assert "above 1e6" in warning["message"]
    assert "hold one of them" in warning["advice"]
    assert "none of applicator coldest skin [degC] would help" in warning["advice"]
    assert [entry["interval"] for entry in said["parameters"]] == [None, None]
    assert {w["kind"] for w in said["warnings"]} == {"alike", "undecided"}


def test_what_the_data_do_not_feel_is_undecided(tmp_path):
    names = (CONTACT, "tissue.phantom.perfusion=0:50 mL/min/kg")
    case, data = written(tmp_path, (NEAR,), np.random.default_rng(5))
    text = case.read_text().replace("[applicator]", 'perfusion = "9 mL/min/kg"\n[applicator]')
    case.write_text(text)
    said = told(fit(problem_of(case, data, names, ["0.2 K"])))
    assert said["parameters"][1]["interval"] is None
    assert said["parameters"][0]["interval"] is not None
    assert [w["parameters"] for w in said["warnings"]] == [["tissue.phantom.perfusion"]]


def test_what_acts_on_nothing_at_all_is_undecided(tmp_path):
    case, data = written(tmp_path, (NEAR,), np.random.default_rng(5))
    text = case.read_text().replace("[applicator]", 'perfusion = "9 mL/min/kg"\n[applicator]')
    case.write_text(text)
    found = fit(problem_of(case, data, ("tissue.phantom.perfusion=0:50 mL/min/kg",)))
    said = told(found)
    write(found, said, tmp_path / "out")
    assert (said["parameters"][0]["interval"], said["correlation"]) == (None, [[1.0]])
    assert [w["kind"] for w in said["warnings"]] == ["undecided"]


def test_the_one_applicator_may_be_called_the_first(tmp_path):
    case, data = written(tmp_path, (NEAR,), conductivity=0.6)
    path = "applicator[1].contact_conductance"
    found = fit(problem_of(case, data, (path,), ["0.2 K"]))
    write(found, told(found), tmp_path / "out")
    fitted_ = load(tmp_path / "out" / "calibrated.toml").case.applicator[0].contact_conductance
    assert fitted_ == pytest.approx(600.0, rel=1e-3)


def test_a_bound_holds_and_is_told(tmp_path):
    said = told(fitted(tmp_path, (NEAR,), (f"{CONTACT}=300:500",)))
    assert values(said)[CONTACT] == pytest.approx(500.0, rel=2e-3)
    assert said["warnings"][0]["kind"] == "at a bound"
    assert f"--fit {CONTACT}=LOW:HIGH" in said["warnings"][0]["advice"]


def test_the_calibrated_case_is_an_ordinary_case(tmp_path):
    found = fitted(tmp_path, (NEAR, FLUX), rng=np.random.default_rng(6))
    said = told(found)
    write(found, said, tmp_path / "out")
    loaded = load(tmp_path / "out" / "calibrated.toml")
    assert loaded.case.applicator[0].contact_conductance == pytest.approx(values(said)[CONTACT])
    assert loaded.text.startswith("# bench.toml with values fitted by cryosim calibrate")
    kept = json.loads((tmp_path / "out" / "fit.json").read_text())
    assert kept["series"][0]["rms"] < kept["series"][0]["rms_at_start"]
    again = fit(
        problem_of(
            tmp_path / "out" / "calibrated.toml", tmp_path / "bench.csv", BOTH, sds((NEAR, FLUX))
        )
    )
    assert told(again)["parameters"][0]["value"] == pytest.approx(values(said)[CONTACT], rel=1e-3)


def test_files_that_a_case_names_are_found_from_the_folder_of_the_fit(tmp_path):
    case, data = written(tmp_path, (NEAR,))
    (tmp_path / "log.csv").write_text("time [s],plate [degC]\n0,22\n60,2\n1200,2\n")
    log = '{ file = "log.csv", column = "plate [degC]" }'
    case.write_text(case.read_text().replace('temperature = "2 degC"', f"log = {log}"))
    found = fit(problem_of(case, data, (), ["0.2 K"]))
    write(found, told(found), tmp_path / "below" / "out")
    assert load(tmp_path / "below" / "out" / "calibrated.toml").case.duration == 1200.0


def test_values_without_a_model_are_left_out_and_counted(tmp_path, monkeypatch):
    class Off(Team):
        def run(self, texts):
            for place, answer in super().run(texts):
                answer["tables"]["device.csv"][FLUX][50:] = np.nan
                yield place, answer

    monkeypatch.setattr(fits, "working", lambda *_: nullcontext(Off()))
    said = told(fitted(tmp_path, (FLUX,), (CONTACT,), conductivity=0.6))
    assert (said["series"][0]["n"], said["series"][0]["left_out"]) == (50, 11)
    assert values(said)[CONTACT] == pytest.approx(600.0, rel=1e-3)


def test_a_run_that_fails_says_with_which_values(tmp_path, monkeypatch):
    class Failing(Team):
        def run(self, _):
            yield 0, {"fault": "NumericalError: no"}

    monkeypatch.setattr(fits, "working", lambda *_: nullcontext(Failing()))
    with pytest.raises(CryosimError, match=f"run with {CONTACT} = 400 W/m.2/K failed: Numerical"):
        fitted(tmp_path, (NEAR,), (CONTACT,))


def test_an_interrupted_fit_says_what_it_knew(tmp_path, monkeypatch):
    class Stopped(Team):
        left = 4

        def run(self, texts):
            self.left -= len(texts)
            if self.left < 0:
                raise KeyboardInterrupt
            yield from super().run(texts)

    monkeypatch.setattr(fits, "working", lambda *_: nullcontext(Stopped()))
    with pytest.raises(Interrupted, match=r"nothing was written; best so far: .*conductance = "):
        fitted(tmp_path, (NEAR,), (CONTACT,))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("applicator.gel.thickness",), "has a number there"),
        (("title",), "expected a number"),
        ((CONTACT, CONTACT), "asked for twice"),
        ((f"{CONTACT}=500:300",), "lower bound first"),
        ((f"{CONTACT}=500:900",), "outside of 500 to 900"),
        ((f"{CONTACT}=1 K:900 K",), "two bounds that fit W/m"),
        ((f"{CONTACT}=100",), "two bounds that fit"),
        ((f"{CONTACT}=0:900",), r"at 0.0 W/m\^2/K: .*expected above 0"),
        (("room.temperature",), "give its bounds"),
        (("tissue",), "has a number there"),
        (("applicator[2].contact_conductance",), "--fit applicator.2"),
        (("protocol[7].temperature=-9:9 degC",), "--fit protocol.7"),
    ],
)
def test_what_cannot_be_fitted_is_refused(tmp_path, asked, why):
    case, data = written(tmp_path, (NEAR,))
    with pytest.raises(CaseError, match=why):
        problem_of(case, data, asked)


def test_alike_applicators_have_one_contact(tmp_path):
    plates = [{"name": "one", "centre": ["-20 mm", "0 mm"], "size": ["20 mm", "20 mm"]},
              {"name": "two", "centre": ["20 mm", "0 mm"], "size": ["20 mm", "20 mm"]}]  # fmt: skip
    case = case_written(tmp_path, treatment(dimension=3, applicator=plates))
    data = tmp_path / "data.csv"
    data.write_text("time [min],two heat flux [W/m^2],surface [degF]\n1,20,70\n2,19,\n3,18,60\n")
    problem = problem_of(case, data, (), ("surface=1 degF", "0.3 K", "1 W/m^2"))
    assert problem.parameters[0].own == tuple(
        f"applicator[{i}].contact_conductance" for i in (1, 2)
    )
    flux, surface = problem.series
    assert flux.values == pytest.approx([2.0, 1.9, 1.8])
    assert surface.values == pytest.approx([(70 - 32) / 1.8, (60 - 32) / 1.8])
    assert (list(surface.times), list(surface.sd)) == ([60.0, 180.0], pytest.approx([1 / 1.8] * 2))


def test_statistics_of_a_straight_line():
    """Against the textbook: variances s^2 / n and s^2 / sum x^2 of offset and slope."""
    rng = np.random.default_rng(7)
    x = np.linspace(-1.0, 1.0, 200)
    J = np.column_stack([np.ones_like(x), x])
    r = rng.normal(size=x.size)
    r -= J @ np.linalg.lstsq(J, r)[0]
    known = knowledge(J, r, np.ones_like(r), [x.size])
    s2 = r @ r / (x.size - 2)
    tau = known.inflation[0]
    assert known.se == pytest.approx(np.sqrt(tau * s2 / np.array([x.size, x @ x])))
    assert known.correlation == pytest.approx(np.eye(2), abs=1e-12)
    assert collinearity(J) == pytest.approx(1.0)
    assert collinearity(np.column_stack([x, x])) == np.inf
    tilted = np.column_stack([J[:, 0], J[:, 0] + 0.1 * x])
    cosine = 1.0 / np.sqrt(1.0 + 0.01 * (x @ x) / x.size)
    assert collinearity(tilted) == pytest.approx(1.0 / np.sqrt(1.0 - cosine))


@pytest.mark.parametrize("follows", [0.0, 0.5, 0.8])
def test_autocorrelation_time_of_a_known_process(follows):
    r = noise(20_000, 1.0, np.random.default_rng(8), follows)
    assert autocorrelation_time(r) == pytest.approx((1 + follows) / (1 - follows), rel=0.15)


def test_the_stand_in_is_a_solution():
    """The bench keeps its contact: what leaves the surface passes below it."""
    k = 0.5
    found = columns()
    near = (found[NEAR] - found["applicator coldest skin [degC]"]) / 1e-3
    late = TIMES > 600.0
    assert 0.1 * k * near[late] == pytest.approx(found[FLUX][late], rel=0.01)
