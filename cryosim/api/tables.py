"""Tables of a result folder as datasets of xarray: units in ``attrs``, layers and such as axes."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]


def layers(result: Result) -> xr.Dataset:
    """``layers.csv`` over time and layer: minimum, mean, below_threshold, crystallised, viable."""
    return _by_owner(result, "layers", "layer", [k.name for k in result.layers])


def probes(result: Result) -> xr.Dataset:
    """``probes.csv``: temperature over time and probe."""
    table = result.table("probes")
    names = np.array([_split(column)[0] for column in list(table)[1:]], dtype=str)
    values = np.array([table[column] for column in list(table)[1:]]).T
    values = values.reshape(table["time [s]"].size, names.size)
    told = {"units": "degC", "long_name": "temperature"}
    return xr.Dataset(
        {"temperature": (("time", "probe"), values, told)},
        {"time": _axis(table["time [s]"], "s", "time"), "probe": names},
    )


def device(result: Result) -> xr.Dataset:
    """``device.csv`` over time and applicator; NaN where one is off."""
    return _by_owner(result, "device", "applicator", [str(a["name"]) for a in result.applicators])


def profile(result: Result) -> xr.Dataset:
    """``profile.csv``: temperature over time and depth under the first applicator."""
    table = result.table("profile")
    headers = list(table)[1:]
    seconds = np.array([float(_split(header)[0].removesuffix(" s")) for header in headers])
    told = {"units": "degC", "long_name": "temperature"}
    return xr.Dataset(
        {"temperature": (("time", "depth"), np.array([table[h] for h in headers]), told)},
        {"time": _axis(seconds, "s", "time"),
         "depth": _axis(table["depth [mm]"], "mm", "depth below the skin")},
    )  # fmt: skip


def course(result: Result) -> xr.Dataset:
    """``course.csv`` over days since the first session."""
    return _against(result.table("course"), "time [d]", "time since the first session")


def ledger(result: Result) -> xr.Dataset:
    """``ledger.csv`` over time."""
    return _against(result.table("ledger"), "time [s]", "time")


def front(result: Result) -> xr.Dataset:
    """``front.csv`` over time."""
    return _against(result.table("front"), "time [s]", "time")


def thickness(result: Result) -> xr.Dataset:
    """``thickness.csv`` over the places on the skin."""
    table = result.table("thickness")
    names = [column for column in ("x [mm]", "y [mm]") if column in table]
    levels = [np.unique(table[name]) for name in names]
    place = tuple(
        np.searchsorted(level, table[name]) for name, level in zip(names, levels, strict=True)
    )
    dims = tuple(_split(name)[0] for name in names)
    found = xr.Dataset(coords={
        dim: _axis(level, "mm", dim, dim) for dim, level in zip(dims, levels, strict=True)
    })  # fmt: skip
    for column in list(table)[len(names) :]:
        whole = np.full([level.size for level in levels], np.nan)
        whole[place] = table[column]
        found[_key(column)] = (dims, whole, _attributes(column))
    return found


READERS: dict[str, Callable[[Result], xr.Dataset]] = {
    "layers": layers, "probes": probes, "device": device, "front": front, "ledger": ledger,
    "profile": profile, "course": course, "thickness": thickness,
}  # fmt: skip
"""Name of a table -> what reads it."""


def _by_owner(result: Result, name: str, axis: str, owners: Sequence[str]) -> xr.Dataset:
    """Columns ``OWNER WHAT [unit]`` as variables ``WHAT`` over time and ``axis``."""
    table = result.table(name)
    found = xr.Dataset(coords={"time": _axis(table["time [s]"], "s", "time"), axis: list(owners)})
    columns = {column: _owner(column, owners) for column in list(table)[1:]}
    for what in dict.fromkeys(column.removeprefix(f"{k} ") for column, k in columns.items()):
        whole = np.full((table["time [s]"].size, len(owners)), np.nan)
        for k, owner in enumerate(owners):
            if f"{owner} {what}" in table:
                whole[:, k] = table[f"{owner} {what}"]
        found[_key(what)] = (("time", axis), whole, _attributes(what))
    return found


def _owner(column: str, owners: Sequence[str]) -> str:
    """Whose column it is; the longest name that fits, for one may begin with another."""
    return max((k for k in owners if column.startswith(f"{k} ")), key=len, default="")


def _against(table: dict[str, Floats], first: str, long_name: str) -> xr.Dataset:
    found = xr.Dataset(coords={"time": _axis(table[first], _split(first)[1], long_name)})
    for column in table:
        if column != first:
            found[_key(column)] = ("time", table[column], _attributes(column))
    return found


def _axis(values: Floats, unit: str, long_name: str, dim: str = "") -> xr.Variable:
    name = dim or ("depth" if long_name.startswith("depth") else "time")
    return xr.Variable(name, values, {"units": unit, "long_name": long_name})


def _attributes(column: str) -> dict[str, str]:
    name, unit = _split(column)
    return {"units": unit, "long_name": name}


def _key(column: str) -> str:
    """A column's name as Python would have it: ``below threshold [1]`` is ``below_threshold``."""
    return _split(column)[0].replace(" ", "_").replace("/", "_per_")


def _split(column: str) -> tuple[str, str]:
    """Name and unit."""
    name, _, unit = column.removesuffix("]").rpartition(" [")
    return (name, unit) if name else (column, "")
