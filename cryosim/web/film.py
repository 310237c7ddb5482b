"""The animation that a page asks for: made by a process of its own, so that the page stays alive.

Run as a module with the result folder, what is seen (JSON) and the file to write; it prints how
many of how many times are done.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyvista as pv

from cryosim.errors import CryosimError
from cryosim.scene.choice import Choice, Cut
from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue

_NICE = 10
"""How much less urgent the animation is than what is looked at meanwhile; assumption."""


class Filming:
    """Makes one animation at a time and tells the pages how far it is."""

    def __init__(self, state: Any, show: Show, folder: Path) -> None:
        """Animations go to ``folder``."""
        self.folder = folder
        self._state, self._show = state, show
        state.update({"filming": False, "filmed": 0.0, "film": ""})

    async def make(self, kind: str) -> None:
        """Write an animation of what is seen, ``mp4`` or ``gif``."""
        if self._state.filming or kind not in ("mp4", "gif"):
            return
        file = self.folder / f"animation.{kind}"
        with self._state as state:
            state.filming, state.filmed, state.film, state.wrong = True, 0.0, "", ""
        try:
            wrong = await self._make(file)
        finally:
            with self._state as state:
                state.filming = False
        with self._state as state:
            state.film, state.wrong = ("", wrong) if wrong else (file.name, "")

    async def _make(self, file: Path) -> str:
        """What went wrong, if anything."""
        try:
            self._show.tissue.check()
        except CryosimError as error:
            return str(error)
        seen, errors = self.folder / "seen.json", self.folder / "errors.txt"
        seen.write_text(_seen(self._show), encoding="utf-8")
        with errors.open("wb") as said:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cryosim.web.film",
                self._show.tissue.result.folder, seen, file,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=said,
            )  # fmt: skip
        try:
            await self._follow(process)
            done = await process.wait()
        finally:
            if process.returncode is None:  # nobody waits for it any more
                process.kill()
                await process.wait()
        if done == 0:
            return ""
        lines = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"The animation failed: {lines[-1] if lines else 'its process was ended'}"

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Tell the pages what ``process`` says of how far it is."""
        while process.stdout is not None and (line := await process.stdout.readline()):
            done, of = (float(word) for word in line.split())
            with self._state as state:
                state.filmed = 100.0 * done / max(of, 1.0)


def _seen(show: Show) -> str:
    """What is seen, as JSON for the other process."""
    camera = show.stage.plotter.camera
    choice = asdict(show.choice) | {"hidden": sorted(show.choice.hidden)}
    eye = {name: getattr(camera, name) for name in _EYE}
    return json.dumps({"choice": choice, "eye": eye})


_EYE = ("position", "focal_point", "up", "view_angle", "parallel_projection", "parallel_scale")


def main() -> None:
    """Write the animation that the arguments describe."""
    os.nice(_NICE)
    folder, seen, file = map(Path, sys.argv[1:])
    told = json.loads(seen.read_text(encoding="utf-8"))
    choice = told["choice"]
    choice |= {"hidden": frozenset(choice["hidden"]), "cut": Cut(choice["cut"])}
    try:
        show = Show(Tissue.open(folder), pv.Plotter(off_screen=True))
        show.choose(**vars(Choice(**choice)))
        for name in _EYE:
            setattr(show.stage.plotter.camera, name, told["eye"][name])
        show.film(file, watch=lambda done, of: print(done, of, flush=True))
    except CryosimError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
