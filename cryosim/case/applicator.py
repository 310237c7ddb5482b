"""Applicators: what is put on the skin, and how heat crosses the contact."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cryosim.case.faults import fault_at
from cryosim.part import Part
from cryosim.units import Conductance, FluxLimit, Length, Position, Temperature


class GelPad(Part):
    """Gel between plate and skin: a resistance only, or a layer with its own capacity."""

    thickness: Length
    tissue: str = "gel"
    as_: Literal["resistance", "layer"] = Field("layer", alias="as")
    temperature: Temperature = 295.15
    """Temperature at which the pad is put on; 22 degC, assumption: room temperature."""
    cells: int = Field(12, ge=2, le=100)


class Plate(Part):
    """A cooled plate on a face of the tissue.

    ``contact_conductance`` is that between plate and skin, or between plate and gel pad if there
    is one; "perfect" contact gives the skin the temperature of the plate.
    """

    kind: Literal["plate"] = "plate"
    name: str = Field("applicator", pattern=r"^[A-Za-z][A-Za-z0-9 _-]*$")
    face: str = "top"
    size: tuple[Length, ...] = Field((), max_length=2)
    centre: tuple[Position, ...] = Field((0.0, 0.0), min_length=1, max_length=2)
    contact_conductance: Conductance | Literal["perfect"] = 400.0
    """400 W/m^2/K, assumption: 1 to 1.5 mm of gel of 0.3 to 0.6 W/m/K ."""
    flux_limit: FluxLimit | None = None
    """Largest heat flux that the cooler takes up; none if it never saturates."""
    start_temperature: Temperature | None = None
    """Temperature of the plate when it is put on; the room's if not given."""
    gel: GelPad | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.contact_conductance == "perfect" and (self.gel or self.flux_limit):
            raise fault_at(
                "contact_conductance",
                "perfect contact cannot go with a gel pad or a flux limit; "
                'expected a value such as "400 W/m^2/K"',
            )
        if self.contact_conductance == 0.0:
            raise fault_at("contact_conductance", "impossible value: expected above 0 W/m^2/K")
        return self

    def conductance(self, gel_conductivity: float | None) -> float:
        """Conductance (W/m^2/K) of the contact and, unless it is a layer of its own, the gel."""
        assert self.contact_conductance != "perfect"  # noqa: S101  (narrows the type)
        if self.gel is None or self.gel.as_ == "layer" or gel_conductivity is None:
            return self.contact_conductance
        return 1.0 / (1.0 / self.contact_conductance + self.gel.thickness / gel_conductivity)
