"""A stand-in for a hub in trouble: answers as a script says."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answer = tuple[int, dict[str, str], dict[str, Any] | None]
"""Status, headers, JSON body; status 0: hang up without an answer."""


class StandIn:
    """Gives the answers of the script, then accepts everything; remembers what came and when."""

    def __init__(self, *script: Callable[[list[dict[str, Any]]], Answer]) -> None:
        self.script = list(script)
        self.requests: list[list[str]] = []
        self.moments: list[float] = []
        self.url = ""
        self.audit: dict[str, Any] = {}

    def answer(self, body: bytes) -> Answer:
        events = orjson.loads(gzip.decompress(body))
        self.requests.append([it["subject"] for it in events])
        self.moments.append(time.monotonic())
        return self.script.pop(0)(events) if self.script else outcomes()(events)


def outcomes(*names: str) -> Callable[[list[dict[str, Any]]], Answer]:
    """Answer 200 with an outcome for each event: the given ones, then accepted."""

    def answer(events: list[dict[str, Any]]) -> Answer:
        told = [
            {"id": it["id"], "outcome": name, "errors": []}
            for it, name in zip(events, [*names, *["accepted"] * len(events)], strict=False)
        ]
        return 200, {"Hub-Position": "0-7"}, {"events": told}

    return answer


def status(code: int, **headers: str) -> Callable[[object], Answer]:
    """Answer with a status and without a body."""
    return lambda _: (code, {name.replace("_", "-"): it for name, it in headers.items()}, None)


@contextmanager
def serving(stand_in: StandIn) -> Iterator[StandIn]:
    """Listen on a free port while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply((200, {}, {"ready": True}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/audit":
                self._reply((200, {}, stand_in.audit))
            else:
                self._reply(stand_in.answer(body))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

        def _reply(self, answer: Answer) -> None:
            code, headers, body = answer
            if not code:
                self.close_connection = True
                return
            content = b"" if body is None else orjson.dumps(body)
            kind = {"Content-Type": "text/html" if body is None else "application/json"}
            self.send_response(code)
            for name, value in (headers | kind | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stand_in.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield stand_in
        finally:
            server.shutdown()
            thread.join()
