"""Deliberately broken copies fail the quick suite: the command ends with 3 and says where."""

import json
import sys

import pytest
from support import mutations

from cryosim import cli
from cryosim.verify.report import HTML_FILE, JSON_FILE

BROKEN = {
    "conductivity_two_percent_high": {"v1", "v2", "b01_plate"},
    "latent_heat_dropped": {"b04", "b05_constant", "b05_varying"},
    "ledger_by_the_rates_at_the_end": {"b03a", "ledger"},
    "film_heats_what_it_should_cool": {"b02a", "b06_slab"},
}


@pytest.mark.slow
@pytest.mark.parametrize("mutation", BROKEN)
def test_a_broken_copy_is_caught(mutation, monkeypatch, tmp_path, capsys):
    mutations.ALL[mutation](monkeypatch)
    command = ["cryosim", "verify", "--quick", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    report = json.loads((tmp_path / JSON_FILE).read_text())
    assert not report["passes"]
    assert BROKEN[mutation] <= set(report["failed"])
    assert "The suite fails" in (tmp_path / HTML_FILE).read_text()
    assert "FAIL" in capsys.readouterr().out
