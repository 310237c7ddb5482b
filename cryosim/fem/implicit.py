r"""The implicit way to step a heat balance: TR-BDF2 with Newton's method and a Krylov solver.

One step of size :math:`\tau` from enthalpy :math:`H_0` (Bank et al. 1985; as an embedded
Runge-Kutta method Hosea & Shampine 1996), with :math:`g = 1 - 1/\sqrt2`, :math:`w = \sqrt2/4`:

.. math::
   H_1 &= H_0 + \tau g\,(F_0 + F_1) \quad\text{at } t + 2 g \tau, \\
   H_2 &= H_0 + \tau\,(w F_0 + w F_1 + g F_2) \quad\text{at } t + \tau .

Second order, L-stable, and both stages have the same matrix.  The error estimate, a third-order
companion, is filtered by that matrix, so that stiff components do not spoil it.  Newton's method
works on temperatures; whatever it leaves, enthalpy is what the heat rates make it, so energy is
conserved to rounding.
"""

from math import sqrt

import numpy as np
from mpi4py import MPI

from cryosim.fem.jacobian import Jacobian, local_response
from cryosim.thermal import kernels
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.network import Values

_G = 1.0 - 1.0 / sqrt(2.0)
_W = sqrt(2.0) / 4.0
_COMPANION = ((1.0 - _W) / 3.0, (3.0 * _W + 1.0) / 3.0, _G / 3.0)

_MOST_ITERATIONS = 25
_MOST_HALVINGS = 8

_CLOSE = 1e-3
"""Residual of Newton's method, relative to the tolerance of a step."""


class Implicit:
    """Steps of any size, at the price of linear systems."""

    name = "Implicit"

    def __init__(self, comm: MPI.Comm) -> None:
        self._comm = comm
        self._jacobian: Jacobian | None = None

    def propose(self, balance: HeatBalance, t: float, dt: float) -> None:
        """Fill the candidate of ``balance`` with its state ``dt`` (s) after ``t``.  Collective."""
        if self._jacobian is None or self._jacobian.net is not balance.net:
            self._jacobian = Jacobian(balance, self._comm, rtol=1e-4)
        new, kept = balance.candidate, balance.x.copy()
        balance.look_ahead(t)
        F_0, rates_0 = balance.F, balance.rates
        try:
            balance.devices.stage = balance.states_after(dt * _G * rates_0), dt * _G
            base = balance.H + dt * _G * F_0
            T_1, F_1, rates_1, settled = self._stage(balance, base, t + 2 * _G * dt, dt)
            balance.devices.stage = balance.states_after(dt * _W * (rates_0 + rates_1)), dt * _G
            base = balance.H + dt * _W * (F_0 + F_1)
            T_2, F_2, rates_2, also = self._stage(balance, base, t + dt, dt, T_1)
            weights = [a - b for a, b in zip((_W, _W, _G), _COMPANION, strict=True)]
            raw = dt * (weights[0] * F_0 + weights[1] * F_1 + weights[2] * F_2)
            capacity = balance.capacity(T_2)
            response = local_response(balance, T_2, t + dt, F_2)
            self._jacobian.set(dt * _G, capacity - dt * _G * response)
            new.estimate = capacity * self._jacobian.solve(raw)
        finally:
            balance.x[:], balance.devices.stage = kept, None
        new.H, new.F, new.rates = base + dt * _G * F_2, F_2, rates_2
        new.heat = dt * (_W * rates_0 + _W * rates_1 + _G * rates_2)
        change = dt * (weights[0] * rates_0 + weights[1] * rates_1 + weights[2] * rates_2)
        off = balance.devices.deviation(change[balance.ledger.size :])
        new.plate_error = off / (1.0 + dt * _G * balance.devices.fastest)
        if not (settled and also):
            new.estimate = np.full_like(new.H, np.nan)
        self._finish(balance, T_2, t + dt)

    def _finish(self, balance: HeatBalance, T: Values, t: float) -> None:
        """Bring the candidate's potentials to its enthalpy, held nodes to their temperature."""
        net, tab, new = balance.net, balance.body.tables, balance.candidate
        if not np.isfinite(new.H).all():
            new.estimate = np.full_like(new.H, np.nan)
            return
        new.x[: T.size] = T
        kernels.first_stage(
            net, tab, new.x.copy(), new.H.copy(), new.F, 0.0, balance.holding(t), new.H, new.x
        )

    def _stage(
        self, balance: HeatBalance, base: Values, t: float, dt: float, T: Values | None = None
    ) -> tuple[Values, Values, Values, bool]:
        """Temperature, heat rates and ledger rates of a stage, and whether Newton settled."""
        assert self._jacobian is not None  # noqa: S101  (narrows the type)
        held = balance.net.held > 0
        T = (balance.T if T is None else T).copy()
        T[held] = balance.holding(t)[balance.net.held[held] - 1]
        F, rates = balance.heat_and_rates(T, t)
        off, residual = self._off(balance, base, T, F, dt)
        for _ in range(_MOST_ITERATIONS):
            if off <= _CLOSE or not np.isfinite(off):
                break
            response = local_response(balance, T, t, F)
            self._jacobian.set(dt * _G, balance.capacity(T) - dt * _G * response)
            step = self._jacobian.solve(-residual)
            scale = 1.0
            for _ in range(_MOST_HALVINGS):
                tried = T + scale * step
                F, rates = balance.heat_and_rates(tried, t)
                off_tried, residual = self._off(balance, base, tried, F, dt)
                if off_tried < off:
                    break
                scale *= 0.5
            T, off = tried, off_tried
        return T, F, rates, bool(off <= _CLOSE)

    def _off(
        self, balance: HeatBalance, base: Values, T: Values, F: Values, dt: float
    ) -> tuple[float, Values]:
        """Residual (J) of a stage, and its size in units of the tolerance.  Collective."""
        H = np.empty_like(base)
        kernels.enthalpies(balance.net, balance.body.tables, T, H)
        residual = np.where(balance.net.held > 0, 0.0, H - base - dt * _G * F)
        return balance.size_in_tolerances(residual / balance.capacity(T)), residual
