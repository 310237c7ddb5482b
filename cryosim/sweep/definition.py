"""The definition of a sweep, ``SWEEP.toml``: which case, what is varied, how points are run.

Tables of one block are combined: every combination of ``[grid]`` with every row of ``[list]`` or
every sample of ``[latin]`` or ``[sobol]``.  Several blocks, each a ``[[design]]``, are put
together.
"""

import json
import tomllib
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, model_validator

from cryosim.case.faults import fault_at, sentences
from cryosim.errors import CaseError
from cryosim.part import Part
from cryosim.units import Duration, fault

Value = bool | int | float | str | list[Any] | dict[str, Any]
"""What a case file may give at a key path."""


def _finite(given: Any) -> Any:
    if isinstance(given, float) and not isfinite(given):
        raise fault("finite", "expected a finite number")
    return given


def _leads_somewhere(given: str) -> str:
    if not given.strip() or given in ASIDE:
        raise fault("key", "expected a key path of what decides a result")
    return given


ASIDE = ("title", "uncertainty")
"""Tables of a case that decide nothing of its result."""

Given = Annotated[Any, AfterValidator(_finite)]
Key = Annotated[str, AfterValidator(_leads_somewhere)]


class Steps(Part):
    """Values from one end to the other, both included."""

    from_: str | float = Field(alias="from")
    to: str | float
    count: int = Field(ge=2)
    scale: Literal["linear", "log"] = "linear"


Levels = Annotated[
    Annotated[list[Given], Tag("list[]")] | Annotated[Steps, Tag("Steps")],
    Discriminator(lambda given: "Steps" if isinstance(given, dict | Steps) else "list[]"),
]
"""Values of one key path."""


class Listed(Part):
    """Rows of a CSV file: a column for each key path, ``[unit]`` behind it if cells have none."""

    file: str = Field(min_length=1)


class Sampled(Part):
    """Samples between ends, of what is uncertain or of ranges that are given here."""

    seed: int = Field(0, ge=0)
    spreads: bool | tuple[str, ...] = False
    """Inputs that the library gives a spread, as ``cryosim run --samples`` takes them: all or
    those named."""
    ranges: dict[Key, tuple[str | float, str | float]] = Field(default_factory=dict)
    """Key path -> lowest and highest; everything between is as likely."""

    @model_validator(mode="after")
    def _varies_something(self) -> Self:
        if not self.spreads and not self.ranges:
            raise fault_at("ranges", "nothing is varied; expected ranges, or spreads = true")
        return self


class Latin(Sampled):
    """A Latin hypercube."""

    samples: int = Field(ge=2)


class Sobol(Sampled):
    """Saltelli's scheme for Sobol indices: N (D + 2) points for D inputs."""

    samples: int = Field(ge=2)
    """Base number N."""

    @model_validator(mode="after")
    def _balanced(self) -> Self:
        if self.samples & (self.samples - 1):
            lower = 1 << (self.samples.bit_length() - 1)
            raise fault_at("samples", f"expected a power of 2, such as {lower} or {2 * lower}")
        return self


class Block(Part):
    """One way of choosing points."""

    set: dict[Key, Given] = Field(default_factory=dict)
    """What all its points have besides the case."""
    grid: dict[Key, Levels] = Field(default_factory=dict)
    list: Listed | None = None
    latin: Latin | None = None
    sobol: Sobol | None = None
    ranks: int | None = Field(None, ge=1)
    """Ranks of its points, instead of those of the sweep."""

    @model_validator(mode="after")
    def _one_sampler(self) -> Self:
        given = [key for key in ("list", "latin", "sobol") if getattr(self, key) is not None]
        if len(given) > 1:
            raise fault_at(
                given[1], f"{given[0]} is given, too; expected one of them here, and the other in "
                "a [[design]] of its own"
            )  # fmt: skip
        for key, values in self.grid.items():
            if not values:
                raise fault_at("grid", f"{key} has no values")
        return self

    @property
    def varies(self) -> bool:
        """Whether it has any points."""
        return bool(self.grid or self.list or self.latin or self.sobol)


class Definition(Block):
    """A sweep; it may be a block itself."""

    case: str = Field(min_length=1)
    """Case file, relative to the definition."""
    title: str = ""
    ranks: int = Field(1, ge=1)
    time: Duration | None = None
    """Wall time of an attempt, after which a point is asked to stop."""
    error_bands: bool = False
    keep: Literal["all", "numbers"] = "all"
    design: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block with points, what is set for the whole sweep in each."""
        own = (self,) if self.varies else ()
        others = (
            block.model_copy(update={"set": {**self.set, **block.set}}) for block in self.design
        )
        return (*own, *others)


def read(path: Path) -> tuple[str, Definition]:
    """Text and contents of the definition at ``path``; raises CaseError with every fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        fields = tomllib.loads(text)
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such file") from error
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise CaseError(f"{path}: not valid TOML: {error}") from error
    try:
        given = json.dumps(fields, default=str)
        definition = Definition.model_validate_json(given, strict=True, context={"file": path})
    except ValidationError as error:
        faults = sentences(error, Definition)
        raise CaseError("\n".join([f"{path}:", *(f"  {fault}" for fault in faults)])) from error
    if not definition.blocks or not all(block.varies for block in definition.blocks):
        raise CaseError(
            f"{path}: nothing is varied; expected [grid], [list], [latin] or [sobol], or a "
            "[[design]] with one of them"
        )
    return text, definition
