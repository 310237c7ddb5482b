"""Where VTK draws in the window."""

from typing import Any

from pyvistaqt import QtInteractor

_DOTS = 72
"""To the inch: at this, a point of type is a pixel."""


class Canvas(QtInteractor):  # type: ignore[misc]
    """A plotter that draws once for each paint of its widget, and at no other time.

    QtInteractor draws whatever is turned, then paints, and for that draws again.
    """

    def __init__(self, parent: Any) -> None:
        """As a child of ``parent``."""
        super().__init__(parent, auto_update=False)
        self._painting = False
        self._turned = self.iren.interactor
        self._turned.EnableRenderOff()
        self._turned.AddObserver("RenderEvent", self._asked)

    def resizeGL(self, width: int, height: int) -> None:
        """Qt's own name.  The stage sets its type by the pixels there are, so dots stay dots."""
        super().resizeGL(width, height)
        self.render_window.SetDPI(_DOTS)

    def paintGL(self) -> None:
        """Qt's own name."""
        self._painting = True
        self._turned.EnableRenderOn()
        try:
            super().paintGL()
        finally:
            self._turned.EnableRenderOff()
            self._painting = False

    def _asked(self, *_: Any) -> None:
        if not self._painting:
            self.update()
