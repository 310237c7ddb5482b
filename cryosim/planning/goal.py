"""What is wanted of a plan: an outcome, its target, and the ranges to look in."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite, nan

from cryosim.errors import CaseError
from cryosim.planning.margins import Margin
from cryosim.planning.search import Judged
from cryosim.uncertainty.outcomes import Outcomes
from cryosim.units import convert, fits, split

LOSS = "fat lost after "
"""Outcomes that a plan is about if no other is named."""

_DAYS = re.compile(r"\s*(\d+)\s*d\s*")

_RISING = ("lost", "thinner")
"""Words of outcomes that rise with time and cold, which a message names."""

_FALLING = ("limit: ", "viable adipocytes", "last heat flux")
"""Words of outcomes that do not, or that a plan keeps and does not reach for."""

NEARLY_ALL = 0.75
"""Part of the temperatures of a grid; an assumption."""


@dataclass(frozen=True)
class Wanted:
    """Everything a plan is asked; temperatures in degC, times in min."""

    target: str
    at: str | None = None
    temperatures: tuple[float, float] = (-15.0, 0.0)
    durations: tuple[float, float] = (5.0, 120.0)
    cycles: int = 1
    pause: float = 5.0
    margin: Margin = Margin.warning
    phase: int | None = None
    dimension: int | None = None
    confirm: bool = True


@dataclass(frozen=True)
class Goal:
    """The outcome that is planned and the value it is to reach, in ``unit``."""

    outcome: str
    target: float
    unit: str


def goal_of(wanted: Wanted, outcomes: Outcomes) -> Goal:
    """The goal among ``outcomes`` of the case; raises CaseError if there is none such."""
    name = _outcome(wanted.at, outcomes)
    unit = outcomes[name][1]
    return Goal(name, _target(wanted, unit), unit)


def _outcome(at: str | None, outcomes: Outcomes) -> str:
    """Name of the outcome ``at`` a day or by name; of the last day if not given."""
    days = [name for name in outcomes if name.startswith(LOSS)]
    if at is None:
        if not days:
            raise CaseError("no fat is lost in this case; name an outcome with --at")
        return max(days, key=lambda name: int(name.removeprefix(LOSS).split()[0]))
    match = _DAYS.fullmatch(at)
    name = f"{LOSS}{int(match[1])} d" if match else at
    if name not in outcomes:
        there = ", ".join(n.removeprefix(LOSS) for n in days) or "no days"
        raise CaseError(f'--at "{at}": no such outcome; expected one of {there}, or a name of '
                        "quantities or outcome in result.json")  # fmt: skip
    if fits(outcomes[name][1], "K") or any(words in name for words in _FALLING):
        can = ", ".join(n for n in outcomes if any(word in n for word in _RISING))
        raise CaseError(f'--at "{name}" cannot be planned: it does not rise with time and cold; '
                        f"expected one that does, such as {can or 'a loss'}")  # fmt: skip
    return name


def refuse_what_does_not_rise(goal: Goal, grid: Sequence[Judged]) -> None:
    """Raise CaseError if the outcome falls with time on the ``grid``, or is the same everywhere."""
    columns: dict[float, list[float]] = {}
    for judged in sorted(grid, key=lambda j: j.setting):
        columns.setdefault(judged.setting.temperature, []).append(judged.loss)
    falls = sum(1 for losses in columns.values() if losses[-1] < losses[0] * (1.0 - 1e-6))
    least, most = (f({x for losses in columns.values() for x in losses}) for f in (min, max))
    if falls > NEARLY_ALL * len(columns):
        what = f"falls with time at {falls} of {len(columns)} temperatures"
    elif len(grid) > 1 and least == most > 0.0:
        what = f"is {most:.4g} {goal.unit} at every temperature and time"
    else:
        return
    raise CaseError(
        f'"{goal.outcome}" cannot be planned: it {what}; choose with --at an outcome that rises, '
        "such as a loss"
    )


def quantity(text: str, unit: str, option: str, example: str) -> float:
    """The number that ``text`` says, in ``unit``; raises CaseError."""
    with suppress(ValueError):
        number = _share(text) if unit == "1" else None
        if number is None:
            number, given = split(text, example)
            number = convert(number, given, unit) if fits(given, unit) else nan
        if isfinite(number):
            return number
    what = "a number" if unit == "1" else "a number with a unit"
    raise CaseError(f'{option} "{text}": expected {what}, such as "{example}"')


def _share(text: str) -> float | None:
    """A number without a unit, or with that of such a number."""
    with suppress(ValueError):
        return float(text.removesuffix(" 1"))
    return None


def check(wanted: Wanted) -> None:
    """Raise CaseError for a target that no outcome asked for could have, before one is known."""
    if wanted.at is None or _DAYS.fullmatch(wanted.at):
        _target(wanted, "%")


def _target(wanted: Wanted, unit: str) -> float:
    """The target in ``unit``."""
    example = "0.5" if unit == "1" else f"20 {unit}"
    number = quantity(wanted.target, unit, "--target", example)
    if number <= 0.0:
        raise CaseError(f"--target {wanted.target}: expected more than nothing")
    return number


def span(texts: tuple[str, str], unit: str, option: str, example: str) -> tuple[float, float]:
    """Two numbers in ``unit``, the lower one first; raises CaseError."""
    low, high = (quantity(text, unit, option, example) for text in texts)
    if not low < high:
        raise CaseError(f"{option} {texts[0]} to {texts[1]}: expected the lower end first")
    return low, high
