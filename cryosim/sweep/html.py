"""The page of a sweep: one HTML file without anything outside it."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from numbers import Real
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from cryosim.outcome.caveats import CAVEATS
from cryosim.sweep.content import BEST, MOST_FAILURES, MOST_ROWS, NEARLY, Content
from cryosim.sweep.rows import TIMING
from cryosim.view.sweep_table import MARGIN, POINT, STATUS, VERDICT
from cryosim.view.sweep_words import label, number

COLDEST = "coldest skin [degC]"
MARCH = f"{TIMING}march [core-s]"


def as_html(content: Content, figures: Path) -> str:
    """The page; pictures are taken from the folder ``figures``."""
    template = files("cryosim.sweep").joinpath("data", "report.html").read_text(encoding="utf-8")
    return Template(template).substitute(
        title=escape(content.plan.title),
        facts=_table((), content.facts(), "facts"),
        varied=_table(("input", "key path", "values"), content.varied(), "varied"),
        pictures="\n".join(_picture(p.name, p.title, figures) for p in content.pictures)
        or "<p>No point has a result yet.</p>",
        best=_best(content),
        failures=_failures(content),
        points=_points(content),
        caveats=_list(map(escape, CAVEATS)),
        sources=_list(_sources(content)),
    )


def _picture(name: str, title: str, figures: Path) -> str:
    data = b64encode((figures / f"{name}.png").read_bytes()).decode()
    alt = escape(title, quote=True)
    return (
        f"<figure><figcaption>{alt}</figcaption>"
        f"<img alt='{alt}' src='data:image/png;base64,{data}'></figure>"
    )


# --- tables ------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], kind: str = "") -> str:
    """A table; numbers carry their full value for sorting."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    top = f"<thead><tr>{top}</tr></thead>" if head else ""
    body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<div class='scroll'><table class='{kind}'>{top}<tbody>\n{body}\n</tbody></table></div>"


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return "<td></td>"
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"<td class='n' data-v='{float(value):.10g}'>{escape(number(float(value)))}</td>"
    return f"<td>{escape(str(value))}</td>"


def _rows(content: Content, table: pd.DataFrame) -> Iterator[list[Any]]:
    """The columns that the page shows of the points in ``table``."""
    shown = _columns(content)
    for row in table.to_dict("records"):
        told: Mapping[str, Any] = {str(k): v for k, v in row.items()}
        yield [
            told[POINT], told[STATUS],
            *(told[one.column] for one in content.sweep.inputs),
            *(told.get(column) for column in shown),
            told.get(VERDICT), content.binding(told),
            _percent(told.get(MARGIN)), told.get(MARCH),
        ]  # fmt: skip


def _head(content: Content) -> list[str]:
    shown = [label(column) for column in _columns(content)]
    titles = [one.title for one in content.sweep.inputs]
    return ["point", "status", *titles, *shown, "limits", "binds", "way left [%]", "march [core-s]"]


def _columns(content: Content) -> list[str]:
    """The outcome with the ends of its interval, and the coldest skin."""
    found = [] if content.outcome is None else [content.outcome]
    if content.outcome is not None:
        name, _, unit = content.outcome.rpartition(" [")
        found += [f"{name}: {end} [{unit}" for end in ("low", "high")]
    return [column for column in [*found, COLDEST] if column in content.table]


def _percent(share: Any) -> float | None:
    return None if share is None or share != share else 100.0 * float(share)


def _best(content: Content) -> str:
    """Tables of the points with the greatest loss and of the shortest ones."""
    greatest, shortest = content.greatest(), content.shortest()
    if greatest.empty:
        return "<p>No point that is done keeps all limits, or the outcome is no loss of fat.</p>"
    name = escape(label(str(content.outcome)))
    parts = [
        f"<h3>Greatest {name} with no limit in error</h3>",
        _table(_head(content), _rows(content, greatest)),
    ]
    if not shortest.empty:
        parts += [
            f"<h3>Shortest that reach {100 * NEARLY:.0f} % of it, with no limit in error</h3>",
            _table(_head(content), _rows(content, shortest)),
        ]
    return "\n".join([f"<p>Up to {BEST} points each.</p>", *parts])


def _failures(content: Content) -> str:
    failed = content.failed
    if failed.empty:
        return "<p>None.</p>"
    inputs = [one.column for one in content.sweep.inputs]
    head = ["point", "why", "message", "attempts", *(one.title for one in content.sweep.inputs)]
    shown = failed.head(MOST_FAILURES)[[POINT, STATUS, "message", "attempts", *inputs]]
    note = _limited(len(failed), MOST_FAILURES, "the first")
    return note + _table(head, shown.itertuples(index=False, name=None), "failures")


def _points(content: Content) -> str:
    """The table that can be sorted and filtered."""
    table = content.table
    if len(table) > MOST_ROWS and content.outcome is not None:
        table = table.sort_values(content.outcome, ascending=False, kind="stable")
    name = "" if content.outcome is None else f"those with the greatest {label(content.outcome)}"
    note = _limited(len(table), MOST_ROWS, name or "the first")
    return note + _table(_head(content), _rows(content, table.head(MOST_ROWS)), "points")


def _limited(there: int, most: int, which: str) -> str:
    """Says that a table is not whole."""
    if there <= most:
        return ""
    return f"<p>{most} of {there} points are shown: {escape(which)}. All are in table.csv.</p>"


# --- lists -------------------------------------------------------------------------------------


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "\n".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _sources(content: Content) -> Iterator[str]:
    """References; links are text until they are followed."""
    for source in content.sources():
        link = f" <a href='{escape(source.url, quote=True)}'>link</a>" if source.url else ""
        yield f"{escape(source.citation)}{link}"
