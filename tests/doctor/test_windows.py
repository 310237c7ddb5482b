"""A window and a browser view are no need of a run: what they lack is a remark, with what helps."""

import pytest

from cryosim import doctor
from cryosim.doctor import windows
from cryosim.errors import MissingTool


@pytest.fixture(autouse=True)
def no_screen(monkeypatch):
    monkeypatch.setattr(windows.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_screen_a_window_is_refused_and_the_browser_named():
    assert windows.window().outcome == "ok"
    with pytest.raises(MissingTool, match=r"^no screen here.*DISPLAY.*view RESULT --web.* ssh "):
        doctor.require_window()


def test_a_library_of_the_system_that_is_missing_is_named(shadow):
    fault = "libxcb-cursor.so.0: cannot open shared object file"
    shadow(ctypes=f"def CDLL(path): raise OSError('{fault}')")
    check = windows.window()
    assert check.outcome == "remark"
    assert fault in check.detail
    assert "--with window" in check.advice[0]
    assert "libxcb-cursor0" in check.advice[0]
    with pytest.raises(MissingTool, match=r"libxcb-cursor\.so\.0.*--with window.*--web"):
        doctor.require_window()


def test_a_screen_that_does_not_answer_is_no_matter_of_packages(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9999")
    check = windows.window()
    assert check.outcome == "remark"
    assert "could not connect to display :9999" in check.detail
    assert "apt-get" not in check.advice[0]


def test_what_pip_installs_is_named(monkeypatch):
    def none_of_these(package):
        raise windows.PackageNotFoundError(package)

    monkeypatch.setattr(windows, "version", none_of_these)
    assert windows.window().advice[0].endswith("pip install 'cryosim[window]'")
    assert windows.web_view().advice[0].endswith("pip install 'cryosim[web]'")
    assert windows.window().outcome == windows.web_view().outcome == "remark"
    with pytest.raises(MissingTool, match=r"no PySide6-Essentials and no pyvistaqt"):
        doctor.require_window()
