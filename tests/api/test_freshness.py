"""A source that is silent for longer than is expected of it is late, wherever that is told."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from hub.api.context import Hub
from hub.core.time import HOUR, SECOND
from hub.log.port import encode_position
from hub.processes.serve import embedded_hub
from hub.registry import Source
from hub.registry.connectors import Told
from schemas.event import Event
from tests.api.conftest import listening


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def now(opened: Hub) -> int:
    return opened.now()


@pytest.fixture(scope="module")
def client(opened: Hub, now: int) -> Iterator[httpx.Client]:
    """Of a hub whose clock stands still."""
    sources = [
        Source("/never", "Never", 3600),
        Source("/no-limit", "No limit"),
        Source("/quick", "Quick", 3600),
        Source("/slow", "Slow", 3600),
        Source("/still", "Nothing new", 3600),
        Source("/waits", "Waits", 3600),
    ]
    opened.registry.sources.put(sources)
    seen = {row.source: now - 2 * HOUR for row in sources if row.source != "/never"}
    opened.registry.sources.seen(seen | {"/quick": now - HOUR})
    for name, read in (("still", now), ("waits", now)):
        told = Told(f"/{name}", "sql", None, {}, last_read=read)
        opened.registry.connectors.hold(name, "o", told, now)
    opened.registry.connectors.pause("waits", "o", "x", {"token": "t"}, now - HOUR - SECOND)
    with listening(replace(opened, now=lambda: now)) as found:
        yield found


def test_late_is_what_was_not_heard_of_for_longer_than_expected(client: httpx.Client) -> None:
    rows = client.get("/v1/sources").json()["sources"]
    late = {row["source"] for row in rows if row["late"]}
    assert late == {"/never", "/slow", "/waits"}
    assert {row["source"] for row in rows if row["last_read"]} == {"/still", "/waits"}


def test_it_is_a_metric_for_everybody_and_named_for_nobody(client: httpx.Client) -> None:
    assert "\nhub_sources_late 3.0\n" in client.get("/metrics").text


def test_what_was_told_may_be_put_back(client: httpx.Client) -> None:
    before = client.get("/v1/sources").json()
    assert client.put("/v1/sources", json=before).json() == {"stored": 6}
    assert client.get("/v1/sources").json() == before


def test_a_report_tells_which_of_its_sources_are_late(opened: Hub, client: httpx.Client) -> None:
    received = {"channel": "post"}
    events = [
        Event("H1", source[1:], source, "r", "received", 1_579_000_000 * SECOND, 0, received)
        for source in ("/quick", "/slow", "/new")
    ]
    opened.log.append(events).result(60)  # not by HTTP, which would note that they were heard of
    asked = {"period": "2020-Q1", "min_position": encode_position(opened.log.end())}
    told = client.get("/v1/reports/vpcp-06a", params=asked).json()["sources"]
    assert {row["source"]: row["late"] for row in told} == {
        "/new": False, "/quick": False, "/slow": True,
    }  # fmt: skip
