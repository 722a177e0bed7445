"""A service that misbehaves: what passes is tried again, the rest is told."""

import gzip
import json
import re
import socket
from typing import Any

import pytest

from connectors.mapping import loads
from connectors.port import BrokenSourceError, SourceError
from connectors.rest import RestSource, open_source
from connectors.rest.network import is_public
from connectors.rest.service import Service, _AgainError, _backoff, _seconds
from tests.connectors.rest.test_paging import keys
from tests.connectors.rest.vendor import READ, Reply, Request, Server, document, item, source
from tests.connectors.source_contract import read

GOOD = Reply([item("A-1")])
PLAIN = "every: 1m"
BASIC = "Basic aHViOnMzY3JldA=="


@pytest.mark.parametrize(
    "bad",
    [
        Reply({}, 429, {"Retry-After": "1"}), Reply({}, 500), Reply({}, 503), Reply(b"<html>", 502),
        Reply([item("A-1")], cut=5), Reply(b'[{"ma": "A-'), Reply(b"<html>login</html>"),
    ],
)  # fmt: skip
def test_trouble_that_passes_is_tried_again(server: Server, bad: Reply) -> None:
    server.answer = lambda _: GOOD
    server.first = [bad, bad]
    assert keys(read(source(server, PLAIN))) == ["A-1"]
    assert len(server.requests) == 3
    server.first = [bad] * 5
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:\d+ (answers|does not answer)"):
        read(source(server, PLAIN))


def test_it_says_which_service_is_asked_again_and_why(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = lambda _: GOOD
    server.first = [Reply({}, 429, {"Retry-After": "1"})]
    with caplog.at_level("INFO"):
        read(source(server, PLAIN))
    told = [one for one in caplog.records if "again" in one.message or "retry" in one.message]
    assert [one.levelname for one in told] == ["INFO"]
    assert not [one for one in caplog.records if "/api/" in one.getMessage()]  # a secret may follow
    assert re.fullmatch(
        r"127\.0\.0\.1:\d+ answers 429; it is asked again in \d+\.\d s", told[0].message
    )


def test_it_waits_as_long_as_the_service_asks_but_not_inside_a_poll_for_long() -> None:
    assert _backoff(_AgainError("answers 429", 7.0)) == 7.0
    assert _backoff(_AgainError("answers 429", 3_600.0)) is False
    assert _backoff(_AgainError("answers 503")) is True
    assert _backoff(ValueError()) is False


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("0", 0, 0), ("Fri, 01 Jan 2100 00:00:00 GMT", 1e9, 3e9), ("soon", -1, -1),
     ("Fri, 01 Jan 1999 00:00:00 GMT", 0, 0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str, low: float, high: float) -> None:
    found = _seconds(value)
    assert low <= (-1 if found is None else found) <= high


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "correct `auth`"), (403, "ask its owner"), (404, "correct `url`"), (400, "answers 400")],
)
def test_refusals_are_told_at_once(server: Server, status: int, says: str) -> None:
    server.answer = lambda _: Reply({}, status)
    with pytest.raises(BrokenSourceError, match=says):
        read(source(server, PLAIN))
    assert len(server.requests) == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    opened = open_source(document(f"http://127.0.0.1:{port}", PLAIN))
    with pytest.raises(SourceError, match=rf"127\.0\.0\.1:{port} does not answer"):
        read(opened)
    opened.close()


def test_answers_are_bounded_also_when_packed(server: Server) -> None:
    packed = gzip.compress(b"[" + b" " * 5_000_000 + b"]")
    server.answer = lambda _: Reply(packed, headers={"Content-Encoding": "gzip"})
    service = Service(document(server.url, PLAIN).read, most=1 << 20)  # type: ignore[arg-type]
    with pytest.raises(BrokenSourceError, match=r"over 1 MiB; ask for smaller pages"):
        service.get(server.url, {})
    service.close()


def test_redirects_stay_on_the_host(server: Server) -> None:
    server.answer = lambda _: GOOD
    server.first = [Reply({}, 302, {"Location": "/moved?x=1"})]
    assert keys(read(source(server, PLAIN))) == ["A-1"]
    assert server.requests[-1].path == "/moved"
    for target in ("http://169.254.169.254/latest", "http://elsewhere.example/"):
        server.first = [Reply({}, 301, {"Location": target})]
        with pytest.raises(BrokenSourceError, match="sends to another host"):
            read(source(server, PLAIN))
    server.first = [Reply({}, 302, {"Location": "/again"})] * 9
    with pytest.raises(BrokenSourceError, match="in circles"):
        read(source(server, PLAIN))


