"""Renew the pictures of window, browser, phone and report that README and docs show.

Usage: xvfb-run -a -s "-screen 0 1280x800x24" python scripts/screenshots.py RESULT
RESULT is a run of cases/abdomen_cup.toml; the pictures go to docs/view_*.png.
"""

import io
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
POINTS = ((0.44, 0.55), (0.44, 0.36), (0.34, 0.36))
"""Where the tissue is asked, as shares of the picture's width and height from the lower left."""


def main(folder: Path) -> None:
    """Make all pictures from the result in ``folder``."""
    subprocess.run([sys.executable, __file__, "--window", str(folder)], check=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        phones = [*_web(folder, browser), *_report(folder, browser)]
        browser.close()
    _side_by_side(phones).save(DOCS / "view_phone.png", optimize=True)


def window(folder: Path) -> None:
    """The window, with three probes."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from cryosim.scene.tissue import Tissue
    from cryosim.window.look import dress
    from cryosim.window.viewer import Viewer

    application = QApplication(["cryosim"])
    dress(application)
    viewer = Viewer(Tissue.open(folder))
    viewer.window.setGeometry(0, 0, DESK["width"], DESK["height"])
    viewer.window.show()
    QTest.qWait(2000)
    canvas = viewer.plotter
    for right, up in POINTS:
        _click(canvas, right, up)
        QTest.qWait(1000)
    application.primaryScreen().grabWindow(viewer.window.winId()).save(
        str(DOCS / "view_window.png")
    )
    viewer.window.close()


def _click(canvas: Any, right: float, up: float) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    at = QPoint(round(right * canvas.width()), round((1 - up) * canvas.height()))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)


def _web(folder: Path, browser: Browser) -> Iterator[Image.Image]:
    """Write the view in a browser; yields that on a phone."""
    with _served(folder) as address:
        with _page(browser, DESK) as page:
            page.goto(address)
            _sharp(page)
            box = page.locator(".cryo-picture").bounding_box()
            for right, up in POINTS[:2]:
                page.mouse.click(box["x"] + right * box["width"],
                                 box["y"] + (1 - up) * box["height"])  # fmt: skip
                page.wait_for_timeout(4000)
            _sharp(page)
            page.mouse.move(5, 5)
            page.screenshot(path=DOCS / "view_web.png")
            page.get_by_text("Clear", exact=True).click()
            page.wait_for_timeout(4000)
        with _page(browser, PHONE, device_scale_factor=2, has_touch=True) as page:
            page.goto(address)
            _sharp(page)
            yield Image.open(io.BytesIO(page.screenshot()))


def _sharp(page: Any) -> None:
    page.wait_for_selector('.cryo-picture[data-sharp="true"]')
    page.wait_for_timeout(1500)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "cryosim", "view", str(folder), "--web", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            said += server.stdout.readline() or sys.exit("the server has ended")
        yield re.findall(r"http://\S+", said)[0]
        server.send_signal(signal.SIGINT)


def _report(folder: Path, browser: Browser) -> Iterator[Image.Image]:
    """Write the first page of the report; yields two of it on a phone."""
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "report.html"
        subprocess.run(
            [sys.executable, "-m", "cryosim", "report", str(folder), "--out", str(file)], check=True
        )
        with _page(browser, DESK) as page:
            page.goto(file.as_uri())
            page.wait_for_selector("html.ready")
            page.wait_for_timeout(800)
            page.screenshot(path=DOCS / "view_report.png")
        with _page(browser, PHONE, device_scale_factor=2) as page:
            page.goto(file.as_uri())
            page.wait_for_selector("html.ready")
            for place in ("h1", ".scene canvas"):
                page.locator(place).first.scroll_into_view_if_needed()
                page.wait_for_timeout(800)
                yield Image.open(io.BytesIO(page.screenshot()))


@contextmanager
def _page(browser: Browser, size: dict[str, int], **how: Any) -> Iterator[Any]:
    context = browser.new_context(viewport=size, **how)
    try:
        yield context.new_page()
    finally:
        context.close()


def _side_by_side(images: list[Image.Image], apart: int = 40) -> Image.Image:
    height = max(image.height for image in images)
    width = sum(image.width for image in images) + apart * (len(images) - 1)
    sheet = Image.new("RGB", (width, height), "#c9d2dc")
    left = 0
    for image in images:
        sheet.paste(image.convert("RGB"), (left, 0))
        left += image.width + apart
    return sheet.resize((width * 2 // 3, height * 2 // 3), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    if sys.argv[1] == "--window":
        window(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
