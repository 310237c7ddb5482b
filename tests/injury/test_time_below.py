"""Time below a threshold against its closed form and the numbers that its docstring promises."""

import numpy as np
import pytest

from cryosim.injury import CrystalDose, TimeBelow

LAW = TimeBelow()


def state_after(law, *parts):
    """State after ``parts``: (minutes, temperature, crystal fraction, massaged share)."""
    state = law.start(1)
    for minutes, T, X, massaged in parts:
        law.advance(state, np.array([X]), np.array([T]), 60.0 * minutes, np.array([massaged]))
    return state


@pytest.mark.parametrize("law", [LAW, TimeBelow(threshold=281.0, largest=0.3, time=600.0)])
def test_the_dead_share_is_that_of_the_time_below(law):
    state = state_after(law, (25, 280.9, 0.0, 0.0), (40, 300.0, 1.0, 1.0), (5, 260.0, 1.0, 0.0))
    dead = law.largest * (1.0 - np.exp(-1800.0 / law.time))
    assert 1.0 - law.survival(state)[0] == pytest.approx(dead, rel=1e-12)
    twice = law.largest * (1.0 - np.exp(-3600.0 / law.time))
    assert 1.0 - law.survival(state, sessions=2)[0] == pytest.approx(twice, rel=1e-12)


def test_the_threshold_itself_is_not_below():
    assert state_after(LAW, (30, LAW.threshold, 1.0, 1.0)).max() == 0.0
    assert not LAW.at_work(LAW.start(2), np.array([LAW.threshold, 300.0])).any()
    assert LAW.at_work(LAW.start(1), np.array([LAW.threshold - 1e-9])).all()


def test_massage_counts_for_cells_that_hold_crystals():
    law = TimeBelow(massage=5.0)
    state = state_after(law, (10, 275.0, 0.4, 0.5))
    spent = 600.0 * (1.0 + 4.0 * 0.4 * 0.5)
    dead = law.largest * (1.0 - np.exp(-spent / law.time))
    assert 1.0 - law.survival(state)[0] == pytest.approx(dead, rel=1e-12)
    bare = state_after(law, (10, 275.0, 0.0, 1.0))
    assert law.survival(bare) == law.survival(law.without_massage(bare))


def test_it_kills_as_the_crystal_dose_does_in_an_hour_of_full_crystallisation():
    cold = (60, 275.0, 1.0, 0.0)
    found = 1.0 - LAW.survival(state_after(LAW, cold))[0]
    other = CrystalDose()
    assert found == pytest.approx(0.243, abs=5e-4)
    assert found == pytest.approx(1.0 - other.survival(state_after(other, cold))[0], abs=1e-3)


def test_the_formula_gives_back_the_factor_of_massage():
    alone, massaged = (60, 275.0, 1.0, 0.0), (2, 275.0, 1.0, 1.0)
    dead = 1.0 - LAW.survival(state_after(LAW, alone, massaged))[0]
    spent = -LAW.time * np.log(1.0 - dead / LAW.largest)
    assert (spent - 3600.0) / 120.0 == pytest.approx(LAW.massage, rel=1e-9)


def test_no_time_kills_more_than_the_largest_share():
    forever = state_after(LAW, (1e9, 275.0, 1.0, 0.0))
    assert LAW.survival(forever)[0] == 0.5
