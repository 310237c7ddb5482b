"""How soon a run is seen, and what that takes: a table as Markdown.

Wall time and memory of cryosim view --web with a headless Chromium, and of cryosim report with the
page it writes.  Usage: python benchmarks/looking.py RESULT ...
"""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import h5py
from playwright.sync_api import Browser, sync_playwright

SIZE = {"width": 1280, "height": 800}
ARRIVED = """number => {
  const data = document.querySelector(".cryo-picture")?.dataset;
  return data && Number(data.frame) > number;
}"""


def main(folders: list[Path]) -> None:
    """Measure each folder and print the table."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        columns = [_column(folder, browser) for folder in folders]
        browser.close()
    names = [folder.name for folder in folders]
    print(f"| | {' | '.join(names)} |")
    print("|---" * (len(names) + 1) + "|")
    for row in columns[0]:
        print(f"| {row} | " + " | ".join(column[row] for column in columns) + " |")


def _column(folder: Path, browser: Browser) -> dict[str, str]:
    return {**_size(folder), **_web(folder, browser), **_report(folder, browser)}


def _size(folder: Path) -> dict[str, str]:
    with h5py.File(folder / "fields.h5", "r") as file:
        cells, nodes = len(file["mesh/cells"]), len(file["mesh/points"])
        times = len(file["times"])
    megabytes = (folder / "fields.h5").stat().st_size / 1e6
    return {
        "cells, nodes, times": f"{cells:,}, {nodes:,}, {times}",
        "`fields.h5`": f"{megabytes:.1f} MB",
    }


def _web(folder: Path, browser: Browser) -> dict[str, str]:
    """The view in a browser: from the command to the address, from there to the picture."""
    command = [sys.executable, "-m", "cryosim", "view", str(folder), "--web", "--no-browser"]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = server.stdout.readline()
            if not line:
                raise SystemExit(f"{folder}: the server has ended: {said}")
            said += line
        listening = perf_counter()
        page = browser.new_page(viewport=SIZE)
        match = re.search(r"http://\S+", said)
        assert match is not None
        page.goto(match[0])
        page.wait_for_function(ARRIVED, arg=0)
        seen = perf_counter()
        step = _step(page)
        memory = _peak(server.pid)
        page.close()
        server.send_signal(signal.SIGINT)
    return {
        "web view: command to address": f"{listening - start:.1f} s",
        "web view: page opened to first picture": f"{seen - listening:.1f} s",
        "web view: key to the picture of the next time": f"{step:.2f} s",
        "web view: greatest memory of the server": f"{memory:.0f} MB",
    }


def _step(page: Any) -> float:
    """Seconds from a key to the picture of the next time, the median of five."""
    taken = []
    page.locator(".cryo-picture").focus()
    for _ in range(5):
        page.wait_for_timeout(1500)
        last = int(page.locator(".cryo-picture").get_attribute("data-frame"))
        start = perf_counter()
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(ARRIVED, arg=last)
        taken.append(perf_counter() - start)
    return sorted(taken)[2]


def _peak(process: int) -> float:
    """Greatest resident memory (MB) of a process so far."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def _report(folder: Path, browser: Browser) -> dict[str, str]:
    """The report: how long it takes, how large it is, when it stands."""
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "report.html"
        command = [sys.executable, "-m", "cryosim", "report", str(folder), "--out", str(file)]
        start = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        written = perf_counter()
        page = browser.new_page(viewport=SIZE)
        page.goto(file.as_uri())
        page.wait_for_selector("html.ready")
        drawn = perf_counter()
        page.close()
        size = file.stat().st_size / 1e6
    return {
        "report: written in": f"{written - start:.1f} s",
        "report: size": f"{size:.1f} MB",
        "report: page opened to all drawn": f"{drawn - written:.1f} s",
    }


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
