"""What is drawn of a choice, piece by piece: surfaces and their colours, for any renderer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.scene import shades
from cryosim.scene.choice import LAYER, Choice
from cryosim.scene.lines import Line, rims_of, surface
from cryosim.scene.shades import Shade
from cryosim.scene.sheet import Sheet, Side
from cryosim.scene.thinning import Thinning
from cryosim.scene.tissue import Tissue
from cryosim.view import style

Floats = npt.NDArray[np.float64]

VALUES = "values"
"""The point array that colours a piece."""

_SEEN = 0.02
"""Distance (mm) from which on two surfaces are drawn apart."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One thing to draw; lengths in mm."""

    name: str
    """Stays the same from choice to choice: ``layer fat cut``, ``front fat``, ``rims fat``, ..."""
    mesh: pv.PolyData
    colour: str
    """Of the whole piece, where it has no `shade`."""
    shade: Shade | None = None
    """Colours of the point array `VALUES`."""
    opacity: float = 1.0
    width: float = 0.0
    """Of lines (pixels); 0 for surfaces."""
    lit: bool = False
    rank: int = 0
    """Of things that lie on each other the one with the higher is seen."""
    form: Any = None
    """The same object as long as points and triangles stay the same; None: they never do."""


def pieces_of(tissue: Tissue, choice: Choice) -> list[Piece]:
    """The pieces of ``choice``, those that others shine through last."""
    if choice.day is not None and tissue.thinning is not None:
        return list(_before_and_after(tissue, tissue.thinning, choice, choice.day))
    return list(_treatment(tissue, choice))


def _treatment(tissue: Tissue, choice: Choice) -> Iterator[Piece]:
    cut, at = choice.cut, choice.at
    shown = [s for s in tissue.sheets(choice.step, cut, at) if s.seen(choice.hidden)]
    yield from _layers(tissue, choice, shown)
    for line in tissue.lines(choice.step, cut, at):
        if line.layer and line.layer not in choice.hidden:
            yield _drawn(line, style.INK, 1.5, line)
    if choice.isosurface:
        isoline = tissue.isoline(choice.step, choice.threshold, shown)
        yield _drawn(isoline, style.COLD, 3.0)
    if choice.applicators:
        yield from _applicators(tissue, choice)
    if choice.isosurface:
        yield from _front(tissue, choice)


def _layers(tissue: Tissue, choice: Choice, shown: list[Sheet]) -> Iterator[Piece]:
    colours = style.layer_colours(tissue.layers)
    by_layer = choice.colour == LAYER
    nodal = tissue.nodal("temperature" if by_layer else choice.colour, choice.step)
    for sheet in shown:
        shade = tissue.shade(choice.colour) if not by_layer else shades.of_layer(
            colours[sheet.layer], choice.threshold)  # fmt: skip
        mesh = surface(sheet.points, sheet.triangles)
        mesh.point_data[VALUES] = sheet.values(nodal)
        yield Piece(f"layer {sheet.name}", mesh, colours[sheet.layer], shade,
                    lit=by_layer and not tissue.flat, form=sheet)  # fmt: skip


def _front(tissue: Tissue, choice: Choice) -> Iterator[Piece]:
    """The deeper it goes the more of the cut is behind it, and the thinner it is."""
    front = tissue.front(choice.step, choice.threshold, choice.cut, choice.at, choice.hidden)
    if not front.n_cells:
        return
    low, high = tissue.bounds()
    tall = float(np.ptp(np.asarray(front.points)[:, 2]) / (high - low)[2])
    layer = np.asarray(front.point_data["layer"])[np.asarray(front.regular_faces)[:, 0]]
    for k in tissue.layers:
        part = np.asarray(front.regular_faces)[layer == k.index]
        if len(part):
            nodes, corners = np.unique(part, return_inverse=True)
            mesh = surface(np.asarray(front.points)[nodes], corners.reshape(-1, 3))
            mesh.point_data["Normals"] = np.asarray(front.point_data["Normals"])[nodes]
            yield Piece(f"front {k.name}", mesh, style.FRONT, opacity=0.64 - 0.34 * tall, lit=True)


def _applicators(tissue: Tissue, choice: Choice) -> Iterator[Piece]:
    """Rims of what is touched, dark on white, and the walls of cups."""
    for line in tissue.lines(choice.step, choice.cut, choice.at):
        if not line.layer and len(line.pieces):
            wide = 2.0 if tissue.flat else 1.0  # a section shows its edge only
            yield Piece(f"{line.name} halo", line.mesh(), "#ffffff", width=6.0 * wide)
            yield Piece(line.name, line.mesh(), style.DEVICE, width=3.4 * wide, rank=1)
    for name, face in tissue.cut_walls(choice.step, choice.cut, choice.at):
        yield Piece(f"wall cut {name}", face, style.WALL)
    for name, wall in tissue.walls(choice.step, choice.cut, choice.at):
        yield Piece(f"cup {name}", wall, style.WALL, opacity=0.22, lit=True, rank=1)


def _before_and_after(
    tissue: Tissue, thinning: Thinning, choice: Choice, day: int
) -> Iterator[Piece]:
    """The fat at rest: as it is by ``day``, coloured by its loss, within what it was."""
    loss = thinning.loss(tissue.places, day)
    sunk = np.zeros((len(loss), 3))
    up = 1 if tissue.flat else 2
    sunk[:, up] = -choice.exaggeration * thinning.sinking(loss, tissue.depth)
    first = min(k.index for k in tissue.layers if k.name in thinning.layers)
    hidden = choice.hidden | {k.name for k in tissue.layers if k.index < first}
    opened = tissue.at_rest(choice.cut, choice.at)
    before = [sheet for sheet in opened.sheets if sheet.seen(hidden)]
    after = [_sunk(sheet, sunk) if sheet.layer in thinning.layers else sheet for sheet in before]
    colours = style.layer_colours(tissue.layers)
    for sheet, old in zip(after, before, strict=True):
        mesh = surface(sheet.points, sheet.triangles)
        mesh.point_data[VALUES] = sheet.values(loss)
        shade = tissue.loss_shade if sheet is not old else None
        yield Piece(f"layer {sheet.name}", mesh, colours[sheet.layer], shade, lit=shade is None)
    for line in rims_of(after):
        yield Piece(line.name, line.mesh(), style.INK, width=1.5, rank=1)
    for line in opened.rims:
        if line.layer in thinning.layers - hidden:
            yield Piece(f"before {line.name}", line.mesh(), style.COLD, width=2.0, form=line)
    for sheet, old in zip(after, before, strict=True):
        lost = _lost(old, sheet)
        if lost is not None:
            yield Piece(f"before {old.name}", lost, style.FAINT, opacity=0.14, lit=True)


def _sunk(sheet: Sheet, sunk: Floats) -> Sheet:
    return replace(sheet, points=sheet.points + sheet.weights @ sunk)


def _lost(old: Sheet, new: Sheet) -> pv.PolyData | None:
    """The part of ``old`` that ``new`` has left by more than can be seen as one; None: nothing."""
    if old.side in (Side.cut, Side.outer):  # moved within themselves
        return None
    gone = np.abs(new.points - old.points).max(axis=1) > _SEEN
    left = old.triangles[gone[old.triangles].any(axis=1)]
    return surface(old.points, left) if len(left) else None


def _drawn(line: Line, colour: str, width: float, form: Any = None) -> Piece:
    return Piece(line.name, line.mesh(), colour, width=width, form=form)
