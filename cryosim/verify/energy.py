"""Heat in a column of tissue from the laws themselves, by quadrature; no tables of cryosim.

The specific heat capacity of a tissue is integrated by Gauss-Legendre rules between its kinks and
the latent heat added; volumes come from the planes of the column, not from assembled matrices.
"""

from itertools import pairwise

import numpy as np

from cryosim.parallel import Values
from cryosim.physics.tissue import Tissue
from cryosim.treatment.model import Treatment
from cryosim.units import ZERO_CELSIUS

_X, _W = np.polynomial.legendre.leggauss(12)


def heat_per_volume(tissue: Tissue, T: Values) -> Values:
    """Enthalpy (J/m^3) of ``tissue`` at ``T`` (K), zero where it is liquid at 0 degC.

    The capacity is integrated piece by piece between its kinks, the latent heat added.
    """
    knots = np.unique([ZERO_CELSIUS, *tissue.kinks(), *np.arange(173.0, 374.0)])
    pieces = [_integral(tissue, a, b) for a, b in pairwise(knots)]
    total = np.concatenate([[0.0], np.cumsum(pieces)])
    below = np.searchsorted(knots, T, side="right") - 1
    rest = np.array([_integral(tissue, knots[k], t) for k, t in zip(below, T, strict=True)])
    sensible = total[below] + rest - total[np.searchsorted(knots, ZERO_CELSIUS)]
    latent = np.zeros_like(T)
    for change in (tissue.lipid, tissue.water):
        if change is not None:
            latent += change.latent_heat * (change.curve.liquid_fraction(T) - 1.0)
    return np.asarray(tissue.density * (sensible + latent))


def _integral(tissue: Tissue, a: float, b: float) -> float:
    """Integral of the specific heat capacity from ``a`` to ``b`` (K), within a piece."""
    half = 0.5 * (b - a)
    return float(half * (_W @ tissue.capacity_at(0.5 * (a + b) + half * _X)))


def heat_of_chain(tissue: Tissue, depth: Values, T: Values) -> float:
    """Heat (J/m^2) between the planes ``depth`` (m), half a cell to each end of a cell."""
    h = heat_per_volume(tissue, T)
    return float(np.sum(0.5 * (h[1:] + h[:-1]) * np.diff(depth)))


def heat_of_column(treatment: Treatment) -> float:
    """Heat (J/m^2) of a one-dimensional treatment now, gel pads included."""
    frame, balance = treatment.frame, treatment.balance
    nodal = frame.operators.with_ghosts(balance.T_mesh)
    if frame.line is None:
        raise ValueError("a column of layers has a line, a mesh file has none")
    T, depth, total = frame.line(nodal), frame.line_depth, 0.0
    case, tissues = frame.loaded.case, frame.loaded.tissues
    boundary = np.cumsum([0.0, *(layer.thickness for layer in case.anatomy.layers)])
    for layer, (a, b) in zip(case.anatomy.layers, pairwise(boundary), strict=True):
        inside = (depth > a - 1e-9) & (depth < b + 1e-9)
        total += heat_of_chain(tissues[layer.tissue], depth[inside], T[inside])
    return total + _heat_of_pads(treatment, T)


def _heat_of_pads(treatment: Treatment, T: Values) -> float:
    """Heat (J/m^2) of the gel on a column: it begins at the node of its surface."""
    frame, balance = treatment.frame, treatment.balance
    total, first = 0.0, balance.body.n_mesh
    gels = {s: c.plate.gel.tissue for c in frame.contacts if c.plate.gel for s in c.surfaces}
    ends = {"top": T[0], "bottom": T[-1]}
    faces = {s: c.plate.face for c in frame.contacts for s in c.surfaces}
    for s, pad in balance.setting.pads.items():
        chain = np.concatenate([[ends[faces[s]]], balance.T[first : first + pad.cells]])
        levels = np.linspace(0.0, pad.thickness, pad.cells + 1)
        total += heat_of_chain(frame.loaded.tissues[gels[s]], levels, chain)
        first += pad.cells
    return total
