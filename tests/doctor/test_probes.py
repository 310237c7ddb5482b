"""The doctor must name what is wrong with a machine, and must survive looking."""

import os
import time

import pytest

from cryosim import doctor
from cryosim.doctor import installed, pictures, probing, ranks
from cryosim.errors import MissingTool


def test_this_machine_passes_and_every_check_knows_a_remedy():
    found = doctor.checks()
    assert [check for check in found if not check.ok] == []
    assert all(check.detail and check.remedy for check in found)
    assert len({check.name for check in found}) == len(found)


@pytest.mark.parametrize("broken", ["/bin/false", "/bin/true", "/no/such/cc --flag", "/dev/null"])
def test_a_broken_compiler_is_reported(monkeypatch, broken):
    monkeypatch.setenv("CC", broken)
    check = installed.compiler()
    assert not check.ok
    assert broken in check.detail
    assert "apt-get install gcc" in check.remedy


def test_missing_python_headers_are_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(installed.sysconfig, "get_path", lambda _: str(tmp_path))
    check = installed.compiler()
    assert not check.ok
    assert "Python.h" in check.detail
    assert "python3-dev" in check.remedy


def test_a_probe_that_crashes_is_an_outcome():
    ok, detail = probing.probe("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert not ok
    assert "SIGSEGV" in detail


def test_a_probe_that_hangs_is_an_outcome(monkeypatch):
    monkeypatch.setattr(probing, "PATIENCE", 0.5)
    started = time.monotonic()
    ok, detail = probing.probe("import subprocess; subprocess.run(['sleep', '60'])")
    assert not ok
    assert "no answer" in detail
    assert time.monotonic() - started < 30  # the child holds the pipe, and must go too


def test_a_probe_that_dies_silently_has_a_detail():
    assert probing.probe("raise SystemExit(7)") == (False, "exit code 7")


def test_what_a_library_writes_between_is_no_finding():
    noise = "print('UCX ERROR'); print('found: it'); print('VTK warns')"
    assert probing.probe(noise) == (True, "it")
    assert probing.probe("print('UCX ERROR')") == (False, "it ended without a finding")


@pytest.mark.skipif("DISPLAY" in os.environ, reason="VTK would draw on the X server")
def test_no_graphics_library_names_the_packages_and_is_looked_at_again(monkeypatch):
    with monkeypatch.context() as without_drivers:
        without_drivers.setenv("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent")
        with pytest.raises(MissingTool, match=r"libgl1 libegl1 .*libgomp1"):
            doctor.require_rendering()
    doctor.require_rendering()


def test_a_success_is_not_looked_at_again(monkeypatch):
    looked = []
    good = doctor.Check("off-screen rendering", True, "fine")
    monkeypatch.setattr(pictures, "rendering", lambda: looked.append(1) or good)
    doctor.require_rendering()
    doctor.require_rendering()
    assert looked == [1]


def test_headless_environment_yields_to_a_screen_and_to_the_user(monkeypatch):
    monkeypatch.setattr(pictures.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("VTK_DEFAULT_OPENGL_WINDOW", raising=False)
    assert doctor.headless_environment() == {"VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"}
    monkeypatch.setenv("DISPLAY", ":0")
    assert doctor.headless_environment() == {}
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "vtkOSOpenGLRenderWindow")
    assert doctor.headless_environment() == {}


PETSC = "class PETSc: ScalarType = {!r}"


@pytest.mark.parametrize(
    ("dolfinx", "petsc", "fault"),
    [
        ("raise ImportError('libmpi.so.12: no such file')", PETSC.format("d"), "libmpi.so.12"),
        ("__version__ = '0.11.0'", PETSC.format("complex128"), "expected 0.11.* with float64"),
        ("__version__ = '0.9.0'", PETSC.format("float64"), "0.9.0"),
        ("__version__ = '0.110.0'", PETSC.format("float64"), "0.110.0"),
        ("import os; os.abort()", PETSC.format("float64"), "SIGABRT"),
    ],
)
def test_an_unfit_dolfinx_is_reported(shadow, dolfinx, petsc, fault):
    shadow(dolfinx=dolfinx, petsc4py=petsc, dolfinx_solver="")
    check = installed.dolfinx()
    assert not check.ok
    assert fault in check.detail
    assert "conda-forge" in check.remedy


def test_a_dolfinx_without_the_wheel_passes(monkeypatch, shadow):
    hidden = "import sys; sys.modules['dolfinx_solver'] = None\n"
    monkeypatch.setattr(installed, "DOLFINX_PROBE", hidden + installed.DOLFINX_PROBE)
    shadow(dolfinx="__version__ = '0.11.3'", petsc4py=PETSC.format("float64"))
    assert installed.dolfinx().ok


def test_no_launcher_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(ranks.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(ranks.sys, "base_prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    check = ranks.mpi()
    assert not check.ok
    assert "not found" in check.detail


def test_a_launcher_of_another_mpi_is_reported(monkeypatch, program):
    path = program("mpiexec", 'shift 2\n"$@"\n"$@"')
    monkeypatch.setattr(ranks, "launcher", lambda: path)
    check = ranks.mpi()
    assert not check.ok
    assert "did not find each other" in check.detail


def test_a_missing_library_is_reported(shadow):
    shadow(h5py="raise ImportError('libhdf5.so')")
    check = installed.libraries()
    assert not check.ok
    assert "libhdf5.so" in check.detail
