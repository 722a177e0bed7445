"""Many dear questions at once beside a hub at work: events, cheap questions and its end do not
wait for them, and its memory is bounded."""

import json
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.speaking import BATCH, Speaker, event
from tests.hub_process import HubProcess

DOSSIERS, AT_ONCE = 40_000, 24
UNITS = ("working_day", "calendar_day", "hour")
DEAR: list[tuple[str, str, Any]] = [
    ("GET", "/v1/calendar/check?limit=1", None),
    ("GET", "/v1/calendar/check?limit=10000&late_rule=true", None),
    ("POST", "/v1/calendar/what-if", {"days": [{"day": "2026-03-04", "kind": "off"}]}),
    ("GET", "/v1/undated?limit=1000", None),
    ("GET", "/v1/figures?period=2026&by=unit,procedure,field,channel", None),
    ("GET", "/v1/overdue", None),
    ("GET", "/v1/dossiers?figure=in_progress_total&period=2026", None),
]
LONGEST = 20.0
"""Seconds that a single call may take on a machine that is busy with other tests, too."""


def office(rng: random.Random) -> Iterator[bytes]:
    """Batches of open dossiers of 300 units, most with a due date."""
    now = datetime.now(timezone(timedelta(hours=7)))
    for start in range(0, DOSSIERS, 10_000):
        batch = []
        for number in range(start, start + 10_000):
            came = now - timedelta(minutes=rng.randint(60, 60 * 24 * 200))
            due = {"due_at": (came + timedelta(days=rng.randint(1, 40))).isoformat()}
            batch.append(
                event(
                    unit=f"H29.{number % 300:03}", subject=f"d{number}", time=came.isoformat(),
                    procedure=f"1.{number % 60}", field=f"f{number % 40}",
                    **(due if number % 5 else {}),
                )
            )  # fmt: skip
        yield json.dumps(batch).encode()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("dear") / "data") as hub:
        with httpx.Client(base_url=hub.url, timeout=120) as client:
            limits = [
                {"code": f"1.{n}", "name": "x", "limit_value": 3 + n, "limit_unit": UNITS[n % 3]}
                for n in range(60)
            ]
            assert client.put("/v1/procedures", json=limits).status_code == 200
            speaker = Speaker(client)
            for batch in office(random.Random(1)):
                assert speaker.send(batch, BATCH).json()["accepted"] == 10_000
            speaker.figures(period="2026")
        yield hub


def ask(url: str, question: tuple[str, str, Any]) -> int:
    method, path, body = question
    return httpx.request(method, url + path, json=body, timeout=120).status_code


def asked(pool: ThreadPoolExecutor, hub: HubProcess) -> list["Future[int]"]:
    return [pool.submit(ask, hub.url, DEAR[n % len(DEAR)]) for n in range(AT_ONCE)]


def cheap(speaker: Speaker, number: int) -> list[float]:
    """Seconds of an event and two questions."""
    took = []
    for call in (
        lambda: speaker.one(event(subject=f"single{number}", unit="H29.001")),
        lambda: speaker.ask("/v1/figures", period="2026", unit="H29.002"),
        lambda: speaker.ask("/readyz"),
    ):
        begun = time.monotonic()
        assert call().status_code in (200, 202)
        took.append(time.monotonic() - begun)
    return took


def memory(hub: HubProcess) -> float:
    """The most that it ever had, in GB."""
    assert hub.process is not None
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 2**20


@pytest.mark.faults
def test_events_and_cheap_questions_go_on_beside_dear_ones_and_the_hub_ends_soon(
    hub: HubProcess,
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool, httpx.Client(base_url=hub.url, timeout=60) as client:
        speaker, took = Speaker(client), list[float]()
        alone = max(cheap(speaker, 0))
        dear = asked(pool, hub)
        while not all(answer.done() for answer in dear):
            took += cheap(speaker, 1 + len(took))
        assert {answer.result() for answer in dear} <= {200, 429, 503}
        assert max(took) < LONGEST, sorted(took)[-5:]
        assert sorted(took)[len(took) // 2] < 10 * alone + 1
        assert memory(hub) < 1.2
        stopped = asked(pool, hub)
        for _ in range(3):
            assert speaker.ask("/readyz").status_code == 200
        begun = time.monotonic()
        assert hub.stop() == 0
        assert time.monotonic() - begun < LONGEST
        assert len(stopped) == AT_ONCE  # refused, or answered, or cut off
