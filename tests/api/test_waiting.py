"""Who waits for news waits no longer than something can come, and than he wants to know."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from hub.api.context import Hub
from hub.api.lanes import Lanes
from hub.log.port import Position
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.api.test_lanes import asking, wait_until


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as opened:
        yield opened


class Stuck:
    """A processor that never comes to any position."""

    trouble = None

    def __init__(self, applied: Position) -> None:
        self.applied, self.asked = applied, 0

    def includes(self, position: Position) -> bool:
        self.asked += 1
        return not position

    def quarters_cover(self, _: int) -> bool:
        return False


WAITING = [
    "/v1/figures?period=2020", "/v1/overdue?", "/v1/due-soon?", "/v1/undated?",
    "/v1/dossiers?figure=refused&period=2020", "/v1/dossiers/U1/s?", "/v1/dead-letters?",
]  # fmt: skip


@pytest.mark.parametrize("path", WAITING)
def test_a_position_beyond_the_end_of_the_log_is_not_waited_for(hub: Hub, path: str) -> None:
    with listening(hub) as client:
        position = Speaker(client).accept(event(subject=f"{time.time_ns()}"))
        assert asked_for(client, path, position).status_code in (200, 404)
        number = int(position.partition("-")[2])
        for beyond in (f"0-{number + 1}", "0-9999999999999999999", "7-1", f"{position}.3-0"):
            begun = time.monotonic()
            answer = asked_for(client, path, beyond)
            assert (answer.status_code, time.monotonic() - begun < 25) == (504, True)
            assert "ends before this position" in answer.json()["detail"]


def asked_for(client: httpx.Client, path: str, position: str) -> httpx.Response:
    return client.get(f"{path}&min_position={position}")


@pytest.mark.parametrize("path", WAITING)
def test_a_wait_ends_when_the_asker_left_or_the_hub_stops(hub: Hub, path: str) -> None:
    with listening(hub) as client:
        position = Speaker(client).accept(event(subject=f"{time.time_ns()}"))
    stuck = Stuck({0: 0})
    waiting = replace(hub, progress=stuck, lanes=Lanes())

    def looks() -> bool:
        before = stuck.asked
        time.sleep(0.3)
        return stuck.asked > before

    with listening(waiting) as client, ThreadPoolExecutor(1) as asker:
        with asking(client, "GET", f"{path}&min_position={position}"):
            wait_until(looks)
        wait_until(lambda: not looks())
        asked_on = asker.submit(asked_for, client, path, position)
        wait_until(looks)
        waiting.lanes.close()
        assert asked_on.result(5).status_code == 503
        waiting.lanes.end()
