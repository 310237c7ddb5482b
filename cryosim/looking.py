"""The verb ``view`` of the command line: a run in a window, or served to a browser."""

from typing import Annotated

import typer

from cryosim.errors import CaseError
from cryosim.view.verbs import ResultFolder

LOOPBACK = "127.0.0.1"
"""This machine, and nobody else."""


def view(
    result: ResultFolder,
    web: Annotated[
        bool, typer.Option("--web", help="Serve it to a browser instead of opening a window.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="With --web: address of this machine to listen at.")
    ] = LOOPBACK,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --web: port; 0 takes a free one.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="With --web: start a browser here.")
    ] = True,
) -> None:
    """Look at a run in three dimensions."""
    if web:
        from cryosim.web.serve import serve

        serve(result, host=host, port=port, browser=browser)
    else:
        if host != LOOPBACK or port:
            raise CaseError("--host and --port say where a browser finds the view: add --web")
        from cryosim.window.main import open_window

        open_window(result)
