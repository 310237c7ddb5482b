"""What is served: the page, the files it needs, its socket, and what can be taken home."""

import asyncio
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from trame.app import get_server

from cryosim.errors import CryosimError
from cryosim.scene.tissue import Tissue
from cryosim.web.film import Filming
from cryosim.web.guard import Guard
from cryosim.web.layout import lay_out
from cryosim.web.viewer import Viewer, publisher

FILES = Path(__file__).parent / "page_files"

_GONE = """<div class="cryo-gone"><p>The view has ended, or cannot be reached.</p>
<a href="./">Try again</a></div>"""


class Site:
    """One run, served; whoever ``guard`` lets in shares one view of it."""

    def __init__(self, tissue: Tissue, guard: Guard, made: Path) -> None:
        """Files that pages ask for are made in ``made``."""
        self.guard = guard
        self._secret = f"k{secrets.token_urlsafe(32)}"
        self._server = server = get_server("cryosim", client_type="vue3")
        server.enable_module(
            {
                "serve": {"__cryosim": str(FILES)},
                "scripts": ["__cryosim/picture.js"],
                "styles": ["__cryosim/look.css"],
                "vue_use": ["cryosim_picture"],
            }
        )
        self.viewer = Viewer(server, tissue)
        self.filming = Filming(server.state, self.viewer.show, made)
        self._making: set[asyncio.Task[None]] = set()
        self._name = re.sub(r"[^\w.-]+", "_", tissue.result.folder.resolve().name)
        server.state.trame__title = f"{server.state.title} - cryosim"
        server.state.trame__template_error = _GONE
        server.trigger("film")(self._film)
        server.controller.on_server_bind.add(self._bind)
        lay_out(server)

    async def run(self, port: int, ready: Callable[[int], None]) -> None:
        """Serve until cancelled; ``ready`` is called with the port once pages can be opened."""
        server = self._server
        server.controller.on_server_ready.add(lambda **_: ready(server.port))
        server.cli.set_defaults(authKey=self._secret, nosignalhandlers=True, nowscompress=True)
        with _no_arguments():
            serving = server.start(
                host=self.guard.host, port=port, timeout=0, exec_mode="coroutine",
                open_browser=False, show_connection_info=False, disable_logging=True,
            )  # fmt: skip
        self.viewer.picture.connect(publisher(server))
        self.viewer.picture.want()
        served = asyncio.create_task(serving)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.viewer.picture.keep())
                tasks.create_task(self.viewer.play())
                await asyncio.shield(served)
        finally:
            for film in self._making:
                film.cancel()
            await asyncio.gather(*self._making, return_exceptions=True)
            await server.stop()  # which lets go of open pages, or it would wait for them
            await served

    def _film(self, kind: str) -> None:
        task = asyncio.create_task(self.filming.make(kind))
        self._making.add(task)
        task.add_done_callback(self._making.discard)

    def _bind(self, server: Any) -> None:
        """Routes that come before those of trame, and the guard before all."""
        app: web.Application = server.app
        app.middlewares.append(self.guard.middleware)
        app.on_response_prepare.append(self.guard.add_headers)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/index.html", self._page),
                web.get("/loading.tpl", _loading),
                web.post("/paraview/", self._session),
                web.get("/picture.png", self._picture),
                web.get("/{film:animation[.](mp4|gif)}", self._animation),
            ]
        )

    async def _page(self, _: web.Request) -> web.Response:
        """Trame's own page, which forgets the token once it is open."""
        text = (Path(self._server._www) / "index.html").read_text(encoding="utf-8")
        text = re.sub("<title>.*?</title>", "<title>cryosim</title>", text)
        text = re.sub(r'<meta\s+name="(description|keywords)".*?/>', "", text, flags=re.DOTALL)
        text = re.sub(r"maximum-scale=1,\s*minimum-scale=1", "viewport-fit=cover", text)
        text = text.replace('href="logo.png"', 'href="__cryosim/icon.svg"')
        script = '<head><script>history.replaceState(null, "", "./")</script>'
        return web.Response(text=text.replace("<head>", script, 1), content_type="text/html")

    async def _session(self, _: web.Request) -> web.Response:
        """Where the page's socket is, and its key; trame asks for it as of a launcher."""
        return web.json_response({"sessionURL": "ws://USE_HOST/ws", "secret": self._secret})

    async def _picture(self, _: web.Request) -> web.StreamResponse:
        try:
            file = self.viewer.show.save(self.filming.folder / "picture.png")
        except CryosimError as error:  # the run was taken away or written anew
            self.viewer.refuse(error)
            return web.Response(status=409, text=f"{error}\n")
        self.viewer.picture.want()
        return web.Response(
            body=file.read_bytes(), headers=_to_save(f"{self._name}.png"), content_type="image/png"
        )

    async def _animation(self, request: web.Request) -> web.StreamResponse:
        file = self.filming.folder / request.match_info["film"]
        if not file.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(file, headers=_to_save(f"{self._name}{file.suffix}"))


async def _loading(_: web.Request) -> web.FileResponse:
    return web.FileResponse(FILES / "loading.tpl", headers={"Content-Type": "text/html"})


def _to_save(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


@contextmanager
def _no_arguments() -> Iterator[None]:
    """Trame reads the command line as its own: it must not see ours."""
    kept = sys.argv
    sys.argv = kept[:1]
    try:
        yield
    finally:
        sys.argv = kept
