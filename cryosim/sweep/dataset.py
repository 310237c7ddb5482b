"""A sweep for xarray: arrays over the levels of a grid, else over the points."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from cryosim import __version__
from cryosim.sweep.collect import by_rename, collect
from cryosim.sweep.plan import Plan, Variable
from cryosim.view.sweep_table import POINT

Values = npt.NDArray[Any]

_WHOLE = 2**31
"""Integers of classic netCDF are smaller than that."""


def dataset(plan: Plan, table: pd.DataFrame | None = None) -> xr.Dataset:
    """Every column of the table as an array with its unit in ``attrs``.

    A plan of one grid alone has a dimension for each input, named by its key path; any other has
    the dimension ``point``.  Floats are NaN, words empty where there is nothing.
    """
    table = collect(plan) if table is None else table
    inputs = _axes(plan, table)
    names = [v.name for v in inputs] or [POINT]
    if inputs:
        levels = [v.header for v in inputs]
        whole = pd.MultiIndex.from_product([sorted(table[one].unique()) for one in levels])
        shape = [len(level) for level in whole.levels]
        table = table.set_index(levels).reindex(whole).reset_index(drop=True)
        coords = {v.name: _sorted(level) for v, level in zip(inputs, whole.levels, strict=True)}
    else:
        shape, coords = [len(table)], {POINT: table[POINT].to_numpy(dtype=str)}
    found = xr.Dataset(
        {
            _split(name)[0]: (names, _plain(table[name]).reshape(shape), _attributes(name))
            for name in table
            if name not in coords
        },
        coords,
        {"title": plan.title, "case": plan.case, "source": f"cryosim {__version__}"},
    )
    for v in inputs:
        found[v.name].attrs.update(_attributes(v.header))
    return found


def write_netcdf(plan: Plan, path: Path, table: pd.DataFrame | None = None) -> Path:
    """Write the sweep as classic netCDF (64-bit offsets), which needs no library but scipy."""
    found = dataset(plan, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    by_rename(
        path, lambda file: found.to_netcdf(file, engine="scipy", format="NETCDF3_64BIT")
    )  # fmt: skip
    return path


def _axes(plan: Plan, table: pd.DataFrame) -> list[Variable]:
    """The inputs of a plan that is one grid, with no point beside it; else nothing."""
    if len(plan.designs) != 1 or plan.designs[0].kind != "grid" or table.empty:
        return []
    inputs = [v for v in plan.variables if v.name in plan.designs[0].variables]
    columns = [v.header for v in inputs]
    clear = not table.duplicated(columns).any() and not table[columns].isna().any(axis=None)
    count = int(np.prod([table[one].nunique() for one in columns]))
    return inputs if clear and count == len(table) else []


def _sorted(level: pd.Index) -> Values:
    """Levels in rising order, as plain numbers or words."""
    return _plain(pd.Series(level))


def _plain(column: "pd.Series[float]") -> Values:
    """Values of a kind that netCDF knows: doubles, 32-bit integers (truths too), or words."""
    if pd.api.types.is_bool_dtype(column.dtype):
        column = column.astype("Float64" if column.isna().any() else "int32")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
        whole = pd.api.types.is_integer_dtype(column.dtype) and (abs(values) < _WHOLE).all()
        return values.astype(np.int32) if whole else values
    return np.asarray(column.fillna("").to_numpy(dtype=str))


def _split(name: str) -> tuple[str, str]:
    """Name and unit of a column; "/" is not allowed in a name."""
    plain, _, unit = name.removesuffix("]").rpartition(" [") if name.endswith("]") else ("", "", "")
    return (plain or name).replace("/", " per "), unit


def _attributes(name: str) -> dict[str, str]:
    plain, unit = _split(name)
    return {"long_name": plain, **({"units": unit} if unit else {})}
