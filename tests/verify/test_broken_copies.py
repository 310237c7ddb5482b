"""Deliberately broken copies fail the quick suite: the command ends with 3 and says where.

One copy, whose runs end in every way, goes through all of the suite; the others through the
benchmarks that some copy must fail.
"""

import json
import sys

import pytest
from support import mutations

from cryosim import cli
from cryosim.verify import suite
from cryosim.verify.registry import named
from cryosim.verify.report import HTML_FILE, JSON_FILE

BROKEN = {
    "conductivity_two_percent_high": {"v1", "v2", "b01_plate"},
    "latent_heat_dropped": {"b04", "b05_constant", "b05_varying"},
    "ledger_by_the_rates_at_the_end": {"b03a", "ledger"},
    "film_heats_what_it_should_cool": {"b02a", "b06_slab"},
}
THROUGH_ALL = "film_heats_what_it_should_cool"


@pytest.mark.slow
@pytest.mark.parametrize("mutation", BROKEN)
def test_a_broken_copy_is_caught(mutation, monkeypatch, tmp_path, capsys):
    if mutation != THROUGH_ALL:
        some = [named(name) for name in sorted(set().union(*BROKEN.values()))]
        monkeypatch.setattr(suite, "chosen", lambda quick: some if quick else [])
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
