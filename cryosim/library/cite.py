"""The bibliography that a case rests on: every value it takes, and where that comes from."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import fill
from typing import Any, Literal

from cryosim.library import tissues
from cryosim.part import Part

GRADES = {
    "V": "seen in a retrieved text",
    "V2": "seen in a text that quotes the primary source",
    "D": "derived from such numbers",
    "R": "recalled from the literature, not looked up",
    "A": "assumption",
}


class Source(Part):
    """One reference of ``sources.toml``."""

    citation: str
    url: str | None = None
    seen: Literal["source", "abstract", "copy", "recalled", "none"]
    """What was retrieved of it; the words are explained in the file."""
    note: str | None = None


@dataclass(frozen=True)
class Use:
    """One value of a case."""

    tissue: str
    property: str
    value: str
    grade: str | None
    """None where the case gives the value."""
    sources: tuple[str, ...]
    overridden: bool
    spread: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Bibliography:
    """The values of a case, and the distinct sources they cite in the order of first use."""

    uses: tuple[Use, ...]
    sources: Mapping[str, Source]

    def render(self, width: int = 100) -> str:
        """Plain text, the same on a terminal and in a pipe."""
        parts = (self._values(), self._grades(), self._notes(width), self._references(width))
        return "\n\n".join("\n".join(part) for part in parts)

    def as_dict(self) -> dict[str, Any]:
        """Values and sources for ``result.json``."""
        return {
            "values": [vars(use) | {"sources": list(use.sources)} for use in self.uses],
            "sources": {key: s.model_dump(exclude_none=True) for key, s in self.sources.items()},
        }

    def _values(self) -> Iterator[str]:
        rows = [("value of", "grade", "source", "is; range from ... to")]
        for use in self.uses:
            name = f"{use.tissue}.{use.property}"
            origin = "given by the case" if use.overridden else ", ".join(use.sources)
            value = f"{use.value}; {use.spread}" if use.spread else use.value
            rows.append((name, use.grade or "-", origin, value))
        wide = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]]
        for row in rows:
            yield "  ".join([*map(str.ljust, row[:3], wide), row[3]])

    def _grades(self) -> Iterator[str]:
        present = {use.grade for use in self.uses}
        yield from (f"grade {g}: {meaning}" for g, meaning in GRADES.items() if g in present)

    def _notes(self, width: int) -> Iterator[str]:
        for use in self.uses:
            if use.note:
                yield _paragraph(f"{use.tissue}.{use.property}: {use.note}", width)

    def _references(self, width: int) -> Iterator[str]:
        for key, source in self.sources.items():
            text = f"[{key}] {source.citation}."
            if source.note:
                text += f" ({source.note})"
            yield _paragraph(text, width)
            if source.url:
                yield f"    {source.url}"


@cache
def sources() -> Mapping[str, Source]:
    """Every reference of the library by its key."""
    text = files("cryosim.library").joinpath("sources.toml").read_text(encoding="utf-8")
    return {key: Source(**table) for key, table in tomllib.loads(text).items()}


def bibliography(
    used: Iterable[tuple[str, Iterable[str]]],
    overridden: Mapping[str, Mapping[str, object]] | None = None,
    freezing: tissues.Freezing = "supercooled",
    choices: Mapping[str, object | None] | None = None,
    taken: Iterable[Use] = (),
) -> Bibliography:
    """The bibliography of a case.

    ``choices`` are keys of ``defaults.toml`` with what the case gives instead, or None; ``taken``
    are uses of sites and applicators.

    ``used`` pairs each tissue with the properties that the case takes, named as in ``Tissue``;
    what the library does not hold of them (a title, a default of the program) is left out.
    ``overridden`` holds, by tissue, the values that the case gives itself; they win, and a tissue
    that is not in the library is all of them.
    """
    uses: list[Use] = []
    for tissue, properties in used:
        own = (overridden or {}).get(tissue, {})
        in_library = tissue == tissues.BLOOD or tissue in tissues.names()
        known = tissues.selected(tissue, freezing) if in_library else {}
        for name in dict.fromkeys([*properties, *own]):
            if name in own:
                uses.append(Use(tissue, name, shown(own[name]), None, (), True))
            elif name in known:
                uses.append(use_of(tissue, name, known[name]))
    uses.extend(taken)
    uses.extend(_choice(path, given) for path, given in (choices or {}).items())
    keys = dict.fromkeys(key for use in uses for key in use.sources)
    return Bibliography(tuple(uses), {key: sources()[key] for key in keys})


@cache
def defaults() -> Mapping[str, tissues.Entry]:
    """What each default of the case file rests on, by its key path."""
    text = files("cryosim.library").joinpath("defaults.toml").read_text(encoding="utf-8")
    return {key: tissues.Entry(**table) for key, table in tomllib.loads(text).items()}


def _choice(path: str, given: object | None) -> Use:
    """Use of a default, or of what the case gives instead."""
    part, name = path.split(".")
    return use_of(part, name, defaults()[path], given)


def use_of(item: str, name: str, entry: tissues.Entry, given: object | None = None) -> Use:
    """Use of ``entry``, the property ``name`` of an item, or of what the case gives instead."""
    if given is not None:
        return Use(item, name, shown(given), None, (), True)
    value = shown(entry.value)
    return Use(item, name, value, entry.grade, entry.source, False, entry.spread, entry.note)


def shown(value: object) -> str:
    """A value of an entry or a case on one line: tables as ``key value`` pairs in brackets."""
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {shown(part)}" for key, part in value.items()) + ")"
    if isinstance(value, list | tuple):
        return " + ".join(map(shown, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _paragraph(text: str, width: int) -> str:
    return fill(
        text, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
