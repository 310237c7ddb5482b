"""Power absorbed from outside: closed forms, the ledger, where it acts, both integrators, files."""

import os
import signal

import numpy as np
import pytest
from support.device_case import device_case
from support.external_case import slab
from support.tables import entry, result_of, table

from cryosim.errors import CaseError, Interrupted
from cryosim.simulate import run

EVEN = '{ depth = ["0 mm", "20 mm"], power = ["0.05 W/cm^3", "0.05 W/cm^3"] }'
LASER = '{ surface = "0.4 W/cm^2", decay = "5 mm" }'
RHO_C = 1000.0 * 3500.0
HALVES = (
    '[[applicator]]\nname = "left"\nsize = ["6 mm"]\ncentre = ["-5 mm"]\n'
    '[[applicator]]\nname = "right"\nsize = ["6 mm"]\ncentre = ["5 mm"]\n'
)


@pytest.mark.parametrize("integrator", ["explicit", "implicit"])
def test_an_even_source_warms_a_closed_slab_by_its_energy(tmp_path, integrator):
    numerics = f'[numerics]\nintegrator = "{integrator}"'
    folder, result = result_of(tmp_path, slab(EVEN, numerics=numerics))
    risen = table(folder, "layers.csv")["slab mean [degC]"][-1] - 20.0
    assert risen == pytest.approx(5e4 * 600.0 / RHO_C, rel=1e-9)
    absorbed = entry(folder, "source")[-1]
    assert absorbed == pytest.approx(5e4 * 600.0 * 0.02, rel=1e-9)
    assert abs(entry(folder, "residual")[-1]) < 1e-9 * absorbed
    found = result["quantities"]["heat absorbed from sources"]
    assert found["value"] == pytest.approx(absorbed)
    assert found["unit"] == "J/m^2"
    assert any("protocol[1].source" in line for line in result["overrides"])


def test_light_warms_as_deep_as_it_goes(tmp_path):
    """In little time nothing is conducted: the rise is the law times time."""
    folder, _ = result_of(tmp_path, slab(LASER, k=1e-7, duration="60 s"))
    probes = table(folder, "probes.csv")
    for name, depth in (("skin", 0.0), ("deep", 0.005)):
        risen = probes[f"{name} [degC]"][-1] - 20.0
        expected = 4e3 / 0.005 * np.exp(-depth / 0.005) * 60.0 / RHO_C
        assert risen == pytest.approx(expected, rel=1e-3), name
    through = np.exp(-0.02 / 0.005)
    assert entry(folder, "source")[-1] == pytest.approx(4e3 * 60.0 * (1 - through), rel=1e-3)


