"""Balances of built cases that start from a temperature field of the benchmark's own."""

import numpy as np

from cryosim.parallel import Values
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.arena import Setting
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.marching import Accuracy
from cryosim.treatment.model import Treatment
from cryosim.units import ZERO_CELSIUS

FREE = (100.0, 500.0)
"""Temperatures (K) allowed: no bound in practice, tables end before."""


def nodes(treatment: Treatment) -> Values:
    """Coordinates (m) of owned nodes: lateral ones, then depth."""
    dimension = treatment.frame.domain.dimension
    x = treatment.frame.operators.space.tabulate_dof_coordinates()
    x = x[: treatment.frame.operators.n_mesh, :dimension].copy()
    x[:, -1] *= -1.0
    return np.asarray(x)


def accuracy(treatment: Treatment, tolerance: float) -> Accuracy:
    """Error control over all tissue to ``tolerance`` (K).  Collective."""
    body, team = treatment.balance.body, treatment.frame.operators.team
    capacity = [
        tissue.density * tissue.heat_capacity * stencil.volume.sum()
        for tissue, stencil in zip(body.tissues, body.stencils, strict=True)
    ]
    return Accuracy(tolerance, float(team.total(np.array([sum(capacity)]))[0]), FREE)


def started(
    treatment: Treatment, T: Values, tolerance: float = 1e-6, setting: Setting | None = None
) -> HeatBalance:
    """Balance that starts at ``T`` (degC) of owned nodes, in the first phase or in ``setting``."""
    body, team = treatment.balance.body, treatment.frame.operators.team
    T = np.ascontiguousarray(T) + ZERO_CELSIUS
    balance = HeatBalance(
        body, team, T, accuracy(treatment, tolerance), treatment.balance.integrator
    )
    balance.begin(setting or treatment.frame.phases[0].setting, 0.0)
    return balance


def followed(balance: HeatBalance, end: float, start: float = 0.0) -> Values:
    """Temperature (degC) of owned nodes at ``end`` (s), steps chosen by the tolerance."""
    for _ in march(balance, StepControl(0.01), start, [end]):
        pass
    return balance.T_mesh - ZERO_CELSIUS


def stepped(balance: HeatBalance, dt: float, n: int, start: float = 0.0) -> Values:
    """The same after ``n`` steps of ``dt`` (s), whatever their error."""
    for i in range(n):
        balance.attempt(start + i * dt, dt)
        balance.keep()
    return balance.T_mesh - ZERO_CELSIUS


def largest(treatment: Treatment, off: Values) -> float:
    """Largest absolute value of ``off`` over the owned nodes of all ranks.  Collective."""
    return treatment.frame.operators.team.largest(float(np.abs(off).max(initial=0.0)))


def mean_square(treatment: Treatment, off: Values) -> float:
    """Root mean square of ``off`` over the volume of the tissue, the L2 norm.  Collective."""
    volume = np.sum([stencil.volume for stencil in treatment.balance.body.stencils], axis=0)
    squared, total = treatment.frame.operators.team.total(np.array([volume @ off**2, volume.sum()]))
    return float(np.sqrt(squared / total))
