"""Pages as HTML: one file, nothing outside it, and no script runs in it but ours."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cryosim import __version__
from cryosim.errors import CryosimError
from cryosim.output.files import write_text
from cryosim.report.blocks import Beside, Figure, Fold, Head, Scene, Section
from cryosim.report.bundle import script

_DATA = "data"


@dataclass(frozen=True)
class Page:
    """What one file shows."""

    title: str
    head: Head
    sections: Sequence[Section]
    sources: frozenset[str]
    """Keys that the bibliography of the page has."""


def write_page(page: Page, out: Path) -> Path:
    """Write ``page`` under a temporary name, then rename it."""
    text = as_html(page)
    try:
        write_text(out, text)
    except CryosimError as error:
        raise CryosimError(f"{error}; name another file with --out") from error
    return out


def as_html(page: Page) -> str:
    """The whole file.  Everything but our own script and style is escaped."""
    pieces = dict(_embedded(page.sections))
    own = [script(), _text("page.js")] if pieces else [_text("page.js")]
    return _environment().get_template("page.html").render(
        page=page, version=__version__, style=Markup(_text("page.css")),
        scripts=[Markup(text) for text in own],
        policy=_policy(own), embedded={k: Markup(v) for k, v in pieces.items()},
    )  # fmt: skip


def _policy(scripts: Sequence[str]) -> str:
    """What the page may do: show what is in it, run our scripts, ask nobody."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _embedded(sections: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """JSON of every chart and scene by its name, safe inside a script element."""
    for part in sections:
        match part:
            case Section(blocks=inner) | Fold(blocks=inner):
                yield from _embedded(inner)
            case Beside(parts=inner):
                yield from _embedded(inner)
            case Figure(panels=panels):
                for panel in panels:
                    text = json.dumps(panel.option, ensure_ascii=False, allow_nan=False,
                                      separators=(",", ":"))  # fmt: skip
                    yield f"{panel.ident}-data", _safe(text)
            case Scene(ident=ident, json=text):
                yield f"{ident}-data", _safe(text)


def _safe(text: str) -> str:
    """JSON that ends no script element and begins no comment."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("cryosim.report", _DATA), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


@cache
def _text(name: str) -> str:
    return files("cryosim.report").joinpath(_DATA, name).read_text(encoding="utf-8")
