"""What the library holds, as tables for a terminal and as plain data."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cryosim.library import applicators, cite, injury_laws, limits, sites, tissues
from cryosim.library.tissues import Entry


class Shelf(StrEnum):
    """The kinds of things that the library holds."""

    APPLICATORS = "applicators"
    INJURY_LAWS = "injury-laws"
    LIMITS = "limits"
    SITES = "sites"
    TISSUES = "tissues"


_MODULES: dict[Shelf, Any] = {
    Shelf.APPLICATORS: applicators, Shelf.INJURY_LAWS: injury_laws, Shelf.LIMITS: limits,
    Shelf.SITES: sites,
}  # fmt: skip
"""Where titles and entries of items other than tissues are."""


def names(shelf: Shelf) -> tuple[str, ...]:
    """Names of what is on ``shelf``."""
    if shelf is Shelf.TISSUES:
        return (*tissues.names(), tissues.BLOOD)
    found: tuple[str, ...] = _MODULES[shelf].names()
    return found


def held(shelf: Shelf, name: str) -> tuple[str, Mapping[str, Entry]]:
    """Title and entries of ``name``; raises CaseError if ``shelf`` does not have it."""
    if shelf is Shelf.TISSUES:
        entries = tissues.entries(name)
        return str(tissues.fields(name).get("title", "Arterial blood")), entries
    return _MODULES[shelf].title(name), _MODULES[shelf].entries(name)


def said(shelf: Shelf, name: str) -> Mapping[str, str]:
    """What ``shelf`` says of ``name`` in words beside its title: of injury laws only."""
    return injury_laws.words(name) if shelf is Shelf.INJURY_LAWS else {}


def as_dict(shelf: Shelf, name: str | None = None) -> dict[str, Any]:
    """Everything on ``shelf``, or ``name`` alone, with the literature that it cites."""
    chosen = [name] if name else names(shelf)
    items = {n: held(shelf, n) for n in chosen}
    return {
        shelf.value: {
            n: {"title": title, **said(shelf, n)}
            | {k: e.model_dump(exclude_none=True) for k, e in entries.items()}
            for n, (title, entries) in items.items()
        },
        "sources": {key: s.model_dump(exclude_none=True) for key, s in _cited(items).items()},
    }


def rendered(shelf: Shelf, name: str | None = None) -> RenderableType:
    """A table for every item on ``shelf``, or for ``name`` alone, then grades and literature."""
    items = {n: held(shelf, n) for n in ([name] if name else names(shelf))}
    parts: list[RenderableType] = []
    for n, (title, entries) in items.items():
        parts.append(_table(n, title, entries))
        parts += [Text(f"{what}: {text}") for what, text in said(shelf, n).items()]
    grades = {entry.grade for _, entries in items.values() for entry in entries.values()}
    parts += [Text(f"grade {g}: {text}") for g, text in cite.GRADES.items() if g in grades]
    return Group(*parts, *map(Text, _references(items)))


def _table(name: str, title: str, entries: Mapping[str, Entry]) -> Table:
    """Value, spread, grade and sources of every entry."""
    table = Table(title=Text(f"{name}: {title}"), title_justify="left", expand=False)
    for column in ("property", "value", "range", "grade", "source"):
        table.add_column(column, overflow="fold", no_wrap=column in ("property", "grade"))
    for key, entry in entries.items():
        value = cite.shown(entry.value)
        sources = ", ".join(entry.source)
        table.add_row(*map(Text, (key, value, entry.spread or "", entry.grade, sources)))
    return table


def _references(items: Mapping[str, tuple[str, Mapping[str, Entry]]]) -> Iterator[str]:
    """Notes of the entries, then the references they cite."""
    for name, (_, entries) in items.items():
        for key, entry in entries.items():
            if entry.note:
                yield f"{name}.{key}: {' '.join(entry.note.split())}"
    for key, source in _cited(items).items():
        note = f" ({' '.join(source.note.split())})" if source.note else ""
        url = f" {source.url}" if source.url else ""
        yield f"[{key}] {' '.join(source.citation.split())}.{note}{url}"


def _cited(items: Mapping[str, tuple[str, Mapping[str, Entry]]]) -> dict[str, cite.Source]:
    """Sources of the entries of ``items``, in the order of first use."""
    keys = [key for _, entries in items.values() for e in entries.values() for key in e.source]
    return {key: cite.sources()[key] for key in dict.fromkeys(keys)}
