"""The verb ``doctor`` of the command line."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cryosim.doctor.check import Check

COLOURS = {"ok": "green", "remark": "yellow", "no": "red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Check what cryosim needs of this system, and say how to get what is missing.

    ok: works; remark: works, but; no: does not, and the exit code is 2.
    """
    from cryosim import doctor as package

    found = package.checks()
    if as_json:
        print(json.dumps([check.as_dict() for check in found], indent=2, ensure_ascii=False))
    else:
        _show(found)
    if not all(check.ok for check in found):
        raise typer.Exit(2)


def _show(found: Sequence[Check]) -> None:
    table = Table("", "needs", "found")
    for check in found:
        colour = COLOURS[check.outcome]
        table.add_row(f"[{colour}]{check.outcome}[/]", escape(check.name), escape(check.detail))
    Console(emoji=False).print(table, markup=True)
    for check in found:
        for advice in check.advice:
            print(f"{check.name}: {advice}")
