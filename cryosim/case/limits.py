"""Limits of safety as a case has them: tiers of the library, and what the case gives instead."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from cryosim.library import limits as library
from cryosim.outcome.limits import TIERS, Limit
from cryosim.part import Part
from cryosim.units import Length, Temperature, Unit, convert

Off = Literal["off"]
Time = Annotated[float, Unit("s", "60 min", strict=True)]
WarmingRate = Annotated[float, Unit("K/s", "30 K/min", strict=True)]
Number = Annotated[float, Field(gt=0.0, le=1e6)]


class TemperatureTiers(Part):
    """Temperatures of warning and error, or "off"; as in the library if not given."""

    warning: Temperature | Off | None = None
    """Milder tier."""
    error: Temperature | Off | None = None
    """Tier that ends a strict run with exit code 4."""


class TimeTiers(Part):
    """Times of warning and error, or "off"; as in the library if not given."""

    warning: Time | Off | None = None
    """Milder tier."""
    error: Time | Off | None = None
    """Tier that ends a strict run with exit code 4."""


class RateTiers(Part):
    """Rates of warning and error, or "off"; as in the library if not given."""

    warning: WarmingRate | Off | None = None
    """Milder tier."""
    error: WarmingRate | Off | None = None
    """Tier that ends a strict run with exit code 4."""


class NumberTiers(Part):
    """Numbers of warning and error, or "off"; as in the library if not given."""

    warning: Number | Off | None = None
    """Milder tier."""
    error: Number | Off | None = None
    """Tier that ends a strict run with exit code 4."""


Tiers = TemperatureTiers | TimeTiers | RateTiers | NumberTiers


class Limits(Part):
    """When a result warns of harm or calls it an error; ``cryosim list limits`` has the reasons."""

    skin_surface: TemperatureTiers = TemperatureTiers()
    """Coldest skin surface."""
    basal_layer: TemperatureTiers = TemperatureTiers()
    """Coldest basal layer of the epidermis."""
    skin_below_freezing: TimeTiers = TimeTiers()
    """Longest time of skin below its freezing point."""
    ice: NumberTiers = NumberTiers()
    """Probability that ice nucleates; 1 once there is ice."""
    melanocytes: TemperatureTiers = TemperatureTiers()
    """Coldest basal layer with ice in it."""
    keratinocytes: TemperatureTiers = TemperatureTiers()
    """Coldest basal layer with ice in it."""
    nerve_block: TemperatureTiers = TemperatureTiers()
    """Coldest subcutaneous tissue."""
    nerve_cold: TimeTiers = TimeTiers()
    """Longest time of subcutaneous tissue below 5 degC."""
    muscle: TemperatureTiers = TemperatureTiers()
    """Coldest muscle."""
    rewarming: RateTiers = RateTiers()
    """Fastest rewarming of the skin surface, smoothed over a minute."""
    burn: NumberTiers = NumberTiers()
    """Burn integral of the basal layer; 1 is second degree."""

    @property
    def given(self) -> dict[str, Tiers]:
        """Tiers that the case gives, by key of their limit."""
        return {
            "skin_surface": self.skin_surface, "basal_layer": self.basal_layer,
            "skin_below_freezing": self.skin_below_freezing, "ice": self.ice,
            "melanocytes": self.melanocytes, "keratinocytes": self.keratinocytes,
            "nerve_block": self.nerve_block, "nerve_cold": self.nerve_cold,
            "muscle": self.muscle, "rewarming": self.rewarming, "burn": self.burn,
        }  # fmt: skip


SI = {"degC": "K", "min": "s", "K/min": "K/s"}
"""Unit that a limit is told in -> the SI unit it is kept in; others are pure numbers."""


def limits_of(limits: Limits) -> list[Limit]:
    """Every limit, in the order of the library."""
    given = limits.given
    return [_limit(key, given[key]) for key in library.limits()]


def _limit(key: str, given: Tiers) -> Limit:
    words, entries = library.held(key).words, library.entries(key)
    default = read(type(given), {name: entries[name].value for name in TIERS})
    tiers = {name: getattr(given, name) or getattr(default, name) for name in TIERS}
    untreated = None
    if "harmless" in entries:
        kind = Temperature if words["unit"] == "degC" else float
        value: Any = entries["harmless"].value
        untreated = TypeAdapter(kind).validate_python(value)
    return Limit(
        key=key,
        title=words["title"],
        worst="highest" if words["worst"] == "highest" else "lowest",
        harmless=untreated,
        **{name: None if value == "off" else value for name, value in tiers.items()},
    )


def read[T: Part](model: type[T], values: Mapping[str, Any]) -> T:
    """Tiers of the library, which are text."""
    texts = {k: float(v) if model is NumberTiers and v != "off" else v for k, v in values.items()}
    return model.model_validate(texts)


def length(key: str, name: str) -> float:
    """A length (m) that the limit ``key`` rests on."""
    return float(TypeAdapter(Length).validate_python(library.entries(key)[name].value))


def temperature(key: str, name: str) -> float:
    """A temperature (K) that the limit ``key`` rests on."""
    return float(TypeAdapter(Temperature).validate_python(library.entries(key)[name].value))


def time(key: str, name: str) -> float:
    """A time (s) that the limit ``key`` rests on."""
    return float(TypeAdapter(Time).validate_python(library.entries(key)[name].value))


def unit_of(key: str) -> str:
    """Unit that the limit ``key`` is told in."""
    return library.held(key).words["unit"]


def told(key: str, value: float | None) -> float | None:
    """SI ``value`` of the limit ``key`` in the unit it is told in."""
    unit = unit_of(key)
    if value is None or unit not in SI:
        return value
    return convert(value, SI[unit], unit)


def faults_of_limits(limits: Limits) -> Iterator[str]:
    """Limits whose warning is worse than their error."""
    for limit in limits_of(limits):
        apart = None if limit.warning is None else limit.margin(limit.warning, "error")
        if apart is not None and apart < 0.0:
            tiers = [f"{told(limit.key, limit.tier(name)):g}" for name in TIERS]
            side = "above" if limit.worst == "lowest" else "below"
            yield (
                f"limits.{limit.key}: warns at {tiers[0]} {unit_of(limit.key)}, beyond the error "
                f"at {tiers[1]}; expected a warning {side} it, or give both"
            )


def replaced_limits(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Key path, value and value of the library of every tier that the ``fields`` of a case give."""
    for key, given in fields.get("limits", {}).items():
        for name, value in given.items():
            yield f"limits.{key}.{name}", value, library.entries(key)[name].value
