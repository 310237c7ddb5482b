"""``cryosim calibrate`` as a user runs it; the exact solution answers for the model."""

from contextlib import nullcontext

import numpy as np
import pytest
from support.fitting_bench import CONDUCTIVITY, CONTACT, FAR, FLUX, NEAR, Team, bench, written

from cryosim.fitting import fit as fits


@pytest.fixture(autouse=True)
def on_the_bench(monkeypatch, tmp_path):
    monkeypatch.setattr(fits, "working", bench)
    monkeypatch.chdir(tmp_path)


def test_a_fit_leaves_values_residuals_a_case_and_a_picture(cryosim, tmp_path):
    case, data = written(tmp_path, (NEAR, FAR, FLUX), np.random.default_rng(1))
    done = cryosim("calibrate", case, data, "--fit", CONTACT, "--fit", CONDUCTIVITY)
    assert done.code == 0
    folder = tmp_path / "results" / "bench_fit"
    found = {str(p.relative_to(folder)) for p in folder.rglob("*.*")}
    assert found == {"fit.json", "calibrated.toml", "residuals.csv", "figures/fit.png"}
    assert len((folder / "residuals.csv").read_text().splitlines()) == 3 * 61 + 1
    assert (folder / "figures" / "fit.png").stat().st_size > 20_000
    assert "(assumed)" in done.out
    assert "fit in results/bench_fit" in done.out
    assert "WARNING" not in done.out


def test_a_doubt_is_said_on_the_terminal_and_in_the_case(cryosim, tmp_path):
    case, data = written(tmp_path, (FAR,), np.random.default_rng(1))
    fit = ("--fit", "tissue.phantom.density", "--fit", "tissue.phantom.heat_capacity")
    done = cryosim("calibrate", case, data, *fit, "--out", tmp_path / "out", "--sd", "0.2 K")
    assert done.code == 0
    assert "WARNING, identifiability: tissue.phantom.density" in done.out
    assert "# WARNING: tissue.phantom.density" in (tmp_path / "out/calibrated.toml").read_text()
    quiet = cryosim("calibrate", case, data, "--out", tmp_path / "out", "--quiet", "--robust")
    assert (quiet.code, quiet.out) == (0, "")


def test_bad_input_ends_with_2(cryosim, tmp_path):
    case, data = written(tmp_path, (NEAR,))
    done = cryosim("calibrate", case, data, "--fit", "anatomy.site")
    assert done.code == 2
    assert "--fit anatomy.site" in done.err
    done = cryosim("calibrate", case, data, "--dimension", "2")
    assert (done.code, done.out) == (2, "")
    assert "--dimension 2: the case has 1; expected at most that" in done.err
    done = cryosim("calibrate", case, data, "--fit", f"{CONTACT}=2000:100")
    assert "=2000:100: expected the lower bound first" in done.err, "no emoji"
    case.rename(tmp_path / "calibrated.toml")
    done = cryosim("calibrate", tmp_path / "calibrated.toml", data, "--out", tmp_path)
    assert done.code == 2
    assert "choose another with --out" in done.err


def test_a_plug_that_came_loose_is_told(cryosim, tmp_path):
    case, data = written(tmp_path, (NEAR, FLUX), np.random.default_rng(1))
    lines = data.read_text().splitlines()
    lines[30] = f"{lines[30].split(',')[0]},35,{lines[30].split(',')[2]}"
    data.write_text("\n".join(lines))
    sds = ("--sd", "0.2 K", "--sd", "3 mW/cm^2")
    asked = "near: 1 values are far off"
    assert asked in cryosim("calibrate", case, data, *sds).out
    assert asked not in cryosim("calibrate", case, data, *sds, "--robust").out


def test_ctrl_c_ends_with_130_and_nothing_written(cryosim, tmp_path, monkeypatch):
    class Stopped(Team):
        def run(self, _):
            raise KeyboardInterrupt

    monkeypatch.setattr(fits, "working", lambda *_: nullcontext(Stopped()))
    case, data = written(tmp_path, (NEAR,))
    done = cryosim("calibrate", case, data)
    assert done.code == 130
    assert "nothing was written" in done.err
    assert not [p for p in (tmp_path / "results").rglob("*") if p.is_file()]
