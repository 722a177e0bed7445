"""What goes over a socket, byte by byte."""

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hub.server.edge import Edge
from hub.server.serving import HubServer

DEADLINE = 60.0


class Answer(NamedTuple):
    """An answer and all that followed until the server closed."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The body, which must be a problem that says what to do."""
        assert self.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = json.loads(self.body[: int(self.headers["content-length"])])
        assert told["status"] == self.status
        assert told["title"]
        assert told["detail"]
        return told


def connect(url: str) -> socket.socket:
    """A connection to a server."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), DEADLINE)


def said(url: str, *pieces: bytes) -> Answer:
    """What a server answers to some bytes; all until it closes."""
    with connect(url) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return parsed(rest(connection))


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(2**16), b""))


def ended(connection: socket.socket) -> bytes:
    """All that comes until the other side closes or breaks the connection."""
    pieces = []
    with suppress(ConnectionResetError):
        while piece := connection.recv(2**16):
            pieces.append(piece)
    return b"".join(pieces)


def parsed(answer: bytes) -> Answer:
    """An answer, taken apart."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first.startswith("HTTP/1.1 "), answer[:200]
    pairs = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {name: value for name, _, value in pairs}, body)


@contextmanager
def serving(app: Any, edge: Edge | None = None, **options: Any) -> Iterator[str]:
    """The server of the hub around any application, in a thread; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = HubServer(app, edge or Edge(100), **options)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body it was sent, and how many header fields there were."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    length = str(len(body)).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [
            (b"content-length", length), (b"fields", str(len(scope["headers"])).encode())]}
    )  # fmt: skip
    await send({"type": "http.response.body", "body": body})


def in_pieces(pieces: Iterable[bytes]) -> Any:
    """An application that answers everything with some pieces, whose length it does not tell."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    return app
