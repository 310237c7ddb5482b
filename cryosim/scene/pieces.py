"""What is drawn of a choice, piece by piece: surfaces and their colours, for any renderer."""

from dataclasses import dataclass

import pyvista as pv

from cryosim.scene.choice import LAYER, Choice
from cryosim.scene.tissue import Tissue
from cryosim.view import style
from cryosim.view.bodies import bodies_of


@dataclass(frozen=True)
class Piece:
    """One thing to draw; lengths in mm."""

    name: str
    """Stays the same from choice to choice: ``layer fat``, ``front fat``, ``cup left``, ..."""
    mesh: pv.PolyData
    colour: str
    """Of the whole piece, where `scalars` is empty."""
    scalars: str = ""
    """Name of the point array that colours it, of a field in its unit."""
    opacity: float = 1.0
    width: float = 0.0
    """Of lines (pixels); 0 for surfaces."""
    lit: bool = False


def pieces_of(tissue: Tissue, choice: Choice) -> list[Piece]:
    """The pieces of ``choice``, those that others shine through last."""
    bodies = bodies_of(tissue.placed(choice.step), choice.threshold)
    colours = style.layer_colours(tissue.layers)
    found: list[Piece] = []
    for layer in tissue.layers:
        parts = [
            face.extract_cells(face.cell_data["layer"] == layer.index)
            for face in (*bodies.skin, *bodies.sides, *bodies.cut)
        ]
        kept = [part for part in parts if part.n_cells]
        if layer.name in choice.hidden or not kept:
            continue
        mesh = pv.merge(kept).extract_surface(algorithm="dataset_surface")
        scalars = "" if choice.colour == LAYER else choice.colour
        found.append(Piece(f"layer {layer.name}", mesh, colours[layer.name], scalars))
    if choice.isosurface and bodies.front.n_cells:
        found.append(Piece("front", bodies.front, style.FRONT, opacity=0.5, lit=True))
    return found
