"""Before and after: the fat layer as it was and as it is on a day after the last session."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QSlider, QWidget

from cryosim.scene.choice import MOST_EXAGGERATED
from cryosim.scene.show import Show
from cryosim.window.look import GAP, text


class Course:
    """A day to look at, and how strongly the loss of thickness is exaggerated."""

    def __init__(self, show: Show, change: Callable[..., None]) -> None:
        """``change`` gets what is to be chosen."""
        self._show, self._change = show, change
        self._days = show.tissue.days()
        self.widget = QWidget()
        self.widget.setVisible(bool(self._days))
        self.after = QCheckBox("Before and after")
        self.after.toggled.connect(lambda _: self._ask())
        self.day = QSlider(Qt.Orientation.Horizontal)
        self.day.setRange(0, max(len(self._days) - 1, 0))
        self.day.setValue(self.day.maximum())
        self.day.valueChanged.connect(lambda _: self._ask())
        self._which = text()
        self._which.setMinimumWidth(self._which.fontMetrics().horizontalAdvance("0000"))
        self.factor = QDoubleSpinBox()
        self.factor.setRange(1.0, MOST_EXAGGERATED)
        self.factor.setDecimals(1)
        self.factor.setPrefix("× ")
        self.factor.setKeyboardTracking(False)
        self.factor.valueChanged.connect(lambda value: change(exaggeration=value))
        rows = QGridLayout(self.widget)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(GAP)
        rows.setColumnStretch(1, 1)
        rows.addWidget(self.after, 0, 0, 1, 3)
        rows.addWidget(text("Day"), 1, 0)
        rows.addWidget(self.day, 1, 1)
        rows.addWidget(self._which, 1, 2)
        rows.addWidget(text("Loss exaggerated"), 2, 0, 1, 2)
        rows.addWidget(self.factor, 2, 2)

    def follow(self) -> None:
        """Show what is chosen."""
        choice = self._show.choice
        seen = choice.day is not None
        for widget in (self.after, self.day, self.factor):
            widget.blockSignals(True)
        self.after.setChecked(seen)
        if choice.day in self._days:
            self.day.setValue(self._days.index(choice.day))
        self.factor.setValue(choice.exaggeration)
        for widget in (self.after, self.day, self.factor):
            widget.blockSignals(False)
        if self._days:
            self._which.setText(f"{self._days[self.day.value()]}")
        for widget in (self.day, self.factor):
            widget.setEnabled(seen)

    def _ask(self) -> None:
        self._change(day=self._days[self.day.value()] if self.after.isChecked() else None)