def test_a_table_may_stand_in_a_file(tmp_path):
    (tmp_path / "rf.csv").write_text("depth [cm],power [mW/cm^3],other [K]\n0,50,1\n,,\n2,50,2\n")
    source = '{ file = "rf.csv", column = "power [mW/cm^3]" }'
    folder, _ = result_of(tmp_path, slab(source))
    assert entry(folder, "source")[-1] == pytest.approx(5e4 * 600.0 * 0.02, rel=1e-9)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{ file = "nowhere.csv" }', r"protocol\[1\].source: no such file"),
        ('{ file = "rf.csv" }', "column is missing"),
        ('{ file = "back.csv" }', "depth does not rise at 1 mm"),
        ('{ file = "time.csv" }', "expected its unit, such as in 'depth"),
        ('{ surface = "1 W/cm^2" }', "expected either depth and power or surface and decay"),
        ('{ surface = "1 W/cm^2", decay = "0.1 mm" }', "too short for cells of 0.25 mm"),
        ('{ depth = ["0 mm", "1 mm"], power = ["1 W/cm^2", "0 W/cm^3"] }', "does not fit here"),
        ('{ strength = "1 W/cm^2" }', "unknown key"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(tmp_path, source, message):
    (tmp_path / "rf.csv").write_text("depth [mm],a [W/m^3],b [W/m^3]\n0,1,1\n1,1,1\n")
    (tmp_path / "back.csv").write_text("depth [mm],a [W/m^3]\n0,1\n2,1\n1,1\n")
    (tmp_path / "time.csv").write_text("time [s],a [W/m^3]\n0,1\n2,1\n")
    with pytest.raises(CaseError, match=message):
        result_of(tmp_path, slab(source))


@pytest.mark.parametrize(("chosen", "width"), [('["left"]', 0.006), (None, 0.012)])
def test_a_source_acts_beneath_the_applicators_of_its_phase(tmp_path, chosen, width):
    named = f"applicators = {chosen}\n" if chosen else ""
    phase = f'[[protocol]]\nphase = "wait"\nduration = "60 s"\n{named}source = {EVEN}'
    mesh = (
        '[mesh]\nmargin = "6 mm"\nlateral = { finest = "1 mm", coarsest = "2 mm" }\n'
        'depth = { finest = "1 mm", growth = 1.0, coarsest = "1 mm" }'
    )
    folder, _ = result_of(tmp_path, slab(EVEN, dimension=2, phase=phase, mesh=mesh, a=HALVES))
    assert entry(folder, "source")[-1] == pytest.approx(5e4 * 60.0 * 0.02 * width, rel=1e-9)


def test_depth_counts_from_the_face_of_the_applicator(tmp_path):
    """A fold between two plates is heated alike from both sides."""
    plates = "".join(
        f'[[applicator]]\nname = "{name}"\nface = "{face}"\n'
        for name, face in (("upper", "top"), ("lower", "bottom"))
    )
    more = (
        '[[probes]]\nname = "far"\ndepth = "20 mm"\n[[probes]]\nname = "below"\ndepth = "15 mm"\n'
    )
    folder, _ = result_of(tmp_path, slab(LASER, k=1e-7, duration="60 s", applicators=plates) + more)
    probes = table(folder, "probes.csv")
    for one, other in (("skin", "far"), ("deep", "below")):
        a, b = probes[f"{one} [degC]"][-1], probes[f"{other} [degC]"][-1]
        assert a == pytest.approx(b, abs=1e-9)
        assert a > 20.01


RF = '{ depth = ["0 mm", "4 mm", "12 mm"], power = ["0.1 W/cm^3", "0.4 W/cm^3", "0 W/cm^3"] }'
HEATED = (
    f'[[protocol]]\nphase = "cool"\ntemperature = "-9 degC"\nduration = "3 min"\nsource = {RF}\n'
    '[[protocol]]\nphase = "massage"\nduration = "1 min"\n'
    f'[[protocol]]\nphase = "wait"\nduration = "2 min"\nsource = {RF}'
)


GEL = '[applicator.gel]\nthickness = "1.2 mm"'


def heated(**more):
    """Cooling and a source at once, massage, the source alone, blood flow after release."""
    after = '[applicator.after]\nhyperaemia = 4.0\nfades = "2 min"'
    return device_case(2, protocol=HEATED, gel=f"{after}\n{GEL}", **more)


def test_a_run_with_all_of_it_goes_on_where_it_was_stopped(tmp_path):
    unbroken, result = result_of(tmp_path, heated(), "unbroken")
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    path, out = tmp_path / "unbroken.toml", tmp_path / "out"
    for at in (90.0, 210.0, 270.0):

        def stop(t, *_, at=at):
            if t == at:
                os.kill(os.getpid(), signal.SIGTERM)

        with pytest.raises(Interrupted):
            run(path, out, watch=stop, resume=out.exists())
    run(path, out, resume=True)
    for name in ("layers.csv", "ledger.csv", "device.csv"):
        a, b = table(unbroken, name), table(out, name)
        for column in a:
            scale = max(1.0, np.nanmax(np.abs(a[column])))
            if "residual" not in column:
                np.testing.assert_allclose(b[column], a[column], rtol=0, atol=1e-9 * scale)


def test_both_integrators_agree_on_all_of_it(tmp_path):
    explicit, _ = result_of(tmp_path, heated(), "explicit")
    implicit, result = result_of(
        tmp_path, heated(numerics='[numerics]\nintegrator = "implicit"'), "implicit"
    )
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    assert entry(explicit, "source") == pytest.approx(entry(implicit, "source"), rel=1e-12)
    a, b = (table(f, "layers.csv") for f in (explicit, implicit))
    assert np.abs(a["fat mean [degC]"] - b["fat mean [degC]"]).max() < 0.05
    assert np.abs(a["fat viable [1]"] - b["fat viable [1]"]).max() < 2e-3


@pytest.mark.parallel
def test_two_ranks_find_the_same(tmp_path, two_ranks):
    one, _ = result_of(tmp_path, heated(), "one")
    two = tmp_path / "two"
    got = two_ranks("run", tmp_path / "one.toml", "--out", two, "-q")
    assert got.code == 0, got.err
    for name in ("layers.csv", "ledger.csv"):
        a, b = table(one, name), table(two, name)
        for column in a:
            scale = max(1.0, np.nanmax(np.abs(a[column])))
            if "residual" not in column:
                np.testing.assert_allclose(b[column], a[column], rtol=0, atol=1e-8 * scale)
