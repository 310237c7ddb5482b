"""What an injury law is."""

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from cryosim.part import Part

Dofs = npt.NDArray[np.float64]
"""One value per dof."""


class AbstractInjury(Part):
    """A pointwise law that turns a history of crystal fraction and temperature into survival."""

    @abstractmethod
    def advance(self, state: Dofs, X: Dofs, T: Dofs, dt: float) -> None:
        """Advance ``state`` in place over ``dt`` (s) at crystal fraction ``X`` (1), ``T`` (K)."""

    @abstractmethod
    def survival(self, state: Dofs) -> Dofs:
        """Fraction of adipocytes that will survive (1); ``state`` starts at zero."""
