"""What columns and values of a sweep are called in its pictures."""

import re
from collections.abc import Iterable

import numpy as np

from cryosim.library import limits
from cryosim.view import style

LOSSES = ("fat lost", "volume lost", "adipocytes lost")
"""How outcomes begin of which more is better."""

_OTHERWISE = (
    "adipocytes lost under applicators", "fat lost under applicators",
    "largest crystallised fraction under applicators", "deepest threshold front", "coldest skin",
)  # fmt: skip
"""What is looked at where no months after were computed."""


def printed(text: str) -> str:
    """``text`` with the signs of print."""
    return style.readable(text).replace("^2", "²").replace("^3", "³")


def label(column: str) -> str:
    """The name of a column as it is printed: without the unit of a bare number."""
    return printed(column.removesuffix(" [1]"))


def setting(title: str, value: object) -> str:
    """An input and its value, with the unit behind it."""
    name, _, unit = title.removesuffix("]").partition(" [")
    return f"{name} = {number(value)} {unit}".rstrip()


def number(value: object) -> str:
    """A value as it is printed."""
    real = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return style.readable(f"{value:.4g}" if real else str(value))


def unit_of(column: str) -> str:
    """Unit of a column with a blank before it; nothing for a bare number."""
    unit = column.removesuffix("]").rpartition(" [")[2] if column.endswith("]") else ""
    return printed(f" {unit}") if unit not in ("", "1") else ""


def limit_title(key: str) -> str:
    """What a limit is about."""
    return printed(limits.title(key)) if key in limits.names() else key


def default_outcome(columns: Iterable[str]) -> str | None:
    """Fat lost at the last time, else what comes nearest to it; None if there is none."""
    names = list(columns)
    days = [
        (int(match[1]), name) for name in names
        if (match := re.fullmatch(r"fat lost after (\d+) d \[.*\]", name))
    ]  # fmt: skip
    if days:
        return max(days)[1]
    return next((c for one in _OTHERWISE for c in names if c.startswith(f"{one} [")), None)
