"""Dear questions run aside, few at a time; nobody else waits for them, and they end when nobody
wants their answer."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from hub.api.app import create_app
from hub.api.context import Hub
from hub.api.lanes import SHARE, Lane, Lanes
from hub.api.problems import ProblemError
from hub.dossier.thresholds import DEFAULTS
from hub.processes.serve import embedded_hub
from hub.registry import Unit
from hub.services.alert_rules import AlertSettings, AlertSetup
from tests.api.conftest import listening
from tests.api.costs import BODIES, COSTS, PARAMETERS
from tests.api.endless import Endless
from tests.api.speaking import event

DEADLINE = 30.0
UNITS = "&".join(f"unit=U{n}" for n in range(20))
SEALS: list[str] = []  # ids of those that tests made


def calls(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every call that an application has."""
    paths = app.openapi()["paths"].items()
    return {(method.upper(), path) for path, methods in paths for method in methods}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True, signals=DEFAULTS) as opened:
        opened.registry.units.put([Unit("U1", "U1", "commune")])
        with listening(opened) as client:
            answer = client.post("/v1/reports/vpcp-06a/seal", json={"period": "2019"})
            SEALS.append(answer.json()["id"])
        yield opened


def somewhere(path: str) -> str:
    """A path with something in the place of its parameters."""
    path = path.replace("{form}/te", "phu-ho-2023/te")
    where = path.replace("{unit}", "U1").replace("{subject}", "s").replace("{seal_id}", SEALS[-1])
    where = where.replace("{number}", "1000000").replace("{letter_id}", "x").replace("{name}", "x")
    where = where.replace("{signal}", "reopened")
    return where.replace("{form}", "vpcp-06a")


def asked(client: httpx.Client, call: tuple[str, str], more: str = "") -> httpx.Response:
    method, path = call
    where = somewhere(path)
    in_query = method == "GET" or path in ("/v1/reconcile", "/v1/reports/{form}/stated")
    own = PARAMETERS.get(path, "") if in_query else ""
    query = "&".join(filter(None, (own, more)))
    return client.request(method, f"{where}?{query}", json=BODIES.get(call))


def test_every_call_is_classified(hub: Hub) -> None:
    assert calls(create_app(hub)) == set(COSTS), "say in COSTS what a new call costs"


def test_when_the_lanes_are_full_dear_questions_are_turned_away_and_all_others_answered(
    hub: Hub,
) -> None:
    lanes = Lanes()
    for lane in lanes.each().values():
        lane.taken, lane._most = 99, 0
    with listening(replace(hub, lanes=lanes)) as client:
        for call, cost in COSTS.items():
            if call == ("GET", "/v1/live"):
                continue
            wide = UNITS if cost == "by scope" else ""
            answer = asked(client, call, wide)
            if cost == "cheap":
                assert answer.status_code not in (429, 500, 503), (call, answer.text)
                continue
            assert answer.status_code == 503, (call, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            if cost == "by scope":
                assert asked(client, call, "unit=U1").status_code == 200, call
        assert client.post("/v1/events", json=event(), headers=STRUCTURED).status_code == 202


STRUCTURED = {"content-type": "application/cloudevents+json"}


AUDITS = {("POST", "/v1/audit"), ("POST", "/v1/verify")}  # they read more than the store
DEAR = [call for call, cost in COSTS.items() if cost != "cheap" and call not in AUDITS]


ALERTS = {
    "target": [{"name": "a", "kind": "webhook", "url": "https://a.example/"}],
    "rule": [{"name": "many", "when": "overdue_count", "targets": ["a"]}],
}


@pytest.fixture
def endless(hub: Hub) -> Hub:
    store, alerts = Endless(hub.store), AlertSetup(AlertSettings.model_validate(ALERTS))
    return replace(hub, store=store, lanes=Lanes(), alerts=alerts)  # type: ignore[arg-type]


def wait_until(what: Any) -> None:
    until = time.monotonic() + DEADLINE
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)


@contextmanager
def asking(client: httpx.Client, method: str, path: str, body: Any = None) -> Iterator[None]:
    """Somebody who asks, and leaves without the answer."""
    content = json.dumps(body).encode() if body is not None else b""
    with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as one:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        one.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        yield


@pytest.mark.parametrize("call", DEAR, ids=lambda call: call[1])
def test_a_question_ends_when_its_asker_left(endless: Hub, call: tuple[str, str]) -> None:
    (method, path), lanes = call, endless.lanes.each().values()
    with listening(endless) as client:
        query = PARAMETERS.get(path, "")
        with asking(client, method, f"{somewhere(path)}?{query}", BODIES.get(call)):
            wait_until(lambda: endless.store.asked == 1)  # type: ignore[attr-defined]
            assert any(lane.taken for lane in lanes)
        wait_until(lambda: not any(lane.taken for lane in lanes))


def test_questions_end_and_are_turned_away_when_the_hub_stops(endless: Hub) -> None:
    lanes = endless.lanes.each().values()
    with listening(endless) as client, ThreadPoolExecutor(len(DEAR)) as askers:
        all_asked = [askers.submit(asked, client, call) for call in DEAR]
        wait_until(lambda: sum(lane.taken + lane.waiting for lane in lanes) == len(DEAR))
        begun = time.monotonic()
        endless.close()
        answers = [one.result(DEADLINE) for one in all_asked]
        assert time.monotonic() - begun < 25  # a question has thirty seconds
        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.json()["title"] == "the hub is stopping" for answer in answers)
        assert asked(client, DEAR[0]).status_code == 503
        endless.lanes.end()


def test_one_key_does_not_have_the_lane_for_itself() -> None:
    async def run() -> None:
        lane, order = Lane(1, SHARE + 2), list[str]()
        release = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(name: str) -> str:
            if name == "first":
                asyncio.run_coroutine_threadsafe(release.wait(), loop).result(DEADLINE)
            order.append(name)
            return name

        async def never() -> Any:
            await asyncio.Event().wait()

        def ask(key: int, name: str) -> "asyncio.Task[str]":
            request = Request({"type": "http"}, never)
            return asyncio.create_task(lane.run(request, key, lambda: work(name)))

        tasks = [ask(1, "first"), *(ask(1, f"1-{n}") for n in range(SHARE))]
        await asyncio.sleep(0)
        tasks += [ask(2, "2-0"), ask(3, "3-0")]
        for _ in range(5):  # each asker has begun to wait
            await asyncio.sleep(0)
        assert lane.waiting == SHARE + 2
        for key, status in ((1, 429), (4, 503)):  # its share, and the lane itself, is full
            with pytest.raises(ProblemError) as refused:
                await ask(key, "too much")
            assert refused.value.status == status
            assert refused.value.headers
        release.set()
        await asyncio.gather(*tasks)
        assert order[:4] == ["first", "1-0", "2-0", "3-0"]
        assert lane.taken == lane.waiting == 0
        lane.end()

    asyncio.run(asyncio.wait_for(run(), DEADLINE))
