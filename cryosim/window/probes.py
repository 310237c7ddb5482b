"""The points asked about: where they are, and the course of the shown field there."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from cryosim.scene.probe import Probe
from cryosim.scene.show import Show
from cryosim.window.events import Listener
from cryosim.window.look import text

_HINT = "Click the tissue to see the course of its temperature there."
_ROWS = 3
"""Probes that are listed without scrolling."""

_DPI = 80
"""Pixels of an inch of the curves: their type is then as large as that of the panel."""


class Probes:
    """A list of probes with their curves below it."""

    def __init__(self, show: Show, redraw: Callable[[], None]) -> None:
        """``redraw`` is called when a probe was taken away."""
        self._show, self._redraw = show, redraw
        self._drawn: tuple[Any, ...] = ()
        self.widget = QWidget()
        self._list = QListWidget()
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # the depth stays to be read
        self._forget = QPushButton("Remove")
        self._forget.clicked.connect(lambda _: self.forget())
        self._hint = text(_HINT, "faint", wrap=True)
        self._chart = QLabel()
        self._chart.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._chart.setMinimumHeight(190)
        Listener(self._chart, {QEvent.Type.Resize: self._resized})
        head = QHBoxLayout()
        head.addWidget(text("Probes", "headline"))
        head.addStretch()
        head.addWidget(self._forget)
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self._hint)
        column.addWidget(self._list)
        column.addWidget(self._chart, stretch=1)
        column.addStretch()

    def follow(self) -> None:
        """Show the probes there are, and the time that is chosen on their curves."""
        probes = self._show.probes
        if self._list.count() != len(probes):
            self._list.clear()
            self._list.addItems([_words(probe) for probe in probes])
            rows = min(len(probes), _ROWS)
            self._list.setFixedHeight(rows * self._list.sizeHintForRow(0) + 4)
        for widget in (self._list, self._chart, self._forget):
            widget.setVisible(bool(probes))
        self._hint.setVisible(not probes)
        self._draw()

    def forget(self) -> None:
        """Take away the probe that is marked in the list, or the last one."""
        if self._show.probes:
            self._show.forget(self._show.probes[self._list.currentRow()].name)
            self._redraw()

    def forget_all(self) -> None:
        """Take away every probe."""
        for probe in self._show.probes:
            self._show.forget(probe.name)
        self._redraw()

    def curve_size(self) -> tuple[int, int]:
        """Width and height of the curves that are drawn; zeros without any."""
        size = self._chart.pixmap().size()
        return size.width(), size.height()

    def _resized(self, _event: Any) -> bool:
        self._draw()
        return False

    def _draw(self) -> None:
        """Draw the curves unless they are drawn already."""
        ratio = self._chart.devicePixelRatioF()
        names = tuple(probe.name for probe in self._show.probes)
        size = (self._chart.width(), self._chart.height())
        choice = self._show.choice
        wanted = (names, choice.step, choice.colour, choice.threshold, size, ratio)
        if not names:
            self._drawn = ()  # the next one has the same name, at another place
        if not names or not self._chart.isVisibleTo(self.widget) or wanted == self._drawn:
            return
        self._drawn = wanted
        figure = self._show.curves(size[0] / _DPI, size[1] / _DPI)
        self._chart.setPixmap(_pixmap(figure, ratio))


def _words(probe: Probe) -> str:
    return f"{probe.name}: {probe.layer}, {probe.depth:.1f} mm deep"


def _pixmap(figure: Figure, ratio: float) -> QPixmap:
    """``figure`` in the pixels of the screen."""
    figure.set_dpi(_DPI * ratio)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.ascontiguousarray(canvas.buffer_rgba())
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    pixmap: QPixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
