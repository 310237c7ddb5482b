"""How the tissue is seen: its colours, the surface of one temperature, where it is cut."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QSlider,
    QWidget,
)  # fmt: skip

from cryosim.scene.choice import Cut
from cryosim.scene.show import Show
from cryosim.window.look import GAP, text

_CUTS = {
    Cut.none: "not cut",
    Cut.quarter: "a quarter taken out",
    Cut.x: "across x",
    Cut.y: "across y",
    Cut.z: "across z",
}
_FINE = 10
"""Steps of the slider of temperature in a kelvin."""
_SHARES = 200
"""Steps of the slider of a cut."""


class Seen:
    """Colours, isosurface, cut and applicators."""

    def __init__(self, show: Show, change: Callable[..., None]) -> None:
        """``change`` gets what is to be chosen."""
        self._show, self._change = show, change
        self.widget = QWidget()
        self._rows = QGridLayout(self.widget)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(GAP)
        self._rows.setColumnStretch(1, 1)
        self._colours()
        self._isosurface()
        self._cuts()
        self.applicators = QCheckBox("Applicators")
        self.applicators.toggled.connect(lambda on: change(applicators=on))
        self.applicators.setVisible(show.tissue.has_applicators)
        self._rows.addWidget(self.applicators, 4, 0, 1, 3)

    def _colours(self) -> None:
        self.colour = QComboBox()
        for name, words in self._show.colourings.items():
            self.colour.addItem(words, name)
        self.colour.currentIndexChanged.connect(
            lambda _: self._change(colour=self.colour.currentData())
        )
        self._rows.addWidget(text("Colour"), 0, 0)
        self._rows.addWidget(self.colour, 0, 1, 1, 2)

    def _isosurface(self) -> None:
        low, high = self._show.tissue.threshold_range()
        self.isosurface = QCheckBox("Line of" if self._show.tissue.flat else "Surface of")
        self.isosurface.toggled.connect(lambda on: self._change(isosurface=on))
        self.warmth = _slider(round(_FINE * low), round(_FINE * high))
        self.warmth.valueChanged.connect(lambda value: self._change(threshold=value / _FINE))
        self.degrees = QDoubleSpinBox()
        self.degrees.setRange(low, high)
        self.degrees.setDecimals(1)
        self.degrees.setSingleStep(0.5)
        self.degrees.setSuffix(" °C")
        self.degrees.setKeyboardTracking(False)
        self.degrees.valueChanged.connect(lambda value: self._change(threshold=value))
        self._rows.addWidget(self.isosurface, 1, 0)
        self._rows.addWidget(self.warmth, 1, 1)
        self._rows.addWidget(self.degrees, 1, 2)

    def _cuts(self) -> None:
        cuts = self._show.tissue.cuts()
        self.cut = QComboBox()
        for cut in cuts:
            self.cut.addItem(_CUTS[cut], cut)
        self.cut.currentIndexChanged.connect(lambda _: self._change(cut=self.cut.currentData()))
        self.at = _slider(0, _SHARES)
        self.at.valueChanged.connect(lambda value: self._change(at=value / _SHARES))
        words = text("Cut")
        self._rows.addWidget(words, 2, 0)
        self._rows.addWidget(self.cut, 2, 1, 1, 2)
        self._rows.addWidget(self.at, 3, 1, 1, 2)
        for widget in (words, self.cut):
            widget.setVisible(len(cuts) > 1)

    def follow(self) -> None:
        """Show what is chosen."""
        choice = self._show.choice
        _quietly(self.colour, "setCurrentIndex", self.colour.findData(choice.colour))
        _quietly(self.isosurface, "setChecked", choice.isosurface)
        _quietly(self.warmth, "setValue", round(_FINE * choice.threshold))
        _quietly(self.degrees, "setValue", choice.threshold)
        _quietly(self.cut, "setCurrentIndex", self.cut.findData(choice.cut))
        _quietly(self.at, "setValue", round(_SHARES * choice.at))
        _quietly(self.applicators, "setChecked", choice.applicators)
        for part in (self.colour, self.isosurface, self.warmth, self.degrees, self.applicators):
            part.setEnabled(choice.day is None)
        self.at.setVisible(choice.cut in (Cut.x, Cut.y, Cut.z))


def _slider(low: int, high: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    return slider


def _quietly(widget: Any, setter: str, value: Any) -> None:
    """Call ``setter`` without the signal that it would send."""
    with QSignalBlocker(widget):
        getattr(widget, setter)(value)
