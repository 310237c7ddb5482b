"""Who may look: whoever knows the token of the printed address, from a page of ours, and no other.

The token is asked for once; then a cookie holds it that no script and no other site can use.  A
name in the address that is not ours is refused too: by such a name a foreign page that was made to
point here (DNS rebinding) would be let in.
"""

import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from hmac import compare_digest
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_WELCOME = 60.0
"""How long (s) an invitation stands: a browser that starts needs less; assumption."""

_REFUSAL = "403: open the address that cryosim view has printed, with its token.\n"


@dataclass(frozen=True)
class Guard:
    """What is asked of every request to a server at ``host``."""

    host: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _invited: dict[str, float] = field(default_factory=dict)
    """When each invitation ends."""

    def invite(self) -> str:
        """A token that is good once and soon, for a command line that others here can read."""
        word = secrets.token_urlsafe(32)
        self._invited[word] = monotonic() + _WELCOME
        return word

    @property
    def open_to_others(self) -> bool:
        """Whether the server listens on more than this machine's own loopback."""
        return not _is_loopback(self.host)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever must not look; let others pass and remember them by a cookie."""
        asked = request.query.get("token", "")
        if not self._knows_us(request) or not self._is_known(request, asked):
            return web.Response(status=403, text=_REFUSAL, headers=_HEADERS)
        response = await handler(request)
        if asked and not response.prepared:
            response.set_cookie(
                self._cookie(request), self.token, httponly=True, samesite="Strict", path="/"
            )
        return response

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Tell the browser to load nothing from elsewhere and to tell nobody the address."""
        response.headers.update(_HEADERS)
        # Policies know no IPv6 address; browsers of today take 'self' for the socket too.
        socket_too = "" if request.host.startswith("[") else f" ws://{request.host}"
        response.headers["Content-Security-Policy"] = _POLICY.format(socket=socket_too)

    def _is_known(self, request: web.Request, asked: str) -> bool:
        if monotonic() < self._invited.pop(asked, 0.0):
            return True
        told = asked or request.cookies.get(self._cookie(request), "")
        return compare_digest(told.encode(errors="replace"), self.token.encode())

    def _knows_us(self, request: web.Request) -> bool:
        """Whether the page was asked for by a name of ours, and a socket by a page of ours."""
        origin = request.headers.get("Origin")
        try:
            asked = urlsplit(f"//{request.host}")
            name, _ = asked.hostname or "", asked.port
            ours = origin is None or urlsplit(origin).netloc == request.host
        except ValueError:
            return False
        return ours and self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        if _is_loopback(name):
            return True
        if not self.open_to_others:
            return False
        return _is_number(name) or name in (self.host.lower(), self.name, self._long_name)

    @property
    def name(self) -> str:
        """What this machine is called by others."""
        return socket.gethostname().lower()

    @cached_property
    def _long_name(self) -> str:
        return socket.getfqdn().lower()

    @staticmethod
    def _cookie(request: web.Request) -> str:
        """By port, for cookies do not tell apart the servers of one machine."""
        port = urlsplit(f"//{request.host}").port or 80
        return f"cryosim-{port}"


def _is_loopback(name: str) -> bool:
    return name in _LOOPBACK or (_is_number(name) and ip_address(name).is_loopback)


def _is_number(name: str) -> bool:
    """Whether ``name`` is an address in figures, which nobody can make point elsewhere."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Vue compiles the page's templates where it is shown: without 'unsafe-eval' there is no page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'{socket}; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
