"""The run that is looked at, and what the buttons of the page do to it."""

import asyncio
import base64
import io
from collections.abc import Callable
from math import isfinite
from typing import Any

import pyvista as pv

from cryosim.errors import CryosimError
from cryosim.scene.choice import MOST_EXAGGERATED, Choice, Cut
from cryosim.scene.show import Crossing, Show
from cryosim.scene.tissue import Tissue
from cryosim.view import style
from cryosim.web import camera
from cryosim.web.picture import TOPIC, Picture

SPEEDS = {"slow": 2.0, "normal": 5.0, "fast": 12.0}
"""Pictures a second while the run is played, if they can be drawn so fast; assumption."""

_CHOSEN = ("step", "threshold", "colour", "isosurface", "cut", "at", "hidden", "applicators",
           "after", "day", "exaggeration")  # fmt: skip
_LARGEST = 4096.0
"""Pixels of the longer side of a picture; assumption."""
_CURVES = (3.5, 2.35)
"""Width and height (inches) of the curves in the panel."""


class Viewer:
    """One `Show`, its picture, and the state of trame that its pages share."""

    def __init__(self, server: Any, tissue: Tissue) -> None:
        """Show the run as it is seen first."""
        self.plotter = pv.Plotter(off_screen=True, window_size=[900, 640])
        self.show = Show(tissue, self.plotter)
        self.picture = Picture(self.plotter, self._bring, self._rest)
        self.state, self.controller = server.state, server.controller
        self._told: tuple[Any, ...] = ()
        self._asked = False
        self._drawn_at: tuple[Any, ...] = ()
        self._days = tissue.days()
        self._playing = asyncio.Event()
        self._open()
        self._listen(server)

    @property
    def last(self) -> int:
        """Index of the last time."""
        return len(self.show.tissue.times) - 1

    async def play(self) -> None:
        """Step on while the page says so, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            await self._playing.wait()
            began = clock()
            with self.state as state:
                step = self.wanted().step
                if step >= self.last or state.after:
                    state.playing = False
                    continue
                state.step = step + 1
            await self.picture.drawn()
            speed = SPEEDS.get(str(self.state.speed), SPEEDS["normal"])
            await asyncio.sleep(max(0.0, began + 1.0 / speed - clock()))

    def wanted(self) -> Choice:
        """What the page's buttons say; what makes no sense stays as it was."""
        state, now = self.state, self.show.choice
        low, high = self.show.tissue.threshold_range()
        return Choice(
            step=int(_within(state.step, 0, self.last, now.step)),
            threshold=_within(state.threshold, low, high, now.threshold),
            colour=str(state.colour) if state.colour in self.show.colourings else now.colour,
            isosurface=bool(state.isosurface),
            cut=Cut(state.cut) if state.cut in list(Cut) else now.cut,
            at=_within(state.at, 0.0, 1.0, now.at),
            hidden=frozenset(map(str, state.hidden)),
            applicators=bool(state.applicators),
            day=self._day(),
            exaggeration=_within(state.exaggeration, 1.0, MOST_EXAGGERATED, now.exaggeration),
        )

    def _day(self) -> int | None:
        if not (self.state.after and self._days):
            return None
        return self._days[int(_within(self.state.day, 0, len(self._days) - 1, 0))]

    def _open(self) -> None:
        tissue = self.show.tissue
        low, high = tissue.threshold_range()
        self.state.update({
            "title": style.readable(tissue.result.title), "moment": "", "now": "", "at_time": "",
            "crossings": [],
            "last": self.last, "low": low, "high": high,
            "colours": [{"value": k, "title": v} for k, v in self.show.colourings.items()],
            "cuts": [str(cut) for cut in tissue.cuts()],
            "flat": tissue.flat, "has_applicators": tissue.has_applicators,
            "days": list(self._days),
            **self._chosen(),
            "playing": False, "speed": "normal", "probes": [], "curves": "", "wrong": "",
        })  # fmt: skip

    def _listen(self, server: Any) -> None:
        self.state.change(*_CHOSEN)(lambda **_: self.picture.want())
        self.state.change("playing")(self._on_play)
        acts: dict[str, Callable[..., Any]] = {
            "seen": self.picture.seen, "fit": self._fit, "move": self._move, "pick": self._pick,
            "key": self._key, "look": self._look, "toggle": self._toggle, "forget": self._forget,
        }  # fmt: skip
        for name, act in acts.items():
            server.trigger(name)(act)

    def _on_play(self, playing: bool, **_: Any) -> None:
        if not playing:
            self._playing.clear()
            return
        if self.wanted().step >= self.last:
            self.state.step = 0
        self._playing.set()

    def _fit(self, width: float, height: float, dots: float) -> None:
        width, height = _within(width, 64, 1e5, 900), _within(height, 64, 1e5, 640)
        less = min(1.0, _LARGEST / max(width, height))  # in the form that it has
        width, height = round(less * width), round(less * height)
        if self.picture.fit(width, height):
            self.show.stage.fit(width, height, max(less * _within(dots, 1.0, 3.0, 1.0), 1.0))
            self.picture.want()
        else:
            self.picture.again()

    def _move(self, turned: list[float], shifted: list[float], factor: float) -> None:
        if self.show.tissue.flat:  # a section is not looked at from the side
            turned, shifted = [0.0, 0.0], [a + b for a, b in zip(turned, shifted, strict=True)]
        if any(turned):
            camera.turn(self.plotter, *turned)
        if any(shifted):
            camera.shift(self.plotter, *shifted)
        if factor != 1.0:
            camera.zoom(self.plotter, factor)
        self.picture.want(moving=True)

    def _look(self, direction: str) -> None:
        self.show.stage.home(camera.DIRECTIONS.get(direction))
        self.picture.want()

    def _key(self, name: str) -> None:
        state = self.state
        if name == "home":
            self._look(name)
        elif name == "play":
            state.playing = not state.playing
        elif not state.after:
            state.playing = False
            step = self.wanted().step + (1 if name == "on" else -1)
            state.step = min(max(step, 0), self.last)

    def _toggle(self, layer: str) -> None:
        self.state.hidden = sorted(set(self.state.hidden) ^ {layer})

    def _pick(self, x: float, y: float) -> None:
        width, height = self.plotter.render_window.GetSize()
        if self.show.pick(x * width, y * height) is not None:
            self._asked = True
            self.picture.want()

    def _forget(self, name: str | None = None) -> None:
        for probe in self.show.probes:
            if name in (None, probe.name):
                self.show.forget(probe.name)
        self._asked = True
        self.picture.want()

    def _bring(self) -> None:
        """The stage to what the buttons say, and the words of the page to the stage."""
        wanted, now = self.wanted(), self.show.choice
        try:
            if wanted != now:
                self.show.choose(**vars(wanted))
                with self.state as state:
                    state.wrong = ""
            self._tell()
        except CryosimError as error:  # the run was taken away or written anew
            self.refuse(error)

    def _tell(self) -> None:
        """Say what is shown, unless it is said already."""
        choice = self.show.choice
        told = (choice.step, choice.threshold, choice.day)
        if told == self._told:
            return
        crossings = [_row(crossing) for crossing in self.show.crossings()]
        self._told = told
        with self.state as state:
            state.moment = style.readable(self.show.moment())
            state.at_time = style.clock(float(self.show.tissue.times[choice.step]))
            state.now = state.at_time if choice.day is None else f"day {choice.day}"
            state.crossings = crossings

    def refuse(self, error: CryosimError) -> None:
        """Say what is wrong and put the buttons back to what is shown."""
        with self.state as state:
            state.update({"wrong": str(error), "playing": False, **self._chosen()})

    def _chosen(self) -> dict[str, Any]:
        """The choice that is shown, as the buttons say it."""
        choice = self.show.choice
        last = max(len(self._days) - 1, 0)
        return {
            "step": choice.step, "threshold": round(choice.threshold, 2), "colour": choice.colour,
            "isosurface": choice.isosurface, "cut": str(choice.cut), "at": choice.at,
            "hidden": sorted(choice.hidden), "applicators": choice.applicators,
            "after": choice.day is not None, "exaggeration": choice.exaggeration,
            "day": last if choice.day is None else self._days.index(choice.day),
        }  # fmt: skip

    def _rest(self) -> None:
        """Curves are drawn when nothing moves: they take longer than a picture."""
        seen = (self.show.choice.step, self.show.choice.colour, self.show.choice.threshold)
        if not self._asked and (not self.show.probes or seen == self._drawn_at):
            return
        self._asked, self._drawn_at = False, seen
        with self.state as state:
            state.probes = [
                {"name": probe.name, "layer": probe.layer, "depth": f"{probe.depth:.1f} mm"}
                for probe in self.show.probes
            ]
            try:
                state.curves = self._curves() if self.show.probes else ""
            except CryosimError as error:
                state.curves, state.wrong = "", str(error)

    def _curves(self) -> str:
        """The curves as the address of a picture that is sharp at any size."""
        text = io.StringIO()
        self.show.curves(*_CURVES).savefig(text, format="svg")
        packed = base64.b64encode(text.getvalue().encode()).decode()
        return f"data:image/svg+xml;base64,{packed}"


def publisher(server: Any) -> Callable[[dict[str, Any]], None]:
    """Sends pictures to all pages."""
    return lambda frame: server.protocol.publish(TOPIC, frame)


def _row(crossing: Crossing) -> dict[str, Any]:
    """A layer in the table of the page."""
    return {
        "name": crossing.layer, "title": crossing.title, "colour": crossing.colour,
        "share": 100.0 * crossing.share, "words": crossing.percent,
        "coldest": style.degrees(crossing.coldest),
    }  # fmt: skip


def _within(value: Any, low: float, high: float, otherwise: float) -> float:
    """A number of the page between its limits, ``otherwise`` where it is none (an empty field)."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    return min(max(number, low), high) if isfinite(number) else otherwise
