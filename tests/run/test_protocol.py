"""What phases do: wait, warm, massage, release; two applicators at once; a second cycle."""

import h5py
import numpy as np
import pytest
from mpi4py import MPI
from support.device_case import LAYERS, device_case
from support.tables import result_of, table

from cryosim.case.load import load
from cryosim.errors import CaseError
from cryosim.injury import CrystalDose, TimeBelow
from cryosim.treatment.build import build


def phases(*given):
    """Text of a protocol; each phase is its word, its duration and more lines."""
    return "\n".join(
        f'[[protocol]]\nphase = "{word}"\nduration = "{duration}"\n' + "\n".join(more)
        for word, duration, *more in given
    )


COLD = ("cool", "8 min", 'temperature = "-11 degC"')
MASSAGE = ("massage", "2 min")
OFF = ("remove", "2 min")
AFTER = '{ hyperaemia = 5.0, fades = "3 min" }'


def plain(*given, dimension=1, **more):
    """A case with an applicator without gel and device."""
    text = device_case(dimension, protocol=phases(*given), **({"gel": "", "pump": ""} | more))
    return text.replace("[applicator.device]\n", "")


def viable(folder):
    return table(folder, "layers.csv")["fat viable [1]"]


def test_warm_is_another_word_for_rewarm(tmp_path):
    warm = ("2 min", 'temperature = "38 degC"', 'ramp = "20 s"')
    one, other = (
        result_of(tmp_path, plain(COLD, (word, *warm)), word)[0] for word in ("rewarm", "warm")
    )
    assert (one / "layers.csv").read_bytes() == (other / "layers.csv").read_bytes()


def test_waiting_leaves_what_is_on_and_what_is_off(tmp_path):
    waits = plain(COLD, ("wait", "2 min"), OFF, ("wait", "3 min"))
    folder, _ = result_of(tmp_path, waits, "wait")
    holds = plain(COLD, ("hold", "2 min"), OFF, ("remove", "3 min"))
    other, _ = result_of(tmp_path, holds, "hold")
    for name in ("layers.csv", "device.csv", "ledger.csv"):
        a, b = table(folder, name), table(other, name)
        for column in a:
            np.testing.assert_array_equal(a[column], b[column], err_msg=column)


def test_waiting_needs_no_applicator_but_other_phases_do(tmp_path):
    bare = plain(("wait", "1 min"), applicator="")
    folder, _ = result_of(tmp_path, bare)
    T = table(folder, "layers.csv")["skin mean [degC]"]
    assert T[-1] == pytest.approx(T[0], abs=1e-3), "it starts steady and stays so"
    path = tmp_path / "massage.toml"
    path.write_text(plain(MASSAGE, applicator=""))
    with pytest.raises(CaseError, match='phase = "massage": the case has no applicator'):
        load(path)


def test_massage_takes_the_applicator_off_and_kills_cells_with_crystals(tmp_path):
    massaged, result = result_of(tmp_path, plain(COLD, MASSAGE, OFF), "massage")
    alone, _ = result_of(tmp_path, plain(COLD, ("remove", "2 min"), OFF), "remove")
    a, b = table(massaged, "layers.csv"), table(alone, "layers.csv")
    np.testing.assert_array_equal(a["fat mean [degC]"], b["fat mean [degC]"])
    at = list(a["time [s]"]).index(480.0)
    assert np.array_equal(viable(massaged)[: at + 1], viable(alone)[: at + 1])
    assert viable(massaged)[-1] < viable(alone)[-1] - 0.01
    assert any("calibrated to one trial of n = 10" in line for line in result["overrides"])


def test_massage_of_tissue_without_crystals_does_nothing(tmp_path):
    before = plain(MASSAGE, COLD, OFF)
    massaged, _ = result_of(tmp_path, before, "massage")
    alone, _ = result_of(tmp_path, before.replace('"massage"', '"remove"'), "remove")
    assert np.array_equal(viable(massaged), viable(alone))
    assert viable(massaged)[-1] < 0.999


