"""Type, lines and patches of colour in the plane of the window, drawn by VTK; pixels throughout."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.colors import to_rgb
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import VTK_FONT_FILE
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkTextActor

from cryosim.view import style

Floats = npt.NDArray[np.float64]
Colours = npt.NDArray[np.uint8]

_FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
_FONTS = {False: _FOLDER / "DejaVuSans.ttf", True: _FOLDER / "DejaVuSans-Bold.ttf"}
"""The type of every picture; VTK's own has no minus sign."""


class Sheaf:
    """What is printed over the picture of one renderer, and taken off again as a whole."""

    def __init__(self, renderer: Any) -> None:
        """Print nothing yet."""
        self._renderer = renderer
        self._actors: list[Any] = []

    def clear(self) -> None:
        """Take everything off."""
        for actor in self._actors:
            self._renderer.RemoveViewProp(actor)
        self._actors.clear()

    def text(
        self, words: str, at: tuple[float, float], size: float, *, colour: str = style.INK,
        bold: bool = False, across: float = 0.0, up: float = 0.5,
    ) -> None:  # fmt: skip
        """Set ``words`` with the share ``across`` and ``up`` of them left of and below ``at``."""
        actor = vtkTextActor()
        actor.SetInput(words)
        look = actor.GetTextProperty()
        typeset(look, size, bold=bold, colour=colour)
        look.SetJustification({0.0: 0, 0.5: 1, 1.0: 2}[across])
        look.SetVerticalJustification({0.0: 0, 0.5: 1, 1.0: 2}[up])
        actor.SetDisplayPosition(round(at[0]), round(at[1]))
        self._add(actor)

    def boxes(self, corners: Floats, colours: Colours) -> None:
        """Fill rectangles: left, bottom, right, top of each in a row, and its RGB."""
        left, bottom, right, top = np.asarray(corners, dtype=float).T
        points = np.stack([np.stack([left, bottom], 1), np.stack([right, bottom], 1),
                           np.stack([right, top], 1), np.stack([left, top], 1)], 1)  # fmt: skip
        points = points.reshape(-1, 2)
        faces = np.arange(len(points)).reshape(-1, 4)
        mesh = pv.PolyData.from_regular_faces(_flat(points), faces)
        self._coloured(mesh, np.asarray(colours)[:, :3])

    def box(self, corners: Sequence[float], colour: str) -> None:
        """Fill one rectangle."""
        rgb = np.rint(255 * np.array([to_rgb(colour)])).astype(np.uint8)
        self.boxes(np.array([corners]), rgb)

    def line(self, points: npt.ArrayLike, colour: str, width: float = 1.0) -> None:
        """Draw a line through ``points``."""
        at = np.asarray(points, dtype=float)
        mesh = pv.PolyData(_flat(at), lines=np.array([len(at), *range(len(at))]))
        actor = _actor(mesh)
        actor.GetProperty().SetColor(*to_rgb(colour))
        actor.GetProperty().SetLineWidth(width)
        self._add(actor)

    def _coloured(self, mesh: pv.PolyData, colours: Colours) -> None:
        array = numpy_to_vtk(np.ascontiguousarray(colours), deep=True)
        mesh.GetCellData().SetScalars(array)
        self._add(_actor(mesh))

    def _add(self, actor: Any) -> None:
        self._actors.append(actor)
        self._renderer.AddViewProp(actor)


def typeset(look: Any, size: float, *, bold: bool, colour: str) -> None:
    """Set the ``look`` of a text in the type of all pictures; size in pixels."""
    look.SetFontFamily(VTK_FONT_FILE)
    look.SetFontFile(str(_FONTS[bold]))
    look.SetFontSize(round(size))
    look.SetColor(*to_rgb(colour))


def _actor(mesh: pv.PolyData) -> Any:
    mapper = vtkPolyDataMapper2D()
    mapper.SetInputData(mesh)
    actor = vtkActor2D()
    actor.SetMapper(mapper)
    return actor


def _flat(points: Floats) -> Floats:
    return np.column_stack([points, np.zeros(len(points))])
