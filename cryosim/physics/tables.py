"""The curves of all tissues of a case on one common, even set of temperatures, for the kernels.

Between neighbouring temperatures enthalpy, conductivity integral and responses are linear, so the
enthalpy of a node that belongs to several tissues is piecewise linear on the same set, and its
inverse is exact.  The set is even, so that finding an interval needs no search: 10 instead of
90 ns a node.  Its spacing is chosen such that kinks of the laws fall on the set (they do if they
are given in steps of 0.05, 0.02, 0.01 or 0.005 K) and that DSC peaks are resolved.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cryosim.physics.blood import Blood
from cryosim.physics.tissue import Tissue
from cryosim.units import ZERO_CELSIUS

Values = npt.NDArray[np.float64]

SPACINGS = (0.05, 0.02, 0.01, 0.005)
"""Spacings (K) to choose from; at 0.05 K a DSC peak of 2 K width is off by 1e-4 K."""

_GAUSS_POINTS, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)

ENTHALPY, HEAT_FLOW, PERFUSION, METABOLISM = range(0, 8, 2)
"""Columns of ``Tables.curve``; beside each stands its slope over the interval above."""


class Tables(NamedTuple):
    """Tabulated curves; arrays only, so that numba takes it as an argument.

    ``curve[m, b]`` holds, for tissue ``m`` at ``temperature[b]`` (K): enthalpy (J/m^3),
    conductivity integral from 0 degC (W/m), Pennes coefficient (W/m^3/K), metabolic heat (W/m^3),
    each followed by its slope over the interval that begins there: one cache line serves a node.
    """

    temperature: Values
    per_kelvin: float
    """Intervals per kelvin."""
    curve: Values
    remembers: npt.NDArray[np.bool_]
    """Whether perfusion of the tissue follows the coldest temperature so far."""
    arterial: float
    """Temperature of arterial blood (K)."""

    def enthalpy(self, tissue: int, T: Values | float) -> Values:
        """Enthalpy (J/m^3) of ``tissue`` at ``T`` (K)."""
        return np.interp(T, self.temperature, self.curve[tissue, :, ENTHALPY])  # type: ignore[return-value]


class Storage(NamedTuple):
    """Parts of the enthalpy of each tissue (J/m^3) at ``temperature`` (K), for the ledger."""

    temperature: Values
    sensible: Values
    lipid: Values
    water: Values


def tabulate(
    tissues: Sequence[Tissue], blood: Blood, low: float, high: float, kinetic: bool = False
) -> tuple[Tables, Storage]:
    """Tables of ``tissues`` from ``low`` to ``high`` (K); outside, curves go on linearly.

    If crystallisation is ``kinetic``, the latent heat of lipid is not in them; capacity and
    conductivity follow the temperature all the same.
    """
    T = _temperatures(tissues, low, high)
    storage = Storage(
        T, *(np.array(part) for part in zip(*(_parts(t, T) for t in tissues), strict=True))
    )
    if kinetic:
        storage.lipid[:] = 0.0
    curve = np.zeros((len(tissues), T.size, 8))
    curve[:, :, ENTHALPY] = storage.sensible + storage.lipid + storage.water
    for m, t in enumerate(tissues):
        G, q = t.perfusion.conductance(t.density, blood), t.metabolism.source(t.density)
        curve[m, :, HEAT_FLOW] = _integral(t.conductivity_at, T)
        curve[m, :, PERFUSION] = G * t.perfusion_response.factor(T)
        curve[m, :, METABOLISM] = q * t.metabolism_response.factor(T)
    curve[:, :-1, 1::2] = np.diff(curve[:, :, ::2], axis=1) / np.diff(T)[:, None]
    curve[:, -1, 1::2] = curve[:, -2, 1::2]
    tables = Tables(
        temperature=T,
        per_kelvin=(T.size - 1) / (T[-1] - T[0]),
        curve=curve,
        remembers=np.array([t.perfusion_response.remembers_cold for t in tissues]),
        arterial=blood.temperature,
    )
    return tables, storage


def conducts_evenly(tissue: Tissue) -> bool:
    """Whether the conductivity of ``tissue`` is the same at every temperature."""
    frozen = tissue.conductivity_frozen
    if tissue.ice is not None and tissue.ice.conductivity not in (None, tissue.conductivity):
        return False
    return frozen is None or frozen == tissue.conductivity or not tissue.phase_changes


def _temperatures(tissues: Sequence[Tissue], low: float, high: float) -> Values:
    """Even temperatures (K) from ``low`` to ``high``, with 0 degC and, if possible, all kinks."""
    kinks = np.array([T for tissue in tissues for T in tissue.kinks()]) - ZERO_CELSIUS
    detail = min(tissue.detail for tissue in tissues)
    for spacing in SPACINGS:
        off = np.abs(kinks / spacing - np.rint(kinks / spacing)).max(initial=0.0)
        if off < 1e-6 and spacing <= detail:
            break
    first, last = np.floor((low - ZERO_CELSIUS) / spacing), np.ceil((high - ZERO_CELSIUS) / spacing)
    result: Values = ZERO_CELSIUS + spacing * np.arange(first, last + 1)
    return result


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
    ice = tissue.ice.water if tissue.ice else None
    sensible = tissue.density * _integral(tissue.capacity_at, T)
    latent = [
        np.zeros_like(T)
        if change is None
        else tissue.density * change.latent_heat * (change.curve.liquid_fraction(T) - 1.0)
        for change in (tissue.lipid, tissue.water, ice)
    ]
    return sensible, latent[0], latent[1] + latent[2]
