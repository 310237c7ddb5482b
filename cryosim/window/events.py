"""Events of Qt that no signal tells of: clicks that are no drags, sizes, the end of a window."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication


class Listener(QObject):
    """Calls a function for some events of a widget, before the widget sees them."""

    def __init__(self, widget: Any, heard: dict[Any, Callable[[Any], bool]]) -> None:
        """``heard``: by type of event, a function that returns whether the widget is spared it."""
        super().__init__(widget)
        self._heard = heard
        widget.installEventFilter(self)

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        """Qt's own name."""
        hear = self._heard.get(event.type())
        return hear(event) if hear is not None else False


class Clicks:
    """Tells clicks of the left button into a picture from the drags that turn it."""

    def __init__(self, widget: Any, clicked: Callable[[float, float], None]) -> None:
        """Call ``clicked`` with the pixel, counted from the lower left as VTK does.

        Keys are kept from VTK too: it has its own use for some letters.
        """
        self._widget, self._clicked = widget, clicked
        self._pressed: Any = None
        Listener(widget, {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.KeyPress: lambda _: True,
            QEvent.Type.KeyRelease: lambda _: True,
        })  # fmt: skip

    def _press(self, event: Any) -> bool:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = event.position() if left else None
        return False

    def _release(self, event: Any) -> bool:
        start, self._pressed = self._pressed, None
        if start is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        moved = event.position() - start
        if moved.manhattanLength() < QApplication.startDragDistance():
            ratio = self._widget.devicePixelRatioF()
            below = self._widget.height() - event.position().y()
            self._clicked(event.position().x() * ratio, below * ratio)
        return False
