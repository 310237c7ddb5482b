"""The tissue of a run at every time: where its nodes stand, and what the fields are there."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.output.fields import FIELD_KINDS, FieldKind
from cryosim.scene.choice import Choice
from cryosim.view.pictures import scale_of
from cryosim.view.placement import Placement, place
from cryosim.view.result import Layer, Result
from cryosim.view.style import Scale

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tissue:
    """What a result folder tells of the tissue in space; open it with `open`."""

    result: Result

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The tissue of the run in ``folder``; a `CaseError` where nothing is to be seen."""
        result = Result.open(Path(folder))
        if result.dimension == 1:
            raise CaseError(
                f"{folder}: a column has no shape to look at; see its report (cryosim report), or "
                "run the case with dimension = 2 or 3"
            )
        return cls(result)

    @property
    def times(self) -> Floats:
        """Times (s) of the fields."""
        return self.result.times

    @property
    def layers(self) -> tuple[Layer, ...]:
        """From the skin down."""
        return self.result.layers

    @property
    def fields(self) -> tuple[FieldKind, ...]:
        """The fields that the run kept."""
        return tuple(FIELD_KINDS[name] for name in self.result.field_names)

    @cached_property
    def scale(self) -> Scale:
        """Colours of temperature for every time of the run."""
        return scale_of(self.result, self.result.coldest_step())

    def opening(self) -> Choice:
        """What is seen first: the end of cooling, cut open, with the run's threshold."""
        return Choice(self.result.coldest_step(), self.result.threshold)

    def placed(self, step: int) -> Placement:
        """The tissue upright as it stands at ``times[step]``."""
        return place(self.result, step)
