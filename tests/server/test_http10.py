"""HTTP/1.0 knows no chunks: such an answer ends with the connection."""

import pytest

from tests.api.conftest import hub, speaker
from tests.api.speaking import Speaker
from tests.server.raw import connect, echo, in_pieces, parsed, said, serving

__all__ = ["hub", "speaker"]


@pytest.mark.parametrize("pieces", [[], [b"a"], [b"a", b"", b"bc"], [2**20 * b"d"] * 5])
@pytest.mark.parametrize("more", [b"", b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n"])
def test_a_stream_comes_as_it_is(pieces: list[bytes], more: bytes) -> None:
    with serving(in_pieces(pieces), lifespan="off") as url:
        answer = said(url, b"GET / HTTP/1.0\r\n" + more + b"\r\n")
        head = said(url, b"HEAD / HTTP/1.0\r\n" + more + b"\r\n")
        chunked = said(url, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.status == head.status == 200
    assert answer.body == b"".join(pieces)
    assert head.body == b""
    for found in (answer, head):
        assert found.headers["connection"] == "close"
        assert not {"transfer-encoding", "content-length"} & set(found.headers)
    assert chunked.headers["transfer-encoding"] == "chunked"


def test_a_known_length_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(echo, lifespan="off") as url:
        answer = said(url, b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab")
    assert (answer.headers["content-length"], answer.body) == ("2", b"ab")


def test_the_live_stream(speaker: Speaker) -> None:
    with connect(str(speaker.client.base_url)) as watching:
        watching.sendall(b"GET /v1/live HTTP/1.0\r\n\r\n")
        got = b""
        while b"event: snapshot\n" not in got:
            got += watching.recv(2**16)
        answer = parsed(got)
    assert answer.status == 200
    assert "transfer-encoding" not in answer.headers
    assert answer.body.startswith(b"id: ")


@pytest.mark.parametrize(
    "path", ["/", "/static/app.js", "/docs", "/openapi.json", "/readyz", "/metrics", "/v1/nothing",
             "/v1/units", "/v1/figures?period=2020", "/v1/board", "/v1/overdue"],
)  # fmt: skip
def test_every_answer(speaker: Speaker, path: str) -> None:
    plain = speaker.client.get(path)
    for verb in (b"GET", b"HEAD"):
        answer = said(
            str(speaker.client.base_url), verb + b" " + path.encode() + b" HTTP/1.0\r\n\r\n"
        )
        assert answer.status == plain.status_code
        assert "transfer-encoding" not in answer.headers
        assert answer.headers["connection"] == "close"
        length = answer.headers.get("content-length")
        assert verb == b"HEAD" or length is None or int(length) == len(answer.body)
