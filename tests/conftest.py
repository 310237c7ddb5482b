"""The command line as a function, and the small cases that tests of cli, run and ranks share."""

import copy
import gc
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.two_ranks import TwoRanks

from cryosim import cli

ROOT = Path(__file__).parents[1]
MPIEXEC = str(Path(sys.executable).with_name("mpiexec"))


@pytest.fixture(scope="module", autouse=True)
def few_to_collect():
    """Every run collects garbage, and need not look at all tests and modules loaded before."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Outcome:
    """What a command left on the terminal."""

    code: int
    out: str
    err: str


@pytest.fixture
def cryosim(monkeypatch, capsys):
    """``cryosim(*arguments)`` in this process."""

    def call(*arguments) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["cryosim", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return Outcome(int(end.value.code or 0), out, err)

    return call


def shell(*arguments, ranks=1, code=None, cwd=None, timeout=240) -> Outcome:
    """``python -m cryosim ARGUMENTS``, or ``python -c CODE ARGUMENTS``, in processes of its own."""
    program = ["-m", "cryosim"] if code is None else ["-c", code]
    command = [sys.executable, *program, *map(str, arguments)]
    if ranks > 1:
        command = [MPIEXEC, "-n", str(ranks), *command]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=timeout, cwd=cwd,
        env=os.environ | {"PYTHONPATH": package_path()},
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


def package_path() -> str:
    """PYTHONPATH of processes that find the package that is tested."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


@pytest.fixture(scope="session")
def two_ranks():
    """``shell(..., ranks=2)`` with ranks that are there already; their codes must be the same."""
    pair = TwoRanks(MPIEXEC, package_path())

    def call(*arguments, code=None, **environment) -> Outcome:
        codes, out, err = pair(*arguments, code=code, **environment)
        assert len(set(codes)) == 1, (codes, err)
        return Outcome(codes[0], "".join(out), "".join(err))

    yield call
    pair.close()


def treatment(**changes) -> dict:
    """A short treatment through the phase change, with a gel pad and vessels that remember."""
    return copy.deepcopy({
        "title": "Short treatment",
        "dimension": 1,
        "anatomy": {
            "layers": [
                {"tissue": "skin", "thickness": "2 mm"},
                {"tissue": "fat", "thickness": "12 mm"},
                {"tissue": "muscle", "thickness": "8 mm"},
            ]
        },
        "applicator": {"size": ["20 mm", "20 mm"], "gel": {"thickness": "1 mm"}},
        "protocol": [
            {"phase": "cool", "temperature": "-12 degC", "ramp": "40 s", "duration": "6 min"},
            {"phase": "hold", "duration": "2 min", "perfusion": 0.5},
            {"phase": "remove", "duration": "4 min"},
        ],
        "probes": [
            {"name": "surface", "depth": "0 mm"},
            {"name": "in the fat", "depth": "4.5 mm", "offset": ["3 mm"]},
        ],
        "output": {"every": "45 s", "figures": False},
    } | changes)  # fmt: skip


COARSE = {
    "depth": {"finest": "0.4 mm", "growth": 1.15, "coarsest": "1.5 mm"},
    "lateral": {"finest": "1.5 mm", "growth": 1.2, "coarsest": "4 mm"},
    "margin": "10 mm",
}
"""A mesh for a block or a section that runs in a second."""
