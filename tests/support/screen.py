"""A screen for windows where the machine has none."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def screen(width: int = 1280, height: int = 800) -> Iterator[str]:
    """What DISPLAY is to be while this is open: a screen of its own, on a free number."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.fail("no Xvfb: bash scripts/install-system-packages.sh --with display")
    listen, tell = os.pipe()
    options = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-displayfd", str(tell)]
    server = subprocess.Popen([program, *options], pass_fds=[tell], stderr=subprocess.DEVNULL)
    os.close(tell)
    try:
        with os.fdopen(listen) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(20)
