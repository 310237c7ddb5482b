"""The picture in the page: drawn here whenever something has changed, and sent as it is seen.

What changes faster than pictures can be drawn or fetched is gathered into the next one.  While
things move, pictures are drawn and packed roughly; the last one is drawn once more, smoothly.
"""

import asyncio
import io
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from PIL import Image
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

Pixels = npt.NDArray[np.uint8]

TOPIC = "cryosim.picture"

_MOVING = {"quality": 75, "subsampling": 2}
_SHARP = {"quality": 95, "subsampling": 0}

_SAMPLES = 4
"""Of a pixel, in a sharp picture; without a graphics card they take four times as long to draw."""

_GATHER = 0.004
"""How long (s) a change waits for others of the same moment; assumption."""

_STILL = 0.25
"""How long (s) nothing has changed when the picture is sent sharp; assumption."""

_FETCHED = 1.0
"""How long (s) a picture is waited for to be seen before the next is drawn; assumption."""


class Picture:
    """What a plotter shows, for all pages that look at it."""

    def __init__(
        self, plotter: pv.Plotter, bring: Callable[[], None], rest: Callable[[], None]
    ) -> None:
        """``bring`` brings the plotter up to date for a drawing; ``rest`` when nothing moves."""
        self._plotter = plotter
        self._bring = bring
        self._rest = rest
        self._send: Callable[[dict[str, Any]], None] | None = None
        self._wanted = asyncio.Event()
        self._drawn = asyncio.Event()
        self._seen = asyncio.Event()
        self._number = itertools.count(1)
        self._last = 0
        self._moving = False
        self._pixels: Pixels | None = None

    def connect(self, send: Callable[[dict[str, Any]], None]) -> None:
        """Send pictures by ``send`` from now on."""
        self._send = send

    def want(self, *, moving: bool = False) -> None:
        """Something has changed; ``moving`` if it will again at once."""
        self._moving = self._moving or moving
        self._drawn.clear()
        self._wanted.set()

    async def drawn(self) -> None:
        """Wait until all that has changed was drawn and seen."""
        await self._drawn.wait()

    def seen(self, number: int) -> None:
        """A page shows the picture of that ``number``."""
        if number >= self._last:
            self._seen.set()

    def again(self) -> None:
        """Send the last picture once more, for a page that has just opened."""
        if self._pixels is not None:
            self._show(sharp=True)

    def fit(self, width: int, height: int) -> bool:
        """Make the picture ``width`` by ``height`` pixels; whether it was not so before."""
        size = (width, height)
        if tuple(self._plotter.render_window.GetSize()) == size:
            return False
        self._plotter.render_window.SetSize(*size)
        return True

    async def keep(self) -> None:
        """Draw and send until cancelled."""
        blurred, changed = False, -np.inf
        clock = asyncio.get_running_loop().time
        while True:
            rest = not await _happens(self._wanted, _STILL if blurred else None)
            if not rest:
                await asyncio.sleep(_GATHER)
                self._wanted.clear()
                self._bring()
            blurred = not rest and (self._moving or clock() - changed < _STILL)
            self._moving = False
            self._pixels = self._draw(0 if blurred else _SAMPLES)
            self._show(sharp=not blurred)
            if not blurred:
                self._rest()
            await _happens(self._seen, _FETCHED)
            changed = changed if rest else clock()
            if not self._wanted.is_set():
                self._drawn.set()

    def _draw(self, samples: int) -> Pixels:
        """Rows of pixels (RGB) from the top, of one drawing."""
        window = self._plotter.render_window
        window.SetMultiSamples(samples)
        window.Render()
        width, height = window.GetSize()
        found = vtkUnsignedCharArray()
        window.GetPixelData(0, 0, width - 1, height - 1, 0, found, 0)
        return np.ascontiguousarray(vtk_to_numpy(found).reshape(height, width, 3)[::-1])

    def _show(self, *, sharp: bool) -> None:
        if self._pixels is None or self._send is None:
            return
        packed = io.BytesIO()
        Image.fromarray(self._pixels).save(packed, "jpeg", **(_SHARP if sharp else _MOVING))
        self._last = next(self._number)
        self._seen.clear()
        self._send({"number": self._last, "sharp": sharp, "image": packed.getvalue()})


async def _happens(event: asyncio.Event, within: float | None) -> bool:
    """Whether ``event`` is set ``within`` that time (s)."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True
