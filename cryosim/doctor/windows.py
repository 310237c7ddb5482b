"""Looking at a run: Qt and a screen for a window, trame for a browser."""

import os
import sys
from importlib.metadata import PackageNotFoundError, version

from cryosim.doctor.check import Check
from cryosim.doctor.probing import probe
from cryosim.errors import MissingTool

ELSEWHERE = (
    "cryosim view RESULT --web serves the same to a browser, on this machine or, by the ssh line "
    "that it prints, on yours"
)
LIBRARIES_REMEDY = (
    "sudo bash scripts/install-system-packages.sh --with window, or apt-get install libegl1 libgl1 "
    "libdbus-1-3 libfontconfig1 libglib2.0-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 "
    "libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0"
)
SCREEN_REMEDY = "let DISPLAY name a screen that this session may draw on (ssh -X sets it), or none"
WEB_REMEDY = "pip install 'cryosim[web]'"
WINDOW_REMEDY = "pip install 'cryosim[window]'"

# Qt does not raise where it lacks a library of the system or reaches no screen, it aborts: hence a
# process of its own that passes on what Qt said first.  Of a plugin that does not load Qt names no
# library; the loader does.
LIBRARIES_PROBE = """
import ctypes, os, sys
from pathlib import Path
from PySide6.QtCore import QLibraryInfo, QtMsgType, qInstallMessageHandler, qVersion
from PySide6.QtWidgets import QApplication

if sys.platform == "linux":
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    ctypes.CDLL(str(plugins / "platforms" / "libqxcb.so"))
where = "no screen here"
"""
SCREEN_PROBE = """
said = []
def hear(kind, context, text):
    said.append(text)
    if kind == QtMsgType.QtFatalMsg:
        print(said[0].splitlines()[0], file=sys.stderr, flush=True)
        os._exit(1)
qInstallMessageHandler(hear)
application = QApplication([])
size = application.primaryScreen().size()
where = f"a screen of {size.width()} x {size.height()} ({application.platformName()})"
"""
FINDING = 'print(f"found: Qt {qVersion()}, {where}")'


def window() -> Check:
    """Qt, the libraries of the system that it needs, and a screen if there is one.

    What is missing is a remark: no run needs a window.
    """
    absent = _absent("PySide6-Essentials", "pyvistaqt")
    if absent:
        advice = f"cryosim view opens no window without it: {WINDOW_REMEDY}"
        return Check("window", True, f"no {absent}", WINDOW_REMEDY, (advice,))
    code = LIBRARIES_PROBE + (SCREEN_PROBE if has_screen() else "") + FINDING
    ok, detail = probe(code, window_environment())
    remedy = LIBRARIES_REMEDY if ".so" in detail else SCREEN_REMEDY
    remarks = () if ok else (f"cryosim view opens no window so: {remedy}",)
    return Check("window", True, detail, remedy, remarks)


def web_view() -> Check:
    """What serves a view to a browser; its pictures are drawn off screen."""
    absent = _absent("trame", "trame-vuetify", "aiohttp")
    if absent:
        advice = f"cryosim view --web does not work without it: {WEB_REMEDY}"
        return Check("web view", True, f"no {absent}", WEB_REMEDY, (advice,))
    return Check("web view", True, f"trame {version('trame')}", WEB_REMEDY)


def require_web_view() -> None:
    """Raise :class:`MissingTool` unless a view can be served to a browser."""
    check = web_view()
    if check.remarks:
        raise MissingTool(f"{check.detail}; {check.remarks[0]}")


def has_screen() -> bool:
    """Whether this process is told of a screen; only Linux and its kin have to be told."""
    told = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in told)


def window_environment() -> dict[str, str]:
    """What to add to the environment before Qt starts.

    On a Wayland desktop the window goes by XWayland, as it was tested.  A user's choice stays.
    """
    on_both = os.environ.get("DISPLAY") and os.environ.get("WAYLAND_DISPLAY")
    if sys.platform != "linux" or not on_both or "QT_QPA_PLATFORM" in os.environ:
        return {}
    return {"QT_QPA_PLATFORM": "xcb"}


def require_window() -> None:
    """Raise :class:`MissingTool` unless a window can be opened."""
    check = window()
    if check.remarks:
        raise MissingTool(f"{check.detail}; {check.remarks[0]}; {ELSEWHERE}")
    if not has_screen():
        raise MissingTool(
            f"no screen here for a window: neither DISPLAY nor WAYLAND_DISPLAY is set; {ELSEWHERE}"
        )


def _absent(*packages: str) -> str:
    """Those of ``packages`` that are not installed, as one reads them."""
    return " and no ".join(package for package in packages if not _installed(package))


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True
