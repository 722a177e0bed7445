"""The HTTP server: answers leave at once; who is asked to stop closes every connection."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from hub.server.edge import Edge
from hub.server.serving import HubServer, listening

DEADLINE = 60


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers anything with nothing."""
    del scope, receive
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


class StoppedSoon(HubServer):
    """Is asked to stop some turns of the event loop after its start."""

    turns = 0

    async def on_tick(self, counter: int) -> bool:
        """Whether it is to stop now."""
        del counter
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return True


@pytest.mark.parametrize("turns", range(8))
def test_a_connection_that_comes_when_it_stops_is_not_served_on(turns: int) -> None:
    async def ask_on(port: int) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            while True:
                await client.get("/")

    async def run() -> None:
        with listening("127.0.0.1", 0) as listener:
            server = StoppedSoon(app, Edge(100), lifespan="off")
            server.turns = turns
            asking = asyncio.create_task(ask_on(listener.getsockname()[1]))
            async with asyncio.timeout(DEADLINE):
                await server.serve(sockets=[listener])
                with pytest.raises(httpx.HTTPError):  # the connection is closed, or was never made
                    await asking

    asyncio.run(run())


def test_answers_do_not_wait_for_acknowledgements() -> None:
    async def run() -> None:
        made = asyncio.get_running_loop().create_future()

        class Connection(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                made.set_result(transport.get_extra_info("socket"))

        with listening("127.0.0.1", 0) as listener:
            async with await asyncio.get_running_loop().create_server(Connection, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                async with asyncio.timeout(DEADLINE):
                    accepted = await made
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                writer.close()

    asyncio.run(run())
