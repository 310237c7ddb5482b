r"""Linear systems of the heat balance, solved by a PETSc Krylov method.

The matrix is :math:`J = \mathrm{diag}(d) + \beta K\,\mathrm{diag}(k(T))`, with the conduction
matrix :math:`K` of the network in its present setting (pads included), the derivatives :math:`k` of
its potentials and a diagonal :math:`d` that the caller makes.  Rows of held nodes are those of the
identity.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from mpi4py import MPI
from petsc4py import PETSc

from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import (
    Network,
    Values,
    conductivity_of_potential,
    node_of_potential,
    row_of_entry,
)

_petsc: Any = PETSc
"""Without petsc4py's own types, which refuse arrays."""

_SHIFT = 1e-4
"""Uniform shift of temperature (K) that probes local sources; they are linear over it."""


def local_response(balance: HeatBalance, T: Values, t: float, F: Values) -> Values:
    """Derivative (W/K) of the local part of the heat rates ``F`` at ``T`` (K) and ``t`` (s).

    Conduction does not respond to a uniform shift of temperature, so what does respond is local.
    Collective; leaves the potentials of ``balance`` at ``T``.
    """
    shifted = balance.heat_rates(T + _SHIFT, t)
    balance.heat_rates(T, t)
    response: Values = (shifted - F) / _SHIFT
    return response


class Jacobian:
    """Matrix and solver for the network that ``balance`` has now."""

    def __init__(self, balance: HeatBalance, comm: MPI.Comm, rtol: float) -> None:
        """Lay out the matrix; solve to ``rtol`` of the right-hand side.  Collective."""
        self.net, self._balance = balance.net, balance
        n = self.net.held.size
        first = sum(comm.allgather(n)[: comm.rank])
        place = _global_numbers(balance, first)
        row = row_of_entry(self.net)
        diagonal = np.arange(n)
        rows = np.concatenate([row, diagonal]) + first
        columns = np.concatenate([place[self.net.column], place[:n]])
        sizes = (n, comm.allreduce(n))
        self._row, self._free = row, self.net.held == 0
        self._matrix = _petsc.Mat().createAIJ((sizes, sizes), comm=comm)
        self._matrix.setPreallocationCOO(
            rows.astype(_petsc.IntType), columns.astype(_petsc.IntType)
        )
        self._solver = _petsc.KSP().create(comm)
        self._solver.setType("bcgs")
        self._solver.getPC().setType("bjacobi")
        self._solver.setTolerances(rtol=rtol, max_it=5000)
        self._b, self._x = self._matrix.createVecs()

    def set(self, beta: float, d: Values) -> None:
        """Take ``beta`` (s, or 1) and the diagonal ``d`` at the present potentials.  Collective."""
        k = conductivity_of_potential(self.net, self._balance.body.tables, self._balance.x)
        conduction = beta * self.net.conduction * k[self.net.column] * self._free[self._row]
        diagonal = np.where(self._free, d, 1.0)
        self._matrix.setValuesCOO(np.concatenate([conduction, diagonal]))
        self._solver.setOperators(self._matrix)

    def solve(self, b: Values) -> Values:
        """Solution for the right-hand side ``b``; zero at held nodes.  Collective."""
        self._b.array[:] = b * self._free
        self._solver.solve(self._b, self._x)
        result: Values = self._x.array.copy()
        return result


def _global_numbers(balance: HeatBalance, first: int) -> npt.NDArray[np.int64]:
    """Global number of the node of every potential.  Collective."""
    net: Network = balance.net
    numbers = np.zeros(net.n_potentials)
    numbers[: net.held.size] = first + np.arange(net.held.size)
    balance.update_ghosts(numbers)
    place: npt.NDArray[np.int64] = np.rint(numbers).astype(np.int64)[node_of_potential(net)]
    return place
