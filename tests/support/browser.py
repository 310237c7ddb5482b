"""Pages in a real browser without a screen; a page that complains or looks outside fails its test.

The loop of playwright runs while a browser is open: asyncio of the same thread must wait for its
end.  Open one browser for all tests of a module, and a page for each test.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

LOCAL = re.compile(
    r"(file|data|blob|about|devtools|chrome):|(https?|wss?)://(127\.0\.0\.1|localhost)[:/]"
)
"""Addresses that a page may ask for."""
PATIENCE = 30e3
"""How long (ms) a page may take for one step before its test fails."""

Page = Any
Opener = Callable[..., AbstractContextManager[Page]]


@contextmanager
def chromium() -> Iterator[Opener]:
    """``open_page(width, height)`` in one browser."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("no chromium: apt-get install chromium")
    nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", nowhere])
        try:
            yield lambda *size, **how: _page(browser, *size, **how)
        finally:
            browser.close()


@contextmanager
def page(width: int, height: int, **how: Any) -> Iterator[Page]:
    """One page in a browser of its own; ``how`` as for a context of playwright."""
    with chromium() as open_page, open_page(width, height, **how) as opened:
        yield opened


@contextmanager
def _page(browser: Any, width: int, height: int, **how: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, **how)
    context.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    opened = context.new_page()
    watch(opened, complaints)
    try:
        yield opened
    except BaseException as error:
        error.add_note("\n".join(complaints) or "the page has not complained")
        raise
    finally:
        context.close()
    if complaints:
        raise AssertionError("\n".join(complaints))


def watch(page: Page, complaints: list[str]) -> None:
    """Note errors of ``page`` and what it asks of others; what it asks is refused."""

    def said(message: Any) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def asked(url: str) -> None:
        if not LOCAL.match(url):
            complaints.append(f"asks for {url}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
    page.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))


def colours(picture: bytes | Path) -> int:
    """How many different colours a picture (PNG) has."""
    import io

    import numpy as np
    from PIL import Image

    source = io.BytesIO(picture) if isinstance(picture, bytes) else picture
    with Image.open(source) as image:
        return len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0))
