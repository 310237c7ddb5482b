"""The defaults of the case file and what the library says they rest on are the same."""

import pytest

from cryosim.case.applicator import Plate
from cryosim.case.schema import Anatomy, Output, Room
from cryosim.library.cite import defaults, sources
from cryosim.outcome import Course, Pigment
from cryosim.physics.nucleation import Nucleation
from cryosim.units import convert

PARTS = {
    "anatomy": Anatomy, "applicator": Plate, "course": Course,
    "nucleation": Nucleation, "output": Output, "pigment": Pigment, "room": Room,
}  # fmt: skip
SI = {"K": ("degC",), "W/m^2/K": ("W/m^2/K",), "s": ("d", "min", "s")}


@pytest.mark.parametrize("path", defaults())
def test_default_is_the_one_of_the_schema(path):
    part, name = path.split(".")
    kept = PARTS[part].model_fields[name].default
    number, _, unit = str(defaults()[path].value).partition(" ")
    target = next((si for si, units in SI.items() if unit in units), None)
    stated = float(number) if target is None else convert(float(number), unit, target)
    assert kept == pytest.approx(stated)


def test_every_default_has_a_known_source():
    assert {key for entry in defaults().values() for key in entry.source} <= set(sources())
