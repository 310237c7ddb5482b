"""Parameters of injury and course as a calibration left them: ``calibration.toml``.

A machine writes that file; see ``cryosim.calibration``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

FILE = "calibration.toml"


class Band(NamedTuple):
    """One parameter (SI): its default, and the 5, 50 and 95 % of the draws."""

    default: float
    low: float
    median: float
    high: float


@cache
def content() -> Mapping[str, Any]:
    """All of the file."""
    text = files("cryosim.library").joinpath(FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def bands() -> dict[str, Band]:
    """Band of each parameter, named as in a case: "injury.scale", "course.phagocytosed"."""
    return {
        f"{entry['law']}.{name}": Band(*(entry[key] for key in Band._fields))
        for name, entry in content()["parameters"].items()
    }


def draws() -> list[tuple[Mapping[str, float], Mapping[str, float]]]:
    """Fields (SI) of the injury law and of the course, drawn together."""
    table = content()["draws"]
    names = [column.split(".") for column in table["columns"]]

    def of(law: str, row: list[float]) -> dict[str, float]:
        return {name: x for (part, name), x in zip(names, row, strict=True) if part == law}

    return [(of("injury", row), of("course", row)) for row in table["rows"]]
