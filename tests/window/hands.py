"""Works the window as hands do, and prints what came of it; in a process of its own with Qt."""

import json
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidget

from cryosim.scene.tissue import Tissue
from cryosim.window.look import dress
from cryosim.window.viewer import Viewer

folder, out = map(Path, sys.argv[1:])
application = QApplication(["cryosim"])
dress(application)
viewer = Viewer(Tissue.open(folder))
drawn = []
viewer.plotter.render_window.AddObserver("EndEvent", lambda *_: drawn.append(1))
viewer.window.resize(1000, 640)
viewer.window.show()
viewer.window.activateWindow()
assert QTest.qWaitForWindowExposed(viewer.window)
QTest.qWaitForWindowActive(viewer.window)


def settle():
    """Let the window draw what was asked for; how often it did."""
    drawn.clear()
    QTest.qWait(150)
    return len(drawn)


def seen():
    """The scene as it is on the screen."""
    canvas = viewer.plotter
    place = canvas.mapTo(viewer.window, QPoint(0, 0))
    shot = application.primaryScreen().grabWindow(viewer.window.winId())
    image = shot.copy(place.x(), place.y(), canvas.width(), canvas.height()).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].copy()


def changed(act):
    """Share of the scene that ``act`` changes, and how often it was drawn for that."""
    before = seen()
    act()
    times = settle()
    return float((before != seen()).mean()), times


settle()
first = seen()
table = viewer.window.findChild(QTableWidget)
box = table.item(0, 0)


def skin():
    """Where on the canvas the skin behind the centre is."""
    low, high = viewer.show.tissue.bounds()
    share = np.array([0.3, 0.7, 1.0])
    renderer = viewer.plotter.renderer
    renderer.SetWorldPoint(*(low + share * (high - low)), 1.0)
    renderer.WorldToDisplay()
    x, y, _ = renderer.GetDisplayPoint()
    return QPoint(round(x), viewer.plotter.height() - round(y))


found = {
    "title": viewer.window.windowTitle(),
    "colours": len(np.unique(first.reshape(-1, 3) @ [1, 1 << 8, 1 << 16])),
    "layers": [table.item(row, 0).text() for row in range(table.rowCount())],
    "shares": [table.item(row, 1).text() for row in range(table.rowCount())],
    "opening": viewer.show.choice.step,
    "slider": changed(lambda: viewer.timebar.slider.setValue(0)),
    "hidden": changed(lambda: box.setCheckState(Qt.CheckState.Unchecked)),
    "shown": changed(lambda: box.setCheckState(Qt.CheckState.Checked)),
    "key": changed(lambda: QTest.keyClick(viewer.plotter, Qt.Key.Key_Right)),
    "step": viewer.show.choice.step,
    "warmer": changed(lambda: viewer.seen.degrees.setValue(20.0)),
    "threshold": viewer.show.choice.threshold,
    "turned": changed(lambda: viewer.home(0.0, 0.0, 1.0)),
    "home": changed(viewer.home),
}  # fmt: skip
QTest.mousePress(viewer.plotter, Qt.MouseButton.LeftButton, pos=skin())
QTest.mouseMove(viewer.plotter, skin() + QPoint(90, 10))
QTest.mouseRelease(viewer.plotter, Qt.MouseButton.LeftButton, pos=skin() + QPoint(90, 10))
found["dragged"] = [probe.name for probe in viewer.show.probes]
viewer.home()
settle()
found["probe"] = changed(
    lambda: QTest.mouseClick(viewer.plotter, Qt.MouseButton.LeftButton, pos=skin())
)
found["probes"] = [probe.depth for probe in viewer.show.probes]
found["curve"] = viewer.probes.curve_size()
viewer.saving.write_picture(out / "view.png")
viewer.saving.write_film(out / "view.mp4")
viewer.window.activateWindow()  # no window manager gives it the keys back
QTest.qWaitForWindowActive(viewer.window)
QTest.keyClick(viewer.plotter, Qt.Key.Key_Delete)
settle()
found["forgotten"] = len(viewer.show.probes)
application.primaryScreen().grabWindow(viewer.window.winId()).save(str(out / "window.png"))
viewer.window.close()
found["open"] = viewer.window.isVisible()
print("found:", json.dumps(found))
