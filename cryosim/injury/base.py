"""What an injury law is."""

from abc import abstractmethod

import numpy as np
import numpy.typing as npt
from pydantic import Field

from cryosim.part import Part

Dofs = npt.NDArray[np.float64]
"""One value per dof."""


class AbstractInjury(Part):
    """A pointwise law that turns a history of crystal fraction and temperature into survival."""

    massage: float = Field(1.0, ge=1.0, le=1000.0)
    """Factor on the rate of injury of cells that hold crystals while they are massaged."""

    @abstractmethod
    def advance(
        self, state: Dofs, X: Dofs, T: Dofs, dt: float, massaged: Dofs | None = None
    ) -> None:
        """Advance ``state`` in place over ``dt`` (s) at crystal fraction ``X`` (1), ``T`` (K).

        ``massaged`` is the share of each that is being massaged (1), if any is.
        """

    @abstractmethod
    def survival(self, state: Dofs) -> Dofs:
        """Fraction of adipocytes that will survive (1); ``state`` starts at zero."""
