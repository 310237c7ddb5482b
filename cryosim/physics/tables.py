"""The curves of all tissues of a case on one common set of temperatures, for the kernels.

Between neighbouring temperatures enthalpy, conductivity integral and responses are linear, so the
enthalpy of a node that belongs to several tissues is piecewise linear on the same set, and its
inverse is exact.  Every kink that a law declares is one of the temperatures; the rest resolve
smooth curves (spacing 0.05 K: 1e-4 K error on a DSC peak of 2 K width).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cryosim.physics.blood import Blood
from cryosim.physics.tissue import Tissue
from cryosim.units import ZERO_CELSIUS

Values = npt.NDArray[np.float64]

SPACING = 0.05
"""Largest spacing of the tabulated temperatures (K)."""

_GAUSS_POINTS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)

ENTHALPY, HEAT_FLOW, PERFUSION, METABOLISM = range(4)
"""Columns of ``Tables.curve``."""


class Tables(NamedTuple):
    """Tabulated curves; arrays only, so that numba takes it as an argument.

    ``curve[m, b]`` holds, for tissue ``m`` at ``temperature[b]`` (K): enthalpy (J/m^3),
    conductivity integral from 0 degC (W/m), perfusion factor (1), metabolism factor (1).
    ``start[i]`` is the last temperature at or below ``temperature[0] + i / per_bucket``.
    """

    temperature: Values
    start: npt.NDArray[np.int32]
    per_bucket: float
    curve: Values
    perfusion: Values
    """Pennes coefficient at rest of each tissue (W/m^3/K)."""
    metabolism: Values
    """Metabolic heat at rest of each tissue (W/m^3)."""
    remembers: npt.NDArray[np.bool_]
    """Whether perfusion of the tissue follows the coldest temperature so far."""
    arterial: float
    """Temperature of arterial blood (K)."""


class Storage(NamedTuple):
    """Parts of the enthalpy of each tissue (J/m^3) at ``temperature`` (K), for the ledger."""

    temperature: Values
    sensible: Values
    lipid: Values
    water: Values


def tabulate(
    tissues: Sequence[Tissue], blood: Blood, low: float, high: float
) -> tuple[Tables, Storage]:
    """Tables of ``tissues`` from ``low`` to ``high`` (K); outside, curves go on linearly."""
    T = _temperatures(tissues, low, high)
    storage = Storage(
        T, *(np.array(part) for part in zip(*(_parts(t, T) for t in tissues), strict=True))
    )
    curve = np.empty((len(tissues), T.size, 4))
    curve[:, :, ENTHALPY] = storage.sensible + storage.lipid + storage.water
    for m, tissue in enumerate(tissues):
        curve[m, :, HEAT_FLOW] = _integral(tissue.conductivity_at, T)
        curve[m, :, PERFUSION] = tissue.perfusion_response.factor(T)
        curve[m, :, METABOLISM] = tissue.metabolism_response.factor(T)
    per_bucket = 1.0 / SPACING
    buckets = np.arange(int(np.ceil((T[-1] - T[0]) * per_bucket)) + 1)
    start = np.searchsorted(T, T[0] + buckets / per_bucket, side="right") - 1
    tables = Tables(
        temperature=T,
        start=np.clip(start, 0, T.size - 2).astype(np.int32),
        per_bucket=per_bucket,
        curve=curve,
        perfusion=np.array([t.perfusion.conductance(t.density, blood) for t in tissues]),
        metabolism=np.array([t.metabolism.source(t.density) for t in tissues]),
        remembers=np.array([t.perfusion_response.remembers_cold for t in tissues]),
        arterial=blood.temperature,
    )
    return tables, storage


def conducts_evenly(tissue: Tissue) -> bool:
    """Whether the conductivity of ``tissue`` is the same at every temperature."""
    frozen = tissue.conductivity_frozen
    return frozen is None or frozen == tissue.conductivity or not tissue.phase_changes


def _temperatures(tissues: Sequence[Tissue], low: float, high: float) -> Values:
    """Common temperatures: an even spacing, and every kink and detail of every curve."""
    even = np.linspace(low, high, int(np.ceil((high - low) / SPACING)) + 1)
    special = np.concatenate([[ZERO_CELSIUS], *(t.breakpoints() for t in tissues)])
    special = special[(special > low) & (special < high)]
    T = np.union1d(even, special)
    apart = np.concatenate([[True], np.diff(T) > 1e-7])
    kept: Values = T[apart]
    return kept


def _integral(law: Callable[[Values], Values], T: Values) -> Values:
    """Integral of ``law`` from 0 degC to each of ``T``, by Gauss's rule on every interval."""
    half = 0.5 * np.diff(T)
    middle = 0.5 * (T[1:] + T[:-1])
    points = middle[:, None] + half[:, None] * _GAUSS_POINTS
    pieces = half * (law(points.ravel()).reshape(points.shape) @ _GAUSS_WEIGHTS)
    total = np.concatenate([[0.0], np.cumsum(pieces)])
    result: Values = total - np.interp(ZERO_CELSIUS, T, total)
    return result


def _parts(tissue: Tissue, T: Values) -> tuple[Values, Values, Values]:
    """Sensible, lipid latent and water latent enthalpy (J/m^3) at ``T`` (K)."""
    sensible = tissue.density * _integral(tissue.capacity_at, T)
    latent = [
        np.zeros_like(T)
        if change is None
        else tissue.density * change.latent_heat * (change.curve.liquid_fraction(T) - 1.0)
        for change in (tissue.lipid, tissue.water)
    ]
    return sensible, latent[0], latent[1]