TWO = "".join(
    f'[[applicator]]\nname = "{name}"\nsize = ["12 mm"]\ncentre = ["{x} mm"]\n'
    for name, x in (("left", -12), ("right", 12))
)
PROBES = "".join(
    f'[[probes]]\nname = "{name}"\ndepth = "3 mm"\noffset = ["{x} mm"]\n'
    for name, x in (("left", -12), ("middle", 0), ("right", 12))
)


def dual(*given):
    """A section under two applicators."""
    return plain(*given, dimension=2, applicator=TWO, probes=PROBES)


def probes_of(folder):
    seen = table(folder, "probes.csv")
    return [seen[f"{name} [degC]"] for name in ("left", "middle", "right")]


def test_two_applicators_at_once_make_a_symmetric_field(tmp_path):
    folder, result = result_of(tmp_path, dual(COLD, OFF))
    left, middle, right = probes_of(folder)
    np.testing.assert_allclose(left, right, rtol=0, atol=1e-9)
    assert left[16] < middle[16] - 3.0
    assert result["ledger"]["worst residual over heat removed"] < 1e-9


def test_two_applicators_at_once_may_differ(tmp_path):
    """Exchanging their temperatures exchanges the sides."""

    def seen(left, right, name):
        cool = [
            ("cool", "1 s", f'temperature = "{T} degC"', f'applicators = ["{which}"]')
            for which, T in (("left", left), ("right", right))
        ]
        text = dual(*cool, ("hold", "5 min"), OFF)
        folder, result = result_of(tmp_path, text, name)
        assert result["ledger"]["worst residual over heat removed"] < 1e-9
        plates = table(folder, "device.csv")
        for which, T in (("left", left), ("right", right)):
            assert plates[f"{which} temperature [degC]"][5] == pytest.approx(T)
        return probes_of(folder)

    left, middle, right = seen(-10, 2, "one")
    other_left, other_middle, other_right = seen(2, -10, "other")
    assert left[10] < right[10] - 5.0
    for a, b in ((left, other_right), (middle, other_middle), (right, other_left)):
        assert a[10] == pytest.approx(b[10], abs=0.1), "but for the second between them"


def test_massage_acts_beneath_its_applicator_alone(tmp_path):
    """Massage of one of two sides that are alike does half of what massage of both does."""
    lost = []
    for name, which in (("none", '["right"]'), ("one", '["left"]'), ("both", '["left", "right"]')):
        word = "remove" if name == "none" else "massage"
        text = dual(COLD, ("remove", "1 s"), (word, "1 min", f"applicators = {which}"))
        lost.append(1.0 - viable(result_of(tmp_path, text, name)[0])[-1])
    assert lost[2] > lost[0] + 1e-3
    assert lost[1] - lost[0] == pytest.approx(0.5 * (lost[2] - lost[0]), rel=1e-6)


def test_blood_flows_after_release_until_the_applicator_is_back(tmp_path):
    released = ("remove", "2 min", 'applicators = ["left"]')
    again = ("cool", "1 min", 'temperature = "5 degC"')
    text = dual(COLD, released, ("wait", "2 min"), again).replace(
        'name = "left"\n', f'name = "left"\nafter = {AFTER}\n', 1
    )
    folder, _ = result_of(tmp_path, text)
    seen = table(folder, "device.csv")
    t, flow = seen["time [s]"], seen["left hyperaemia [1]"]
    off = (t > 480.0) & (t <= 720.0)
    assert flow[off] == pytest.approx(1.0 + 4.0 * np.exp(-(t[off] - 480.0) / 180.0))
    assert set(flow[~off]) == {1.0}
    assert "right hyperaemia [1]" not in seen


def test_blood_flow_after_release_is_that_of_skin_and_fat_beneath(tmp_path):
    muscle = LAYERS.replace(" ]", ', { tissue = "muscle", thickness = "8 mm" } ]')
    text = dual(COLD, OFF).replace('name = "left"\n', f'name = "left"\nafter = {AFTER}\n', 1)
    path = tmp_path / "case.toml"
    path.write_text(text.replace(LAYERS, muscle))
    treatment = build(load(path), MPI.COMM_SELF)
    (surge,) = treatment.frame.phases[1].setting.surges
    volume = sum(s.volume for s in treatment.balance.body.stencils)
    assert surge.start == 480.0
    assert surge.share.max() == pytest.approx(1.0)
    assert surge.share @ volume == pytest.approx(0.012 * 0.017)


