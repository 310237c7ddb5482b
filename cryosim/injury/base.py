"""What an injury law is."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from cryosim.part import Part

Dofs = npt.NDArray[np.float64]
"""One value per dof."""

State = npt.NDArray[np.float64]
"""What a law remembers: a row for each of its quantities, a column for each dof."""

Mask = npt.NDArray[np.bool_]


class AbstractInjury(Part):
    """A pointwise law that turns a history of crystal fraction and temperature into survival."""

    rows: ClassVar[int]
    """Rows of the state."""

    massage: float = Field(1.0, ge=1.0, le=1000.0)
    """Factor on the rate of injury of cells that hold crystals while they are massaged."""

    def start(self, n: int) -> State:
        """State of ``n`` dofs that nothing has happened to: zeros."""
        return np.zeros((self.rows, n))

    @abstractmethod
    def advance(
        self, state: State, X: Dofs, T: Dofs, dt: float, massaged: Dofs | None = None
    ) -> None:
        """Advance ``state`` in place over ``dt`` (s) at crystal fraction ``X`` (1), ``T`` (K).

        ``massaged`` is the share of each that is being massaged (1), if any is.
        """

    @abstractmethod
    def survival(self, state: State, sessions: int = 1) -> Dofs:
        """Fraction of adipocytes (1) that survive so many sessions like that of ``state``.

        Weeks lie between them: a session acts on who survived those before it.
        """

    @abstractmethod
    def without_massage(self, state: State) -> State:
        """The state if nobody had massaged."""

    def at_work(self, state: State, T: Dofs) -> Mask:  # noqa: ARG002
        """Where the law changes ``state`` at ``T`` (K) although there are no crystals: nowhere."""
        return np.zeros(T.size, dtype=np.bool_)