class TestPrivateNetworks:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.1.2.3"]
    )
    def test_they_are_refused(self, server: Server, host: str) -> None:
        port = server.url.rpartition(":")[2]
        text = READ.format(url=f"http://{host}:{port}", more=PLAIN).replace("  private: true\n", "")
        with pytest.raises(BrokenSourceError, match="write `private: true`"):
            read(server.keep(open_source(loads(text, "x.yaml"))))
        assert server.requests == []

    def test_the_address_that_a_name_leads_to_counts(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(server.url.rpartition(":")[2])
        real = socket.getaddrinfo

        def rebound(host: Any, *rest: Any, **more: Any) -> Any:
            return real("127.0.0.1" if host == "dvc.example.vn" else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        text = READ.format(url=f"http://dvc.example.vn:{port}", more=PLAIN)
        public = text.replace("  private: true\n", "")
        server.answer = lambda _: GOOD
        assert keys(read(server.keep(open_source(loads(text, "x.yaml"))))) == ["A-1"]
        with pytest.raises(BrokenSourceError, match=r"dvc\.example\.vn:\d+ lies in a private"):
            read(server.keep(open_source(loads(public, "x.yaml"))))
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "address",
        ["10.0.0.1", "172.16.3.4", "192.168.1.1", "127.8.8.8", "169.254.169.254", "0.0.0.0",
         "100.64.0.1", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "224.0.0.1",
         "2002:0a00:0001::"],
    )  # fmt: skip
    def test_private_addresses(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "203.162.4.190", "2606:4700::1111"])
    def test_public_addresses(self, address: str) -> None:
        assert is_public(address)


class TestLogin:
    @pytest.mark.parametrize(
        ("auth", "header", "value"),
        [
            ("{bearer: env:MADE_UP}", "authorization", "Bearer s3cret"),
            ("{basic: {user: hub, password: env:MADE_UP}}", "authorization", BASIC),
            ("{header: {X-Api-Key: env:MADE_UP}}", "x-api-key", "s3cret"),
        ],
    )  # fmt: skip
    def test_headers(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, auth: str, header: str, value: str
    ) -> None:
        monkeypatch.setenv("MADE_UP", "s3cret")
        read(source(server, f"auth: {auth}"))
        assert server.requests[0].headers[header] == value
        server.answer = lambda _: Reply({}, 403)
        with pytest.raises(BrokenSourceError) as told:
            read(source(server, f"auth: {auth}"))
        assert "s3cret" not in str(told.value)
        monkeypatch.delenv("MADE_UP")
        with pytest.raises(BrokenSourceError, match="MADE_UP is not set"):
            read(source(server, f"auth: {auth}"))

    def oauth(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> RestSource:
        monkeypatch.setenv("MADE_UP", "s3cret")
        oauth = f"{{url: '{server.url}/token', client: hub, secret: env:MADE_UP, scope: doc}}"
        return source(server, f"auth: {{oauth: {oauth}}}")

    def test_a_token_is_kept_and_renewed_once(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tokens = iter(["t1", "t2", "t3", "t4"])
        valid = {"t1"}

        def answer(request: Request) -> Reply:
            if request.path == "/token":
                return Reply({"access_token": next(tokens), "expires_in": 3600})
            token = request.headers["authorization"].removeprefix("Bearer ")
            return GOOD if token in valid else Reply({}, 401)

        server.answer = answer
        opened = self.oauth(server, monkeypatch)
        read(opened)
        read(opened)
        assert [request.path for request in server.requests] == ["/token", "/api/hoso", "/api/hoso"]
        first = server.requests[0]
        assert first.headers["authorization"] == BASIC
        assert first.body == "grant_type=client_credentials&scope=doc"
        valid.add("t2")
        valid.discard("t1")
        assert keys(read(opened)) == ["A-1"]
        valid.clear()
        with pytest.raises(BrokenSourceError, match="refuses who asks"):
            read(opened)

    def test_a_short_token_is_not_used_to_its_end(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.answer = lambda request: (
            Reply({"access_token": "t", "expires_in": 20}) if request.path == "/token" else GOOD
        )
        opened = self.oauth(server, monkeypatch)
        read(opened)
        read(opened)
        assert [request.path for request in server.requests].count("/token") == 2

    def test_a_client_that_is_known_by_the_form_only(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(request: Request) -> Reply:
            if request.path != "/token":
                return GOOD
            is_told = "client_secret=s3cret" in request.body
            return Reply({"access_token": "t"}) if is_told else Reply({"error": "x"}, 401)

        server.answer = answer
        assert keys(read(self.oauth(server, monkeypatch))) == ["A-1"]

    def test_no_token(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        server.answer = lambda _: Reply({"error": "invalid_client"}, 400)
        with pytest.raises(BrokenSourceError, match=r"gives none \(status 400\)"):
            read(self.oauth(server, monkeypatch))


def test_the_rate_is_kept(server: Server) -> None:
    waits: list[float] = []
    more = "items: data.items\n  rate: 2/s\n  page: {by: number, send: trang}"
    server.answer = lambda request: Reply(
        {
            "data": {
                "items": [item(f"A-{request.params['trang']}")] * (request.params["trang"] < "4")
            }
        }
    )
    read(server.keep(RestSource(document(server.url, more), wait=waits.append)))
    assert len(server.requests) == 4
    assert len(waits) == 3
    assert waits[-1] > 1.0  # nothing was waited really, so they add up


def test_json_is_read_whatever_its_type_is_called(server: Server) -> None:
    body = json.dumps([item("A-1")]).encode()
    server.answer = lambda _: Reply(body, headers={"Content-Type": "text/plain"})
    assert keys(read(source(server, PLAIN))) == ["A-1"]
    server.answer = lambda _: Reply(b"", 204)
    assert keys(read(source(server, PLAIN))) == []
