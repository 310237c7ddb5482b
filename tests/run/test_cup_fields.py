"""What the field file of a run tells of tissue drawn into cups; it survives an interruption."""

import json
import os
import signal

import h5py
import numpy as np
import pytest
from support.cup_case import cup_case

from cryosim.errors import Interrupted
from cryosim.simulate import run
from cryosim.view.cups import cups_of, touched_by
from cryosim.view.result import Result
from cryosim.view.section import section_of

FOLD = 'height = "15 mm"'


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Of a run that was interrupted while the vacuum was on."""
    folder = tmp_path_factory.mktemp("cup")
    path = folder / "case.toml"
    path.write_text(cup_case(cup=FOLD))

    def ask(t, *_):
        if t == 60.0:
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted):
        run(path, folder / "out", watch=ask)
    return Result.open(run(path, folder / "out", resume=True))


def test_the_protocol_and_the_cup_are_told(result):
    phases = [(p["name"], p["start"], p["end"], p["cups"]) for p in result.phases]
    assert phases == [("cool", 0.0, 180.0, ["applicator"]), ("remove", 180.0, 300.0, [])]
    (cup,) = cups_of(result)
    sizes = (cup.gap, cup.length, cup.depth, cup.lip, cup.rim, cup.draft)
    assert sizes == pytest.approx((24.0, 40.0, 18.0, 4.0, 6.0, 0.0))
    assert cup.corner == pytest.approx(0.6 * 12.0)
    assert -5.0 < cup.mouth <= 0.0


def test_the_fold_stands_in_the_cup_while_the_vacuum_is_on(result):
    (cup,) = cups_of(result)
    drawn, at_rest = (np.asarray(result.standing(step).points) for step in (0, -1))
    assert drawn[:, 1].max() == pytest.approx(cup.mouth + 15.0, abs=0.3)
    assert at_rest[:, 1].max() == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(np.asarray(result.standing(3).points), drawn)
    with h5py.File(result.folder / "fields.h5") as file:
        assert file["shapes"].keys() == {"00000", "00001"}
        assert json.loads(file.attrs["applicators"])[0]["kind"] == "cup"


def test_skin_said_to_touch_the_wall_is_at_the_wall(result):
    (cup,) = cups_of(result)
    facets = touched_by(result, cup)
    x, z = np.asarray(result.standing(0).points)[facets.ravel(), :2].T
    assert len(facets) >= 2
    assert np.abs(np.abs(x) - 12.0).max() < 1.0
    assert z.min() > cup.mouth
    kinds = set(result.facets[1])
    assert {"applicator wall", "applicator cavity", "room"} <= kinds
    (cut,) = section_of(result, 0).cups
    assert cut.touching == pytest.approx(2 * (15.0 - 4.0 - 0.85 * 12.0), abs=0.1)
