"""Verbs of the command line that write pages of runs."""

from pathlib import Path
from typing import Annotated

import typer


def report(
    result: Annotated[Path, typer.Argument(help="Result folder.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="File to write; report.html there if not given.")
    ] = None,
) -> None:
    """Write a result folder as one page of HTML that needs nothing beside it."""
    from cryosim.report.page import write_report

    print(write_report(result, out))


def compare(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders, the first one is the base.",
                                   show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("comparison.html"),
) -> None:  # fmt: skip
    """Write several result folders side by side as one page of HTML."""
    from cryosim.report.comparison import write_comparison

    print(write_comparison(results, out))
