"""Menus, the bar of tools, and the key that each of their actions has."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMessageBox, QToolBar

from cryosim import __version__

if TYPE_CHECKING:
    from cryosim.window.viewer import Viewer

_SIDES = (
    ("Front", "1", (0.0, -1.0, 0.0)),
    ("Right", "2", (1.0, 0.0, 0.0)),
    ("Top", "3", (0.0, 0.0, 1.0)),
)
"""Name, key, and where the eye is."""
_ABOUT = """cryosim {version}

A finite-element simulator of cryolipolysis: what is seen here was computed by a model, with the \
uncertainty of its inputs. It is a research and design tool, not medical advice, and no measure of \
what a treatment does to a person.

{folder}"""


class Menus:
    """What can be done, by menu, by key and, the most common of it, by the bar of tools."""

    def __init__(self, viewer: "Viewer") -> None:
        """Add them to the window of ``viewer``."""
        self._viewer = viewer
        self._bar = viewer.window.menuBar()
        self._tools = QToolBar("Tools")
        viewer.window.addToolBar(self._tools)
        self._tools.setMovable(False)
        self._tools.toggleViewAction().setVisible(False)
        self._file()
        self._look()
        self._time()
        self._probes()
        about = self._bar.addMenu("&Help")
        self._add(about, "About", self.about, "F1")

    def follow(self) -> None:
        """Offer only what there is to do."""
        some = bool(self._viewer.show.probes)
        for action in (self._forget, self._forget_all):
            action.setEnabled(some)
        self._play.setText("Pause" if self._viewer.timebar.playing else "Play")

    def about(self) -> None:
        """Say what this is, and what it is not."""
        folder = self._viewer.show.tissue.result.folder
        QMessageBox.about(self._viewer.window, "About cryosim",
                          _ABOUT.format(version=__version__, folder=folder))  # fmt: skip

    def _file(self) -> None:
        menu, saving = self._bar.addMenu("&File"), self._viewer.saving
        self._save = self._add(menu, "Save picture ...", saving.picture, "Ctrl+S")
        self._film = self._add(menu, "Save animation ...", self._viewer.film, "Ctrl+Shift+S")
        self._add(menu, "Copy picture", saving.copy, "Ctrl+C")
        menu.addSeparator()
        self._add(menu, "Close", self._viewer.window.close, "Ctrl+Q", "Ctrl+W")

    def _look(self) -> None:
        menu, viewer = self._bar.addMenu("&View"), self._viewer
        home = self._add(menu, "Home", viewer.home, "H")
        self._tools.addAction(home)
        if not viewer.show.tissue.flat:
            for name, key, toward in _SIDES:
                action = self._add(menu, name, partial(viewer.home, *toward), key)
                self._tools.addAction(action)
        menu.addSeparator()
        self._add(
            menu,
            f"{viewer.seen.isosurface.text()} one temperature",
            viewer.seen.isosurface.toggle,
            "I",
        )
        self._add(menu, "Next colours", self._next_colours, "C")
        if viewer.show.tissue.has_applicators:
            self._add(menu, "Applicators", viewer.seen.applicators.toggle, "A")
        menu.addSeparator()
        panel = viewer.side.toggleViewAction()
        panel.setText("Side panel")
        panel.setShortcut(QKeySequence("F9"))
        menu.addAction(panel)
        self._tools.addSeparator()
        self._tools.addAction(self._save)
        self._tools.addAction(self._film)

    def _time(self) -> None:
        menu, bar = self._bar.addMenu("&Time"), self._viewer.timebar
        show = self._viewer.show
        last = len(show.tissue.times) - 1
        cold = show.tissue.opening().step
        self._play = self._add(menu, "Play", bar.toggle, "Space")
        self._add(menu, "Next", lambda: bar.go(show.choice.step + 1), "Right")
        self._add(menu, "Previous", lambda: bar.go(show.choice.step - 1), "Left")
        self._add(menu, "First", lambda: bar.go(0), "Home")
        self._add(menu, "Last", lambda: bar.go(last), "End")
        self._add(menu, "End of cooling", lambda: bar.go(cold), "E")

    def _probes(self) -> None:
        menu, probes = self._bar.addMenu("&Probes"), self._viewer.probes
        self._forget = self._add(menu, "Remove one", probes.forget, "Delete")
        self._forget_all = self._add(menu, "Remove all", probes.forget_all, "Shift+Delete")

    def _next_colours(self) -> None:
        box = self._viewer.seen.colour
        box.setCurrentIndex((box.currentIndex() + 1) % box.count())

    def _add(self, menu: Any, name: str, done: Callable[[], Any], *keys: str) -> QAction:
        action = QAction(name, menu)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _: done())
        action.setToolTip(f"{name} ({keys[0]})")
        menu.addAction(action)
        return action
