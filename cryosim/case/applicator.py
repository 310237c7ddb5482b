"""Applicators: what is put on the skin, and how heat crosses the contact."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cryosim.case.faults import fault_at
from cryosim.part import Part
from cryosim.physics.device import Device
from cryosim.physics.hyperaemia import AfterRelease
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions
from cryosim.shape.fold import FoldShape
from cryosim.shape.tissue_mechanics import Elasticity
from cryosim.units import Conductance, FluxLimit, Length, Position, Pressure, Temperature


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
    device: Device | None = None
    """Plate with a heat pump of limited power; without one the plate has its set point exactly."""
    after: AfterRelease | None = None
    """More blood flow after it has been taken off; none if not given."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.contact_conductance == "perfect" and (self.gel or self.flux_limit):
            raise fault_at(
                "contact_conductance",
                "perfect contact cannot go with a gel pad or a flux limit; "
                'expected a value such as "400 W/m^2/K"',
            )
        if self.device and (self.contact_conductance == "perfect" or self.flux_limit):
            raise fault_at(
                "device",
                "a device needs a contact conductance and has a limit of its own; leave out "
                '"perfect" and flux_limit',
            )
        if self.contact_conductance == 0.0:
            raise fault_at("contact_conductance", "impossible value: expected above 0 W/m^2/K")
        return self

    @property
    def footprint(self) -> tuple[float, ...]:
        """Size (m) of what it takes up on the skin, along x and y."""
        return self.size

    def conductance(self, gel_conductivity: float | None) -> float:
        """Conductance (W/m^2/K) of the contact and, unless it is a layer of its own, the gel."""
        assert self.contact_conductance != "perfect"  # noqa: S101  (narrows the type)
        if self.gel is None or self.gel.as_ == "layer" or gel_conductivity is None:
            return self.contact_conductance
        return 1.0 / (1.0 / self.contact_conductance + self.gel.thickness / gel_conductivity)


class VacuumCup(Plate):
    """A cup that draws tissue in by vacuum and cools the skin that touches its wall.

    It draws whenever it is on, but in phases with ``vacuum = false``.
    """

    kind: Literal["cup"] = "cup"  # type: ignore[assignment]
    cup: Cup
    """Its cavity."""
    suction: Pressure = 30e3
    """Pressure in the cup below the room's; 30 kPa, assumption (mechanics alone takes it)."""
    draw: Literal["parametric", "hyperelastic"] = "parametric"
    """A fold of given height, or the equilibrium of tissue under suction."""
    height: Length | Literal["roof"] | None = None
    """Height of a parametric fold above the mouth; if not given three quarters of the depth
    between plates (hyperelastic draws of 30 to 40 kPa reach that, assumption), else the roof."""
    tip_radius: Length | Literal["auto"] = "auto"
    """Radius of the crest of a parametric fold."""
    margin: Length = 0.08
    """Tissue around the mouth that gives way to the draw; 80 mm, assumption."""
    elasticity: dict[str, Elasticity] = Field(default_factory=dict)
    """Tissue -> how it resists; skin, fat and muscle of a hyperelastic draw have defaults."""
    mechanics: DrawOptions = DrawOptions()
    """How a hyperelastic draw is computed.  Its margin follows from the case; so does its kind, but
    that kind = "round" makes a draw in 3-D one about the axis of a cup as long as wide."""
    half_contact_pressure: Pressure | None = None
    """Contact pressure p_h at which half of the contact conductance is reached, as p / (p + p_h);
    none if conductance does not depend on it.  A hyperelastic draw knows the pressure."""
    cavity_film: Conductance = 5.0
    """Between the wall and skin in the cup that does not touch it; 5 W/m^2/K, assumption: air."""

    @model_validator(mode="after")
    def _pressure_is_known(self) -> Self:
        if self.half_contact_pressure is not None and self.draw == "parametric":
            raise fault_at(
                "half_contact_pressure",
                'a parametric fold has no contact pressure; expected draw = "hyperelastic"',
            )
        if self.mechanics.kind == "round" and self.cup.gap != self.cup.length:
            raise fault_at("mechanics", 'kind = "round" expects a cup whose length is its gap')
        return self

    @property
    def footprint(self) -> tuple[float, ...]:
        """Size (m) of what it takes up on the skin, along x and y."""
        around = 2.0 * (self.cup.lip + self.cup.rim)
        return self.cup.gap + around, self.cup.length + around

    @property
    def fold(self) -> FoldShape:
        """The parametric fold in it."""
        free = 0.75 * self.cup.depth if self.cup.form == "plates" else "roof"
        height = free if self.height is None else self.height
        return FoldShape(cup=self.cup, height=height, tip_radius=self.tip_radius)
