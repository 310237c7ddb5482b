"""BP1-N: the whole of a nonlinear three-dimensional run against a converged reference."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from cryosim.simulate import run

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
def test_bp1_is_within_a_twentieth_of_a_kelvin(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.delitem(sys.modules, "bp1", raising=False)
    import bp1

    folder = run(bp1.CASE, tmp_path, figures=False)
    off = bp1.errors(folder)
    assert np.abs(off).max() < 0.05
    result = json.loads((folder / "result.json").read_text())
    reference = json.loads((BENCHMARKS / "bp1_reference.json").read_text())
    cold = result["quantities"]["fat: largest volume below threshold"]["value"]
    assert cold == pytest.approx(reference["fat_below_10.4_degC_cm3"], rel=0.02)
    assert result["ledger"]["worst residual over heat removed"] < 1e-9
