"""Several MPIs on one machine: which is loaded, and which launcher does not fit it."""

import json
from importlib.util import find_spec

import pytest

from cryosim.doctor import ranks
from cryosim.doctor.ranks import family_of, fit, mix

SAYS = {
    "MPICH Version:      5.0.2\nMPICH Release date: ...": "MPICH",
    "HYDRA build details:\n    Version: 4.0.2": "MPICH",
    "Open MPI v4.1.4, package: Debian OpenMPI": "Open MPI",
    "mpiexec (OpenRTE) 4.1.4": "Open MPI",
    "mpiexec (Open MPI) 5.0.11": "Open MPI",
    "Intel(R) MPI Library for Linux* OS, Version 2021.19.0 Build 20260929": "Intel MPI",
    "MPI VERSION    : CRAY MPICH version 8.1.28.15 (ANL base 3.4a2)": "Cray MPICH",
    "MVAPICH2 Version      :\t2.3.7": "MVAPICH",
    "slurm 23.11.4": "Slurm",
    "LAM 7.1": "unknown",
}


@pytest.mark.parametrize("said", SAYS)
def test_an_mpi_is_known_by_what_it_says(said):
    assert family_of(said) == SAYS[said]


def test_only_the_mpich_family_stands_for_each_other():
    assert fit("MPICH", "Intel MPI")
    assert fit("Open MPI", "Open MPI")
    assert fit("MPICH", "unknown")
    assert not fit("MPICH", "Open MPI")
    assert not fit("Open MPI", "Cray MPICH")


@pytest.fixture
def loaded(monkeypatch):
    """Let the process have these files mapped, and its library say that."""

    def put(*files: object, says: str = "MPICH Version: 5.0.2") -> None:
        finding = json.dumps({"says": says, "files": [str(file) for file in files]})
        monkeypatch.setattr(ranks, "LOADED_PROBE", f"print('found:', {finding!r})")

    return put


def test_the_library_in_use_is_read_from_the_process():
    check = mix()
    assert check.ok, check
    assert family_of(check.detail) in {"MPICH", "Open MPI"}
    assert "libmpi" in check.detail


def test_two_libraries_in_one_process_will_not_do(loaded, tmp_path):
    for name in ("a/libmpi.so.12", "b/libmpi.so.40", "a/libpetsc.so.3.25"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a/libmpich.so.12").symlink_to("libmpi.so.12")
    once = [
        tmp_path / f"a/{name}" for name in ("libmpi.so.12", "libmpich.so.12", "libmpicxx.so.12")
    ]
    loaded(*once, tmp_path / "a/libpetsc.so.3.25")
    assert mix().ok
    loaded(*once, tmp_path / "b/libmpi.so.40")
    check = mix()
    assert check.outcome == "no"
    assert "2 MPI libraries in one process" in check.detail
    loaded(*once, tmp_path / "a/libpetsc.so.3.25", tmp_path / "b/libpetsc_real.so.3.22")
    assert "2 PETSc libraries" in mix().detail


def test_the_mpiexec_of_another_mpi_in_path_is_remarked(program):
    path = program("mpiexec", "echo 'mpiexec (OpenRTE) 4.1.4'")
    check = mix()
    assert check.outcome == "remark"
    assert f"{path} is of Open MPI, the library of MPICH" in check.advice[0]


def test_a_mpiexec_that_does_not_answer_is_not_waited_for(monkeypatch, program):
    monkeypatch.setattr(ranks, "SHORT_PATIENCE", 0.2)
    program("mpiexec", "sleep 60")
    assert mix().outcome == "ok"


def test_a_module_that_shadows_the_library_is_remarked(monkeypatch, loaded, tmp_path):
    library = tmp_path / "libmpi.so.12"
    library.touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"/nowhere::{tmp_path}")
    loaded("/usr/lib/libmpi.so.12")
    assert "not in use" in mix().advice[0]
    loaded(library)
    assert f"{library}, which is in use" in mix().advice[0]
    monkeypatch.setattr(ranks, "LOADED_PROBE", "raise ImportError('undefined symbol: MPIX_x')")
    check = mix()
    assert check.outcome == "no"
    assert "undefined symbol" in check.detail
    assert "may be why: module unload it" in check.advice[1]


def test_a_preloaded_mpi_is_remarked(monkeypatch, loaded):
    loaded("/usr/lib/libmpi.so.12")
    monkeypatch.setenv("LD_PRELOAD", "/nowhere/libmpi.so.40")
    assert any("LD_PRELOAD forces /nowhere/libmpi.so.40" in advice for advice in mix().advice)


@pytest.mark.skipif(find_spec("dolfinx_solver") is None, reason="DOLFINx is not the wheel's")
def test_the_wheel_over_a_conda_environment_is_remarked(monkeypatch, loaded, tmp_path):
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta/petsc-3.22.1-real_h123.json").touch()
    monkeypatch.setattr(ranks.sys, "base_prefix", str(tmp_path))
    loaded("/usr/lib/libmpi.so.12")
    assert any("conda environment that has petsc" in advice for advice in mix().advice)
