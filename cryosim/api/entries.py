"""What a run comes down to, as small tables that a notebook shows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from cryosim.errors import CaseError
from cryosim.view.style import readable

Row = dict[str, Any]

_DIGITS = 4
"""Significant digits that are shown; the value itself has all."""


@dataclass(frozen=True, repr=False)
class Entry:
    """One number of a run, with its unit and what is known of its error."""

    name: str
    value: float | None
    unit: str
    told: Mapping[str, Any]
    """Everything that ``result.json`` says of it."""

    def __float__(self) -> float:
        """The value; NaN where nothing was there to see."""
        return float("nan") if self.value is None else float(self.value)

    def __repr__(self) -> str:
        """Value, band or interval, and unit."""
        return " ".join(filter(None, [number(self.value), self.spread, _unit(self.unit)]))

    @property
    def spread(self) -> str:
        """Numerical error, or the interval of the calibration, as far as they are known."""
        band, interval = self.told.get("band"), self.told.get("interval")
        if band is not None:
            return f"± {band:.1g}"
        return f"({number(interval[0])} to {number(interval[1])})" if interval else ""


class Entries(Mapping[str, Entry]):
    """Numbers of a run by name; a table in a notebook, text elsewhere."""

    def __init__(
        self, title: str, entries: Mapping[str, Entry], columns: Callable[[Entry], dict[str, str]]
    ) -> None:
        self._title, self._entries, self._columns = title, dict(entries), columns

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            raise CaseError(f"{self._title}: nothing is called {name!r}, only {list(self)}")
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def frame(self) -> pd.DataFrame:
        """Everything that is known of every entry, as a data frame of pandas."""
        rows = {name: dict(entry.told) for name, entry in self.items()}
        return pd.DataFrame.from_dict(rows, orient="index")

    def __repr__(self) -> str:
        rows = [self._columns(entry) for entry in self.values()]
        if not rows:
            return f"{self._title}: none"
        widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in rows[0]}
        lines = ["  ".join(cell.ljust(widths[c]) for c, cell in row.items()).rstrip()
                 for row in ({c: c for c in rows[0]}, *rows)]  # fmt: skip
        return "\n".join([self._title, *lines])

    def _repr_html_(self) -> str:
        rows = [self._columns(entry) for entry in self.values()]
        return table_html(self._title, rows)


def quantities(told: Mapping[str, Row]) -> Entries:
    """The ``quantities`` of a result."""
    entries = {name: Entry(name, x["value"], x["unit"], x) for name, x in told.items()}
    banded = any(entry.spread for entry in entries.values())

    def columns(entry: Entry) -> dict[str, str]:
        band = {"numerical error": entry.spread} if banded else {}
        cells = {"quantity": entry.name, "value": number(entry.value), "unit": _unit(entry.unit)}
        return cells | band | {"how": str(entry.told.get("how", ""))}

    return Entries("Quantities", entries, columns)


def outcome(told: Mapping[str, Row]) -> Entries:
    """The ``outcome`` of a result, the months after."""
    entries = {name: Entry(name, x["value"], x["unit"], x) for name, x in told.items()}

    def columns(entry: Entry) -> dict[str, str]:
        return {"outcome": entry.name, "value": number(entry.value), "unit": _unit(entry.unit),
                "5 to 95 %": entry.spread.strip("()")}  # fmt: skip

    return Entries("Months after", entries, columns)


def limits(told: list[Row]) -> Entries:
    """The ``limits`` of a result that were computed, by key."""
    entries = {
        x["key"]: Entry(x["title"], x["value"], x["unit"], x) for x in told
        if x["status"] != "info"
    }  # fmt: skip

    def columns(entry: Entry) -> dict[str, str]:
        x = entry.told
        since = x["first_time_s"].get(x["status"]) if "first_time_s" in x else None
        return {
            "status": str(x["status"]), "limit of": entry.name, "value": number(entry.value),
            "warning": number(x["warning"]), "error": number(x["error"]),
            "unit": _unit(entry.unit),
            "since": "" if since is None else f"{since / 60.0:.3g} min",
        }  # fmt: skip

    return Entries("Limits of safety", entries, columns)


def number(value: float | None) -> str:
    """A number as it is shown; nothing for None."""
    return "" if value is None else f"{value:.{_DIGITS}g}"


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


_STATUS = {"warning": "#8a5a00", "error": "#8f1d2c"}
"""Colour of a word that says so itself."""


def table_html(title: str, rows: list[dict[str, str]]) -> str:
    """A plain table; numbers to the right, no style that a dark page would spoil."""
    if not rows:
        return f"<p>{escape(title)}: none</p>"
    right = {"value", "warning", "error", "numerical error", "5 to 95 %", "since"}
    side = {c: "right" if c in right else "left" for c in rows[0]}
    head = "".join(f'<th style="text-align:{side[c]}">{escape(c)}</th>' for c in rows[0])
    lines = []
    for row in rows:
        tint = _STATUS.get(row.get("status", ""), "")
        colour = f"color:{tint};font-weight:bold;" if tint else ""
        cells = "".join(
            f'<td style="{colour if c == "status" else ""}text-align:{side[c]}">'
            f"{escape(readable(cell))}</td>"
            for c, cell in row.items()
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
