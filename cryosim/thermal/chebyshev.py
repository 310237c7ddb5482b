"""The explicit way to step a heat balance: Chebyshev stages, fused in one kernel each."""

from typing import TYPE_CHECKING

import numpy as np

from cryosim.solve.rkc import coefficients, stages
from cryosim.thermal import kernels
from cryosim.thermal.network import Values

if TYPE_CHECKING:
    from cryosim.thermal.balance import HeatBalance


class Chebyshev:
    """Steps with as many stages as the spectral radius asks for; solves nothing."""

    name = "Chebyshev"

    def __init__(self) -> None:
        self._H, self._x = np.zeros(0), np.zeros(0)

    def propose(self, balance: "HeatBalance", t: float, dt: float) -> None:
        """Fill the candidate of ``balance`` with its state ``dt`` (s) after ``t``.  Collective."""
        net, tab, new = balance.net, balance.body.tables, balance.candidate
        s = stages(dt, balance.spectral_radius)
        k = coefficients(s)
        H_1, x_1, H_2, x_2 = new.H, new.x, *self._scratch(balance)
        H_2[:] = balance.H
        balance.look_ahead(t)
        kernels.first_stage(
            net, tab, balance.x, balance.H, balance.F, k.mu_tilde[1] * dt,
            balance.holding(t + k.c[1] * dt), H_1, x_1,
        )  # fmt: skip
        E_2, E_1 = np.zeros_like(balance.rates), k.mu_tilde[1] * dt * balance.rates
        for j in range(2, s + 1):
            now = t + k.c[j - 1] * dt
            rates = balance.surroundings(x_1, now, balance.states_after(E_1))
            mu, nu, f, f_0 = k.mu[j], k.nu[j], k.mu_tilde[j] * dt, k.gamma_tilde[j] * dt
            kernels.stage(
                net, tab, x_1, balance.coldest, balance.perfusion_at(now), balance.into, rates,
                balance.holding(t + k.c[j] * dt), (1.0 - mu - nu, mu, nu, f, f_0),
                balance.H, balance.F, H_1, H_2, x_2,
            )  # fmt: skip
            E_2, E_1 = E_1, mu * E_1 + nu * E_2 + f * rates + f_0 * balance.rates
            H_1, H_2, x_1, x_2 = H_2, H_1, x_2, x_1
        self._H, self._x = H_2, x_2
        new.H, new.x, new.heat = H_1, x_1, E_1
        new.rates = balance.rates_at(new.x, t + dt, new.F, balance.states_after(E_1))
        new.estimate = 0.8 * (balance.H - new.H) + 0.4 * dt * (balance.F + new.F)
        change = 0.4 * dt * (balance.rates + new.rates) - 0.8 * E_1
        new.plate_error = balance.devices.deviation(change[balance.ledger.size :])
        balance.work.products += s - 1
        balance.work.most_stages = max(s, balance.work.most_stages)

    def _scratch(self, balance: "HeatBalance") -> tuple[Values, Values]:
        """Arrays for the stage before the last."""
        if self._H.size != balance.H.size or self._x.size != balance.x.size:
            self._H, self._x = np.zeros_like(balance.H), np.zeros_like(balance.x)
        return self._H, self._x
