"""The pieces of a choice in a plotter of PyVista, whoever shows it: window, server or notebook."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.scene import key
from cryosim.scene.actors import Drawn, marker
from cryosim.scene.choice import LAYER, Choice
from cryosim.scene.gauge import Gauge
from cryosim.scene.key import Page
from cryosim.scene.pieces import Piece, pieces_of
from cryosim.scene.tissue import Tissue
from cryosim.scene.type import Sheaf
from cryosim.view import style
from cryosim.view.scene import TOWARD_EYE, corners_of

Floats = npt.NDArray[np.float64]

_NEARER = 3.0
"""How far lines are lifted (pixels)."""

_STEEP = 0.99
"""Share of an eye's direction that is vertical from which on y points up, not z."""


class Stage:
    """Keeps a plotter in step with a choice; it draws only what has changed."""

    def __init__(self, tissue: Tissue, plotter: pv.Plotter) -> None:
        """Set lights, background and a parallel projection, and draw nothing yet."""
        self.tissue = tissue
        self.plotter = plotter
        plotter.set_background("white")
        plotter.remove_all_lights()
        plotter.add_light(pv.Light(light_type="headlight", intensity=1.0))
        plotter.enable_parallel_projection()
        plotter.enable_anti_aliasing("msaa", multi_samples=4)
        self._drawn: dict[str, Drawn] = {}
        self._key = Sheaf(plotter.renderer)
        self._keyed: tuple[Any, ...] = ()
        self._markers: list[Any] = []
        self._marked: tuple[tuple[str, Floats, str], ...] = ()
        self._page = Page(*plotter.window_size)
        self._gauge = Gauge(plotter, tissue.axes)
        plotter.renderer.AddObserver("StartEvent", lambda *_: self._before_picture())
        self._choice: Choice | None = None
        self._home: tuple[Any, ...] = ()
        self._from: Sequence[float] | None = None

    def show(self, choice: Choice) -> None:
        """Bring the plotter to ``choice``; the caller renders."""
        wanted = {piece.name: piece for piece in pieces_of(self.tissue, choice)}
        self._choice = choice
        for name in set(self._drawn) - set(wanted):
            self.plotter.renderer.RemoveActor(self._drawn.pop(name).actor)
        for name, piece in wanted.items():
            self._put(name, piece)
        self._print_key(choice)

    def fit(self, width: int, height: int, dots: float = 1.0) -> None:
        """Set all type for a window of ``width`` by ``height`` (pixels).

        ``dots`` is how many of its pixels make one of those that type is measured in.  Where nobody
        has turned or moved the tissue since `home`, it is fitted in anew.
        """
        self._page = Page(int(width), int(height), float(dots))
        self._gauge.page = self._page
        self.mark(self._marked)
        if self._choice is not None:
            self._print_key(self._choice)
        if self._home == self._view():
            self.home(self._from)

    def home(self, eye: Sequence[float] | None = None) -> None:
        """Look at the whole as the static picture does; at a section straight on.

        ``eye`` is where to look from instead, seen from the tissue.
        """
        toward = np.array(eye or ([0.0, 0.0, 1.0] if self.tissue.flat else TOWARD_EYE))
        toward /= np.linalg.norm(toward)
        steep = abs(toward[2]) > _STEEP
        up = np.array([0.0, 1.0, 0.0] if steep else [0.0, 0.0, 1.0])
        right = np.cross(up, toward)
        right /= np.linalg.norm(right)
        up = np.cross(toward, right)
        corners = corners_of(self.tissue.bounds())
        plane = np.stack([corners @ right, corners @ up], axis=1)
        low, high = plane.min(axis=0), plane.max(axis=0)
        left, bottom, wide, tall = self._page.room
        scale = float(min(wide / (high - low)[0], tall / (high - low)[1]))
        size = np.array([self._page.width, self._page.height])
        off = (np.array([left + wide / 2, bottom + tall / 2]) - size / 2) / scale
        x, y = (low + high) / 2 - off
        far = 3.0 * float(np.linalg.norm(corners[-1] - corners[0]))
        focus = x * right + y * up + (corners.mean(axis=0) @ toward) * toward
        camera = self.plotter.camera
        camera.focal_point = tuple(focus)
        camera.position = tuple(focus + far * toward)
        camera.up = tuple(up)
        camera.parallel_projection = True
        camera.parallel_scale = self._page.height / 2.0 / scale
        self.plotter.renderer.ResetCameraClippingRange()
        self._home, self._from = self._view(), eye

    def _view(self) -> tuple[Any, ...]:
        camera = self.plotter.camera
        return camera.position, camera.focal_point, camera.up, camera.parallel_scale

    def look_as(self, other: "Stage") -> None:
        """Show in the room beside the key what ``other`` shows there, from the same side."""
        if other._home == other._view():
            self.home()
            return
        mine, theirs = self.plotter.camera, other.plotter.camera
        toward = -np.array(theirs.GetDirectionOfProjection())
        right = np.cross(theirs.up, toward)
        right /= np.linalg.norm(right)
        up = np.cross(toward, right)
        (wide, tall), off = _room(other._page)
        (width, height), shift = _room(self._page)
        old = other._page.height / 2.0 / theirs.parallel_scale
        scale = old * min(width / wide, height / tall)
        x, y = off / old - shift / scale
        mine.focal_point = tuple(np.array(theirs.focal_point) + x * right + y * up)
        mine.position = tuple(np.array(theirs.position) + x * right + y * up)
        mine.up = theirs.up
        mine.parallel_scale = self._page.height / 2.0 / scale
        self.plotter.renderer.ResetCameraClippingRange()

    def sight(self, x: float, y: float) -> tuple[Floats, Floats]:
        """The line of sight (mm) through pixel ``x``, ``y`` from the lower left: start and way."""
        ends = []
        for z in (0.0, 1.0):
            self.plotter.renderer.SetDisplayPoint(x, y, z)
            self.plotter.renderer.DisplayToWorld()
            *place, w = self.plotter.renderer.GetWorldPoint()
            ends.append(np.array(place) / w)
        way = ends[1] - ends[0]
        return ends[0], way / np.linalg.norm(way)

    def mark(self, markers: Sequence[tuple[str, Floats, str]]) -> None:
        """Put numbered markers at places (mm), in a colour each, and take off all others."""
        self._marked = tuple(markers)
        for actor in self._markers:
            self.plotter.renderer.RemoveViewProp(actor)
        size = float(np.linalg.norm(np.diff(self.tissue.bounds(), axis=0)))
        self._markers = [a for m in markers for a in marker(*m, 0.008 * size, self._page.em)]
        for actor in self._markers:
            self.plotter.renderer.AddViewProp(actor)

    def _before_picture(self) -> None:
        """Lift lines a little toward the eye, which a parallel projection does not show."""
        self._gauge.follow()
        camera = self.plotter.camera
        toward = -np.array(camera.GetDirectionOfProjection())
        lift = _NEARER * 2.0 * camera.parallel_scale / self._page.height * toward
        for drawn in self._drawn.values():
            drawn.widen(self._page.em)
            layers = drawn.piece.rank + (1 if drawn.piece.width else 0)
            if layers:
                drawn.actor.SetPosition(*(layers * lift))

    def _put(self, name: str, piece: Piece) -> None:
        if name not in self._drawn:
            self._drawn[name] = Drawn(piece)
            self.plotter.renderer.AddActor(self._drawn[name].actor)
        else:
            self._drawn[name].follow(piece)

    def _print_key(self, choice: Choice) -> None:
        shade = self._shade(choice)
        level = choice.threshold if choice.isosurface or shade is None else None
        state = (self._page, shade, level, self._note(choice))
        if state == self._keyed:
            return
        self._keyed = state
        self._key.clear()
        if shade is not None:
            key.print_bar(self._key, self._page, shade, level, self._note(choice))
            return
        colours = style.layer_colours(self.tissue.layers)
        entries = [(k.title, colours[k.name]) for k in self.tissue.layers]
        key.print_layers(self._key, self._page, entries, choice.threshold)

    def _note(self, choice: Choice) -> str:
        """What has to be said of the picture beside its colours."""
        if choice.day is None or self.tissue.thinning is None:
            return ""
        words = f"day {choice.day}; blue: at first"
        return words if choice.exaggeration == 1.0 else f"{words}; drawn × {choice.exaggeration:g}"

    def _shade(self, choice: Choice) -> Any:
        if choice.day is not None and self.tissue.thinning is not None:
            return self.tissue.loss_shade
        return None if choice.colour == LAYER else self.tissue.shade(choice.colour)


def _room(page: Page) -> tuple[Floats, Floats]:
    """Size of the room for the tissue, and how far its middle is from that of the page (pixels)."""
    left, bottom, wide, tall = page.room
    middle = np.array([left + wide / 2.0, bottom + tall / 2.0])
    return np.array([wide, tall]), middle - np.array([page.width, page.height]) / 2.0
