"""The layers, which of them are below the threshold and how far, and which of them are shown."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from cryosim.scene.show import Crossing, Show
from cryosim.view import style
from cryosim.window.look import SHARE, Bars, swatch, text

_SIDES = (
    Qt.AlignmentFlag.AlignLeft,
    Qt.AlignmentFlag.AlignHCenter,
    Qt.AlignmentFlag.AlignRight,
)
"""To which a column is aligned."""
_ROW = 27
"""Height of a row."""
_MOST = 9
"""Rows that are seen without scrolling."""


class Crossings:
    """The first thing seen: who crosses the threshold; and a box to switch each layer off."""

    def __init__(self, show: Show, change: Callable[..., None]) -> None:
        """``change`` gets what is to be chosen."""
        self._show, self._change = show, change
        self.widget = QWidget()
        self._verdict = text(role="verdict", wrap=True)
        self._table: Any = QTableWidget(len(show.tissue.layers), 3)
        self._dress()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._verdict)
        column.addWidget(self._table)
        self._fill(show.crossings())
        self._table.itemChanged.connect(self._ticked)

    def follow(self) -> None:
        """Show what holds at the time and the threshold that are chosen."""
        found, choice = self._show.crossings(), self._show.choice
        self._verdict.setText(self._words(found))
        with QSignalBlocker(self._table):
            for row, crossing in enumerate(found):
                self._follow_row(row, crossing, shown=crossing.layer not in choice.hidden)

    def _words(self, found: tuple[Crossing, ...]) -> str:
        """Who crosses the threshold, and when where another day is in view."""
        choice = self._show.choice
        when = style.clock(float(self._show.tissue.times[choice.step]))
        below = f"below {style.degrees(choice.threshold)}"
        crossed = ", ".join(crossing.title for crossing in found if crossing.share > 0)
        words = f"{below}: {crossed}" if crossed else f"no layer is {below}"
        return words[0].upper() + words[1:] if choice.day is None else f"At {when} {words}"

    def _follow_row(self, row: int, crossing: Crossing, *, shown: bool) -> None:
        box, coldest = self._table.item(row, 0), self._table.item(row, 2)
        box.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)
        share = self._table.item(row, 1)
        share.setText(crossing.percent)
        share.setData(SHARE, crossing.share)
        coldest.setText(style.degrees(crossing.coldest))
        font = QFont()
        font.setBold(crossing.share > 0)
        for item in (box, coldest):
            item.setFont(font)
        coldest.setForeground(QColor(style.COLD if crossing.share > 0 else style.INK))

    def _ticked(self, item: Any) -> None:
        rows = range(self._table.rowCount())
        boxes = [self._table.item(row, 0) for row in rows]
        off = Qt.CheckState.Unchecked
        hidden = {box.data(Qt.ItemDataRole.UserRole) for box in boxes if box.checkState() == off}
        if item.column() == 0:
            self._change(hidden=frozenset(hidden))

    def _dress(self) -> None:
        table = self._table
        size = "area" if self._show.tissue.flat else "volume"
        table.setItemDelegateForColumn(1, Bars(table))
        table.setHorizontalHeaderLabels(["Layer", f"{size} below", "coldest"])
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW)
        table.setShowGrid(False)
        table.setIconSize(QSize(14, 14))
        table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionsClickable(False)
        header.resizeSection(1, 92)
        for column, side in enumerate(_SIDES):
            table.horizontalHeaderItem(column).setTextAlignment(
                side | Qt.AlignmentFlag.AlignVCenter
            )
        rows = min(table.rowCount(), _MOST)
        table.setFixedHeight(rows * _ROW + header.sizeHint().height() + 4)

    def _fill(self, found: tuple[Crossing, ...]) -> None:
        for row, crossing in enumerate(found):
            box = QTableWidgetItem(swatch(crossing.colour), crossing.title)
            box.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            box.setData(Qt.ItemDataRole.UserRole, crossing.layer)
            box.setToolTip(f"{crossing.title}: show or hide")
            self._table.setItem(row, 0, box)
            for column, side in list(enumerate(_SIDES))[1:]:
                number = QTableWidgetItem()
                number.setFlags(Qt.ItemFlag.ItemIsEnabled)
                number.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(row, column, number)
