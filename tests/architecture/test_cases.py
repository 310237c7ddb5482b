"""Every case of the project runs, at the size of a column, or of a section where cups draw."""

import json
import re
import shutil

import pytest
from conftest import ROOT

from cryosim.case.load import load
from cryosim.simulate import run

CASES = sorted((ROOT / "cases").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_begins_with_what_it_shows(path):
    remark = re.match(r"(#.*\n)+", path.read_text(encoding="utf-8"))
    assert remark is not None
    assert "Shows" in remark[0]


@pytest.mark.parametrize(
    "path", [p for p in CASES if load(p).case.mesh.file is None], ids=lambda path: path.stem
)
def test_every_block_runs_in_fewer_dimensions(path, tmp_path):
    cups = any(applicator.kind == "cup" for applicator in load(path).case.applicator)
    text = re.sub(
        r"(?m)^dimension = .*$", f"dimension = {2 if cups else 1}", path.read_text(encoding="utf-8")
    )
    small = tmp_path / path.name
    small.write_text(text)
    for log in path.parent.glob("*.csv"):
        shutil.copy(log, tmp_path)
    folder = run(small, tmp_path / "out", figures=False)
    result = json.loads((folder / "result.json").read_text())
    assert result["status"] == "done"
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
    assert result["quantities"]["coldest skin"]["value"] > -15.0
    if any(tissue.lipid for tissue in load(path).tissues.values()):
        assert result["quantities"]["adipocytes lost under applicators"]["value"] > 0.1
