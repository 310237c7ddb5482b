"""The validation half of the book: pages made from a run of ``cryosim validate``.

The run is kept under ``build/`` and used again as long as nothing in the package has changed.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any

from cryosim.validate.page import (
    Block,
    Bullets,
    CaseFile,
    Heading,
    Plot,
    Table,
    blocks,
    left_out,
    overview,
)

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILD = ROOT / "build"
_RAN = "validation.json"


@cache
def ran() -> Path:
    """Folder of the report of the package as it is; runs the experiments if there is none."""
    folder = BUILD / f"validation-{_digest()}"
    if not (folder / _RAN).is_file():
        command = [sys.executable, "-m", "cryosim", "validate", "--out", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"cryosim validate failed:\n{done.stdout[-2000:]}{done.stderr}")
        for old in BUILD.glob("validation-*"):
            if old != folder:
                rmtree(old, ignore_errors=True)
    return folder


def _digest() -> str:
    """Hash of every file of the package that can change a number or a plot."""
    package = ROOT / "cryosim"
    files = [p for p in package.rglob("*") if p.suffix in {".py", ".toml", ".html"}]
    content = hashlib.sha256()
    for file in sorted(files):
        content.update(str(file.relative_to(package)).encode())
        content.update(file.read_bytes())
    return content.hexdigest()[:16]


def content() -> dict[str, Any]:
    """The JSON of that report."""
    loaded: dict[str, Any] = json.loads((ran() / _RAN).read_text(encoding="utf-8"))
    return loaded


def pages() -> dict[str, str]:
    """Path of every page that is made -> its Markdown."""
    made = {page_of(entry): _experiment(entry) for entry in content()["experiments"]}
    return {"validation.md": _overview(content())} | made


def pictures() -> dict[str, Path]:
    """Path of every plot within the site -> the file."""
    names = [entry["name"] for entry in content()["experiments"] if entry["points"]]
    return {f"validation/{name}.svg": ran() / f"{name}.svg" for name in names}


def page_of(entry: Mapping[str, Any]) -> str:
    """File name of the page on an experiment."""
    return f"validation-{entry['name'].replace('_', '-')}.md"


def _overview(found: Mapping[str, Any]) -> str:
    table = overview(found)
    links = [page_of(entry) for entry in found["experiments"]]
    rows = [
        (f"[{name}]({link})", *cells)
        for (name, *cells), link in zip(table.rows, links, strict=True)
    ]
    versions, processor = found["versions"], found["hardware"]["processor"]
    return "\n\n".join([
        (HERE / "parts" / "validation.md").read_text(encoding="utf-8"),
        "## Experiments",
        _table(table.head, rows),
        "## Published data that are not compared",
        _markdown(left_out(found)),
        f"Run of {found['when']} with cryosim {versions['cryosim']}, "
        f"DOLFINx {_dolfinx(versions)}, {found['seconds']:.0f} s on a core of {processor}.",
    ]) + "\n"  # fmt: skip


def _dolfinx(versions: Mapping[str, str]) -> str:
    """Version of DOLFINx, whichever package it came with."""
    return versions.get("fenics-dolfinx") or versions["dolfinx-solver-real"]


def _experiment(entry: Mapping[str, Any]) -> str:
    parts = [f"# {entry['title']}", *(_markdown(block) for block in blocks(entry))]
    parts.append(f"To run it alone: `cryosim validate {entry['name']}`.")
    return "\n\n".join(parts) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}"
        case Bullets(lines):
            return "\n".join(f"- {_plain(line)}" for line in lines)
        case Table(head, rows):
            return _table(head, [[_cell(cell) for cell in row] for row in rows])
        case Plot(name, alt):
            return f"![{alt}](validation/{name}.svg)"
        case CaseFile(name, text):
            return f"## The case file\n\n`{name}`, with nominal inputs:\n\n```toml\n{text}```"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


_SHORT = 26
"""Letters of a cell that is broken after commas only."""


def _cell(text: str) -> str:
    """``text`` for a table; a short one keeps its words together."""
    text = _plain(text)
    return text if len(text) > _SHORT else text.replace(" ", "\u00a0").replace(",\u00a0", ", ")


def _plain(text: str) -> str:
    """``text`` without what Markdown would take for its own."""
    for sign in "\\|*_<":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
