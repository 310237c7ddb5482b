"""The key to the colours at the rim of the picture: a colour bar with its unit, or the layers."""

from dataclasses import dataclass

import numpy as np

from cryosim.scene.shades import UNKNOWN, Shade, chilled
from cryosim.scene.type import Sheaf
from cryosim.view import style

_WIDE = 640
"""Pixels across from which on the key stands at the right; below it lies at the foot."""


@dataclass(frozen=True)
class Page:
    """The window (pixels) and what its type is measured by."""

    width: int
    height: int
    dots: float = 1.0
    """Pixels of the window to a pixel as type is measured in; more than 1 on a dense screen."""

    @property
    def em(self) -> float:
        """Size of type (pixels): 16 in a window of 1280 by 800, never below 12."""
        fair = min(self.width / 80.0, self.height / 50.0) / self.dots
        return float(np.clip(fair, 12.0, 48.0)) * self.dots

    @property
    def wide(self) -> bool:
        """Whether the key stands at the right."""
        return self.width >= _WIDE * self.dots

    @property
    def room(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of what is left for the tissue."""
        em = self.em
        if self.wide:
            left, bottom, right, top = 1.5 * em, 2.5 * em, 11.0 * em, 1.5 * em
        else:
            left, bottom, right, top = 1.0 * em, 12.0 * em, 1.0 * em, 1.0 * em
        return left, bottom, self.width - left - right, self.height - bottom - top


def print_bar(sheaf: Sheaf, page: Page, shade: Shade, level: float | None, note: str = "") -> None:
    """A colour bar with its caption, numbers, the threshold of the run and the ``level`` shown.

    Below stands a ``note``, its parts between semicolons in lines of their own.
    """
    marks = [] if shade.threshold is None else [(shade.threshold, style.INK)]
    if level is not None and shade.threshold is not None and shade.low <= level <= shade.high:
        near = abs(level - shade.threshold) < 0.04 * (shade.high - shade.low)
        marks = [(level, style.COLD)] if near else [*marks, (level, style.COLD)]
    em = page.em
    if not page.wide:
        _lying(sheaf, page, shade, marks)
        sheaf.text(note, (1.6 * em, 7.6 * em), 0.9 * em)
        return
    _upright(sheaf, page, shade, marks)
    for k, words in enumerate(note.split("; ")):
        at = (page.width - 0.9 * em, 0.22 * page.height - (2.0 + 1.3 * k) * em)
        sheaf.text(words, at, 0.85 * em, across=1.0)


def print_layers(
    sheaf: Sheaf, page: Page, entries: list[tuple[str, str]], threshold: float
) -> None:
    """Title and colour of each layer, and how it looks below ``threshold`` (degC)."""
    em = page.em
    line = 2.1 * em
    rows = len(entries) + 1
    left = page.width - 10.5 * em if page.wide else 1.2 * em
    top = page.height / 2 + rows * line / 2 if page.wide else (rows + 0.5) * line
    sheaf.text("below", (left, top), 0.8 * em, across=0.0)
    for k, (title, colour) in enumerate(entries):
        at = top - (k + 1) * line
        sheaf.box((left, at - 0.55 * em, left + 1.3 * em, at + 0.55 * em), chilled(colour))
        sheaf.box((left + 1.5 * em, at - 0.55 * em, left + 2.8 * em, at + 0.55 * em), colour)
        lines = _lines(title)[:2]
        for i, words in enumerate(lines):
            high = at + (0.5 * (len(lines) - 1) - i) * 0.95 * em
            sheaf.text(words, (left + 3.3 * em, high), 0.8 * em)
    words = style.degrees(threshold)
    sheaf.text(words, (left + 2.9 * em, top), 0.85 * em, colour=style.COLD, bold=True)


def _upright(sheaf: Sheaf, page: Page, shade: Shade, marks: list[tuple[float, str]]) -> None:
    em = page.em
    left, right = page.width - 5.0 * em, page.width - 3.9 * em
    low, high = 0.22 * page.height, 0.78 * page.height
    n = len(shade.table)
    edges = np.linspace(low, high, n + 1)
    sheaf.boxes(np.stack([0 * edges[1:] + left, edges[:-1], 0 * edges[1:] + right, edges[1:]], 1),
                shade.table)  # fmt: skip

    def at(value: float) -> float:
        return low + (high - low) * (value - shade.low) / (shade.high - shade.low)

    for value in shade.ticks:
        sheaf.line([(right, at(value)), (right + 0.3 * em, at(value))], style.INK)
        sheaf.text(number(value), (right + 0.5 * em, at(value)), 0.85 * em)
    for value, colour in marks:
        y = at(value)
        sheaf.line([(left - 0.3 * em, y), (right, y)], colour, max(2.0, em / 6.0))
        words = style.degrees(value)
        sheaf.text(words, (left - 0.5 * em, y), 0.85 * em, colour=colour, bold=True, across=1.0)
    for k, words in enumerate(reversed(_lines(shade.caption))):
        y = high + (1.1 + 1.2 * k) * em
        sheaf.text(words, (page.width - 0.9 * em, y), 0.9 * em, bold=True, across=1.0)
    if shade.unknown:
        y = low - 1.6 * em
        sheaf.box((left, y - 0.45 * em, right, y + 0.45 * em), UNKNOWN)
        sheaf.text(shade.unknown, (left - 0.5 * em, y), 0.85 * em, across=1.0)


def _lying(sheaf: Sheaf, page: Page, shade: Shade, marks: list[tuple[float, str]]) -> None:
    em = page.em
    low, high = 1.6 * em, page.width - 1.6 * em
    bottom, top = 2.6 * em, 3.6 * em
    n = len(shade.table)
    edges = np.linspace(low, high, n + 1)
    sheaf.boxes(np.stack([edges[:-1], 0 * edges[1:] + bottom, edges[1:], 0 * edges[1:] + top], 1),
                shade.table)  # fmt: skip

    def at(value: float) -> float:
        return low + (high - low) * (value - shade.low) / (shade.high - shade.low)

    every = 2 if len(shade.ticks) * 3.2 * em > high - low else 1
    for value in shade.ticks[::every]:
        sheaf.line([(at(value), bottom - 0.3 * em), (at(value), bottom)], style.INK)
        sheaf.text(number(value), (at(value), bottom - 1.0 * em), 0.9 * em, across=0.5)
    sheaf.text(shade.caption, (low, top + 2.6 * em), 0.95 * em, bold=True)
    for value, colour in marks:
        x = at(value)
        sheaf.line([(x, bottom), (x, top + 0.3 * em)], colour, 2.5)
        words = style.degrees(value)
        sheaf.text(words, (x, top + 1.0 * em), 0.9 * em, colour=colour, bold=True, across=0.5)
    if shade.unknown:
        y = top + 1.1 * em
        sheaf.box((low, y - 0.4 * em, low + 1.2 * em, y + 0.4 * em), UNKNOWN)
        sheaf.text(shade.unknown, (low + 1.6 * em, y), 0.9 * em)


def number(value: float) -> str:
    """A number of a scale, with the sign of print."""
    return f"{value + 0.0:g}".replace("-", "−")


def _lines(caption: str, most: int = 15) -> list[str]:
    """A caption in lines that fit beside the picture."""
    lines: list[str] = []
    for word in caption.replace(" [", "\u00a0[").split(" "):
        if lines and len(lines[-1]) + len(word) < most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
