"""A power cut takes what the disk did not have yet, and no more than the log gives again."""

import time
from pathlib import Path

import httpx
import pytest

from tests.api.speaking import Speaker, event
from tests.hub_process import HubProcess

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


def batch(hub: HubProcess, first: int, count: int) -> None:
    """Send some dossiers of their own and wait until the figures have them."""
    with httpx.Client(base_url=hub.url, timeout=60) as client:
        speaker = Speaker(client)
        numbers = range(first, first + count)
        speaker.accept(*(event(unit=f"P.{n % 7}", subject=f"s{n}") for n in numbers))
        assert received(hub, speaker.position) == first + count


def received(hub: HubProcess, position: str | None = None) -> int:
    """How many dossiers the figures have, and the aggregates, too, once they are written."""
    asked = {"period": "2020-Q1", "by": "unit"}
    more = {"min_position": position} if position else {}
    answer = httpx.get(f"{hub.url}/v1/figures", params=asked | more, timeout=60)
    return int(answer.json()["total"]["received_total"])


def test_what_the_disk_had_not_yet_comes_again_from_the_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    hub = HubProcess(data)
    with hub:
        batch(hub, 0, 500)
        assert hub.stop() == 0
    began = time.time()
    with hub:
        for number in range(10):
            batch(hub, 500 + number, 1)
    emptied = set()
    for part in (data / "store").glob("store/*/*/*all_*"):
        if part.stat().st_mtime >= began:  # files are there by name, and nothing is in them
            for file in part.iterdir():
                file.write_bytes(b"")
            emptied.add(part.parent)
    assert len(emptied) >= 5  # events, facts, current, unit_quarters, and how far they are
    with hub:
        hub.caught_up()
        assert received(hub) == 510
        audit = httpx.post(f"{hub.url}/v1/audit", timeout=120).json()
        assert audit["differences"] == []
        assert audit["checked"]["log_events"] == 510
        assert hub.stop() == 0
