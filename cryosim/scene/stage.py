"""The pieces of a choice in a plotter of PyVista, whoever shows it: window, server or notebook."""

from typing import Any

import pyvista as pv

from cryosim.scene.choice import Choice
from cryosim.scene.pieces import Piece, pieces_of
from cryosim.scene.tissue import Tissue


class Stage:
    """Keeps a plotter in step with a choice; it draws only what has changed."""

    def __init__(self, tissue: Tissue, plotter: pv.Plotter) -> None:
        """Set lights and background, and draw nothing yet."""
        self.tissue = tissue
        self.plotter = plotter
        plotter.set_background("white")
        self._actors: dict[str, Any] = {}

    def show(self, choice: Choice) -> None:
        """Bring the plotter to ``choice``; the caller renders."""
        wanted = {piece.name: piece for piece in pieces_of(self.tissue, choice)}
        for name in set(self._actors) - set(wanted):
            self.plotter.remove_actor(self._actors.pop(name), render=False)
        for name, piece in wanted.items():
            self._actors[name] = self._add(piece)

    def home(self) -> None:
        """Look at the whole from the front, above."""
        self.plotter.view_isometric()

    def _add(self, piece: Piece) -> Any:
        look: dict[str, Any] = {"color": piece.colour}
        if piece.scalars:
            scale = self.tissue.scale
            look = {
                "scalars": piece.scalars,
                "cmap": scale.colours,
                "clim": (scale.low, scale.high),
            }
        return self.plotter.add_mesh(
            piece.mesh, name=piece.name, opacity=piece.opacity, lighting=piece.lit,
            show_scalar_bar=False, render=False, reset_camera=False, **look,
        )  # fmt: skip
