import stat

import pytest

from cryosim import doctor


@pytest.fixture(autouse=True)
def forgetful():
    doctor.require_rendering.cache_clear()
    yield
    doctor.require_rendering.cache_clear()


@pytest.fixture(autouse=True)
def no_job(monkeypatch):
    """As if on a laptop, wherever the tests run."""
    for name in ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_NTASKS", "SLURM_JOB_NUM_NODES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("HYDRA_LAUNCHER", raising=False)
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)


@pytest.fixture
def shadow(monkeypatch, tmp_path):
    """Let probes import modules, name -> source, in place of the real ones."""

    def put(**modules: str) -> None:
        for name, source in modules.items():
            (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return put


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Put a shell script of that name first in PATH; its path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def put(name: str, text: str) -> str:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return put
