"""Nodal values of every time as one array of xarray that reads what is asked for, and no more."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from cryosim.output.fields import FIELDS_FILE, open_fields
from cryosim.view.result import Result
from cryosim.view.stamp import Stamp

Floats = npt.NDArray[np.float64]


def lazy(result: Result, name: str, stamp: Stamp) -> xr.Variable:
    """Field ``name`` over time and node, as a variable that holds no values yet."""
    data = indexing.LazilyIndexedArray(_Steps(result, name, stamp))
    return xr.Variable(("time", "node"), data)


def read_steps(result: Result, name: str, steps: Sequence[int], nodes: Any = slice(None)) -> Floats:
    """Field ``name`` at ``steps`` and ``nodes``, of shape (steps, *nodes.shape)."""
    with open_fields(result.folder / FIELDS_FILE) as file:
        group = file[f"fields/{name}"]
        return np.array([group[f"{step:05d}"][:][nodes] for step in steps], dtype=float)


class _Steps(BackendArray):
    """What xarray asks for values."""

    def __init__(self, result: Result, name: str, stamp: Stamp) -> None:
        self._result, self._name, self._stamp = result, name, stamp
        self.shape = (len(result.times), result.grid.n_points)
        self.dtype = np.dtype(float)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> npt.NDArray[Any]:
        return np.asarray(indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        ))  # fmt: skip

    def _read(self, key: tuple[Any, ...]) -> Floats:
        self._stamp.hold()
        time, node = key
        steps = np.arange(self.shape[0])[time]
        found = read_steps(self._result, self._name, np.atleast_1d(steps).tolist(), node)
        return found if np.ndim(steps) else found[0]
