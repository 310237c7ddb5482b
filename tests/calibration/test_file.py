"""The calibration of the library: its defaults are those of the laws, and they meet the trials."""

import numpy as np
import pytest

from cryosim.calibration.forward import computed
from cryosim.calibration.parameters import FREE, laws
from cryosim.calibration.predict import predicted
from cryosim.calibration.trials import trials
from cryosim.injury import CrystalDose
from cryosim.library.calibration import bands, content, draws
from cryosim.outcome import Course
from cryosim.validate.experiment import sources


def test_defaults_of_the_laws_are_those_of_the_file():
    laws_of = {"injury": CrystalDose(), "course": Course()}
    assert set(bands()) == {f"{free.law}.{free.name}" for free in FREE}
    for name, band in bands().items():
        law, field = name.split(".")
        assert getattr(laws_of[law], field) == pytest.approx(band.default, rel=1e-9), name
        assert band.low < band.median < band.high


def test_draws_are_laws_and_spread_as_the_bands_say():
    found = draws()
    assert len(found) == 100
    scales = []
    for injury, course in found:
        CrystalDose(**injury)
        Course(**course)
        scales.append(injury["scale"])
    low, high = np.percentile(scales, [5.0, 95.0])
    band = bands()["injury.scale"]
    assert low == pytest.approx(band.low, rel=0.5)
    assert high == pytest.approx(band.high, rel=0.5)


def test_defaults_give_the_fitted_numbers_within_what_they_are_known_by():
    data = trials()
    (nominal,) = computed(data, 0, 1)
    found = np.array([bands()[f"{free.law}.{free.name}"].default for free in FREE])
    assert laws(found) == (CrystalDose(), Course())
    values = predicted(data.fitted, found, nominal)
    for one, value, entry in zip(data.fitted, values, content()["fitted"], strict=True):
        assert value == pytest.approx(entry["value"], rel=2e-3)
        assert abs(value - one.mean) < 1.2 * one.sd, one.name


def test_every_trial_has_a_known_source_and_a_number():
    data = trials()
    used = {one.trial for one in (*data.fitted, *data.predicted)}
    assert used == set(data.trials)
    assert {key for trial in data.trials.values() for key in trial.sources} <= set(sources())
    assert {one.name for one in data.fitted} == {entry["name"] for entry in content()["fitted"]}
