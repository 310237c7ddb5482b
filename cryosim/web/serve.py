"""The server of the page: from a result folder to an address that is printed."""

import asyncio
import errno
import getpass
import signal
import socket
import sys
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cryosim.doctor import has_screen, require_rendering, require_web_view
from cryosim.errors import CaseError, Interrupted

if TYPE_CHECKING:
    from cryosim.web.guard import Guard
    from cryosim.web.site import Site

_EVERYWHERE = ("0.0.0.0", "::")
"""Hosts that stand for every address of this machine, and that nobody can open from elsewhere."""

_HIGHEST = 65535
"""Of the ports that there are."""


def serve(folder: Path, *, host: str = "127.0.0.1", port: int = 0, browser: bool = True) -> None:
    """Show the run in ``folder`` to browsers at ``host`` and ``port`` (0: a free one) until Ctrl-C.

    It reads the folder and writes nothing into it.  Raises `CaseError` for a folder that has
    nothing to show and a port that cannot be had, `MissingTool` without trame or means to draw,
    and at the end `Interrupted`.
    """
    require_web_view()
    _try_port(host, port)
    with ThreadPoolExecutor(1) as other:  # a picture is tried while the libraries are loaded
        able = other.submit(require_rendering)
        from cryosim.scene.tissue import Tissue
        from cryosim.web.guard import Guard
        from cryosim.web.site import Site

        tissue = Tissue.open(folder)
        able.result()
    guard = Guard(host)
    with TemporaryDirectory(prefix="cryosim-") as made, suppress(KeyboardInterrupt):
        site = Site(tissue, guard, Path(made))
        asyncio.run(_until_told(site, port, browser=browser))
    raise Interrupted("the view has ended")


async def _until_told(site: "Site", port: int, *, browser: bool) -> None:
    """Serve until Ctrl-C or a polite end."""
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        for end in (signal.SIGTERM, signal.SIGHUP):  # the latter when an ssh session breaks off
            if signal.getsignal(end) != signal.SIG_IGN:  # as nohup has it
                asyncio.get_running_loop().add_signal_handler(end, task.cancel)
    with suppress(asyncio.CancelledError):
        await site.run(port, lambda found: _announce(site.guard, found, browser=browser))


def _try_port(host: str, port: int) -> None:
    """Raise `CaseError` unless a server can listen at ``host`` and ``port``."""
    if not 0 <= port <= _HIGHEST:
        raise CaseError(f"--port {port}: expected 0 to {_HIGHEST}; 0 takes a free one")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror as error:
        raise CaseError(f"--host {host}: no address of this machine ({error.strerror})") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise CaseError(f"--host {host}: no address of this machine") from error
        raise CaseError(
            f"--host {host} --port {port}: cannot be had ({error.strerror}); "
            "leave --port out for a free one"
        ) from error


def _announce(guard: "Guard", port: int, *, browser: bool) -> None:
    """Say where the view is, and how it is reached from elsewhere."""
    name = f"[{guard.host}]" if ":" in guard.host else guard.host
    name = guard.name if guard.host in _EVERYWHERE else name
    place = f"http://{name}:{port}/"
    print(f"The view is at\n\n  {place}?token={guard.token}\n")
    if guard.open_to_others:
        print(
            f"WARNING: all who can reach {guard.host} can knock here, and nothing is encrypted: "
            "who reads the traffic\nreads the token and can look too.  Safer: without --host, "
            "and through ssh.\n",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    else:
        print(
            "If this machine is not the one before you, run there\n\n"
            f"  ssh -L {port}:{name}:{port} {_user()}@{socket.gethostname()}\n\n"
            "and open the address there; to a compute node go by its login node "
            "(ssh -J LOGIN-NODE -L ...).\n"
        )
    print("Ctrl-C ends it.", flush=True)
    if browser and has_screen():  # a browser of the terminal would be in the way
        here = f"http://localhost:{port}/" if guard.host in _EVERYWHERE else place
        webbrowser.open(f"{here}?token={guard.invite()}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "USER"
