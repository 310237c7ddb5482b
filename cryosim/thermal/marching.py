"""What marching a heat balance needs besides its state: ranks, ways to step, error control."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cryosim.thermal.network import Values

if TYPE_CHECKING:
    from cryosim.thermal.balance import HeatBalance


class Team(Protocol):
    """The ranks that share a network."""

    def total(self, local: Values) -> Values:
        """Sum over all ranks."""

    def largest(self, local: float) -> float:
        """Largest over all ranks."""

    def first(self, message: str | None) -> str:
        """The first message that a rank has."""

    def update_ghosts(self, x: Values, n_owned: int) -> None:
        """Copy temperatures of owned mesh nodes to their ghosts, which start at ``n_owned``."""


class Alone:
    """A team of one."""

    def total(self, local: Values) -> Values:
        """Sum over all ranks."""
        return local

    def largest(self, local: float) -> float:
        """Largest over all ranks."""
        return local

    def first(self, message: str | None) -> str:
        """The first message that a rank has."""
        return message or ""

    def update_ghosts(self, x: Values, n_owned: int) -> None:
        """Nothing to copy."""


class Integrator(Protocol):
    """A way to step a heat balance."""

    @property
    def name(self) -> str:
        """What it is called in results."""

    def propose(self, balance: "HeatBalance", t: float, dt: float) -> None:
        """Fill the candidate of ``balance`` with its state ``dt`` (s) after ``t``.  Collective."""


class Candidate:
    """A state that was stepped to and not yet kept; after it was, the state before."""

    def __init__(self, n_nodes: int, n_potentials: int, n_ledger: int) -> None:
        self.H, self.F = np.zeros(n_nodes), np.zeros(n_nodes)
        self.x = np.zeros(n_potentials)
        self.rates = np.zeros(n_ledger)
        """Rates of the ledger (W) in this state, then those of the states of devices."""
        self.heat = np.zeros(n_ledger)
        """What the step adds to the ledger (J) and to the states of devices."""
        self.estimate = np.zeros(n_nodes)
        """Estimated error of the enthalpy of every node (J)."""
        self.plate_error = 0.0
        """Estimated error of plates and sensors (K)."""
        self.reaction_error = 0.0
        """Estimated error of a reaction beside the flow of heat, in units of the tolerance."""


@dataclass
class Work:
    """Work done: kept and rejected steps, operator applications, most stages of a step."""

    steps: int = 0
    rejected: int = 0
    products: int = 0
    most_stages: int = 0


@dataclass(frozen=True)
class Accuracy:
    r"""Error control: ``tolerance`` (K) of the root mean square over ``capacity`` (J/K) of tissue.

    The error of a step is :math:`\sqrt{\sum_i C_i e_i^2 / C}`, with the temperature errors
    :math:`e_i` and capacities :math:`C_i` of the nodes, and :math:`C` the capacity of the tissue
    near the cooled surface: it does not depend on how much idle tissue a block holds, and a kink
    of the enthalpy at a single node does not dominate it.
    """

    tolerance: float
    capacity: float
    bounds: tuple[float, float]
    """Temperatures (K) that the data allow; outside, the run stops."""
    where: Callable[[int], str] = field(default=lambda node: f"node {node}")
    """Describes the place of an owned node."""
