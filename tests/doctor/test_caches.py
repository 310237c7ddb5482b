"""Caches and disks: a full, shared, forbidden or damaged one must be told."""

import os
import time
from dataclasses import replace

import pytest

from cryosim.doctor import caches, machine
from cryosim.doctor.caches import form_cache, kernel_cache, look_at
from cryosim.doctor.machine import disk


@pytest.fixture
def seen(monkeypatch, tmp_path):
    """See every folder as this one, but for what is given."""
    found = look_at(str(tmp_path))

    def put(**other: object) -> None:
        for module in (caches, machine):
            monkeypatch.setattr(module, "look_at", lambda _: replace(found, **other))

    return put


def test_a_folder_is_written_to_and_its_disk_known(tmp_path):
    found = look_at(str(tmp_path / "not/made yet"))
    assert found.folder == str(tmp_path / "not/made yet")
    assert not (tmp_path / "not").exists()
    assert found.kind not in {"", "?"}
    assert found.free > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["/proc/no such", "/dev/null/x", "{}/file/x"])
def test_a_form_cache_that_cannot_be_made_is_reported(monkeypatch, tmp_path, place):
    (tmp_path / "file").touch()
    place = place.format(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", place)
    check = form_cache()
    assert check.outcome == "no"
    assert f"{place}/fenics" in check.detail
    assert "XDG_CACHE_HOME" in check.remedy


def test_a_full_quota_is_reported(monkeypatch, tmp_path):
    full = "import os, errno\ndef fsync(_): raise OSError(errno.EDQUOT, 'Disk quota exceeded')\n"
    monkeypatch.setattr(caches, "FOLDER_PROBE", full + "os.fsync = fsync\n" + caches.FOLDER_PROBE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    check = form_cache()
    assert check.outcome == "no"
    assert "Disk quota exceeded" in check.detail
    assert "quota" in check.remedy


def test_a_file_server_that_is_away_is_not_waited_for(monkeypatch, tmp_path):
    monkeypatch.setattr(caches, "SHORT_PATIENCE", 0.2)
    monkeypatch.setattr(caches, "FOLDER_PROBE", "import time; time.sleep(60)")
    assert "no answer within" in look_at(str(tmp_path))


def test_forms_are_counted_and_broken_ones_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "cold" in form_cache().detail
    folder = tmp_path / "fenics"
    folder.mkdir()
    for name in ("libffcx_a.c", "libffcx_a.c.cached", "libffcx_b.c", "libffcx_c.c"):
        (folder / name).touch()
    hour_ago = time.time() - 3600
    for name in ("libffcx_a.c", "libffcx_b.c"):
        os.utime(folder / name, (hour_ago, hour_ago))
    check = form_cache()
    assert "1 forms compiled" in check.detail
    assert check.outcome == "remark"
    assert f"rm {folder}/libffcx_b*" in check.advice[0]


def test_the_options_of_dolfinx_may_name_another_form_cache(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dolfinx_jit_options.json").write_text(f'{{"cache_dir": "{tmp_path}/mine"}}')
    assert form_cache().detail.startswith(f"{tmp_path}/mine")


def test_a_cold_cache_on_a_shared_disk_is_to_be_warmed(seen):
    seen(kind="lustre", forms=0)
    assert "lustre" in form_cache().advice[0]
    seen(kind="lustre", forms=3)
    assert form_cache().outcome == "ok"
    seen(kind="ext4", forms=0)
    assert form_cache().outcome == "ok"


def test_a_disk_without_room_is_told(seen):
    seen(free=100.0)
    assert form_cache().outcome == "no"
    assert "GB free" in disk().advice[0]
    seen(inodes=500, files=10**6)
    assert 'keep = "numbers"' in disk().advice[0]
    seen(inodes=0, files=0)  # btrfs and others do not count
    assert disk().outcome == "ok"


def test_a_folder_that_cannot_be_written_is_no_place_for_results(monkeypatch):
    monkeypatch.chdir("/proc")
    check = disk()
    assert check.outcome == "no"
    assert "/proc" in check.detail


def test_a_cache_that_numba_cannot_write_is_reported(monkeypatch):
    refused = (
        "import tempfile, os\ndef refuse(*_, **__): raise PermissionError\nos.makedirs = refuse\n"
    )
    monkeypatch.setattr(caches, "KERNEL_PROBE", refused + caches.KERNEL_PROBE)
    check = kernel_cache()
    assert check.outcome == "no"
    assert "NUMBA_CACHE_DIR" in check.remedy
    assert "no locator available" in check.detail


def test_the_kernel_cache_the_user_chose_is_the_one_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    check = kernel_cache()
    assert check.detail.startswith(str(tmp_path))
    assert ("cold" in check.detail, check.outcome) == (True, "ok")


def test_a_kernel_cache_that_numba_passes_over_is_told(monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/dev/null/x")
    check = kernel_cache()
    assert check.outcome == "remark"
    assert check.advice[0].startswith("NUMBA_CACHE_DIR=/dev/null/x cannot be written")
