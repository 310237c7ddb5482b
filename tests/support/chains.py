"""Columns of tissue made by hand: bodies without a mesh, a case or MPI."""

import numpy as np

from cryosim.physics.blood import Blood, BloodFlow, MetabolicHeat
from cryosim.physics.exchange import Exchange, Schedule
from cryosim.physics.latent import FractionTable, PhaseChange
from cryosim.physics.tables import tabulate
from cryosim.physics.tissue import Tissue
from cryosim.thermal.arena import Body
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.marching import Accuracy, Alone
from cryosim.thermal.network import Surface, TissueStencil
from cryosim.units import ZERO_CELSIUS

BLOOD = Blood(density=1000.0, heat_capacity=1000.0, temperature=310.15)

NOWHERE = np.empty(0, np.int64)


def medium(k=0.2, rho=900.0, c=2300.0, W=0.0, qm=0.0, **more):
    """Tissue of conductivity, density, capacity, Pennes coefficient, metabolic heat (SI)."""
    return Tissue(
        title="medium", conductivity=k, density=rho, heat_capacity=c,
        perfusion=BloodFlow(W / 1e6, "1/s"), metabolism=MetabolicHeat(qm, "W/m^3"), **more,
    )  # fmt: skip


def melting(latent_heat, low, high):
    """Latent heat (J/kg) spread evenly from ``low`` to ``high`` (degC)."""
    T = (low + ZERO_CELSIUS, high + ZERO_CELSIUS)
    return PhaseChange(latent_heat=latent_heat, curve=FractionTable(temperature=T, liquid=(0, 1)))


def cells_of(planes, mine, n):
    """Stencil of the cells ``mine`` between ``planes`` (m), a column of 1 m^2."""
    a = np.flatnonzero(mine)
    d = np.diff(planes)[a]
    row, column = np.concatenate([a, a + 1, a, a + 1]), np.concatenate([a + 1, a, a, a + 1])
    value = np.concatenate([-1.0 / d, -1.0 / d, 1.0 / d, 1.0 / d])
    volume = np.bincount(a, 0.5 * d, n) + np.bincount(a + 1, 0.5 * d, n)
    return TissueStencil(row, column, value, volume)


def column(planes, tissue_of_cell, tissues, low=200.0, high=330.0):
    """Body with the surfaces top and bottom; tissues without a cell are gels."""
    n = planes.size
    stencils = [cells_of(planes, np.asarray(tissue_of_cell) == m, n) for m in range(len(tissues))]
    ends = [
        Surface("top", np.array([0]), np.ones(1)),
        Surface("bottom", np.array([n - 1]), np.ones(1)),
    ]
    return Body(tissues, stencils, ends, 0, *tabulate(tissues, BLOOD, low, high))


def points(volumes, tissues, low=200.0, high=330.0):
    """Body of nodes without links; ``volumes`` (m^3) by node and tissue, 1 m^2 on the first."""
    stencils = [TissueStencil(NOWHERE, NOWHERE, np.empty(0), V.copy()) for V in volumes.T]
    top = Surface("top", np.array([0]), np.ones(1))
    return Body(tissues, stencils, [top], 0, *tabulate(tissues, BLOOD, low, high))


def balance_of(body, T, tolerance=1e-3, bounds=(100.0, 400.0)):
    """Balance that starts at ``T`` (degC)."""
    T = np.broadcast_to(np.asarray(T, float) + ZERO_CELSIUS, body.n_mesh).copy()
    capacity = sum(
        t.density * t.heat_capacity * s.volume.sum()
        for t, s in zip(body.tissues, body.stencils, strict=True)
    )
    return HeatBalance(body, Alone(), T, Accuracy(tolerance, float(capacity), bounds))


def held(T):
    return Exchange(temperature=Schedule.constant(T + ZERO_CELSIUS), perfect=True)


def film(h, T, **more):
    return Exchange(conductance=h, temperature=Schedule.constant(T + ZERO_CELSIUS), **more)
