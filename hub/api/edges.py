"""What stands before all routes: HEAD for load balancers, and whom an open hub answers."""

import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import ProblemError, response

_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/@?#]+))(?::[0-9]*)?")


class HeadAsGet:
    """ASGI middleware: HEAD is answered as GET would be, without the body.

    With the headers the answer has ended, which a stream takes as its reader's leaving.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on; of a HEAD's answer let the headers through only."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})

        await self._app({**scope, "method": "GET"}, receive, without_body)


class LoopbackOnly:
    """ASGI middleware of a hub that asks for no keys: it serves this machine's own pages only.

    A browser lets any site send requests here: to a name that the site has resolve to 127.0.0.1
    (seen by `Host`), or across sites without a preflight (seen by `Origin`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or refuse it."""
        if scope["type"] == "http" and (refused := _foreign(Headers(scope=scope))):
            await response(
                ProblemError(
                    403, "not for other sites",
                    f"{refused}: a hub with --open answers localhost, 127.0.0.1 and [::1] only; "
                    "open it under one of these, or start it without --open and use keys",
                )
            )(scope, receive, send)  # fmt: skip
            return
        await self._app(scope, receive, send)


def _foreign(headers: Headers) -> str | None:
    """The header that names a host which is not this machine."""
    if not all(map(_is_local, headers.getlist("host"))):
        return "Host"
    origins = (origin.partition("://")[2] for origin in headers.getlist("origin"))
    return None if all(map(_is_local, origins)) else "Origin"


def _is_local(authority: str) -> bool:
    match = _AUTHORITY.fullmatch(authority)
    return match is not None and is_loopback(match[1] or match[2])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
