"""A made-up service over HTTP that does what it is told, also wrongly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.mapping import Document, loads
from connectors.rest import RestSource


@dataclass
class Request:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Reply:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    """Bytes that are kept back though they were announced."""


Answer = Callable[[Request], Reply]


class Server:
    """Answers with what waits in `first`, then by `answer`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.first: list[Reply | Answer] = []
        self.answer: Answer = lambda _: Reply([])
        self.opened: list[RestSource] = []

    def keep(self, source: RestSource) -> RestSource:
        """Close it in the end."""
        self.opened.append(source)
        return source

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.first:
            waiting = self.first.pop(0)
            return waiting(request) if callable(waiting) else waiting
        return self.answer(request)


@contextmanager
def serving() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("content-length", 0))
            request = Request(
                self.command, address.path, dict(parse_qsl(address.query)),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length).decode(),
            )  # fmt: skip
            reply = server.reply(request)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - reply.cut])
            if reply.cut:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        for opened in server.opened:
            opened.close()
        listener.shutdown()
        thread.join()
        listener.server_close()


READ = """
connector: made-up
source: /made-up
read:
  kind: rest
  url: {url}/api/hoso
  private: true
  times: [yyyyMMddHHmmss]
  {more}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts: {{received: {{at: ngay, channel: {{value: direct}}, field: {{from: tt}}}}}}
"""


def document(url: str, more: str = "items: data.items") -> Document:
    return loads(READ.format(url=url, more=more), "made-up.yaml")


def source(server: Server, more: str = "items: data.items") -> RestSource:
    """Its waits are noted, not waited."""
    return server.keep(RestSource(document(server.url, more), wait=lambda _: None))


def item(code: str, **more: Any) -> dict[str, Any]:
    return {"ma": code, "ngay": "20201105083000", "tt": "s1", "ten": "secret", **more}


def listed(items: list[dict[str, Any]], size: int) -> Answer:
    """By number (`trang`), offset (`tu`), cursor (`sau`) or link, as a request asks."""

    def answer(request: Request) -> Reply:
        asked = request.params
        if "trang" in asked:
            at = (int(asked["trang"]) - 1) * size
        else:
            at = int(asked.get("tu", asked.get("sau", 0)))
        part = items[at : at + size]
        follows = at + size if at + size < len(items) else None
        link = f"/api/hoso?sau={follows}" if follows else None
        data = {"items": part, "next": follows, "link": link}
        headers = {"Link": f'<{link}>; rel="next", </>; rel="first"'} if link else {}
        return Reply({"data": data}, headers=headers)

    return answer
