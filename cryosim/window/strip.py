"""The phases of the treatment below the slider of time."""

from itertools import groupby
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from cryosim.view import style
from cryosim.view.result import Result

_TINTS = ("#dbe7f6", style.PALE)
"""One phase and the next."""


class Strip(QWidget):
    """Where along ``slider`` each phase lies, with its name where there is room for it."""

    def __init__(self, result: Result, slider: QSlider) -> None:
        """The steps of ``slider`` are the output times of ``result``."""
        super().__init__()
        self._slider = slider
        self._phases = _phases(result)
        font = self.font()
        font.setPointSizeF(0.82 * font.pointSizeF())
        self.setFont(font)
        self.setFixedHeight(self.fontMetrics().height() + 1)
        self.setVisible(any(name for name, _, _ in self._phases))

    def paintEvent(self, _event: Any) -> None:
        """Qt's own name."""
        painter = QPainter(self)
        for index, (name, first, last) in enumerate(self._phases):
            left, right = self._place(first), self._place(last)
            room = QRect(left, 0, right - left, self.height())
            painter.fillRect(room, QColor(_TINTS[index % 2]))
            if self.fontMetrics().horizontalAdvance(name) + 4 < room.width():
                painter.setPen(QColor(style.INK))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
        painter.end()

    def _place(self, step: int) -> int:
        """Where the middle of the handle is at ``step``, from the left (pixels)."""
        handle: int = self._slider.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength)
        span: int = self.width() - handle
        last: int = max(self._slider.maximum(), 1)
        return handle // 2 + round(span * step / last)


def _phases(result: Result) -> list[tuple[str, int, int]]:
    """Name, first and last step of each phase; one begins at the step at which another ends."""
    names = [str((result.phase(step) or {}).get("name", "")) for step in range(len(result.times))]
    found, first = [], 0
    for name, group in groupby(names):
        last = first + len(list(group))
        found.append((name.replace("_", " "), max(first - 1, 0), last - 1))
        first = last
    return found
