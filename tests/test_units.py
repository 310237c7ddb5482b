"""The physical vocabulary: what a case file may write, and what it is told otherwise."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cryosim import units

FROM_FILE = {"file": "case.toml"}


def read(kind, value, context=FROM_FILE):
    return TypeAdapter(kind).validate_python(value, context=context)


def refusal(kind, value, context=FROM_FILE):
    with pytest.raises(ValidationError) as raised:
        read(kind, value, context)
    return raised.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (units.Temperature, "-11 degC", 262.15),
        (units.Temperature, "-11degC", 262.15),
        (units.Temperature, " 37.0 °C ", 310.15),
        (units.Temperature, "260 K", 260.0),
        (units.Temperature, "14 degF", 263.15),
        (units.TemperatureSpan, "3 K", 3.0),
        (units.TemperatureSpan, "3 delta_degC", 3.0),
        (units.TemperatureSpan, "9 delta_degF", 5.0),
        (units.Length, "2.2 mm", 2.2e-3),
        (units.Length, ".5 cm", 5e-3),
        (units.Length, "1e-3 m", 1e-3),
        (units.Position, "-10 mm", -0.01),
        (units.Duration, "35 min", 2100.0),
        (units.Duration, "1 h", 3600.0),
        (units.Delay, "0 s", 0.0),
        (units.Density, "0.911 g/cm^3", 911.0),
        (units.HeatCapacity, "2.348 kJ/kg/K", 2348.0),
        (units.HeatCapacity, "2348 J/(kg degC)", 2348.0),
        (units.LatentHeat, "20.8 J/g", 20.8e3),
        (units.Conductivity, "0.2112 W/m/degC", 0.2112),
        (units.Conductance, "0.04 W/cm^2/K", 400.0),
        (units.Flux, "72.9 mW/cm^2", 729.0),
        (units.FluxLimit, "150 mW/cm²", 1500.0),
    ],
)
def test_a_quantity_becomes_si(kind, text, expected):
    assert read(kind, text) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5 1/s", (0.5, "1/s")),
        ("5e-4/s", (5e-4, "1/s")),
        ("12 1 / min", (12.0, "1 / min")),
        ("51/s", (51.0, "1/s")),
        ("-1.5e+2 W/m^2", (-150.0, "W/m^2")),
        ("3 m ", (3.0, "m")),
    ],
)
def test_number_and_unit_are_split_where_the_number_ends(text, expected):
    assert units.split(text, "1 m") == expected


@given(number=st.floats(allow_nan=False, allow_infinity=False), unit=st.sampled_from(["m", "1/s"]))
def test_every_number_is_read_whole(number, unit):
    assert units.split(f"{number!r} {unit}", "1 m") == (number, unit)


@pytest.mark.parametrize("text", ["3 degC", "3 °C", "3 degF"])
def test_a_temperature_is_no_span(text):
    message = refusal(units.TemperatureSpan, text)
    assert 'a difference of temperatures is written "3 K" or "3 delta_degC"' in message


@pytest.mark.parametrize("text", ["3 delta_degC", "300 delta_degC", "300 Δ°C"])
def test_a_span_is_no_temperature(text):
    assert "is a difference of temperatures" in refusal(units.Temperature, text)


@pytest.mark.parametrize(
    "value", ["3", "mm", "", "nan mm", "inf mm", "1.5.2 mm", "1e5", None, True, [1]]
)
def test_a_missing_unit_or_number_is_answered_with_an_example(value):
    assert refusal(units.Length, value) == 'expected a number with a unit, such as "2.2 mm"'


def test_a_bare_number_is_for_python_only():
    assert refusal(units.Length, 0.002) == 'expected a number with a unit, such as "2.2 mm"'
    assert refusal(units.Length, 2) == 'expected a number with a unit, such as "2.2 mm"'
    assert read(units.Length, 0.002, context=None) == 0.002


@pytest.mark.parametrize(
    "unit", ["foo", "m//(", "m(", "'m", "m^^2", "m**m", "m if", "[m]", "{m}", ",5 mm", "\x00"]
)
def test_an_unknown_unit_is_quoted_and_never_a_traceback(unit):
    assert refusal(units.Length, f"2 {unit}") == (
        f'unknown unit "{unit}"; expected one such as in "2.2 mm"'
    )


@given(text=st.text(max_size=12))
def test_no_text_whatever_is_more_than_refused(text):
    for kind in (units.Length, units.TemperatureSpan, units.Temperature):
        with suppress(ValidationError):
            assert math.isfinite(read(kind, f"2 {text}"))


@pytest.mark.parametrize("text", ["2 s", "2 degC", "2 1/s", "2 C"])
def test_a_wrong_unit_is_quoted(text):
    unit = text.partition(" ")[2]
    assert refusal(units.Length, text) == (
        f'"{unit}" does not fit here; expected a unit such as in "2.2 mm"'
    )


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (units.Temperature, "-300 degC", "expected at least -100 degC and at most 100 degC"),
        (units.Temperature, "100 K", "expected at least 173.15 K and at most 373.15 K"),
        (units.Temperature, 400.0, "expected at least -100 degC and at most 100 degC"),
        (units.Position, "-20 m", "expected at least -10 m and at most 10 m"),
        (units.Position, "-20000 mm", "expected at least -10000 mm and at most 10000 mm"),
        (units.Length, "0 cm", "expected above 0 cm"),
        (units.Length, -1.0, "expected above 0 mm"),
        (units.Delay, "-1 min", "expected at least 0 min"),
        (units.Duration, "1e400 s", "expected a finite number"),
        (units.Duration, math.nan, "expected a finite number"),
        (units.Flux, -math.inf, "expected a finite number"),
    ],
)
def test_bounds_are_told_in_the_unit_of_the_user(kind, value, message):
    context = FROM_FILE if isinstance(value, str) else None
    assert refusal(kind, value, context) == f"impossible value: {message}"


def test_a_fault_may_quote_braces():
    assert units.fault("k", "a {b}").message() == "a {b}"
    assert units.fault("k", "unit {u}", u="{x}").message() == "unit {x}"


def test_a_field_describes_itself_to_an_editor():
    schema = TypeAdapter(units.Density).json_schema()
    assert schema["type"] == "string"
    assert schema["examples"] == ["911 kg/m^3"]
