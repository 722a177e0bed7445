"""A service that answers dossiers as they are, page by page, to who has its token."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson

from hub.demo.vendors.states import State

_PAGE = 500


class Portal(NamedTuple):
    """Where it is asked, and with which token."""

    url: str
    token: str


@contextmanager
def portal(states: Iterable[State]) -> Iterator[Portal]:
    """The service with some dossiers, on a free port of this machine."""
    items, token = list(map(_item, states)), secrets.token_urlsafe(24)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """A page of dossiers."""
            if self.headers.get("authorization") != f"Bearer {token}":
                self._answer(401, {"message": "token"})
                return
            asked = parse_qs(urlsplit(self.path).query)
            first = int(asked.get("cursor", ["0"])[0])
            following = str(first + _PAGE) if first + _PAGE < len(items) else None
            page = {"items": items[first : first + _PAGE], "next": following}
            self._answer(200, {"data": page})

        def _answer(self, status: int, value: dict[str, Any]) -> None:
            body = orjson.dumps(value)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is told of requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Portal(f"http://127.0.0.1:{server.server_port}/api/hoso", token)
        finally:
            server.shutdown()
            thread.join()


def _item(state: State) -> dict[str, Any]:
    return {
        "maHoSo": state["subject"],
        "donVi": {"ma": state["unit"]},
        "thuTuc": {"ma": state["procedure"], "linhVuc": state["field"]},
        "nguoiNop": {"ten": "không được đọc / never read"},
        "kenh": str(state["channel"]),
        "mucDo": _text(state["online_level"]),
        "ngayTiepNhan": _digits(state["received"]),
        "ngayHenTra": _digits(state["due"]),
        "trangThai": str(state["status"]),
        "ngayKetThuc": _digits(state["closed"]),
        "ketQua": _text(state["outcome"]),
        "lyDoRut": state["reason"],
        "ngayTra": _digits(state["returned"]),
        "hinhThuc": _text(state["return_channel"]),
        "boSung": [
            {
                "ngayYeuCau": _digits(one["asked"]),
                "ngayNop": _digits(one.get("brought")),
                "ngayHenTraMoi": _digits(one.get("due")),
                "lyDo": one["reason"],
            }
            for one in state["supplements"]
        ],
    }


def _digits(time: str | None) -> str | None:
    return time and "".join(filter(str.isdigit, time))


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)
