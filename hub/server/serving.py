"""Listening, accepting, stopping."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, cast

import uvicorn

from hub.api.app import create_app
from hub.api.context import Hub
from hub.api.live import MOST_WATCHERS
from hub.api.problems import EXHAUSTED
from hub.server.connection import Connection
from hub.server.descriptors import most_connections
from hub.server.edge import Edge
from hub.server.refusals import TOO_MANY, told
from hub.server.request_log import RequestLog

logger = logging.getLogger(__name__)
_LONGEST_STOP = 10
"""Seconds that requests have to be answered in when the server is asked to stop."""
_PAUSE = 0.2
"""Seconds without accepting after the system had no descriptor."""


def answer(hub: Hub, listener: socket.socket, said: str, log: RequestLog | None = None) -> None:
    """Answer HTTP until SIGTERM or SIGINT."""
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    edge = Edge(most_connections(), log)
    app = create_app(hub)
    app.state.most_watchers = min(MOST_WATCHERS, edge.most * 3 // 4)
    print(f"Motcua Hub listens on {address} ({said})", flush=True)
    HubServer(app, edge, hub).run(sockets=[listener])


class HubServer(uvicorn.Server):
    """Accepts as many connections as it may, and ends soon when it is asked to end: live streams
    and lasting connections would go on."""

    def __init__(self, app: Any, edge: Edge, hub: Hub | None = None, **more: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_level="warning", access_log=False, ws="none",
                timeout_graceful_shutdown=_LONGEST_STOP, **more,
            )
        )  # fmt: skip
        self._edge, self._hub = edge, hub
        self._accepted: set[asyncio.Task[object]] = set()
        self._exhausted = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came. Another one breaks nothing off: the end has its longest time."""
        if self.should_exit:
            return
        if self._hub:
            self._hub.close()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept. uvicorn would let the event loop do that, which takes all that come and
        may stop for good where there are no descriptors left."""
        await super().startup(sockets=[])
        connections = cast("set[Connection]", self.server_state.connections)
        self._looking = asyncio.create_task(self._edge.look_on(connections))
        for listener in sockets or ():
            listener.setblocking(False)
            listener.listen(self.config.backlog)
            self._accept_from(listener)

    def _accept_from(self, listener: socket.socket) -> None:
        if self._edge.stopping is None:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        """Take the next connection, in the place of one that waits if need be."""
        loop = asyncio.get_running_loop()
        try:
            accepted, _ = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # it went away
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            if not self._exhausted:
                logger.warning("no connection can be accepted at the moment: %s", error.strerror)
            self._exhausted = True
            self._edge.make_room()
            loop.remove_reader(listener)
            loop.call_later(_PAUSE, self._accept_from, listener)
            return
        self._exhausted = False
        accepted.setblocking(False)
        is_full = len(self.server_state.connections) + len(self._accepted) >= self._edge.most
        if is_full and not self._edge.make_room():
            with accepted, suppress(OSError):
                accepted.send(told(TOO_MANY, self.server_state.default_headers))
            return
        made = loop.create_task(loop.connect_accepted_socket(self._connection, accepted))
        self._accepted.add(made)
        made.add_done_callback(self._accepted.discard)

    def _connection(self) -> Connection:
        return Connection(
            self._edge, config=self.config, server_state=self.server_state,
            app_state=self.lifespan.state,
        )  # fmt: skip

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let every request be answered, then close.

        uvicorn tells each connection once that it is to close. One that is being accepted just then
        is not among them and would go on being served.
        """
        loop = asyncio.get_running_loop()
        self._edge.stopping = loop.time()
        for listener in sockets or ():
            loop.remove_reader(listener)
        telling = asyncio.create_task(self._tell_connections())
        try:
            await super().shutdown(sockets)
        finally:
            telling.cancel()
            self._looking.cancel()

    async def _tell_connections(self) -> None:
        while True:
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(0.05)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to an address. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would leave Nagle's algorithm on: an answer's body then waits until
    # the reader has acknowledged its head.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        yield listener
