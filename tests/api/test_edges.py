"""What stands before all routes, on a hub that asks for no keys."""

import time

import httpx
import pytest

from tests.api.speaking import Speaker, event

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
    assert abs(size - len(get.content)) < 100, "the answers tell moments, whose length differs"
    assert speaker.client.get("/healthz").json() == {"status": "ok"}, "the connection goes on"


def test_head_of_the_live_stream_ends_and_leaves_no_watcher(speaker: Speaker) -> None:
    head = speaker.client.head("/v1/live", timeout=10)
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")
    until = time.monotonic() + 10
    while "hub_sse_clients 0.0" not in speaker.client.get("/metrics").text:
        assert time.monotonic() < until
