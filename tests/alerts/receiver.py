"""A webhook that the tests of alerts listen on."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.eventually import eventually

Json = dict[str, Any]


class Receiver:
    """A web server that notes what it gets, and answers or hangs as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.hang = threading.Event()
        self.hang.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.hang.wait(30)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 204
                outer.got.append((dict(self.headers), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://localhost:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, count: int) -> list[Json]:
        eventually(lambda: len(self.got) >= count, f"{count} are told")
        assert len(self.got) == count
        return [json.loads(body) for _, body in self.got]

    def close(self) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()
