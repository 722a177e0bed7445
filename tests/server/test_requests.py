"""Requests that are no HTTP, too large or too slow get a problem that says what to do; nobody
waits for them."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from hub.server import connection
from tests.server.raw import DEADLINE, connect, echo, in_pieces, parsed, rest, said, serving

HOST = b"Host: localhost\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
KB64 = 64 * 1024


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(echo, lifespan="off") as address:
        yield address


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"foo\r\n\r\n"),
        (400, b"\x16\x03\x01\x02\x00\x01\x00\x01"),  # TLS
        (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (400, b"GET / HTTP/3.7\r\n\r\n"),
        (400, b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n"),
        (400, b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\nno field\r\n\r\n"),
        (400, POST + b"Content-Length: x\r\n\r\n"),
        (400, POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        (400, POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (400, CHUNKED + b"zz\r\n"),
        (400, CHUNKED + b"1\r\nabc\r\n"),
        (505, b"GET / HTTP/2.0\r\n\r\n"),
        (505, b"GET /\r\n\r\n"),
        (414, b"GET /" + 85_000 * b"a" + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
        (414, b"GET /?unit=" + KB64 * b"a"),
        (431, b"GET / HTTP/1.1\r\n" + HOST + b"A: " + KB64 * b"a" + b"\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\n" + HOST + 20_000 * b"a: b\r\n" + b"\r\n"),
        (431, b"GET / HTTP/1.1\r\n" + HOST + KB64 * b"a" + b": b\r\n\r\n"),
        (431, CHUNKED + b"1\r\na\r\n0\r\nA: " + 3 * KB64 * b"a"),  # a trailer
        (431, CHUNKED + b"1;" + 3 * KB64 * b"a"),
    ],
)
@pytest.mark.parametrize("size", [2**30, 40_000])
def test_what_cannot_be_taken_is_a_problem(
    url: str, status: int, request_: bytes, size: int
) -> None:
    pieces = [request_[at : at + size] for at in range(0, len(request_), size)]
    answer = said(url, *pieces)
    assert answer.status == status, answer.body
    assert answer.problem
    assert answer.headers["connection"] == "close"
    assert b"aaa" not in answer.body, "nothing of it is repeated"
    assert httpx.get(url).status_code == 200


def test_a_head_below_64_kb_and_any_body_are_taken(url: str) -> None:
    head = POST + b"Connection: close\r\nContent-Length: 1000000\r\nA: "
    full = head + (KB64 - len(head) - 4) * b"a" + b"\r\n\r\n"
    assert said(url, full, 10**6 * b"b").body == 10**6 * b"b"
    with httpx.Client(base_url=url) as client:
        for size in (10, 70_000, 300_000):
            assert client.post("/", content=size * b"c").content == size * b"c"
        sent = (size * b"d" for size in (1, 70_000, 300_000))
        assert len(client.post("/", content=sent).content) == 370_001


def test_fields_after_a_body_are_not_the_applications(url: str) -> None:
    answer = said(
        url, CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        b"1\r\na\r\n0\r\nAuthorization: Bearer of-another\r\n\r\n",
    )  # fmt: skip
    assert (answer.status, answer.headers["fields"], answer.body) == (200, "3", b"a")


def test_nobody_waits_for_a_head_of_150_mb(url: str) -> None:
    done = threading.Event()
    slowest = 0.0

    def ask() -> None:
        nonlocal slowest
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            while not done.is_set():
                begun = time.monotonic()
                client.get("/")
                slowest = max(slowest, time.monotonic() - begun)

    asking = threading.Thread(target=ask)
    asking.start()
    answer = said(url, b"GET / HTTP/1.1\r\nA: ", *150 * [2**20 * b"a"])
    done.set()
    asking.join()
    assert answer.status == 431
    assert slowest < 10, "others waited"


def test_an_offered_upgrade_is_not_taken(url: str) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\nHTTP2-Settings: AAM\r\n"
    for kind in (b"h2c", b"websocket"):
        answer = said(
            url, POST + offer % kind + b"Content-Length: 1\r\n\r\na",
            b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n",
        )  # fmt: skip
        assert answer.status == 200
        assert answer.body.startswith(b"aHTTP/1.1 200 OK"), "the next request is answered, too"


def test_what_came_before_is_answered_first(url: str) -> None:
    answer = said(url, POST + b"Content-Length: 1\r\n\r\na" + b"foo\r\n\r\n")
    assert (answer.status, answer.body, answer.headers["connection"]) == (200, b"a", "close")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "TAKE_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(connection, name, 1.0)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("begun", "status"),
    [
        (b"", None),
        (b"\r\n", None),
        (b"GET / HT", 408),
        (b"GET / HTTP/1.1\r\nHost: local", 408),
        (POST + b"Content-Length: 10\r\n\r\n", 408),
        (POST + b"Content-Length: 10\r\n\r\nabc", 408),
        (CHUNKED + b"5\r\nab", 408),
        (POST + b"Content-Length: 1\r\n\r\na", 200),  # and then nothing
        (POST + b"Content-Length: 1\r\n\r\naGET /", 200),
    ],
)
def test_who_sends_too_slowly_is_let_go(begun: bytes, status: int | None) -> None:
    with serving(echo, lifespan="off") as url, connect(url) as slow:
        slow.sendall(begun)
        slow.settimeout(10)
        answer = rest(slow)
    assert (answer == b"") == (status is None)
    if status is not None:
        found = parsed(answer)
        assert found.status == status
        assert status != 408 or found.problem


@pytest.mark.usefixtures("hasty")
def test_who_trickles_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some byte each moment is no progress: neither of a head, nor of a body."""
    monkeypatch.setattr(connection, "_BODY_GRACE", 1.0)
    for head in (b"GET / HTTP/1.1\r\nA: ", POST + b"Content-Length: 100000\r\n\r\n"):
        with serving(echo, lifespan="off") as url, connect(url) as slow:
            slow.sendall(head)
            slow.settimeout(0.1)
            until, got = time.monotonic() + 30, b""
            while not got:
                assert time.monotonic() < until
                slow.sendall(b"a")
                try:
                    got = slow.recv(2**16)
                except TimeoutError:
                    continue
            assert parsed(got).status == 408


@pytest.mark.usefixtures("hasty")
def test_who_takes_nothing_is_let_go_and_who_takes_slowly_is_not() -> None:
    much = [2**20 * b"a"] * 40
    with serving(in_pieces(much), lifespan="off") as url, connect(url) as slow:
        slow.sendall(b"GET / HTTP/1.0\r\n\r\n")
        got = 0
        for _ in range(30):  # three times as long as nothing may be taken
            got += len(slow.recv(2**20))
            time.sleep(0.1)
        got += len(rest(slow))
        assert got > 40 * 2**20
        with connect(url) as stuck:
            stuck.sendall(b"GET / HTTP/1.0\r\n\r\n")
            time.sleep(4)
            with pytest.raises(ConnectionResetError):
                assert len(rest(stuck)) == 40 * 2**20
