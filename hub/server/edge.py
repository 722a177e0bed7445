"""What all connections of one server share: how many there may be, what is waiting, the time."""

import asyncio
from typing import TYPE_CHECKING

from hub.server.request_log import RequestLog

if TYPE_CHECKING:
    from hub.server.connection import Connection
    from hub.server.protocol import HttpProtocol

LOOK_EVERY = 0.5
"""Seconds between two looks at all connections."""


class Edge:
    """`most`: connections that may be open at once."""

    def __init__(self, most: int, log: RequestLog | None = None) -> None:
        self.most, self.log = most, log
        self.clock = 0.0
        """Seconds in which the hub was awake. While it was busy with something else, what had
        arrived lay unread: nobody is late because of that."""
        self.stopping: float | None = None
        """Since when, by the event loop's clock, the server is asked to stop."""
        self._new: dict[HttpProtocol, None] = {}
        self._idle: dict[HttpProtocol, None] = {}

    async def look_on(self, connections: "set[Connection]") -> None:
        """Close what takes too long, until cancelled."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = loop.time()
            self.clock += min(now - last, 2 * LOOK_EVERY)
            last = now
            for connection in list(connections):
                connection.look()

    def waits(self, connection: "HttpProtocol", *, new: bool = False) -> None:
        """Nothing is being done for a connection; `new`: it has asked nothing yet."""
        (self._new if new else self._idle)[connection] = None

    def works(self, connection: "HttpProtocol") -> None:
        """Something is being done for it, or it is gone."""
        self._new.pop(connection, None)
        self._idle.pop(connection, None)

    def make_room(self) -> bool:
        """Close the connection that has waited longest, first of those that never asked anything;
        whether there was one."""
        for waiting in (self._new, self._idle):
            for connection in waiting:
                if connection.is_idle:
                    connection.drop()
                    return True
        return False
