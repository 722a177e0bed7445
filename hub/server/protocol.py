"""HTTP/1 on a connection: uvicorn's protocol, with a limit for what is no body, errors that are
problems, answers that HTTP/1.0 understands, and the request log."""

import asyncio
import socket
import struct
import time
from enum import Enum
from functools import partial
from typing import Any

import httptools
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from hub.api.problems import ProblemError, response
from hub.core.time import SECOND
from hub.server.edge import Edge
from hub.server.refusals import (
    LARGE_HEAD,
    LONG_URL,
    MOST_HEAD,
    NOT_HTTP,
    OTHER_VERSION,
    STOPPING,
    TOO_MANY,
    bad_http,
    told,
)
from hub.server.request_log import Request

_RESET = struct.pack("ii", 1, 0)


class Part(Enum):
    """What of a request comes next."""

    START = 1
    HEAD = 2
    BODY = 3


class HttpProtocol(HttpToolsProtocol):
    """Takes requests one after the other."""

    def __init__(
        self,
        edge: Edge,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.edge = edge
        self.part = Part.START
        self.since = edge.clock
        """When this part began, or the last answer ended."""
        self.last_piece, self.body_bytes = edge.clock, 0
        self._spent, self._got = 0, False
        """Bytes since something of the request was whole: its head, a piece of its body, all."""
        self.refused = False
        self.running: RequestResponseCycle | None = None
        """What is answered now; `cycle` may be a request after it."""

    @property
    def is_busy(self) -> bool:
        """Whether an answer is due."""
        return self.running is not None and not self.running.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there."""
        super().connection_made(transport)
        self.edge.waits(self, new=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self.edge.works(self)
        if self.running is not None and self.is_busy:
            self.running.disconnected = True
            self.running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. The parser joins the pieces of a field anew with each piece, so that a field of
        any size would cost the square of it."""
        self._unset_keepalive_if_required()
        while data and not self.refused:
            room = len(data) if self.part is Part.BODY else MOST_HEAD - self._spent
            piece, data = (data, b"") if len(data) <= room else (data[:room], data[room:])
            self._got = False
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:
                self._decline_upgrade()
                data = piece[upgrade.args[0] :] + data
            except httptools.HttpParserError as error:
                self.refuse(self._why(error))
            self._spent = 0 if self._got else self._spent + len(piece)
            if self._spent >= MOST_HEAD:
                is_url = self.part is Part.HEAD and len(self.url) > MOST_HEAD // 2
                self.refuse(LONG_URL if is_url else LARGE_HEAD)

    def _decline_upgrade(self) -> None:
        """Go on in HTTP/1, as RFC 9110 §7.8 allows: Java's client offers HTTP/2 with what it sends.
        The parser takes such a request to have no body, so another one reads on."""
        lengths = (b"content-length", b"transfer-encoding")
        fields = [b"%s: %s\r\n" % field for field in self.headers if field[0] in lengths]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + b"".join(fields) + b"\r\n")

    def _why(self, error: httptools.HttpParserError) -> ProblemError:
        if isinstance(
            error, httptools.HttpParserCallbackError | httptools.HttpParserInvalidURLError
        ):
            return NOT_HTTP
        return bad_http(str(error))

    # What the parser finds

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self.part is Part.BODY:  # see `_decline_upgrade`
            return
        super().on_message_begin()
        self.part, self.since = Part.HEAD, self.edge.clock

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        if self.part is Part.HEAD:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; those after a body (trailers) are not for the application."""
        if self.part is Part.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self.part is Part.BODY:
            return
        self._got = True
        if self.parser.get_http_version() not in ("1.1", "1.0"):
            self.refuse(OTHER_VERSION)
            raise ValueError  # lets the parser end here
        super().on_headers_complete()
        self.edge.works(self)
        self.part, self.since = Part.BODY, self.edge.clock
        self.last_piece, self.body_bytes = self.since, 0

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        super().on_body(body)
        self._got = True
        self.last_piece, self.body_bytes = self.edge.clock, self.body_bytes + len(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._got, self.part = True, Part.START

    # What is answered

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, partial(self._answer, cycle, app))

    async def _answer(
        self, cycle: RequestResponseCycle, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let the application answer."""
        if scope["http_version"] == "1.0":
            send = _until_close(cycle, send)
            cycle.waiting_for_100_continue = False  # which HTTP/1.0 does not know
        status: int | None = None

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        moment, begun = time.time_ns() // 1000, time.monotonic()
        try:
            await app(scope, receive, noting)
        except asyncio.CancelledError:  # it took longer than a server that stops can wait
            if cycle.response_started:
                raise
            await response(STOPPING)(scope, receive, noting)
        finally:
            if not (self.refused and cycle.disconnected):
                self._note(moment, scope, status, time.monotonic() - begun)

    def _note(self, moment: int, scope: Scope | None, status: int | None, seconds: float) -> None:
        """Let the request log have it; `scope` None: it is not known what was asked."""
        if self.edge.log is not None:
            call = f"{scope['method']} {scope['path']}" if scope else None
            key = scope.get("state", {}).get("key") if scope else None
            self.edge.log.note(Request(moment, key, call, status, seconds))

    def on_response_complete(self) -> None:
        """An answer has ended."""
        super().on_response_complete()
        self.since = self.edge.clock
        if not self.is_busy:
            self.edge.waits(self)

    def refuse(self, problem: ProblemError) -> None:
        """Answer with the server's own error. What still comes is read and dropped: a sender amid a
        request would else see a broken connection instead of the answer."""
        if self.refused or self.transport.is_closing():
            return
        waited, self.since = self.edge.clock - self.since, self.edge.clock
        self.refused = True
        running = self.running if self.is_busy else None
        if running is not None and (running is not self.cycle or not running.more_body):
            running.keep_alive = False  # the answer to what came before goes out, then it closes
            return
        scope: Any = self.scope if self.part is Part.BODY else None
        self._note(time.time_ns() // 1000 - int(waited * SECOND), scope, problem.status, waited)
        self.edge.waits(self)
        if running is not None:
            self.running, running.disconnected = None, True
            running.message_event.set()
            if running.response_started:  # half an answer cannot become another one
                self.break_off()
                return
        self.transport.write(told(problem, self.server_state.default_headers))
        self.flow.resume_reading()
        self.transport.write_eof()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to be sent."""
        return not self.transport.get_write_buffer_size()

    def break_off(self) -> None:
        """Close at once, so that the other side takes nothing half for whole."""
        connection: socket.socket = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def drop(self) -> None:
        """Close at once: another connection needs the place. A request may be on its way from one
        that has asked nothing yet, so that one is told."""
        self.edge.works(self)
        if self.running is None and not self.refused and not self.transport.is_closing():
            self.transport.write(told(TOO_MANY, self.server_state.default_headers))
        self.connections.discard(self)
        self.transport.abort()


def _until_close(cycle: RequestResponseCycle, send: Send) -> Send:
    """For HTTP/1.0, which knows no chunks: an answer without a length ends with the connection."""
    ends_by_closing = False

    async def sending(message: Message) -> None:
        nonlocal ends_by_closing
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", ())}
            ends_by_closing = b"content-length" not in names
            if ends_by_closing:
                cycle.chunked_encoding = False
        elif ends_by_closing:
            cycle.expected_content_length = len(message.get("body", b""))
        await send(message)

    return sending
