"""What is compiled is compiled once."""

import os

import pytest

from cryosim.sweep import warm


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "fenics").mkdir()
    return tmp_path / "fenics"


def kind(tmp_path, text):
    file = tmp_path / "case.toml"
    file.write_text(text)
    return warm.kind_of(file)


def test_a_stamp_is_of_one_kind_and_goes_with_the_cache(tmp_path, cache):
    plate = kind(tmp_path, 'dimension = 1\n[applicator]\nkind = "plate"')
    cup = kind(tmp_path, 'dimension = 1\n[applicator]\nkind = "cup"')
    assert not warm.is_warm(plate)
    claim = warm.claim(plate)
    assert warm.claim(plate) is None
    warm.stamp(plate)
    claim.release()
    assert warm.is_warm(plate)
    assert not warm.is_warm(cup)
    assert warm.place_of(plate).parent == cache


def test_numbers_make_no_kind(tmp_path):
    one, two, three = (
        kind(tmp_path, f"dimension = {d}\n[[applicator]]\nstrength = {x}")
        for d, x in ((1, 1), (1, 2), (2, 1))
    )
    assert one == two != three
    assert kind(tmp_path, "dimension =") == ""
    assert kind(tmp_path, 'applicator = "plate"') == ""


def test_forms_that_nobody_will_finish_are_cleared(cache):
    for name in ("a.c", "a.c.cached", "b.c", "c.c"):
        (cache / f"libffcx_forms_{name}").touch()
    for name in ("a.c", "b.c"):
        os.utime(cache / f"libffcx_forms_{name}", (0, 0))
    warm.clear_abandoned()
    assert sorted(path.name[14:] for path in cache.iterdir()) == ["a.c", "a.c.cached", "c.c"]
