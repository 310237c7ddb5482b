"""Opening the window, and closing it: by its button, its keys, or Ctrl-C in the terminal."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cryosim.doctor import require_window, window_environment


def open_window(folder: Path) -> None:
    """Show the run in ``folder`` until the window is closed.

    Raises `MissingTool` where no window can be opened, `CaseError` where nothing is to be seen.
    """
    os.environ.update(window_environment())
    with ThreadPoolExecutor(1) as other:  # Qt is tried while PyVista is loaded
        able = other.submit(require_window)
        from cryosim.scene.tissue import Tissue

        tissue = Tissue.open(folder)
        able.result()
    from PySide6.QtWidgets import QApplication

    from cryosim.window.look import dress
    from cryosim.window.viewer import Viewer

    application = QApplication.instance() or QApplication(["cryosim"])
    dress(application)
    viewer = Viewer(tissue)
    viewer.window.show()
    with closed_by_interrupt(viewer.window):
        print(f"{folder} is shown in a window; Ctrl-C here closes it", flush=True)
        application.exec()


@contextlib.contextmanager
def closed_by_interrupt(window: Any) -> Iterator[None]:
    """Within it, Ctrl-C closes ``window``: Python hears a signal only when Qt lets it speak."""
    from PySide6.QtCore import QSocketNotifier, QTimer

    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    before = signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, window.close))
    woken = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda *_: ours.recv(64))
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(woken)
        signal.signal(signal.SIGINT, before)
        ours.close()
        theirs.close()
