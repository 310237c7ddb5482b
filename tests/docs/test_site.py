"""The built site, and the book on experiments in it, from one run of all of them.

The page on verification is made here of invented numbers for every benchmark of the suite, which
tests/verify runs for real.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from cryosim.case.load import load
from cryosim.validate.experiment import NAMES
from cryosim.verify.registry import BENCHMARKS
from cryosim.verify.report import JSON_FILE, as_json
from cryosim.verify.results import Profile, nearest, order
from cryosim.verify.suite import Outcome, Report

sys.path.insert(0, str(ROOT / "docs"))

import gen_book
import gen_verification

BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, "docs")
import gen_verification
gen_verification._run = lambda: Path(sys.argv[1]).read_text()
gen_verification.CACHE = Path(sys.argv[1]).parent / "cache"
from mkdocs.__main__ import cli
cli(["build", "--strict", "--site-dir", sys.argv[2]])
"""


INDEPENDENT = {
    ("none", "120 W/m^2/K"): [11.0, 23.5, 39.5, 61.0],
    ("none", "250 W/m^2/K"): [9.0, 20.5, 36.0, 56.5],
    ("0.1 of rest", "250 W/m^2/K"): [9.5, 22.0, 41.0, 70.0],
    ("none", "60 W/m^2/K"): [14.5, 28.5, 46.5, 70.0],
    ("0.2 of rest", "250 W/m^2/K"): [9.5, 24.0, 48.0, 101.0],
    ("as at rest", "120 W/m^2/K"): [18.5, np.inf, np.inf, np.inf],
}
"""Minutes by a one-dimensional finite-difference code that shares nothing with cryosim.

It looked every 30 s, so it is late by up to that.  It has no latent heat, and its skin and its
metabolic rates differ a little; where blood flows the long times feel that most.
"""


@pytest.fixture(scope="module")
def content():
    """What the run of all experiments has found."""
    return gen_book.content()


@pytest.mark.slow
def test_the_book_holds_every_experiment_with_its_failures(content):
    found = {entry["name"]: entry for entry in content["experiments"]}
    assert content["ran"]
    assert tuple(found) == NAMES
    counts = {v["label"]: v["inside"] for v in found["otte_2002"]["variants"]}
    assert counts["none, 250 W/m^2/K"] == counts["0.1 of rest, 250 W/m^2/K"] == 4
    assert [n for label, n in counts.items() if label.startswith("as at rest")] == [0, 0, 0]
    passed = [entry["verdict"][0] for entry in found.values() if entry["role"] == "prediction"]
    assert all(first.startswith("The prediction does not pass; said before") for first in passed)
    pages = gen_book.pages()
    assert set(pages) == {"validation.md", *map(gen_book.page_of, content["experiments"])}
    otte = pages["validation-otte-2002.md"]
    assert "calibration: inputs were scanned" in otte
    assert otte.count("✓") == sum(counts.values())
    assert "not\u00a0reached" in otte
    assert set(gen_book.pictures()) == {f"validation/{name}.svg" for name in NAMES}
    assert all(path.is_file() for path in gen_book.pictures().values())
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert all(f" {page}\n" in nav for page in pages)


@pytest.mark.slow
@pytest.mark.parametrize("levels", INDEPENDENT, ids=", ".join)
def test_times_are_those_of_an_independent_code(levels, content):
    (otte,) = (entry for entry in content["experiments"] if entry["name"] == "otte_2002")
    (variant,) = (v for v in otte["variants"] if v["label"] == ", ".join(levels))
    found = [np.inf if value is None else value for value in variant["computed"]]
    for value, expected in zip(found, INDEPENDENT[levels], strict=True):
        within = max(0.6, (0.025 if levels[0] == "none" else 0.075) * expected)
        assert value == expected or abs(value - expected + 0.25) <= within, (found, levels)


@pytest.mark.slow
def test_the_report_of_that_run_is_whole_in_itself(content):
    folder = gen_book.ran()
    assert {"cryosim", "numpy"} <= set(content["versions"])
    assert {"processor", "cores"} <= set(content["hardware"])
    (entry,) = (entry for entry in content["experiments"] if entry["name"] == "anvari_sapphire")
    assert "0 of 3 windows" in entry["verdict"][0], "the default contact is of gel"
    perfect = next(v for v in entry["variants"] if v["label"] == "perfect, skin 0.37 W/m/K")
    assert perfect["computed"] == pytest.approx([6.0, 9.0, 12.0])
    page = (folder / "validation.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)\s*=\s*['"](?!data:)""", page) == []
    assert page.count("data:image/svg+xml") == len(gen_book.pictures())
    assert "$" not in page
    for picture in gen_book.pictures().values():
        assert re.search("<text|<path", picture.read_text(encoding="utf-8"))
    cases = sorted((folder / "cases" / "anvari_sapphire").glob("*.toml"))
    assert len(cases) == entry["runs"] == 36
    assert load(cases[0]).case.dimension == 1


def invented():
    """Report of a suite in which every benchmark found a number, a profile and an order."""
    profile = Profile([1e-3, 2e-3, 3e-3, 4e-3], [60.0], [[1.0, 2.0, 3.0, 4.0]], [[1.0] * 4])
    results = [
        replace(nearest("temperature", "degC", 3.0, 3.1, 0.2), profile=profile),
        nearest("heat", "J/m^2", 1.0, 2.0, 0.5),
        order("order in space", [4e-3, 2e-3, 1e-3], [1.6, 0.4, 0.1], 2.0, 0.1),
    ]
    outcomes = [Outcome(b, results[i % 3 : i % 3 + 1], 0.1) for i, b in enumerate(BENCHMARKS)]
    return json.dumps(as_json(Report(False, outcomes, 1.0, 1)))


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("mkdocs", reason="needs the extra docs")
    report, site = tmp_path / "report.json", tmp_path / "site"
    report.write_text(invented())
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(report), str(site)], cwd=ROOT, capture_output=True,
        text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    shown = "".join(p.read_text(encoding="utf-8") for p in site.glob("*.html"))
    assert "<math" in shown
    assert 'class="arithmatex"' not in shown
    loaded = re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="(https?:[^"]*)"', shown)
    assert loaded == []


@pytest.mark.parametrize("code", [0, 3])
def test_the_page_on_verification_is_made_of_a_run(monkeypatch, code):
    """The run itself is that of tests/verify."""

    def ended(command, **_):
        assert command[1:4] == ["-m", "cryosim", "verify"]
        (Path(command[-1]) / JSON_FILE).write_text("{}")
        return subprocess.CompletedProcess(command, code, "", "")

    monkeypatch.setattr(gen_verification.subprocess, "run", ended)
    assert gen_verification._run() == "{}"


def test_a_run_that_broke_makes_no_page(monkeypatch):
    monkeypatch.setattr(
        gen_verification.subprocess, "run",
        lambda command, **_: subprocess.CompletedProcess(command, 1, "", "it broke"),
    )  # fmt: skip
    with pytest.raises(RuntimeError, match="ended with 1: it broke"):
        gen_verification._run()
