"""How large the tissue is and which way it is turned: a bar in millimetres and three axes."""

from typing import Any

import numpy as np

from cryosim.scene.key import Page, number
from cryosim.scene.type import Sheaf
from cryosim.view import style

_COLOURS = ("#a0531f", "#2f6fb7", style.INK)
"""Of the three axes."""


class Gauge:
    """Keeps bar and axes in step with the camera of a plotter (a parallel projection)."""

    def __init__(self, plotter: Any, names: tuple[str, str, str]) -> None:
        """Print nothing yet; `follow` does, before every picture."""
        self._plotter = plotter
        self._names = names
        self._sheaf = Sheaf(plotter.renderer)
        self._shown: tuple[Any, ...] = ()
        self.page = Page(*plotter.window_size)

    def follow(self) -> None:
        """Print anew if the camera or the window has changed."""
        camera = self._plotter.camera
        turn = np.array([[camera.GetViewTransformMatrix().GetElement(i, j) for j in range(3)]
                         for i in range(2)])  # fmt: skip
        state = (self.page, round(camera.parallel_scale, 4), *np.round(turn.ravel(), 3))
        if state == self._shown:
            return
        self._shown = state
        self._sheaf.clear()
        self._bar(self.page.height / (2.0 * camera.parallel_scale))
        self._axes(turn)

    def _bar(self, scale: float) -> None:
        """A round length, with ``scale`` pixels in a millimetre."""
        em = self.page.em
        longest = min(9.0 * em, 0.3 * self.page.width) / scale
        base = 10.0 ** np.floor(np.log10(longest))
        length = max(base * k for k in (1.0, 2.0, 5.0) if base * k <= longest)
        left, y = self._left, self._foot
        right = left + length * scale
        for x in (left, right):
            self._sheaf.line([(x, y - 0.3 * em), (x, y + 0.3 * em)], style.INK, 2.0)
        self._sheaf.line([(left, y), (right, y)], style.INK, 2.0)
        self._sheaf.text(f"{number(length)} mm", ((left + right) / 2, y + 0.85 * em), 0.85 * em,
                         across=0.5)  # fmt: skip

    def _axes(self, turn: Any) -> None:
        em = self.page.em
        middle = np.array([self._left + 2.4 * em, self._foot + 4.6 * em])
        for name, colour, way in zip(self._names, _COLOURS, turn.T, strict=True):
            if not name or np.linalg.norm(way) < 0.15:
                continue
            tip = middle + 2.0 * em * way
            self._sheaf.line([middle, tip], colour, max(2.0, em / 7.0))
            self._sheaf.text(name, tuple(tip + 0.7 * em * way / np.linalg.norm(way)), 0.85 * em,
                             colour=colour, bold=True, across=0.5)  # fmt: skip

    @property
    def _left(self) -> float:
        return 1.2 * self.page.em if self.page.wide else 0.62 * self.page.width

    @property
    def _foot(self) -> float:
        return (1.4 if self.page.wide else 8.0) * self.page.em
