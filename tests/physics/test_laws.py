"""The laws against their closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cryosim.physics.blood import Blood, BloodFlow, MetabolicHeat
from cryosim.physics.latent import DscPeaks, FractionTable, IceCurve, LiquidCurve, Peak, PhaseChange
from cryosim.physics.response import ConstantResponse, Q10Response, RampResponse
from cryosim.physics.tissue import Tissue
from cryosim.units import ZERO_CELSIUS

BLOOD = Blood(density=1050.0, heat_capacity=3617.0, temperature=310.15)
FROM_FILE = {"file": "case.toml"}


def K(*celsius):
    return ZERO_CELSIUS + np.array(celsius)


def two_peaks(**first):
    peak = {"temperature": K(5.7).item(), "width": 2.0, "share": 0.5} | first
    return DscPeaks(peaks=(Peak(**peak), Peak(temperature=K(9.9).item(), width=2.0, share=0.5)))


def muscle(**changed):
    given = {"title": "m", "density": 1090.0, "heat_capacity": 3421.0, "conductivity": 0.49}
    return Tissue(**given | changed)


# --- liquid fraction ---


def test_a_peak_is_half_molten_at_its_centre_and_84_percent_one_width_above():
    peak = DscPeaks(peaks=(Peak(temperature=280.0, width=2.0, share=1.0),))
    assert peak.liquid_fraction(np.array([280.0, 282.0, 278.0])) == pytest.approx(
        [0.5, 0.8413447460685429, 0.15865525393145707]
    )


def test_two_equal_peaks_are_half_molten_between_and_solid_far_below():
    assert two_peaks().liquid_fraction(K(7.8, -40.0, 60.0)) == pytest.approx([0.5, 0.0, 1.0])


def test_a_peak_is_the_derivative_of_its_fraction():
    T = K(5.7) + np.linspace(-1.0, 1.0, 5)
    slope = np.diff(two_peaks().liquid_fraction(np.stack([T - 1e-3, T + 1e-3])), axis=0) / 2e-3
    bell = sum(np.exp(-0.5 * ((T - c) / 2.0) ** 2) for c in K(5.7, 9.9)) / 4.0 / np.sqrt(2 * np.pi)
    assert slope[0] == pytest.approx(bell, rel=1e-6)


def test_a_table_is_linear_between_and_constant_outside():
    table = FractionTable(temperature=(270.0, 280.0, 290.0), liquid=(0.1, 0.3, 1.0))
    T = np.array([200.0, 270.0, 275.0, 285.0, 290.0, 350.0])
    assert table.liquid_fraction(T) == pytest.approx([0.1, 0.1, 0.2, 0.65, 1.0, 1.0])


def test_ice_is_one_minus_freezing_point_over_temperature():
    ice = 1.0 - IceCurve(freezing_point=K(-0.55).item()).liquid_fraction(
        K(37.0, 0.0, -0.55, -1.1, -5.5, -55.0)
    )
    assert ice == pytest.approx([0.0, 0.0, 0.0, 0.5, 0.9, 0.99])


peaks = st.lists(
    st.tuples(st.floats(240.0, 320.0), st.floats(0.05, 10.0), st.floats(0.05, 1.0)),
    min_size=1,
    max_size=4,
).map(
    lambda raw: DscPeaks(
        peaks=[Peak(temperature=T, width=w, share=s / sum(r[2] for r in raw)) for T, w, s in raw]
    )
)
tables = st.lists(
    st.tuples(st.floats(200.0, 350.0), st.floats(0.0, 1.0)),
    min_size=2,
    max_size=6,
    unique_by=lambda r: r[0],
).map(
    lambda raw: FractionTable(
        temperature=sorted(T for T, _ in raw), liquid=sorted(f for _, f in raw)
    )
)
ices = st.floats(200.0, 273.149).map(lambda T: IceCurve(freezing_point=T))
temperatures = st.lists(st.floats(174.0, 373.0), min_size=2, max_size=20).map(sorted).map(np.array)


@settings(deadline=None)
@given(curve=peaks | tables | ices, T=temperatures)
def test_liquid_fraction_is_a_fraction_that_never_falls(curve, T):
    liquid = curve.liquid_fraction(T)
    assert liquid.shape == T.shape
    assert (liquid >= 0.0).all()
    assert (liquid <= 1.0 + 1e-12).all()
    assert (np.diff(liquid) >= -1e-12).all()


@settings(deadline=None)
@given(curve=peaks | tables | ices)
def test_a_curve_reads_what_it_writes(curve):
    assert TypeAdapter(LiquidCurve).validate_python(curve.model_dump()) == curve


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ({"kind": "peaks", "peaks": [{"temperature": 280.0, "width": 1.0, "share": 0.4}]}, "sum"),
        ({"kind": "table", "temperature": [280.0, 280.0], "liquid": [0.0, 1.0]}, "rising"),
        ({"kind": "table", "temperature": [280.0, 290.0], "liquid": [1.0, 0.0]}, "never fall"),
        ({"kind": "table", "temperature": [280.0, 290.0], "liquid": [0.0, 1.5]}, r"\[0, 1\]"),
        ({"kind": "table", "temperature": [280.0, 290.0], "liquid": [0, 0.5, 1]}, "as many"),
        ({"kind": "ice", "freezing_point": 273.15}, "below 0 degC"),
        ({"kind": "snow"}, "'peaks', 'table', 'ice'"),
    ],
)
def test_an_impossible_curve_is_refused(curve, message):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(LiquidCurve).validate_python(curve)


# --- responses ---


def test_q10_doubles_per_10_kelvin():
    law = Q10Response(q10=2.0, reference=310.15)
    assert law.factor(K(37.0, 27.0, 47.0, 32.0)) == pytest.approx([1.0, 0.5, 2.0, 2**-0.5])


@pytest.mark.parametrize("smooth", [False, True])
def test_a_ramp_has_its_ends_and_its_middle(smooth):
    law = RampResponse(low=297.15, high=307.15, floor=0.1, smooth=smooth)
    assert law.factor(K(-20.0, 24.0, 29.0, 34.0, 40.0)) == pytest.approx([0.1, 0.1, 0.55, 1.0, 1.0])


def test_a_smooth_ramp_is_flat_at_its_ends():
    law = RampResponse(low=297.15, high=307.15, floor=0.0, smooth=True)
    assert law.factor(K(24.1, 33.9)) == pytest.approx([0.0, 1.0], abs=1e-4)
    assert law.factor(K(26.5)) == pytest.approx(0.25**3 * (10.0 - 3.75 + 0.375))


def test_a_constant_is_one():
    assert ConstantResponse().factor(K(-20.0, 40.0)) == pytest.approx([1.0, 1.0])


def test_only_a_response_that_persists_remembers_cold():
    ends = {"low": 297.15, "high": 307.15, "floor": 0.1}
    assert RampResponse(**ends, persists=True).remembers_cold
    assert not RampResponse(**ends).remembers_cold
    assert not ConstantResponse().remembers_cold


def test_a_ramp_upside_down_is_refused():
    with pytest.raises(ValidationError, match="low below high"):
        RampResponse(low=307.15, high=297.15, floor=0.1)


@settings(deadline=None)
@given(
    low=st.floats(200.0, 320.0), span=st.floats(0.1, 50.0), floor=st.floats(0.0, 1.0),
    smooth=st.booleans(), T=temperatures,
)  # fmt: skip
def test_a_ramp_stays_between_floor_and_one_and_never_falls(low, span, floor, smooth, T):
    factor = RampResponse(low=low, high=low + span, floor=floor, smooth=smooth).factor(T)
    assert (factor >= floor - 1e-12).all()
    assert (factor <= 1.0 + 1e-12).all()
    assert (np.diff(factor) >= -1e-12).all()


# --- blood ---


@pytest.mark.parametrize(
    "text",
    ["32.7093 mL/min/kg", "4.96636e-4 1/s", "4.96636e-4/s", "0.0297982 1/min", "0.521468 kg/m^3/s"],
)
def test_three_ways_of_giving_the_blood_flow_of_fat_mean_the_same(text):
    flow = TypeAdapter(BloodFlow).validate_python(text, context=FROM_FILE)
    assert flow.conductance(911.0, BLOOD) == pytest.approx(1886.15, rel=2e-5)


def test_metabolic_heat_per_mass_and_per_volume_mean_the_same():
    read = TypeAdapter(MetabolicHeat).validate_python
    assert read("0.5 W/kg").source(911.0) == pytest.approx(455.5)
    assert read("455.5 W/m^3").source(911.0) == pytest.approx(455.5)


@given(
    value=st.floats(0.0, 1e6),
    unit=st.sampled_from(BloodFlow.UNITS),
)
def test_blood_flow_reads_what_it_writes(value, unit):
    flow = BloodFlow(value, unit)
    again = TypeAdapter(BloodFlow).validate_python(str(flow), context=FROM_FILE)
    assert again.unit == unit
    assert again.value == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ("3 s", '"s" is not one of its units: mL/min/kg, 1/s, kg/m\\^3/s'),
        ("-1 1/s", "zero or more"),
        ("1e400 1/s", "zero or more"),
        ("3", "a number with a unit"),
        (3.0, "a number with a unit"),
    ],
)
def test_impossible_blood_flow_is_refused(given_, message):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(BloodFlow).validate_python(given_)


# --- tissue ---


def test_a_tissue_without_phase_change_keeps_its_unfrozen_values():
    tissue = muscle(conductivity_frozen=1.4, heat_capacity_frozen=1900.0)
    assert tissue.conductivity_at(K(-30.0, 30.0)) == pytest.approx([0.49, 0.49])
    assert tissue.capacity_at(K(-30.0, 30.0)) == pytest.approx([3421.0, 3421.0])
    assert tissue.crystallised(K(-30.0)) == pytest.approx([0.0])


def test_values_change_to_frozen_with_the_ice():
    water = PhaseChange(latent_heat=247e3, curve=IceCurve(freezing_point=K(-0.55).item()))
    tissue = muscle(conductivity_frozen=1.4, heat_capacity_frozen=1900.0, water=water)
    assert tissue.conductivity_at(K(0.0, -1.1, -5.5)) == pytest.approx([0.49, 0.945, 1.309])
    assert tissue.capacity_at(K(0.0, -1.1)) == pytest.approx([3421.0, 0.5 * (3421.0 + 1900.0)])


def test_solid_share_weighs_components_by_their_latent_heat():
    water = PhaseChange(latent_heat=30e3, curve=IceCurve(freezing_point=K(-0.55).item()))
    lipid = PhaseChange(latent_heat=10e3, curve=two_peaks())
    tissue = muscle(lipid=lipid, water=water)
    assert tissue.solid_share(K(60.0, 7.8, -1.1)) == pytest.approx(
        [0.0, 0.25 * 0.5, 0.25 * 1.0 + 0.75 * 0.5], abs=2e-4
    )
    assert tissue.crystallised(K(7.8)) == pytest.approx([0.5])


def test_latent_heat_of_zero_is_no_phase_change():
    tissue = muscle(lipid=PhaseChange(latent_heat=0.0, curve=two_peaks()), conductivity_frozen=1.4)
    assert tissue.phase_changes == ()
    assert tissue.conductivity_at(K(-30.0)) == pytest.approx([0.49])


def test_every_kink_of_a_tissue_is_declared():
    ramp = RampResponse(low=297.15, high=307.15, floor=0.1)
    lipid = PhaseChange(
        latent_heat=1e4, curve=FractionTable(temperature=(270.0, 280.0), liquid=(0.0, 1.0))
    )
    points = muscle(lipid=lipid, perfusion_response=ramp).kinks()
    assert {270.0, 280.0, 297.15, 307.15} <= set(points)
