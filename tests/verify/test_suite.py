"""The quick suite through the real command line, and what it leaves behind."""

import json
import re
import subprocess
import sys

import pytest

from cryosim.verify.registry import BENCHMARKS, NOT_COVERED, chosen
from cryosim.verify.report import HTML_FILE, JSON_FILE


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify") / "new" / "report"
    command = [sys.executable, "-m", "cryosim", "verify", "--quick", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done, folder


@pytest.fixture(scope="module")
def report(quick):
    return json.loads((quick[1] / JSON_FILE).read_text())


def test_the_quick_suite_passes(quick):
    done, _ = quick
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "the suite passes" in done.stdout
    assert all(b.name in done.stdout for b in chosen(quick=True))


def test_json_holds_every_number_with_its_gate(report):
    assert report["passes"]
    assert report["failed"] == []
    assert report["suite"] == "quick"
    assert report["ranks"] == 1
    assert report["seconds"] < 180
    assert {"cryosim", "python", "numpy", "mpi4py"} <= set(report["versions"])
    assert {"processor", "cores", "system"} <= set(report["hardware"])
    assert [b["name"] for b in report["benchmarks"]] == [b.name for b in chosen(quick=True)]
    for benchmark in report["benchmarks"]:
        assert benchmark["source"]
        assert benchmark["results"] or benchmark["skipped"]
        for result in benchmark["results"]:
            assert 0.0 <= result["error"] <= result["tolerance"]
            assert result["passes"]
            assert isinstance(result["reference"], float | int)
            assert isinstance(result["computed"], float | int)
            if "order" in result["quantity"]:
                assert result["order"] == pytest.approx(2.0, abs=0.15)


def test_only_ranks_are_not_compared_on_one_rank(report):
    assert [b["name"] for b in report["benchmarks"] if b["skipped"]] == ["ranks"]


def test_the_page_is_whole_in_itself(quick):
    page = (quick[1] / HTML_FILE).read_text()
    assert not re.search(r"""(src|href)\s*=|url\(|@import|<script|<link|https?://""", page)
    assert "$" not in page
    for benchmark in chosen(quick=True):
        assert f'id="{benchmark.name}"'.replace('"', "'") in page
    assert "The suite passes." in page
    for what, _ in NOT_COVERED:
        assert what.split(",")[0] in page


def test_names_are_unique_and_the_quick_suite_is_a_part():
    names = [b.name for b in BENCHMARKS]
    assert len(set(names)) == len(names)
    assert 20 < len(chosen(quick=True)) < len(BENCHMARKS)
    assert chosen(quick=False) == list(BENCHMARKS)
