"""Pages that are made from the library: tissues, applicators and sites, injury laws."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from cryosim.library import applicators, cite, injury_laws, limits, sites, tissues
from cryosim.library.tissues import Entry

HERE = Path(__file__).parent

Entries = Mapping[str, Entry]


def pages() -> dict[str, str]:
    """Path of every page that is made -> its Markdown."""
    return {
        "tissues.md": tissue_library(),
        "applicators.md": applicators_and_sites(),
        "injury-laws.md": laws_of_injury(),
        "safety.md": safety(),
    }


def tissue_library() -> str:
    """Every tissue, its values and the literature."""
    sections = []
    for name in (*tissues.names(), tissues.BLOOD):
        title = tissues.fields(name).get("title", "Arterial blood")
        sections.append((heading(name, title), tissues.entries(name)))
    sections.append(("## Defaults of the case file", cite.defaults()))
    return page("tissues.md", sections)


def applicators_and_sites() -> str:
    """Every applicator and site, their values and the literature."""
    sections: list[tuple[str, Entries]] = [("## Applicators", {})]
    for name in applicators.names():
        title = heading(name, applicators.title(name), level=3)
        sections.append((title, applicators.entries(name)))
    sections.append(("## Sites", {}))
    for name in sites.names():
        sections.append((heading(name, sites.title(name), level=3), sites.entries(name)))
    return page("applicators.md", sections)


def laws_of_injury() -> str:
    """Every injury law, what is said of it, its parameters and the literature."""
    sections: list[tuple[str, Entries]] = []
    for name in injury_laws.names():
        said = injury_laws.words(name).items()
        lines = [f"- **{what}**: {_one_line(_equation(what, text))}" for what, text in said]
        title = heading(name, injury_laws.title(name))
        sections.append(("\n".join([title, "", *lines]), injury_laws.entries(name)))
    return page("injury-laws.md", sections)


def _equation(what: str, text: str) -> str:
    """``text``, as code if it is the equation: asterisks and brackets are meant as they are."""
    return f"`{text.strip()}`" if what == "equation" else text


def safety() -> str:
    """Limits with both tiers, side effects that are only reported, and the literature."""
    sections: list[tuple[str, Entries]] = [("## Limits", {})]
    for name in limits.limits():
        title = heading(name, limits.title(name), level=3)
        sections.append((title, limits.entries(name)))
    sections.append(("## Reported, not computed", {}))
    for name in limits.rates():
        title = f"### {limits.title(name)[0].upper()}{limits.title(name)[1:]}"
        sections.append((title, limits.entries(name)))
    return page("safety.md", sections)


def heading(name: str, title: str, level: int = 2) -> str:
    """Heading of an item: its name, and its title if that says more."""
    words = "" if title.lower() == name else f": {title[0].lower() + title[1:]}"
    return f"{'#' * level} `{name}`{words}"


def page(part: str, sections: Iterable[tuple[str, Entries]]) -> str:
    """The written ``part`` of a page, the grades, a table for each section, and the sources."""
    parts = [(HERE / "parts" / part).read_text(encoding="utf-8")]
    parts += ["| grade | means |", "|---|---|"]
    parts += [f"| {grade} | {text} |" for grade, text in cite.GRADES.items()]
    cited: dict[str, None] = {}
    for title, entries in sections:
        parts += [f"\n{title}\n", _table(entries)] if entries else [f"\n{title}"]
        cited |= dict.fromkeys(key for entry in entries.values() for key in entry.source)
    parts.append("\n## Sources\n")
    parts += [_source(key, source) for key, source in cite.sources().items() if key in cited]
    return "\n".join(parts) + "\n"


def _table(entries: Entries) -> str:
    rows = ["| property | value | range | grade | sources |", "|---|---|---|---|---|"]
    notes = []
    for key, entry in entries.items():
        sources = ", ".join(f"[{s}](#{s})" for s in entry.source)
        value = cite.shown(entry.value).replace("True", "true").replace("False", "false")
        rows.append(f"| `{key}` | {value} | {entry.spread or ''} | {entry.grade} | {sources} |")
        if entry.note:
            notes.append(f"- `{key}`: {_one_line(entry.note)}")
    return "\n".join([*rows, "", *notes])


def _source(key: str, source: cite.Source) -> str:
    text = f'<a id="{key}"></a>**{key}**: {_one_line(source.citation)}.'
    if source.url:
        text += f" <{source.url}>"
    if source.note:
        text += f" *{_one_line(source.note)}*"
    return f"- {text} Seen: {source.seen}."


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".") + ("." if text.rstrip().endswith("..") else "")
