"""What a displacement on a lattice does to the cells of the lattice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_GAUSS = (0.5 - np.sqrt(1.0 / 12.0), 0.5 + np.sqrt(1.0 / 12.0))
"""Places of the Gauss rule of two points; exact for the volume of a trilinear cell."""


@dataclass(frozen=True)
class Strain:
    """Cells of a lattice after a displacement that is linear along each edge."""

    rest: Values
    """Volume of each cell at rest (m^3; m^2 of a section)."""
    ratio: Values
    """Drawn volume of each cell over that at rest."""
    least: float
    """Smallest volume ratio J at a corner of a cell; 0 or less where it folds over."""
    where: tuple[float, ...]
    """Middle (m) of the cell at rest that has it."""
    shape: float
    """Smallest scaled Jacobian at a corner: 1 for a right angle, 0 for a flat cell."""

    @classmethod
    def of(cls, axes: Sequence[Values], displacement: Values) -> Self:
        """Strain of the cells between the planes ``axes`` (m)."""
        dim = len(axes)
        rest = np.ones(())
        for axis in axes:
            rest = np.multiply.outer(rest, np.diff(axis))
        ratio = np.zeros_like(rest)
        for F in _gradients(axes, displacement, _GAUSS):
            ratio += np.linalg.det(F) / 2**dim
        least, shape = np.full_like(rest, np.inf), np.inf
        for F in _gradients(axes, displacement, (0.0, 1.0)):
            J = np.linalg.det(F)
            least = np.minimum(least, J)
            shape = min(shape, float((J / np.linalg.norm(F, axis=-2).prod(axis=-1)).min()))
        cell = np.unravel_index(least.argmin(), least.shape)
        where = tuple(float(a[k] + a[k + 1]) / 2.0 for a, k in zip(axes, cell, strict=True))
        return cls(rest, ratio, float(least.min()), where, shape)


def _gradients(
    axes: Sequence[Values], displacement: Values, places: tuple[float, float]
) -> Iterator[Values]:
    """Deformation gradient F of every cell at each combination of ``places`` in it (0 to 1)."""
    dim = len(axes)
    for at in product(places, repeat=dim):
        F = np.zeros((*(a.size - 1 for a in axes), dim, dim))
        for k, axis in enumerate(axes):
            slope = np.diff(displacement, axis=k)
            for other in (j for j in range(dim) if j != k):
                n = slope.shape[other] - 1
                low = np.take(slope, range(n), axis=other)
                high = np.take(slope, range(1, n + 1), axis=other)
                slope = (1.0 - at[other]) * low + at[other] * high
            size = np.diff(axis).reshape([-1 if j == k else 1 for j in range(dim)])
            F[..., :, k] = slope / size[..., None]
        yield F + np.eye(dim)
