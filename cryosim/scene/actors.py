"""One piece as an actor of VTK that follows it from choice to choice."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkLookupTable
from vtkmodules.vtkFiltersSources import vtkSphereSource
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTextActor

from cryosim.scene.pieces import VALUES, Piece
from cryosim.scene.shades import UNKNOWN, Shade
from cryosim.scene.type import typeset


class Drawn:
    """The actor of a piece."""

    def __init__(self, piece: Piece) -> None:
        """Draw ``piece``."""
        self.piece = piece
        self._mapper = vtkPolyDataMapper()
        self.actor = vtkActor()
        self.actor.SetMapper(self._mapper)
        self._mapper.SetInputData(piece.mesh)
        self._colour(piece, None)
        self._look(piece)

    def widen(self, em: float) -> None:
        """Draw lines as wide as suits type of ``em`` pixels."""
        if self.piece.width:
            self.actor.GetProperty().SetLineWidth(max(self.piece.width * em / 16.0, 1.0))

    def follow(self, piece: Piece) -> None:
        """Change what has changed: of a piece in the same form its values only."""
        old, self.piece = self.piece, piece
        if piece.form is None or piece.form is not old.form:
            self._mapper.SetInputData(piece.mesh)
        elif piece.shade is not None:
            mesh: Any = self._mapper.GetInput()
            mesh.GetPointData().RemoveArray(VALUES)
            mesh.GetPointData().AddArray(piece.mesh.GetPointData().GetArray(VALUES))
            mesh.Modified()
        self._colour(piece, old)
        self._look(piece)

    def _colour(self, piece: Piece, old: Piece | None) -> None:
        mapper = self._mapper
        if piece.shade is None:
            mapper.ScalarVisibilityOff()
            return
        mapper.ScalarVisibilityOn()
        mapper.SetScalarModeToUsePointFieldData()
        mapper.SelectColorArray(VALUES)
        mapper.InterpolateScalarsBeforeMappingOn()
        mapper.UseLookupTableScalarRangeOn()
        if old is None or old.shade is not piece.shade:
            mapper.SetLookupTable(_lookup(piece.shade))

    def _look(self, piece: Piece) -> None:
        look = self.actor.GetProperty()
        look.SetColor(*to_rgb(piece.colour))
        look.SetOpacity(piece.opacity)
        look.SetLighting(piece.lit)
        look.SetAmbient(0.7 if piece.lit else 0.0)
        look.SetDiffuse(0.35 if piece.lit else 1.0)
        look.SetSpecular(0.0)


def marker(
    name: str, point: npt.NDArray[np.float64], colour: str, size: float, em: float
) -> list[Any]:
    """A small sphere of radius ``size`` (mm) at ``point`` (mm), and its name beside it."""
    ball = vtkSphereSource()
    ball.SetCenter(*point)
    ball.SetRadius(size)
    ball.SetThetaResolution(16)
    ball.SetPhiResolution(16)
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(ball.GetOutputPort())
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(*to_rgb(colour))
    actor.GetProperty().SetAmbient(0.6)
    actor.GetProperty().SetDiffuse(0.45)
    label = vtkTextActor()  # in the plane of the window: nothing hides it
    label.SetInput(f" {name} ")
    place = label.GetPositionCoordinate()
    place.SetCoordinateSystemToWorld()
    place.SetValue(*point)
    look = label.GetTextProperty()
    typeset(look, 0.9 * em, bold=True, colour="#ffffff")
    look.SetBackgroundColor(*to_rgb(colour))
    look.SetBackgroundOpacity(1.0)
    return [actor, label]


def _lookup(shade: Shade) -> Any:
    table = vtkLookupTable()
    colours = shade.table
    table.SetNumberOfTableValues(len(colours))
    table.SetTable(numpy_to_vtk(colours, deep=True))
    table.SetRange(shade.low, shade.high)
    table.SetNanColor(*to_rgb(UNKNOWN), 1.0)
    return table
