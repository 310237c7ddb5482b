r"""The steady state before cooling, by Newton's method on the heat rates of the network."""

import numpy as np

from cryosim.errors import NumericalError
from cryosim.fem.jacobian import Jacobian, local_response
from cryosim.fem.operators import RankTeam
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values

_CLOSE = 1e-9
"""Largest change (K) of the last iteration."""

_MOST_ITERATIONS = 50


def steady_state(balance: HeatBalance, team: RankTeam, t: float = 0.0) -> Values:
    """Temperature (K) of owned nodes at which nothing changes in the present setting.

    Collective.  Raises NumericalError if the iteration does not settle.
    """
    T = balance.T.copy()
    jacobian = Jacobian(balance, team.comm, rtol=1e-10)
    change = np.inf
    for _ in range(_MOST_ITERATIONS):
        F = balance.heat_rates(T, t)
        jacobian.set(1.0, -local_response(balance, T, t, F))
        step = jacobian.solve(F)
        T += step
        change = team.largest(float(np.abs(step).max(initial=0.0)))
        if change < _CLOSE:
            return T
    raise NumericalError(
        f"the steady state before cooling did not settle (last change {change:.2g} K); "
        'give the start as a temperature: start = { kind = "uniform", temperature = "34 degC" }'
    )
