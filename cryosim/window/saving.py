"""What is seen, kept: a picture in a file or on the clipboard, and the treatment as a film."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QProgressDialog

from cryosim.errors import CryosimError, Interrupted
from cryosim.scene.show import Show

_PICTURES = "Pictures (*.png)"
_FILMS = "Animations (*.gif *.mp4)"


class Saving:
    """Asks where to, writes, and says what was written."""

    def __init__(self, show: Show, window: Any, tell: Callable[[str], None]) -> None:
        """``tell`` shows one line of text for a while."""
        self._show, self._window, self._tell = show, window, tell
        self.filming = False

    def picture(self) -> None:
        """Write a picture to a file that the user names."""
        file = self._named("Save picture", "view.png", _PICTURES)
        if file is not None:
            self.write_picture(file)

    def write_picture(self, file: Path) -> None:
        """Write a picture to ``file``."""
        self._attempt(lambda: self._show.save(file))

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        pixels = self._show.stage.plotter.screenshot(None, return_img=True)
        height, width, depth = pixels.shape
        image = QImage(pixels.tobytes(), width, height, depth * width, QImage.Format.Format_RGB888)
        QApplication.clipboard().setImage(image.copy())
        self._tell("picture copied")

    def film(self) -> None:
        """Write a film to a file that the user names."""
        file = self._named("Save animation", "view.gif", _FILMS)
        if file is not None:
            self.write_film(file)

    def write_film(self, file: Path) -> None:
        """Write a film to ``file``, with a bar that shows how far it is and lets it be stopped."""
        bar = QProgressDialog("Drawing every time of the run ...", "Stop", 0, 100, self._window)
        bar.setWindowTitle("Save animation")
        bar.setWindowModality(Qt.WindowModality.WindowModal)
        bar.setMinimumDuration(0)

        def watch(done: int, of: int) -> None:
            bar.setMaximum(of)
            bar.setValue(done)
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if bar.wasCanceled():
                raise Interrupted("no animation was written")

        self.filming = True
        try:
            self._attempt(lambda: self._show.film(file, watch=watch))
        finally:
            self.filming = False
            bar.close()
            bar.deleteLater()

    def _attempt(self, write: Callable[[], Path]) -> None:
        try:
            self._tell(f"wrote {write()}")
        except Interrupted as stopped:
            self._tell(str(stopped))
        except (CryosimError, OSError) as error:
            QMessageBox.warning(self._window, "cryosim", str(error))

    def _named(self, title: str, name: str, kinds: str) -> Path | None:
        """The file that the user names, with the ending of the proposed ``name`` if with none."""
        start = self._show.tissue.result.folder / "figures" / name
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, title, str(start if start.parent.is_dir() else name), kinds
        )
        if not chosen:
            return None
        file = Path(chosen)
        return file if file.suffix else file.with_suffix(Path(name).suffix)
