"""The case file: everything that decides the result of one run."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from cryosim.case.applicator import Plate, VacuumCup
from cryosim.case.faults import fault_at
from cryosim.case.grading import Grading
from cryosim.case.limits import Limits
from cryosim.case.protocol import Phase, unrolled
from cryosim.case.thickness import Thickness, ThicknessImage
from cryosim.injury import DEFAULT, Injury
from cryosim.outcome import Course, Pigment
from cryosim.part import Part
from cryosim.physics.crystallisation import Crystallisation, Equilibrium
from cryosim.physics.nucleation import Nucleation
from cryosim.units import (
    Conductance,
    Duration,
    Length,
    Position,
    Temperature,
    TemperatureSpan,
    fault,
)

Condition = Literal["room", "core", "insulated"]

Applicator = Annotated[Plate | VacuumCup, Field(discriminator="kind")]

DEPTH_GRADING = {
    1: Grading(finest=0.0001, growth=1.05, coarsest=0.0005),
    2: Grading(finest=0.00015, growth=1.05, coarsest=0.00075),
    3: Grading(finest=0.0003, growth=1.05, coarsest=0.001),
}
"""Cells across the layers by dimension: where they cost little they are finer.

Against exact solutions of one hour of cooling a column is off by at most 0.02 K, a block by 0.04 K
near the skin and 0.07 K where the mesh is coarsest (tests/verification).
"""

TOLERANCE = {1: 0.01, 2: 0.05, 3: 0.1}
"""Error of one step (K) by dimension; all steps together stay below 0.03 K in a block."""

BLOCK_FACES = ("top", "bottom", "x_min", "x_max", "y_min", "y_max")


class Layer(Part):
    """One layer of tissue: a thickness of a block, or a region of a mesh file."""

    tissue: str
    thickness: Thickness | None = None
    region: int | str | None = None
    """Cell tag or physical-group name in the mesh file."""
    name: str | None = None

    @property
    def label(self) -> str:
        """Name of the layer in results."""
        return self.name or self.tissue


class Anatomy(Part):
    """What lies under the skin, from the surface down."""

    layers: tuple[Layer, ...] = Field(min_length=1)
    thickness_map: str | ThicknessImage | None = None
    """Table (.csv) of thicknesses over the treated area, relative to the case file, or a picture of
    one layer; what it holds replaces the thickness of the layer."""
    core_temperature: Temperature = 310.15
    """Temperature at depth and of arterial blood; 37 degC."""
    freezing: Literal["supercooled", "equilibrium"] = "supercooled"
    """Whether water of skin and muscle stays liquid below its freezing point or freezes."""
    faces: dict[str, Condition] = Field(default_factory=dict)
    """Condition of each face; by default top is "room", bottom "core", the rest "insulated"."""


class Mesh(Part):
    """How fine the block is meshed, or the mesh file that replaces it."""

    depth: Grading | None = None
    """Cells across the layers, finest at the cooled faces; see ``DEPTH_GRADING``."""
    lateral: Grading = Grading(finest=0.001, growth=1.2, coarsest=0.004)
    """Cells along the skin, finest at the rims of applicators."""
    margin: Length = 0.02
    """Tissue beyond the applicators on every side; 20 mm, two perfusion lengths of fat."""
    extent: tuple[Length, ...] | None = Field(None, max_length=2)
    """Size of the block along the skin; overrides ``margin``."""
    file: str | None = None
    """Mesh file (.msh, .xdmf, .vtu, ...), relative to the case file."""
    unit: Length = 1.0
    """Length of one unit of the mesh file."""


class Room(Part):
    """What uncovered skin faces."""

    temperature: Temperature = 297.15
    """24 degC, assumption."""
    film: Conductance = 10.0
    """Convection and, with no emissivity given, radiation too; 10 W/m^2/K, assumption."""
    emissivity: float = Field(0.0, ge=0.0, le=1.0)
    """Of the skin, if radiation is to be counted by itself (0.98 is usual)."""


class SteadyStart(Part):
    """Start from the steady state before cooling."""

    kind: Literal["steady"] = "steady"


class UniformStart(Part):
    """Start from one temperature everywhere."""

    kind: Literal["uniform"]
    temperature: Temperature


class TableStart(Part):
    """Start from a table of temperature against depth, linear between, constant beyond."""

    kind: Literal["table"]
    depth: tuple[Position, ...] = Field(min_length=2)
    temperature: tuple[Temperature, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if len(self.depth) != len(self.temperature):
            raise fault_at("depth", f"expected {len(self.temperature)}, one for each temperature")
        if any(b <= a for a, b in pairwise(self.depth)):
            raise fault_at("depth", "expected depths in strictly rising order")
        return self


class Probe(Part):
    """A point whose temperature is recorded."""

    name: str
    depth: Position | None = None
    """Depth under the skin of a block."""
    offset: tuple[Position, ...] = Field((0.0, 0.0), max_length=2)
    """Place along the skin, from the centre."""
    position: tuple[Position, ...] | None = Field(None, min_length=1, max_length=3)
    """Coordinates in a mesh file, instead of depth and offset."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.depth is None) == (self.position is None):
            got = "neither" if self.depth is None else "both"
            raise fault("place", "expected either depth or position; got {got}", got=got)
        return self


