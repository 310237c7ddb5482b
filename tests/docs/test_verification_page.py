"""The page of the suite shows what a run found, and is made of one run of a tree as it is."""

import json
import sys
from dataclasses import replace

import pytest
from conftest import ROOT

from cryosim.verify.registry import NOT_COVERED, named
from cryosim.verify.report import as_json
from cryosim.verify.results import Profile, nearest, order
from cryosim.verify.suite import Outcome, Report

sys.path.insert(0, str(ROOT / "docs"))

import gen_verification
import plot_verification

PROFILE = Profile([1e-3, 2e-3, 3e-3, 4e-3], [60.0], [[1.0, 2.0, 3.0, 4.0]], [[1.0, 2.0, 3.1, 4.0]])


def run(*outcomes):
    return json.loads(json.dumps(as_json(Report(False, list(outcomes), 1.0, 1))))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """An empty cache, and the runs that were made to fill it."""
    made = []
    monkeypatch.setattr(gen_verification, "CACHE", tmp_path / "cache")
    good = nearest("temperature", "degC", 3.0, 3.1, 0.2)
    bad = nearest("heat", "J/m^2", 1.0, 2.0, 0.5)
    steps = order("order in space", [4e-3, 2e-3, 1e-3], [1.6, 0.4, 0.1], 2.0, 0.1)
    report = run(
        Outcome(named("v2"), [replace(good, profile=PROFILE)], 0.1),
        Outcome(named("v4"), [bad], 0.1),
        Outcome(named("mode_boxes"), [steps], 0.1),
        Outcome(named("ranks"), [], 0.1, skipped="one rank"),
    )
    monkeypatch.setattr(gen_verification, "_run", lambda: made.append(1) or json.dumps(report))
    return made


def test_the_page_shows_every_number_and_what_fails(kept):
    files = gen_verification.pages()
    page = files.pop("verification.md")
    assert len(kept) == 1
    assert "**fails**: v4; 3 numbers compared, 1 outside" in page
    assert "| pass | temperature, degC | 3 | 3.1 | 0.1 | 0.2 |" in page
    assert "| FAIL | heat, J/m^2 | 1 | 2 | 1 | 0.5 |" in page
    assert "| pass | order in space | 2 | 2 |" in page
    assert "**Not run:** one rank" in page
    assert all(what.split(",")[0] in page for what, _ in NOT_COVERED)
    assert set(files) == {"verification/v2.svg", "verification/mode_boxes.svg"}
    assert all(path in page and svg.startswith("<?xml") for path, svg in files.items())
    assert page.count("### ") == 4


def test_a_tree_that_did_not_change_runs_once(kept, monkeypatch):
    gen_verification.pages()
    gen_verification.pages()
    assert len(kept) == 1
    monkeypatch.setattr(gen_verification, "versions", lambda: {"cryosim": "another"})
    gen_verification.pages()
    assert len(kept) == 2
    assert len(list(gen_verification.CACHE.iterdir())) == 1


def test_a_change_of_the_package_is_another_key(tmp_path, monkeypatch):
    (tmp_path / "__pycache__").mkdir()
    monkeypatch.setattr(gen_verification.cryosim, "__file__", str(tmp_path / "__init__.py"))
    keys = []
    for name, text in (("a.py", "1"), ("a.py", "2"), ("data.json", ""), ("__pycache__/x", "")):
        (tmp_path / name).write_text(text)
        keys.append(gen_verification._key())
    assert len(set(keys[:3])) == 3
    assert keys[2] == keys[3]


def test_only_what_lies_on_a_line_is_drawn():
    result = nearest("temperature", "degC", 3.0, 3.1, 0.2)
    beside = replace(PROFILE, depths=[1e-3, 1e-3, 2e-3, 3e-3])
    for profile, drawn in ((PROFILE, True), (beside, False), (None, False)):
        [benchmark] = run(Outcome(named("v2"), [replace(result, profile=profile)], 0.1))[
            "benchmarks"
        ]
        assert (plot_verification.picture(benchmark) is not None) == drawn
