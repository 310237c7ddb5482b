"""The hazard of ice and the alarm of a device, each alone."""

import numpy as np
import pytest
from pydantic import ValidationError

from cryosim.library import tissues
from cryosim.physics.alarm import FreezeAbort, Reading
from cryosim.physics.latent import IceCurve, PhaseChange
from cryosim.physics.nucleation import Nucleation, freezing_point, probability, water_share
from cryosim.physics.tables import ENTHALPY, conducts_evenly, tabulate
from cryosim.physics.tissue import Ice
from cryosim.units import ZERO_CELSIUS

SKIN = tissues.tissue("skin")
FROZEN = tissues.tissue("skin", "equilibrium")


def ice_of(frozen):
    return Ice(
        water=frozen.water, heat_capacity=frozen.heat_capacity_frozen,
        conductivity=frozen.conductivity_frozen,
    )  # fmt: skip


def iced(name):
    ice = ice_of(tissues.tissue(name, "equilibrium"))
    return tissues.tissue(name).model_copy(update={"ice": ice})


def test_the_hazard_is_that_of_bigg_and_none_above_the_freezing_point():
    law = Nucleation(rate=2.0, steepness=0.5)
    got = law.hazard(np.array([-3.0, 0.0, 1.0, 10.0]))
    assert got == pytest.approx([0.0, 0.0, 2.0 * (np.exp(0.5) - 1), 2.0 * (np.exp(5.0) - 1)])


@pytest.mark.parametrize(("T", "expected"), [(-4.8, 0.05), (-8.6, 0.50), (-11.5, 0.99)])
def test_bare_skin_freezes_as_its_reasoning_says(T, expected):
    """8 cm^3 of skin, half an hour at T (degC)."""
    skin = iced("skin")
    supercooling = np.array([freezing_point(skin) - ZERO_CELSIUS - T])
    hazard = (
        float(Nucleation(rate=0.32).hazard(supercooling)[0]) * water_share(skin) * 8e-6 * 1800.0
    )
    assert probability(hazard) == pytest.approx(expected, abs=0.015)


def test_water_fills_the_share_of_a_tissue_that_its_latent_heat_tells():
    assert water_share(iced("skin")) == pytest.approx(1.109 * 217 / 334)
    assert water_share(iced("fat")) == pytest.approx(0.911 * 40 / 334)
    assert water_share(SKIN) == 0.0
    assert freezing_point(iced("skin")) == pytest.approx(ZERO_CELSIUS - 0.55)


def test_draws_follow_an_exponential_law_and_their_seed():
    drawn = [Nucleation(event="drawn", seed=s).threshold() for s in range(2000)]
    assert Nucleation(event="drawn", seed=7).threshold() == drawn[7]
    assert np.mean(drawn) == pytest.approx(1.0, abs=0.07)
    assert np.median(drawn) == pytest.approx(np.log(2.0), abs=0.07)
    assert Nucleation(event="none").threshold() == float("inf")


@pytest.mark.parametrize(
    "given", [{"event": "forced"}, {"at": 60.0}, {"event": "drawn", "at": 1.0}]
)
def test_a_time_goes_with_a_forced_event(given):
    with pytest.raises(ValidationError, match="expected both event"):
        Nucleation(**given)


def test_ice_changes_nothing_above_the_freezing_point_and_is_the_equilibrium_below():
    """Fat too, whose lipid crystallises above: its k and c go with the ice alone."""
    T = ZERO_CELSIUS + np.linspace(-20.0, 40.0, 601)
    above = T >= ZERO_CELSIUS - 0.55
    for name in ("skin", "fat", "muscle"):
        with_ice, without = iced(name), tissues.tissue(name)
        for law in ("capacity_at", "conductivity_at", "crystallised"):
            a, b = getattr(with_ice, law)(T), getattr(without, law)(T)
            np.testing.assert_array_equal(a[above], b[above])
    tables, _ = tabulate([SKIN, iced("skin"), FROZEN], tissues.blood(
        {"temperature": 310.15}), 250.0, 320.0)  # fmt: skip
    supercooled, nucleated, equilibrium = (tables.curve[m, :, ENTHALPY] for m in range(3))
    warm = tables.temperature >= ZERO_CELSIUS - 0.55 - 1e-9
    scale = np.abs(equilibrium).max()
    assert np.abs(nucleated - supercooled)[warm].max() < 1e-13 * scale
    assert np.abs(nucleated - equilibrium).max() < 1e-12 * scale
    assert (nucleated - supercooled)[~warm].max() < 0.0


def test_ice_that_conducts_as_the_tissue_does_leaves_it_even():
    water = PhaseChange(latent_heat=1e5, curve=IceCurve(freezing_point=272.6))
    same = Ice(water=water, conductivity=SKIN.conductivity)
    assert conducts_evenly(SKIN.model_copy(update={"ice": same}))
    assert not conducts_evenly(iced("skin"))


def readings(*rows):
    return [Reading(*row) for row in rows]


def test_an_alarm_takes_a_rise_above_the_lowest_recent_reading_for_freezing():
    how = FreezeAbort(window=10.0)
    seen = readings((0.0, 264.0, 260.0), (5.0, 263.0, 260.0), (9.0, 264.5, 260.0))
    assert how.rise(seen) == pytest.approx(1.5)
    assert how.rise(seen[:2]) == 0.0
    assert how.recent(seen, 15.5) == seen[2:]


def test_a_rise_that_the_set_point_asked_for_is_no_alarm():
    seen = readings((0.0, 264.0, 260.0), (9.0, 266.0, 262.0))
    assert FreezeAbort().rise(seen) == 0.0
