"""SIGTERM ends the hub soon, whoever is connected and whatever they do."""

import time
from contextlib import ExitStack
from pathlib import Path

from tests.hub_process import HubProcess
from tests.server.raw import connect, parsed, rest

POST = (
    b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/cloudevents+json\r\nContent-Length: 1000\r\n\r\n{"
)


def test_nobody_keeps_it_from_ending(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data") as alone:
        begun = time.monotonic()
        assert alone.stop() == 0
        by_itself = time.monotonic() - begun
    with HubProcess(tmp_path / "data") as process, ExitStack() as opened:
        for n in range(200):
            idle = opened.enter_context(connect(process.url))
            idle.sendall((b"", b"GET / HT")[n % 2])
        watcher = opened.enter_context(connect(process.url))
        watcher.sendall(b"GET /v1/live HTTP/1.0\r\n\r\n")
        assert b"snapshot" in watcher.recv(2**16) + watcher.recv(2**16)
        sender, forgetful, asker = (opened.enter_context(connect(process.url)) for _ in range(3))
        sender.sendall(POST)
        forgetful.sendall(2000 * b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        asker.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert parsed(asker.recv(2**16)).status == 200
        begun = time.monotonic()
        assert process.process is not None
        process.process.terminate()
        told = parsed(rest(sender))
        assert (told.status, told.headers["retry-after"]) == (503, "5")
        assert told.problem["title"] == "the hub is stopping"
        assert rest(watcher).count(b"event: ") >= 0  # it ends
        assert process.stop() == 0
        # without being told, the last ones would have ten seconds more
        assert time.monotonic() - begun < 2 * by_itself + 8
    assert "Traceback" not in process.output()
