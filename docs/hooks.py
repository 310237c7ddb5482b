"""What MkDocs does beside its own: pages made from the code, formulas as MathML.

Formulas are turned into MathML when the site is built, so that a page needs no script and no
network to show them.
"""

import re
import sys
from html import unescape
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

import gen_book
import gen_reference
import gen_verification

_FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\s*(?:\\\(|\\\[)(.*?)(?:\\\)|\\\])\s*</\1>', re.DOTALL
)

_CASE = re.compile(r"<!-- case: ([^\s,]+)([^\n]*?) -->\n```toml")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made from the code, and those made from a run."""
    made = gen_reference.pages() | gen_verification.pages() | gen_book.pages()
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    for path, source in gen_book.pictures().items():
        files.append(File.generated(config, path, abs_src_path=str(source)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Show the name of the file above a block that is a whole case."""
    return _CASE.sub(r'```toml title="\1"', markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Replace every formula by MathML."""
    return _FORMULA.sub(_mathml, html)


def _mathml(match: re.Match[str]) -> str:
    inline = match[1] == "span"
    formula = convert(unescape(match[2]).strip(), display="inline" if inline else "block")
    return formula if inline else f'<div class="formula">{formula}</div>'


def on_post_build(config: Any) -> None:
    """Keep the built site out of version control."""
    (Path(config.site_dir) / ".gitignore").write_text("*\n", encoding="utf-8")