def test_blood_flow_after_release_warms_skin_and_fat(tmp_path):
    still, _ = result_of(tmp_path, plain(COLD, ("remove", "10 min")), "plain")
    flows, result = result_of(
        tmp_path, plain(COLD, ("remove", "10 min"), gel=f"after = {AFTER}"), "flows"
    )
    a, b = (table(folder, "layers.csv")["fat mean [degC]"] for folder in (still, flows))
    assert np.array_equal(a[:17], b[:17]), "nothing is different while it is on"
    assert b[-1] > a[-1] + 0.3
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    assert any("hyperaemia = 5" in line and "assumption" in line for line in result["overrides"])


def test_perfusion_of_a_phase_is_told_as_an_assumption(tmp_path):
    _, result = result_of(tmp_path, plain((*COLD, "perfusion = 0.3"), OFF))
    told = [line for line in result["overrides"] if line.startswith("protocol[1].perfusion = 0.3")]
    assert len(told) == 1
    assert "assumption" in told[0]


def _lost(folder, t):
    """Survival at every lipid node at ``t`` (s)."""
    with h5py.File(folder / "fields.h5") as file:
        step = int(np.argmin(np.abs(file["times"][:] - t)))
        names = sorted(file["fields/survival"], key=int)
        survival = file[f"fields/survival/{names[step]}"][:]
    return survival[~np.isnan(survival)]


def _of_twice_the_dose(first):
    """Survival of two equal doses by the default law, of that of ``first``."""
    law = CrystalDose()
    dose = law.scale * (first ** (-1.0 / law.shape) - 1.0)
    assert dose.max() > 120.0
    return law.survival(np.stack([dose, np.zeros_like(dose)]), sessions=2)


@pytest.mark.parametrize(
    ("kind", "again"), [("crystal dose", _of_twice_the_dose), ("multi-state", np.square)]
)
def test_a_second_cycle_after_a_long_break_is_a_second_session(tmp_path, kind, again):
    """Without blood, for vessels remember the first cycle."""
    output = '[output]\nevery = "1 h"\nfigures = false'
    text = plain(COLD, ("remove", "6 h"), output=output)
    twice = '[[protocol]]\nphase = "repeat"\ntimes = 2\n'
    still = "".join(f'[tissue.{name}]\nperfusion = "0 1/s"\n' for name in ("skin", "fat"))
    folder, result = result_of(tmp_path, f'{text}\n{twice}{still}[injury]\nkind = "{kind}"\n')
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    end = 8 * 60.0 + 6 * 3600.0
    first, second = _lost(folder, end), _lost(folder, 2 * end)
    assert first.min() < 0.99
    np.testing.assert_allclose(second, again(first), rtol=0, atol=2e-4)


def test_a_law_may_be_at_work_where_nothing_is_crystallised(tmp_path):
    """All tissue stays at 30 degC, below a threshold of 35 degC and too warm for crystals."""
    law = '[injury]\nkind = "time below threshold"\nthreshold = "35 degC"\n'
    still = (
        'title = "still"\ndimension = 1\n[anatomy]\ncore_temperature = "30 degC"\n'
        'layers = [{ tissue = "fat", thickness = "20 mm" }]\n'
        '[room]\ntemperature = "30 degC"\n[start]\nkind = "uniform"\ntemperature = "30 degC"\n'
    )
    folder, _ = result_of(tmp_path, f"{still}{phases(('wait', '10 min'))}\n{law}")
    layers, law = table(folder, "layers.csv"), TimeBelow()
    assert layers["fat crystallised [1]"].max() == 0.0
    left = 1.0 - law.largest * (1.0 - np.exp(-600.0 / law.time))
    assert layers["fat viable [1]"][-1] == pytest.approx(left, abs=1e-9)