class Output(Part):
    """What is recorded, and when."""

    every: Duration = 60.0
    """Spacing of table rows and fields."""
    threshold: Temperature = 283.55
    """Temperature that counts as crystallised: 10.4 degC (McClintock 2021)."""
    fields: bool = True
    figures: bool = True


class Numerics(Part):
    """Accuracy of the march."""

    tolerance: TemperatureSpan | None = None
    """Error of one step, root mean square over the tissue near the applicator (K); see
    ``TOLERANCE``."""
    depth: Length = 0.005
    """Thickness of tissue under the applicators over which the error is averaged."""
    integrator: Literal["auto", "explicit", "implicit"] = "auto"
    """Chebyshev stages or TR-BDF2; "auto" takes the cheaper one."""
    overshoot: TemperatureSpan = 1.0
    """How far a temperature may leave the range of the data before the run stops."""


def _or_a_single_one(schema: dict[str, Any]) -> None:
    """Let the JSON Schema of a list accept one item without the list."""
    listed = {key: schema.pop(key) for key in ("type", "items")}
    schema["anyOf"] = [listed["items"], listed]


class Case(Part):
    """One treatment."""

    schema_: Literal[1] = Field(1, alias="schema")
    title: str = Field(min_length=1)
    dimension: int = Field(3, ge=1, le=3)
    anatomy: Anatomy
    applicator: tuple[Applicator, ...] = Field((), json_schema_extra=_or_a_single_one)
    """A file may give a single one as a table."""
    protocol: tuple[Phase, ...] = Field(min_length=1)
    room: Room = Room()
    start: SteadyStart | UniformStart | TableStart = Field(SteadyStart(), discriminator="kind")
    tissue: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Overrides of the tissue library, or whole tissues of your own."""
    blood: dict[str, Any] = Field(default_factory=dict)
    mesh: Mesh = Mesh()
    crystallisation: Crystallisation = Equilibrium()
    """Whether lipid follows its melting curve at once or by a rate."""
    injury: Injury = DEFAULT
    course: Course = Course()
    """The months after, and the sessions; each session repeats the protocol."""
    pigment: Pigment = Pigment()
    """Skin of the patient and its sun, for the pigment in the months after."""
    nucleation: Nucleation = Nucleation()
    """When water that supercools freezes after all."""
    limits: Limits = Limits()
    """When a result warns of harm or calls it an error."""
    probes: tuple[Probe, ...] = ()
    output: Output = Output()
    numerics: Numerics = Numerics()
    uncertainty: dict[str, Literal["off"] | tuple[str, str] | tuple[float, float]] = Field(
        default_factory=dict
    )
    """Key path of a value -> its lowest and highest, or "off" to hold it where ``run --samples``
    would vary it."""

    @property
    def phases(self) -> list[Any]:
        """Phases in the order in which they happen."""
        return unrolled(self.protocol)

    @property
    def depth_grading(self) -> Grading:
        """Cells across the layers."""
        return self.mesh.depth or DEPTH_GRADING[self.dimension]

    @property
    def tolerance(self) -> float:
        """Error of one step (K)."""
        return self.numerics.tolerance or TOLERANCE[self.dimension]

    @property
    def duration(self) -> float:
        """Simulated time (s)."""
        return float(sum(p.duration for p in self.phases))
