"""What stands before all routes, on a hub that asks for no keys."""

import pytest

from tests.api.speaking import Speaker
from tests.eventually import eventually

Q = "/v1/figures?period=2020-Q1"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/static/app.js", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"),
        *(Q, "/v1/figures", "/v1/units", "/v1/overdue", "/v1/nothing", "/v1/events"),
    ],
)
def test_head_is_get_without_the_body(speaker: Speaker, path: str) -> None:
    get, head = speaker.client.get(path), speaker.client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    same = [name for name in get.headers if name not in ("date", "content-length")]
    assert [head.headers[name] for name in same] == [get.headers[name] for name in same]
    size = int(head.headers["content-length"])
    counted = 2000 if path == "/metrics" else 100  # lines come up; moments differ in length
    assert abs(size - len(get.content)) < counted
    assert speaker.client.get("/healthz").json() == {"status": "ok"}, "the connection goes on"


def test_head_of_the_live_stream_ends_and_leaves_no_watcher(speaker: Speaker) -> None:
    head = speaker.client.head("/v1/live", timeout=10)
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")
    eventually(lambda: "hub_sse_clients 0.0" in speaker.client.get("/metrics").text)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *(("Host", h) for h in ("evil.example", "evil.example:8000", "", "127.0.0.1.evil.example")),
        *(("Host", h) for h in ("localhost@evil.example", "evil.example/localhost", "192.0.2.1")),
        *(("Host", h) for h in ("[2001:db8::1]:8000", "[::1", "0.0.0.0", "localhost.evil.example")),
        *(("Origin", o) for o in ("https://evil.example", "null", "", "http://localhost.example")),
        *(("Origin", o) for o in ("localhost", "http://127.0.0.1@evil.example")),
    ],
)
def test_an_open_hub_is_not_for_other_sites(speaker: Speaker, header: str, value: str) -> None:
    for verb, path in (("GET", "/"), ("GET", Q), ("POST", "/v1/keys"), ("POST", "/v1/events")):
        answer = speaker.client.request(verb, path, headers={header: value})
        assert answer.status_code == 403, (verb, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert header in answer.json()["detail"]
        assert "without --open" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.8.9.1:80", "[::1]"])
def test_an_open_hub_answers_this_machine(speaker: Speaker, host: str) -> None:
    for headers in ({"Host": host}, {"Origin": f"http://{host}"}):
        assert speaker.client.get(Q, headers=headers).status_code == 200


def test_no_site_makes_a_key_without_asking_first(speaker: Speaker) -> None:
    """What a browser sends across sites without a preflight is no media type of the registry."""
    key = b'{"role": "admin", "label": "evil"}'
    rows = b'[{"code": "E", "name": "evil", "source": "/evil"}]'
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "text/csv-schema"):
        headers = {"Content-Type": media_type}
        answers = [speaker.client.post("/v1/keys", content=key, headers=headers)]
        for name in ("units", "procedures", "sources"):
            answers += [speaker.client.put(f"/v1/{name}", content=rows, headers=headers)]
        for answer in answers:
            assert answer.status_code == 415, answer.request.url
            assert "application/json" in answer.json()["detail"]
    csv = {"Content-Type": "text/csv; charset=utf-8"}
    assert speaker.client.put("/v1/sources", content=rows, headers=csv).status_code == 415
    assert speaker.client.put("/v1/units", content=b"code,name\nE,e\n", headers=csv).is_success
    plain = b'[{"code": "E", "name": "e"}]'  # no type at all: a program, and not a form
    assert speaker.client.put("/v1/units", content=plain).is_success
    assert speaker.ask("/v1/keys").json() == {"keys": []}
