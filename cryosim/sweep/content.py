"""What the page of a sweep tells: facts, best points, failures, sources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from cryosim import __version__
from cryosim.library.cite import Source, sources
from cryosim.sweep.plan import Design, Plan
from cryosim.sweep.rows import TIMING
from cryosim.units import convert
from cryosim.view.sweep_table import (
    DONE,
    PENDING,
    SAFE,
    STATUS,
    VERDICT,
    Input,
    Sweep,
    levels_of,
)
from cryosim.view.sweep_words import LOSSES, limit_title, number

BEST = 8
"""Rows of the tables of best points."""

NEARLY = 0.8
"""Share of the greatest loss that the shortest treatments must reach, assumption: a list of the
shortest alone would be one of no effect."""

MOST_FAILURES = 200
MOST_ROWS = 2000
"""Rows of the tables of failures and points; a browser sorts as many at once."""


@dataclass(frozen=True)
class Picture:
    """A picture of the folder ``figures``."""

    name: str
    title: str


@dataclass(frozen=True)
class Content:
    """A sweep, what was looked at, and some results for what all share."""

    plan: Plan
    sweep: Sweep
    outcome: str | None
    pictures: tuple[Picture, ...]
    results: tuple[Mapping[str, Any], ...]

    @property
    def table(self) -> pd.DataFrame:
        """A row for each point."""
        return self.sweep.table

    @cached_property
    def failed(self) -> pd.DataFrame:
        """Points that failed."""
        return self.table[~self.table[STATUS].isin([DONE, *PENDING])]

    def facts(self) -> Iterator[tuple[str, str]]:
        """What was planned and what became of it."""
        table = self.table
        yield "Case", self.plan.case
        yield "Designs", "; ".join(map(_of_design, self.plan.designs))
        counts = table[STATUS].value_counts()
        told = ", ".join(f"{n} {status}" for status, n in counts.items())
        yield "Points", f"{len(table)}: {told}"
        if VERDICT in table:
            worst = self.sweep.done[VERDICT].value_counts()
            words = {"ok": "all kept", "warning": "in warning", "error": "in error"}
            yield "Limits", ", ".join(f"{n} {words.get(v, v)}" for v, n in worst.items())
        if f"{TIMING}all [core-s]" in table:
            core = table[f"{TIMING}all [core-s]"].sum()
            yield (
                "Computing",
                f"{core:.4g} core-s in all, {core / len(self.sweep.done):.3g} a point",
            )
        yield "Versions", self._versions()

    def _versions(self) -> str:
        told = f"this page cryosim {__version__}"
        if not self.results:
            return told
        found = sorted(set(self.table["version"].dropna()))
        others = {k: v for k, v in self.results[0]["versions"].items() if k != "cryosim"}
        points = f"points cryosim {', '.join(found)}"
        return f"{points} ({', '.join(f'{k} {v}' for k, v in others.items())}); {told}"

    def varied(self) -> Iterator[tuple[str, str, str]]:
        """Title, key path and values of every input."""
        for variable, one in zip(self.plan.variables, self.sweep.inputs, strict=True):
            yield one.title, variable.name, self._values(one)

    def _values(self, one: Input) -> str:
        levels = levels_of(self.table, one)
        if len(levels) <= BEST:
            return ", ".join(map(number, levels)) or "as in the case"
        return f"{number(levels[0])} to {number(levels[-1])} ({len(levels)} values)"

    def greatest(self) -> pd.DataFrame:
        """The points with the greatest outcome of those within the limits; none if not a loss."""
        if self.outcome is None or not self.outcome.startswith(LOSSES):
            return self.table.iloc[:0]
        done = self.sweep.done
        safe = done[done[SAFE].astype(bool) & done[self.outcome].notna()]
        return safe.sort_values(self.outcome, ascending=False).head(BEST)

    def shortest(self) -> pd.DataFrame:
        """The shortest treatments within the limits that come near the greatest loss."""
        best, cooling = self.greatest(), self.cooling()
        if best.empty or cooling is None or self.outcome is None:
            return self.table.iloc[:0]
        done = self.sweep.done
        near = done[done[SAFE].astype(bool)
                    & (done[self.outcome] >= NEARLY * best[self.outcome].iloc[0])]  # fmt: skip
        return near.loc[cooling[near.index].sort_values(kind="stable").index].head(BEST)

    def cooling(self) -> "pd.Series[float] | None":
        """Sum (min) of the durations of phases that vary; None if none does."""
        times = [
            self.table[v.header].astype(float).fillna(0.0) * convert(1.0, v.unit, "min")
            for v in self.plan.variables
            if v.name.startswith("protocol[") and v.name.endswith(".duration") and v.unit
        ]
        return sum(times[1:], times[0]) if times else None

    def sources(self) -> list[Source]:
        """The literature that the points rest on."""
        known = sources()
        keys = dict.fromkeys(key for result in self.results for key in result.get("sources", ()))
        return [known[key] for key in keys if key in known]

    def binding(self, row: Mapping[str, Any]) -> str:
        """Title of the limit that binds at a point."""
        key = row.get("binding limit")
        return limit_title(key) if isinstance(key, str) else ""


def _of_design(design: Design) -> str:
    """A design in words."""
    match design.kind:
        case "latin":
            return f"Latin hypercube of {design.n} (seed {design.seed})"
        case "sobol":
            return f"Sobol, N = {design.n}, {len(design.points)} points (seed {design.seed})"
        case kind:
            return f"{kind} of {len(design.points)} points"
