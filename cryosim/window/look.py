"""How the window looks: the colours of the pictures on the widgets of Qt."""

from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QLabel, QStyledItemDelegate

from cryosim.view import style

GAP = 8
"""Between widgets (logical pixels, like every size of Qt's)."""
_LINE = "#d5dbe3"
_BAR = "#bcd6f5"
"""Of the share below the threshold: type in ink stays legible on it."""
SHARE = Qt.ItemDataRole.UserRole
"""Under which an item keeps what `Bars` paints, 0 to 1."""

SHEET = f"""
QWidget {{ color: {style.INK}; }}
QWidget:disabled {{ color: {style.FAINT}; }}
QMainWindow, QDockWidget, QScrollArea, QScrollArea > QWidget > QWidget {{ background: white; }}
QMainWindow::separator {{ background: {_LINE}; width: 1px; }}
QToolBar {{ background: {style.PALE}; border: 0; border-bottom: 1px solid {_LINE}; padding: 3px; }}
QToolBar QToolButton {{ padding: 4px 9px; border-radius: 4px; }}
QToolBar QToolButton:hover {{ background: white; }}
QMenuBar {{ background: {style.PALE}; }}
QStatusBar {{ background: {style.PALE}; border-top: 1px solid {_LINE}; }}
QStatusBar::item {{ border: 0; }}
QLabel[role="headline"] {{ font-weight: bold; }}
QLabel[role="verdict"] {{ font-weight: bold; color: {style.COLD}; }}
QLabel[role="faint"] {{ color: #5b6675; }}
QTableWidget {{ border: 0; background: white; gridline-color: {_LINE}; }}
QHeaderView::section {{ background: white; border: 0; border-bottom: 1px solid {_LINE};
                        padding: 2px 4px; color: #5b6675; }}
QListWidget {{ border: 1px solid {_LINE}; background: white; }}
"""


def dress(application: Any) -> None:
    """Give ``application`` the same look on every desktop, dark ones too: pictures are on white."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "white"),
        (QPalette.ColorRole.Base, "white"),
        (QPalette.ColorRole.AlternateBase, style.PALE),
        (QPalette.ColorRole.Button, style.PALE),
        (QPalette.ColorRole.ToolTipBase, "white"),
        (QPalette.ColorRole.Highlight, style.FRONT),
        (QPalette.ColorRole.HighlightedText, "white"),
    ):
        palette.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.ToolTipText,
    ):  # fmt: skip
        palette.setColor(role, QColor(style.INK))
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(style.FAINT))
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(_LINE))
    application.setPalette(palette)
    application.setStyleSheet(SHEET)
    application.setWindowIcon(swatch(style.COLD, 64))


def swatch(colour: str, size: int = 16) -> QIcon:
    """A rounded square of ``colour``."""
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size / 5, size / 5)
    painter.end()
    return QIcon(picture)


class Bars(QStyledItemDelegate):
    """Paints behind the text of a cell the share that it holds as `SHARE`."""

    def paint(self, painter: Any, option: Any, index: Any) -> None:
        """Qt's own name."""
        room = option.rect.adjusted(2, 4, -2, -4)
        room.setWidth(round(room.width() * float(index.data(SHARE) or 0.0)))
        painter.fillRect(room, QColor(_BAR))
        super().paint(painter, option, index)


def text(words: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """Type of the ``role`` that the sheet knows: headline, verdict or faint."""
    label = QLabel(words)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
