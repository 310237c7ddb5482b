"""The shape of the source: layers, sizes, and nothing left for later."""

import subprocess
import sys

import pytest
from conftest import ROOT

FILES = sorted((ROOT / "cryosim").rglob("*.py"))
LONGEST = 320
LONGER = {"thermal/kernels.py": 380}
"""Kernels that numba inlines into each other stand in one file."""


def test_lower_modules_know_nothing_of_higher_ones():
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_holds_one_idea_and_finishes_it(file):
    text = file.read_text(encoding="utf-8")
    limit = LONGER.get(str(file.relative_to(ROOT / "cryosim")), LONGEST)
    assert len(text.splitlines()) < limit
    for mark in ("TODO", "FIXME", "XXX", "HACK", "breakpoint("):
        assert mark not in text
