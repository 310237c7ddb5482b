"""The fat layer as it was and as it is some days after the last session.

The table of a run tells the thickness along the skin at first and 30, 60, 90 and 180 days after
the last session.  On a day between, every place has gone as far from the one to the other as the
share of fat lost has in the course of the months (``course.csv``), so that the mean follows the
course and the table is met exactly.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from cryosim.view.result import Result

Floats = npt.NDArray[np.float64]

_TABLE = {0: "at first", 30: "after 30 d", 60: "after 60 d", 90: "after 90 d", 180: "after 180 d"}
"""Columns of the table by the day they are of."""
_DIGITS = 6
"""Of a place (mm); columns that differ by less are one."""


@dataclass(frozen=True)
class Thinning:
    """Thickness of the fat layer at rest over the skin, by days."""

    x: Floats
    """mm along the skin."""
    y: Floats
    """mm; one value in a section."""
    tabled: dict[int, Floats]
    """Thickness (mm) on the days of the table, shape (y, x)."""
    course_days: Floats
    """Days after the last session, from the first session on."""
    course_lost: Floats
    """Fat lost (%) on these days."""
    top: float
    """Depth (mm) at which the fat begins."""
    bottom: float
    """Depth (mm) at which it ends."""
    layers: frozenset[str]
    """Names of the layers of fat."""

    @classmethod
    def of(cls, result: Result) -> Self | None:
        """From the tables of ``result``; None without one of the thickness, or without its case."""
        from cryosim.view.months import sessions  # reads the case, which nothing else here does

        fat = result.lipid_layers() if result.has("thickness") and result.has("course") else ()
        if not fat or not (result.folder / "case.toml").is_file():  # which tells the sessions
            return None
        table, course = result.table("thickness"), result.table("course")
        x, i = np.unique(np.round(table["x [mm]"], _DIGITS), return_inverse=True)
        across = table.get("y [mm]", np.zeros(i.size))
        y, j = np.unique(np.round(across, _DIGITS), return_inverse=True)
        tabled = {}
        for day, name in _TABLE.items():
            tabled[day] = np.full((y.size, x.size), np.nan)
            tabled[day][j, i] = table[f"{name} [mm]"]
        ends = np.array([result.layer_depths()[k.index] for k in fat])
        top, bottom = float(ends.min()), float(ends.max())
        names = frozenset(k.name for k in fat)
        days = course["time [d]"] - float(sessions(result)[-1])
        return cls(x, y, tabled, days, course["fat lost [%]"], top, bottom, names)

    @property
    def days(self) -> tuple[int, ...]:
        """Days for which the thickness is known."""
        known = {round(day) for day in self.course_days.tolist()} | set(self.tabled)
        return tuple(sorted(day for day in known if 0 <= day <= max(self.tabled)))

    @property
    def most(self) -> float:
        """The greatest loss of thickness (mm) of all days and places."""
        return float(max(np.nanmax(self.tabled[0] - after) for after in self.tabled.values()))

    def loss_table(self, day: float) -> Floats:
        """Loss of thickness (mm) on ``day`` at the places of the table, shape (y, x)."""
        days = sorted(self.tabled)
        k = int(np.clip(np.searchsorted(days, day, side="right") - 1, 0, len(days) - 2))
        first, last = days[k], days[k + 1]
        lost = np.interp([first, last, day], self.course_days, self.course_lost)
        lost[0] *= first > 0  # what is there at first was lost by nobody, sessions before or not
        way = lost[1] - lost[0]
        share = (lost[2] - lost[0]) / way if way else (day - first) / (last - first)
        share = 1.0 if day >= last else 0.0 if day <= first > 0 else share
        before, after = (self.tabled[0] - self.tabled[d] for d in (first, last))
        return np.asarray((1.0 - share) * before + share * after)

    def loss(self, places: Floats, day: float) -> Floats:
        """Loss of thickness (mm) on ``day`` at ``places`` (mm; x and y along the skin)."""
        table = self.loss_table(day)
        if self.y.size == 1:
            return np.asarray(np.interp(places[:, 0], self.x, table[0]))
        i, s = _between(self.x, places[:, 0])
        j, t = _between(self.y, places[:, 1])
        near = (1.0 - s) * table[j, i] + s * table[j, i + 1]
        far = (1.0 - s) * table[j + 1, i] + s * table[j + 1, i + 1]
        return np.asarray((1.0 - t) * near + t * far)

    def sinking(self, loss: Floats, depth: Floats) -> Floats:
        """How far (mm) points at a ``depth`` (mm) sink where the layer lost ``loss`` (mm)."""
        share = np.clip((self.bottom - depth) / (self.bottom - self.top), 0.0, 1.0)
        return np.asarray(loss * share)


def _between(nodes: Floats, places: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """The interval of ``nodes`` that each of ``places`` is in, and how far into it (0 to 1)."""
    k = np.clip(np.searchsorted(nodes, places, side="right") - 1, 0, len(nodes) - 2)
    share = (places - nodes[k]) / (nodes[k + 1] - nodes[k])
    return k, np.asarray(np.clip(share, 0.0, 1.0))
