"""A field of a run: at places and times, on the nodes, or whole as a lazy array of xarray."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from cryosim.api.given import Given, temperature, times
from cryosim.api.lazy import lazy, read_steps
from cryosim.api.places import Places, places
from cryosim.errors import CaseError
from cryosim.output.fields import FIELD_KINDS, FieldKind
from cryosim.units import ZERO_CELSIUS
from cryosim.view import style
from cryosim.view.inside import OUTSIDE, located
from cryosim.view.result import Result
from cryosim.view.stamp import Stamp

Floats = npt.NDArray[np.float64]

_STEPS_DOWN = 400
"""Intervals in which `Field.reach` looks for a temperature; a tenth of a millimetre in 40 mm."""

_LATE = 1e-6
"""Seconds by which a time may lie outside the run."""


@dataclass(frozen=True, repr=False)
class Field:
    """One field on the mesh against time; nothing is read before it is asked for."""

    name: str
    _result: Result
    _case: Mapping[str, Any]
    _stamp: Stamp

    @property
    def kind(self) -> FieldKind:
        """Label and unit."""
        return FIELD_KINDS[self.name]

    @property
    def unit(self) -> str:
        """Unit of the values, as in result files."""
        return self.kind.unit

    @property
    def array(self) -> xr.DataArray:
        """All values over ``time`` (s) and ``node``, read when they are needed.

        Nodes have the coordinates ``x``, ``y``, ``z`` of tissue at rest and ``depth`` (mm).
        """
        found = xr.DataArray(
            lazy(self._result, self.name, self._stamp), self._of_nodes(), name=self.name
        )
        found = found.assign_coords(time=_time(self._result.times))
        found.attrs.update(self._attributes())
        return found

    def at(
        self, depth: Any = None, *, x: Any = None, y: Any = None, position: Any = None,
        time: Any = None,
    ) -> xr.DataArray:  # fmt: skip
        """Values ``depth`` below the skin, by the shape functions that the run computed with.

        Lengths and times are text with a unit (``"10 mm"``), quantities of pint, or arrays with
        ``units``; of each there may be several, and the answer has a dimension for it.  ``x`` and
        ``y`` are places along the skin; without them it is below the centre of the (first)
        applicator.  ``position`` names the coordinates of the mesh instead, as probes do.  All are
        places of tissue at rest: drawn into a cup, it is the same material.  Without ``time`` all
        output times are there; a time between two of them is interpolated linearly.

        Raises CaseError for a place outside the tissue or a time outside the run.  NaN where the
        field is not defined: crystals and survival where there is no lipid.
        """
        self._stamp.hold()
        asked = places(self._result, self._case, depth, x, y, position)
        inside = located(self._result.grid, asked.points)
        if (inside.cell == OUTSIDE).any():
            raise CaseError(self._outside(asked, int(np.flatnonzero(inside.cell == OUTSIDE)[0])))
        when = None if time is None else self._within(times(time))
        steps, share = self._steps(when)
        nodal = read_steps(self._result, self.name, steps, inside.nodes)
        values = share @ inside.weighted(nodal)
        several = when is None or when.several
        values = values.reshape(((-1,) if several else ()) + asked.shape)
        dims = (*(("time",) if several else ()), *asked.dims)
        seconds = self._result.times if when is None else when.values
        coords: dict[str, Any] = {
            name: (on, at, {"units": "mm"}) for name, (on, at) in asked.coords.items()
        }
        layer = np.asarray(self._result.grid.cell_data["layer"])[inside.cell]
        names = np.array([self._result.layers[int(k)].name for k in layer]).reshape(asked.shape)
        coords |= {
            "time": _time(seconds) if several else ((), seconds[0], {"units": "s"}),
            "layer": (asked.dims, names if asked.dims else names.item(), {}),
        }
        return xr.DataArray(values, coords, dims, self.name, self._attributes())

    def values(self, time: Any = None) -> xr.DataArray:
        """Values on the nodes at ``time``, or at the end of cooling (`Run.end_of_cooling`)."""
        if time is None:
            return self.array.isel(time=self._result.coldest_step()).load()
        self._stamp.hold()
        when = self._within(times(time))
        steps, share = self._steps(when)
        found = share @ read_steps(self._result, self.name, steps)
        dims = ("time", "node") if when.several else ("node",)
        seconds = when.values if when.several else when.values[0]
        coords = {**self._of_nodes(), "time": (dims[:-1], seconds, {"units": "s"})}
        found = found if when.several else found[0]
        return xr.DataArray(found, coords, dims, self.name, self._attributes())

    def reach(self, below: Any = None, *, x: Any = None, y: Any = None) -> xr.DataArray:
        """Greatest depth (mm) colder than ``below`` at each time, straight down from the skin.

        ``below``: a temperature, that of crystallisation if not given; 0 where nothing is colder.
        """
        if self.name != "temperature":
            raise CaseError(f"{self.name}: how deep the cold reaches is asked of temperature")
        limit = (
            self._result.threshold if below is None else temperature(below, "below") - ZERO_CELSIUS
        )
        deepest = float(np.asarray(self._result.grid.point_data["depth"]).max())
        down = np.linspace(0.0, deepest, _STEPS_DOWN + 1)
        T = self.at([f"{d!r} mm" for d in (down * (1.0 - 1e-9)).tolist()], x=x, y=y)
        reached = [_deepest(down, row - limit) for row in T.values]
        told = {"units": "mm", "long_name": f"depth below {limit:g} degC"}
        return xr.DataArray(reached, {"time": _time(self._result.times)}, ("time",), "reach", told)

    def __repr__(self) -> str:
        """Name, unit, and what to ask."""
        times = self._result.times
        return (
            f"<{self.kind.caption}: {len(times)} times to {style.clock(float(times[-1]))}, "
            f'{self._result.grid.n_points} nodes; ask .at(depth="10 mm"), .values(), .array>'
        )

    def _attributes(self) -> dict[str, str]:
        return {"units": self.unit, "long_name": self.kind.label}

    def _of_nodes(self) -> dict[str, Any]:
        points = np.asarray(self._result.grid.points, dtype=float)
        names = ("x", "y", "z")[: self._result.dimension]
        depth = np.asarray(self._result.grid.point_data["depth"], dtype=float)
        columns = {name: points[:, k] for k, name in enumerate(names)} | {"depth": depth}
        return {name: ("node", column, {"units": "mm"}) for name, column in columns.items()}

    def _within(self, when: Given) -> Given:
        last = float(self._result.times[-1])
        if (late := when.values > last + _LATE).any():
            given = style.clock(float(when.values[late][0]))
            raise CaseError(f"time = {given}: the fields of this run end at {style.clock(last)}")
        return when

    def _steps(self, when: Given | None) -> tuple[list[int], Floats]:
        """Output times to read, and the share of each in every time asked for."""
        known = self._result.times
        if when is None:
            return list(range(len(known))), np.eye(len(known))
        after = np.clip(np.searchsorted(known, when.values - _LATE), 0, len(known) - 1)
        before = np.maximum(after - 1, 0)
        span = np.where(after > before, known[after] - known[before], 1.0)
        late = np.where(after > before, np.clip((when.values - known[before]) / span, 0, 1), 1.0)
        late = np.where(np.abs(known[after] - when.values) < _LATE, 1.0, late)
        needed = sorted({*after.tolist(), *before[late < 1.0].tolist()})
        share = np.zeros((when.values.size, len(needed)))
        rows = np.arange(when.values.size)
        share[rows, np.searchsorted(needed, after)] += late
        mixed = late < 1.0
        share[rows[mixed], np.searchsorted(needed, before[mixed])] += 1.0 - late[mixed]
        return needed, share

    def _outside(self, asked: Places, number: int) -> str:
        bounds = np.round(np.reshape(self._result.grid.bounds, (3, 2)), 6) + 0.0
        ends = zip("xyz"[: self._result.dimension], bounds, strict=False)
        reach = [f"{name} from {low:.6g} to {high:.6g} mm" for name, (low, high) in ends
                 if name in asked.coords]  # fmt: skip
        if "depth" in asked.coords:
            depth = np.asarray(self._result.grid.point_data["depth"])
            reach.append(f"depth to {float(depth.max()):g} mm")
        return f"{asked.words[number]} lies outside the tissue at rest: {', '.join(reach)}"


def _deepest(depth: Floats, excess: Floats) -> float:
    """The greatest ``depth`` with an ``excess`` below 0, to where it is 0 between two of them."""
    cold = np.flatnonzero(excess < 0.0)
    if not cold.size:
        return 0.0
    k = int(cold[-1])
    if k == len(depth) - 1:
        return float(depth[k])
    share = excess[k] / (excess[k] - excess[k + 1])
    return float(depth[k] + share * (depth[k + 1] - depth[k]))


def _time(seconds: Floats) -> tuple[str, Floats, dict[str, str]]:
    return "time", np.asarray(seconds, dtype=float), {"units": "s", "long_name": "time"}
