"""The window: the scene in the middle, time below it, what can be chosen at its right."""

from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cryosim.errors import CryosimError
from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue
from cryosim.view import style
from cryosim.window.canvas import Canvas
from cryosim.window.course import Course
from cryosim.window.crossings import Crossings
from cryosim.window.events import Clicks, Listener
from cryosim.window.look import GAP, text
from cryosim.window.menus import Menus
from cryosim.window.probes import Probes
from cryosim.window.saving import Saving
from cryosim.window.seen import Seen
from cryosim.window.timebar import TimeBar

SIZE = (1280, 800)
_SIDE = 372
"""Width of the side panel."""
_NOTICE = "research and design tool, not medical advice"
_HINT = "drag: turn · wheel: zoom · shift and drag: move · click: probe"
_FLAT_HINT = "drag: move · wheel: zoom · click: probe"
_WHILE = 8000
"""How long a message stays (ms)."""


class Viewer:
    """Turns what the widgets ask for into one choice, draws it once, and lets them follow."""

    def __init__(self, tissue: Tissue) -> None:
        """Build the window; the caller shows it."""
        self.window = QMainWindow()
        self.window.setWindowTitle(f"{style.readable(tissue.result.title)} - cryosim")
        self.window.resize(*SIZE)
        self.plotter = Canvas(self.window)
        if tissue.flat:
            self.plotter.enable_2d_style()
        self.show = Show(tissue, self.plotter)
        self._wanted: dict[str, Any] = {}
        self._soon = QTimer(self.window)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._apply)
        self.crossings = Crossings(self.show, self.change)
        self.seen = Seen(self.show, self.change)
        self.course = Course(self.show, self.change)
        self.probes = Probes(self.show, self.draw)
        self.timebar = TimeBar(self.show, self.change)
        self.saving = Saving(self.show, self.window, self.tell)
        self._lay_out()
        self.menus = Menus(self)
        Clicks(self.plotter, self.ask)
        Listener(self.plotter, {QEvent.Type.Resize: self._resized})
        Listener(self.window, {QEvent.Type.Close: self._closing})
        self.follow()

    def change(self, **changes: Any) -> None:
        """Choose anew as soon as every event at hand is seen, so that it is drawn but once."""
        self._wanted |= changes
        self._soon.start()

    def draw(self) -> None:
        """Draw the scene and let every widget follow."""
        self.plotter.update()
        self.follow()

    def follow(self) -> None:
        """Let every widget show what is chosen."""
        for part in (self.crossings, self.seen, self.course, self.probes, self.timebar, self.menus):
            part.follow()

    def ask(self, x: float, y: float) -> None:
        """Set a probe where the tissue is seen at pixel ``x``, ``y`` (from the lower left)."""
        probe = self.show.pick(x, y)
        if probe is None:
            months = self.show.choice.day is not None
            self.tell("probes are of the treatment" if months else "no tissue there")
            return
        try:
            self.draw()
        except CryosimError as error:  # its curve cannot be read
            self.show.forget(probe.name)
            self._refuse(error)

    def home(self, *eye: float) -> None:
        """Look at the whole from the front, above, or from where ``eye`` is, seen from it."""
        self.show.stage.home(eye or None)
        self.plotter.update()

    def film(self) -> None:
        """Write a film to a file that the user names."""
        self.timebar.stop()
        self.saving.film()

    def tell(self, words: str) -> None:
        """Show ``words`` in the status line for a while."""
        self.window.statusBar().showMessage(words, _WHILE)

    def _apply(self) -> None:
        changes, self._wanted = self._wanted, {}
        try:
            self.show.choose(**changes)
            self.draw()
        except CryosimError as error:
            self._refuse(error)

    def _refuse(self, error: CryosimError) -> None:
        """Say what is wrong and show what was shown before."""
        self.timebar.stop()
        QMessageBox.warning(self.window, "cryosim", str(error))
        self.draw()

    def _resized(self, event: Any) -> bool:
        ratio = self.plotter.devicePixelRatioF()
        size = event.size()
        self.show.stage.fit(round(size.width() * ratio), round(size.height() * ratio), ratio)
        return False

    def _closing(self, event: Any) -> bool:
        """Free what VTK holds while there still is a screen; a film has to be stopped first."""
        if self.saving.filming:
            event.ignore()
            return True
        self.timebar.stop()
        self._soon.stop()
        self.plotter.close()
        return False

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.plotter, stretch=1)
        column.addWidget(self.timebar.widget)
        self.window.setCentralWidget(middle)
        self.side = QDockWidget("Panel")
        self.side.setTitleBarWidget(QWidget())
        self.side.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self.side.setWidget(self._panels())
        self.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.side)
        self.window.resizeDocks([self.side], [_SIDE], Qt.Orientation.Horizontal)
        bar = self.window.statusBar()
        bar.setSizeGripEnabled(False)
        hint = _FLAT_HINT if self.show.tissue.flat else _HINT
        bar.addWidget(text(f" {hint}", "faint"))
        bar.addPermanentWidget(text(f"{_NOTICE} ", "faint"))

    def _panels(self) -> QScrollArea:
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(GAP + 4, GAP, GAP + 4, GAP)
        rows.setSpacing(GAP + 4)
        for part in (self.crossings, self.seen, self.course):
            rows.addWidget(part.widget)
        rows.addWidget(self.probes.widget, stretch=1)
        area = QScrollArea()
        area.setWidget(column)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(_SIDE)
        return area
