"""What Prometheus reads follows what happens."""

import re

import httpx
import pytest

from hub.api import figures
from hub.api.context import Hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker
from tests.eventually import eventually


def value(speaker: Speaker, series: str) -> float:
    """A series' value; 0 where there is none."""
    # on a connection of its own: the server closes the one on which a fault came
    text = httpx.get(speaker.client.base_url.join("/metrics"), timeout=30).text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_answers_are_counted_faults_among_them(
    hub: Hub, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def series(status: str) -> float:
        return value(speaker, f'hub_http_responses_total{{status="{status}"}}')

    wrong, faults = series("4xx"), series("5xx")
    assert speaker.ask("/v1/figures", period="never").status_code == 422
    assert (series("4xx"), series("5xx")) == (wrong + 1, faults)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(figures, "cut_rows", broken)
    assert speaker.ask("/v1/figures", period="2020").status_code == 500
    assert (series("4xx"), series("5xx")) == (wrong + 1, faults + 1)


def test_watchers_are_counted_while_they_watch(hub: Hub) -> None:
    with listening(hub) as client:
        speaker = Speaker(client)
        with client.stream("GET", "/v1/live") as stream:
            told = stream.iter_raw()
            next(told)
            assert value(speaker, "hub_sse_clients") == 1
        eventually(lambda: value(speaker, "hub_sse_clients") == 0)
