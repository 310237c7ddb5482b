"""The report as one HTML page without anything outside it."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template
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


def as_html(content: Mapping[str, Any], plots: Mapping[str, str]) -> str:
    """The page of the JSON ``content``; ``plots`` are SVG texts by the name of the experiment."""
    template = files("cryosim.validate").joinpath("data", "report.html").read_text(encoding="utf-8")
    runs = sum(entry["runs"] for entry in content["experiments"])
    ranks = content["ranks"]
    facts = {
        "Run": content["when"],
        "Time": f"{content['seconds']:.1f} s on {ranks} rank{'s' if ranks > 1 else ''}",
        "Cases": f"{runs} runs of {len(content['experiments'])} experiments",
        **{name.capitalize(): value for name, value in content["hardware"].items()},
        "Versions": ", ".join(f"{name} {v}" for name, v in content["versions"].items()),
    }
    return Template(template).substitute(
        facts=_rows(facts.items(), "th"),
        overview=_block(overview(content), plots),
        sections="\n".join(_section(entry, plots) for entry in content["experiments"]),
        left_out=_block(left_out(content), plots),
    )


def _section(entry: Mapping[str, Any], plots: Mapping[str, str]) -> str:
    inner = "\n".join(_block(block, plots) for block in blocks(entry))
    title, name = escape(entry["title"]), escape(entry["name"])
    return f"<section id='{name}'>\n<h2>{title}</h2>\n{inner}\n</section>"


def _block(block: Block, plots: Mapping[str, str]) -> str:
    match block:
        case Heading(text):
            return f"<h3>{escape(text)}</h3>"
        case Bullets(lines):
            return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
        case Table(head, rows):
            top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
            top = f"<thead><tr>{top}</tr></thead>" if any(head) else ""
            return f"<div class='scroll'><table>{top}{_rows(rows, 'td')}</table></div>"
        case Plot(name, alt):
            data = b64encode(plots[name].encode()).decode()
            return f"<img alt='{escape(alt)}' src='data:image/svg+xml;base64,{data}'>"
        case CaseFile(name, text):
            return f"<h3>{escape(name)}</h3>\n<pre>{escape(text)}</pre>"


def _rows(rows: Iterable[Iterable[str]], first: str) -> str:
    """Rows of a table whose first cell is a ``first``."""
    lines = []
    for name, *cells in rows:
        others = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        lines.append(f"<tr><{first}>{escape(name)}</{first}>{others}</tr>")
    return "\n".join(lines)
