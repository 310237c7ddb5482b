"""The fit on made-up doses: what is known comes back, and what is not is said to be unknown."""

import numpy as np
import pytest
from support.doses import DATA, doses, variant

from cryosim.calibration.fit import fitted, identifiability, problem
from cryosim.calibration.forward import Variant, chosen
from cryosim.calibration.parameters import FREE, Prior, laws, prior_of, values
from cryosim.calibration.predict import predicted
from cryosim.calibration.result import calibrated, rounded
from cryosim.calibration.trials import Endpoint, Loss
from cryosim.calibration.write import toml
from cryosim.outcome.course import DAY

TRIALS = dict(DATA.trials)
PRIOR = prior_of({name: (p.median, p.factor) for name, p in DATA.priors.items()})
TRUE = np.array([0.6, 90.0 * 60.0, 18.0, 31.0 * DAY, 1.7])


def exact(endpoints, sd=1e-3):
    """The same end points with what TRUE makes of them, known well."""
    seen = predicted(endpoints, TRUE, variant())
    return [
        one.model_copy(update={"mean": float(m), "sd": sd * float(m)})
        for one, m in zip(endpoints, seen, strict=True)
    ]


def test_a_loss_is_the_killed_share_times_the_cleared_one():
    injury, course = laws(TRUE)
    one = variant().doses["cup"]
    killed = 1.0 - injury.survival(one.state).mean()
    point = Endpoint(name="x", trial="boey", unit="%", mean=1.0,
                     of=Loss(setup="cup", day=70.0, massaged=True))  # fmt: skip
    cleared = course.response([70.0 * DAY], massaged=True)[3, 0]
    assert predicted((point,), TRUE, variant())[0] == pytest.approx(100.0 * killed * cleared)


def test_known_parameters_come_back_from_many_doses():
    """One dose cannot tell shape and scale apart; three, sixteen times apart, can."""
    wide = {"cup": doses(60.0), "plate": doses(15.0), "chin": doses(240.0)}
    one = Variant(variant().inputs, wide)
    seen = predicted(DATA.fitted, TRUE, one)
    points = [
        p.model_copy(update={"mean": float(m), "sd": 1e-5 * float(m)})
        for p, m in zip(DATA.fitted, seen, strict=True)
    ]
    weak = Prior(PRIOR.mean, 10.0 * PRIOR.sd)
    found = values(fitted(problem(points, TRIALS, weak), one))
    np.testing.assert_allclose(found, TRUE, rtol=0.02)


def test_one_dose_level_leaves_shape_and_scale_to_the_prior():
    task = problem(exact(DATA.fitted), TRIALS, PRIOR)
    z = fitted(task, variant())
    told = identifiability(task, variant(), z)
    assert told.singular[0] > 1e3
    assert told.singular[-1] < 0.1 * told.singular[-2]
    worst = dict(zip((f.name for f in FREE), abs(told.directions[-1]), strict=True))
    assert worst["shape"] > 0.7
    assert worst["massage"] < 0.2
    np.testing.assert_allclose(
        predicted(task.endpoints, values(z), variant()), task.mean, rtol=5e-3
    )


def test_the_prior_decides_alone_without_a_say_of_the_data():
    points = [p.model_copy(update={"sd": 1e6}) for p in DATA.fitted]
    z = fitted(problem(points, TRIALS, PRIOR), variant())
    np.testing.assert_allclose(z, PRIOR.mean, atol=1e-6)


def test_errors_of_a_trial_are_correlated_and_of_two_trials_not():
    task = problem(DATA.fitted, TRIALS, PRIOR)
    covariance = task.root @ task.root.T
    assert covariance[0, 1] == pytest.approx(0.8 * 4.0 * 5.0)
    assert covariance[0, 2] == pytest.approx(0.0, abs=1e-12)


def test_the_same_seed_writes_the_same_file_and_another_seed_another_one():
    variants = [variant(), variant(0.8), variant(1.2)]
    texts = [toml(calibrated(DATA, variants, 6, seed)) for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def test_defaults_are_rounded_in_the_unit_that_they_are_shown_in():
    shown = rounded(np.array([1.05678, 12003.0, 12.666, 28.7123 * DAY, 2.17654]))
    np.testing.assert_allclose(shown, [1.06, 12000.0, 12.7, 28.7 * DAY, 2.18], rtol=1e-12)


def test_inputs_fill_their_ranges_and_the_first_ones_are_nominal():
    first, *others = chosen(DATA, 24, 1)
    assert first == {name: x.nominal for name, x in DATA.inputs.items()}
    for name, x in DATA.inputs.items():
        drawn = [other[name] for other in others]
        assert x.low <= min(drawn) < x.low + (x.high - x.low) / 24
        assert x.high >= max(drawn) > x.high - (x.high - x.low) / 24
