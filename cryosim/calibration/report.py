"""The report of a calibration: on the terminal, and a page with pictures."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table as Shown
from rich.text import Text

from cryosim.calibration.figures import draw
from cryosim.calibration.result import Calibration
from cryosim.calibration.words import Table, references, sentences, tables
from cryosim.output.files import write_text

PAGE = "calibration.md"

_ON_TERMINAL = 5
"""Tables that the terminal shows; the others say how it was done."""


def write(found: Calibration, folder: Path) -> Path:
    """Write the page and its pictures to ``folder``."""
    pictures = draw(found, folder)
    path = folder / PAGE
    write_text(path, "\n".join(_page(found, [picture.name for picture in pictures])) + "\n")
    return path


def tell(found: Calibration, console: Console) -> None:
    """Show what it comes to."""
    for table in list(tables(found))[:_ON_TERMINAL]:
        view = Shown(title=Text(table.title), title_justify="left")
        for column in table.head:
            view.add_column(column, overflow="fold")
        for row in table.rows:
            view.add_row(*map(Text, row))
        console.print(view)
    for sentence in sentences(found):
        console.print(f"  {sentence}", highlight=False, markup=False)


def _page(found: Calibration, pictures: list[str]) -> Iterator[str]:
    """Lines of the page, in Markdown."""
    yield "# Calibration of injury and course\n"
    yield from (f"- {sentence}" for sentence in sentences(found))
    yield ""
    yield from (f"![{name.removesuffix('.png')}]({name})\n" for name in pictures)
    for table in tables(found):
        yield from _markdown(table)
    yield "## Literature\n"
    yield from (f"- {text}" for text in references(found.data))


def _markdown(table: Table) -> Iterator[str]:
    yield f"## {table.title}\n"
    yield f"| {' | '.join(table.head)} |"
    yield f"|{'---|' * len(table.head)}"
    yield from (f"| {' | '.join(row)} |" for row in table.rows)
    yield ""
