"""Balances of built cases that start from a temperature of the test's own."""

import numpy as np

from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal.balance import Accuracy, HeatBalance
from cryosim.units import ZERO_CELSIUS


def nodes(treatment):
    """Coordinates (m) of owned nodes: lateral ones, then depth."""
    dimension = treatment.frame.domain.dimension
    x = treatment.frame.operators.space.tabulate_dof_coordinates()
    x = x[: treatment.frame.operators.n_mesh, :dimension].copy()
    x[:, -1] *= -1.0
    return x


def started(treatment, T, tolerance=1e-6):
    """Balance of the first phase of ``treatment`` that starts at ``T`` (degC) of owned nodes."""
    body = treatment.balance.body
    capacity = float(treatment.balance._arena.weight.sum())
    accuracy = Accuracy(tolerance, capacity, (100.0, 500.0))
    T = np.ascontiguousarray(T) + ZERO_CELSIUS
    balance = HeatBalance(body, treatment.frame.operators.team, T, accuracy)
    balance.begin(treatment.frame.phases[0].setting, 0.0)
    return balance


def followed(balance, end, start=0.0):
    """Temperature (degC) of owned nodes at ``end`` (s), steps chosen by the tolerance."""
    for _ in march(balance, StepControl(0.01), start, [end]):
        pass
    return balance.T_mesh - ZERO_CELSIUS


def stepped(balance, dt, n, start=0.0):
    """The same after ``n`` steps of ``dt`` (s), whatever their error."""
    for i in range(n):
        balance.attempt(start + i * dt, dt)
        balance.keep()
    return balance.T_mesh - ZERO_CELSIUS
