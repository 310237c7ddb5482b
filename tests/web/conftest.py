"""One run, served once by a process of its own for all tests of this folder."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from view.synthetic import TIMES, make

ROOT = Path(__file__).parents[2]
CODE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from cryosim.errors import CryosimError
from cryosim.web.serve import serve
try:
    serve(Path(sys.argv[1]), browser=False)
except CryosimError as error:
    sys.exit(f"{error.exit_code}: {error}")
"""


@dataclass(frozen=True)
class Served:
    """A server, what it has printed, and the folder it shows."""

    process: subprocess.Popen
    said: str
    folder: Path
    before: dict[str, int]

    @property
    def address(self) -> str:
        return re.search(r"http://\S+", self.said)[0]

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.address)[1])

    @property
    def token(self) -> str:
        return self.address.split("token=")[1]


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    return make(tmp_path_factory.mktemp("run") / "plate", across=12, times=TIMES[[0, 2, 5, 7]])


def files(folder: Path) -> dict[str, int]:
    """All files below ``folder`` with the times when they were written."""
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*")}


@pytest.fixture(scope="session")
def served(run_folder):
    before = files(run_folder)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(run_folder)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail(process.stderr.read())
        yield Served(process, "".join(lines), run_folder, before)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == "130: the view has ended\n"
    finally:
        process.kill()
        process.communicate()
