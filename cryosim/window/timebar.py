"""Time: a slider over the output times, play, and in words what is seen."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cryosim.scene.show import Show
from cryosim.window.look import GAP, text
from cryosim.window.strip import Strip

_PAUSE = 60
"""Between one picture and the next (ms), so that hands find the window alive."""


class TimeBar:
    """One step, all of them, or any."""

    def __init__(self, show: Show, change: Callable[..., None]) -> None:
        """``change`` gets what is to be chosen."""
        self._show, self._change = show, change
        self._last = len(show.tissue.times) - 1
        self.playing = False
        self.widget = QWidget()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self._last)
        self.slider.setPageStep(max(1, self._last // 10))
        self.slider.valueChanged.connect(lambda step: change(step=step))
        self._moment = text(role="headline")
        self._moment.setMinimumWidth(self._moment.fontMetrics().averageCharWidth() * 34)
        self._moment.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._play = _button(QStyle.StandardPixmap.SP_MediaPlay, "Play (space)", self.toggle)
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(GAP, GAP // 2, GAP, GAP // 2)
        media = QStyle.StandardPixmap
        first = _button(media.SP_MediaSkipBackward, "First time", lambda: self.go(0))
        last = _button(media.SP_MediaSkipForward, "Last time", lambda: self.go(self._last))
        self._used = (first, self._play, last, self.slider)
        for button in self._used[:3]:
            row.addWidget(button)
        course = QVBoxLayout()
        course.setSpacing(1)
        course.addWidget(self.slider)
        course.addWidget(Strip(show.tissue.result, self.slider))
        row.addLayout(course, stretch=1)
        row.addWidget(self._moment)
        self._next = QTimer(self.widget)
        self._next.setSingleShot(True)
        self._next.setInterval(_PAUSE)
        self._next.timeout.connect(lambda: self.go(self._show.choice.step + 1, stop=False))

    def follow(self) -> None:
        """Show what is chosen; while it plays, ask for the next time once this one is seen."""
        choice = self._show.choice
        with QSignalBlocker(self.slider):
            self.slider.setValue(choice.step)
        self._moment.setText(self._show.moment())
        for part in self._used:
            part.setEnabled(choice.day is None)
        if self.playing and (choice.step >= self._last or choice.day is not None):
            self.stop()
        elif self.playing:
            self._next.start()

    def toggle(self) -> None:
        """Play or pause; at the end, from the start."""
        if self.playing:
            self.stop()
        elif self._show.choice.day is None:
            self.playing = True
            self._mark()
            step = self._show.choice.step
            self.go(0 if step >= self._last else step + 1, stop=False)

    def stop(self) -> None:
        """Play no further."""
        self.playing = False
        self._next.stop()
        self._mark()

    def go(self, step: int, *, stop: bool = True) -> None:
        """To ``step``, or the nearest there is."""
        if stop:
            self.stop()
        self._change(step=min(max(step, 0), self._last))

    def _mark(self) -> None:
        media = QStyle.StandardPixmap
        icon = media.SP_MediaPause if self.playing else media.SP_MediaPlay
        self._play.setIcon(self.widget.style().standardIcon(icon))
        self._play.setToolTip("Pause (space)" if self.playing else "Play (space)")


def _button(icon: QStyle.StandardPixmap, tip: str, clicked: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setIcon(button.style().standardIcon(icon))
    button.clicked.connect(lambda _: clicked())
    return button
