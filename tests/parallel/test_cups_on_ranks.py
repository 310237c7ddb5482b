"""A cup with gel and a device on two ranks, and taken up again on another number of them."""

import pytest
from parallel.test_ranks import assert_agree
from support.cup_case import cup_case

from cryosim.simulate import run

pytestmark = pytest.mark.parallel

CUP = (
    'height = "15 mm"\n[applicator.gel]\nthickness = "1 mm"\n[applicator.device]\n'
    'rate = "1 K/s"\n[applicator.device.controller]\nkind = "pi"\n'
    '[applicator.device.sensor]\nat = "skin"\nlag = "3 s"\noffset = ["10 mm"]\n'
)


@pytest.mark.parametrize("dimension", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_two_ranks_agree_on_a_fold(tmp_path, two_ranks, dimension):
    path = tmp_path / "case.toml"
    path.write_text(cup_case(dimension, cup=CUP))
    one = run(path, tmp_path / "one")
    got = two_ranks("run", path, "--out", tmp_path / "two", "-q")
    assert got.code == 0, got.err
    assert_agree(one, tmp_path / "two", 1e-8)


def test_two_ranks_draw_the_same_hyperelastic_fold(tmp_path, two_ranks, monkeypatch):
    path = tmp_path / "case.toml"
    path.write_text(cup_case(cup='draw = "hyperelastic"\nsuction = "15 kPa"'))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache of one"))
    one = run(path, tmp_path / "one")
    own = {"XDG_CACHE_HOME": tmp_path / "cache of two"}
    got = two_ranks("run", path, "--out", tmp_path / "two", "-q", **own)
    assert got.code == 0, got.err
    assert_agree(one, tmp_path / "two", 1e-6)
