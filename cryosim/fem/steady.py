r"""The steady state before cooling: Newton's method with a PETSc Krylov solver.

With heat rates :math:`F(T)` of the network, each iteration solves :math:`J\,\delta T = -F` with
:math:`J = -K\,\mathrm{diag}(k(T)) + D`.  The diagonal :math:`D` of sources and exchange is the
response of :math:`F` to a uniform shift of temperature, to which conduction does not respond.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from petsc4py import PETSc

from cryosim.errors import NumericalError
from cryosim.fem.operators import Operators
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import (
    Network,
    Values,
    conductivity_of_potential,
    node_of_potential,
    row_of_entry,
)

_SHIFT = 1e-4
"""Uniform shift (K) for the diagonal; responses are linear over it."""

_CLOSE = 1e-9
"""Largest change (K) of the last iteration."""

_MOST_ITERATIONS = 50


def steady_state(balance: HeatBalance, operators: Operators, t: float = 0.0) -> Values:
    """Temperature (K) of owned nodes at which nothing changes in the present setting.

    Collective.  Raises NumericalError if the iteration does not settle.
    """
    T = balance.T_mesh.copy()
    place = _global_nodes(balance.net, operators)
    change = np.inf
    for _ in range(_MOST_ITERATIONS):
        F = balance.heat_rates(T, t)
        D = (balance.heat_rates(T + _SHIFT, t) - F) / _SHIFT
        F = balance.heat_rates(T, t)
        step = _newton_step(balance, operators, place, F, D)
        T += step
        change = operators.team.largest(float(np.abs(step).max(initial=0.0)))
        if change < _CLOSE:
            return T
    raise NumericalError(
        f"the steady state before cooling did not settle (last change {change:.2g} K); "
        'give the start as a temperature: start = { kind = "uniform", temperature = "34 degC" }'
    )


def _global_nodes(net: Network, operators: Operators) -> npt.NDArray[np.int64]:
    """Global node of every potential."""
    owned = operators.space.dofmap.index_map
    mine = owned.local_range[0] + np.arange(owned.size_local)
    return np.concatenate([mine, operators.ghosts])[node_of_potential(net)]


def _newton_step(
    balance: HeatBalance, operators: Operators, place: npt.NDArray[np.int64], F: Values, D: Values
) -> Values:
    """Solve for the change of temperature (K) that cancels the heat rates ``F`` (W)."""
    net, owned = balance.net, operators.space.dofmap.index_map
    n, n_global = owned.size_local, owned.size_global
    free = net.held == 0
    k = conductivity_of_potential(net, balance.body.tables, balance.x)
    row = row_of_entry(net)
    diagonal = np.arange(n)
    rows = np.concatenate([row, diagonal]) + owned.local_range[0]
    columns = np.concatenate([place[net.column], diagonal + owned.local_range[0]])
    values = np.concatenate([net.conduction * k[net.column] * free[row], np.where(free, -D, 1.0)])
    J: Any = PETSc.Mat()  # petsc4py's own types refuse arrays
    J.createAIJ(((n, n_global), (n, n_global)), comm=operators.team.comm)
    J.setPreallocationCOO(rows.astype(PETSc.IntType), columns.astype(PETSc.IntType))
    J.setValuesCOO(values, addv=PETSc.InsertMode.ADD_VALUES)
    J.assemble()
    b, step = J.createVecLeft(), J.createVecRight()
    b.array[:] = F * free
    _krylov(J).solve(b, step)
    result: Values = step.array.copy()
    return result


def _krylov(J: PETSc.Mat) -> PETSc.KSP:
    """Stabilised bi-conjugate gradients, incomplete factorisation on each rank."""
    solver = PETSc.KSP().create(J.comm)
    solver.setOperators(J)
    solver.setType("bcgs")
    solver.getPC().setType("bjacobi")
    solver.setTolerances(rtol=1e-10, max_it=5000)
    solver.setErrorIfNotConverged(False)
    return solver
