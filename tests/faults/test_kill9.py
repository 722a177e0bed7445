"""The real hub, killed at random moments under load: nothing acknowledged is lost, no figure is
wrong, no moment of acceptance moves."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from hub.core.time import rfc3339
from hub.dossier.tables import FACTS
from hub.log.sql import SqlLog
from hub.registry import open_registry
from hub.store.chdb_engine import ChdbEngine
from hub.store.tables import EVENTS
from schemas.event import Accepted
from tests import oracle, pure
from tests.faults.load import Identity, Load, as_oracle
from tests.hub_process import HubProcess
from tests.store.random_log import UNITS, random_log

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

KILLS = int(os.environ.get("HUB_TEST_KILLS", "8"))
SEED = int(os.environ.get("HUB_TEST_SEED", "1"))
PERIODS = [
    {"period": label, "calendar": calendar}
    for calendar in ("civil", "nd09")
    for label in ("2020-Q1", "2020-Q2", "2020-Q4", "2021-Q1", "2020", "2020-03")
]


class Memory:
    """What the hub told while it lived, and must tell again."""

    def __init__(self) -> None:
        self.moments: dict[Identity, str] = {}
        self.answers: list[tuple[dict[str, str], Any]] = []

    def look(self, client: httpx.Client, url: str, identities: list[Identity], rng: Random) -> None:
        """Look at some dossiers and figures as the hub knows them now."""
        for identity in identities:
            for event, accepted in events_of(client, url, *identity[:2]).items():
                assert self.moments.setdefault(event, accepted) == accepted
        as_of = rfc3339(time.time_ns() // 1000 - rng.randint(0, 3_000_000))
        asked = rng.choice(PERIODS) | {"by": "unit", "as_of": as_of}
        answer = client.get(f"{url}/v1/figures", params=asked)
        assert answer.status_code == 200, answer.text
        self.answers.append((asked, answer.json()))


def events_of(client: httpx.Client, url: str, unit: str, subject: str) -> dict[Identity, str]:
    """The moments of acceptance of the events of a dossier."""
    answer = client.get(f"{url}/v1/dossiers/{unit}/{subject}")
    if answer.status_code == 404:
        return {}
    assert answer.status_code == 200, answer.text
    return {
        (unit, subject, event["source"], event["id"]): event["accepted"]
        for event in answer.json()["events"]
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a hub that was killed again and again, and then stopped."""
    folder = tmp_path_factory.mktemp("killed") / "data"
    kill_again_and_again(folder)
    yield folder
    shutil.rmtree(folder)


def kill_again_and_again(folder: Path) -> None:
    rng = Random(SEED)
    events = [row.event for row in random_log(40_000, SEED)]
    load, memory, hub = Load(events, 4, SEED), Memory(), HubProcess(folder)
    with httpx.Client(timeout=120) as client:
        with load:
            for number in range(KILLS):
                hub.start()
                load.point(hub.url)
                assert load.wait_for_answers(20, 30)
                if number % 3 == 0:
                    memory.look(client, hub.url, rng.sample(load.acknowledged, 3), rng)
                if number % 2:  # inside a refresh, with luck
                    start = rng.randrange(len(events) - 1000)
                    load.post(client, hub.url, events[start : start + 1000])
                    time.sleep(rng.uniform(0.005, 0.15))
                else:
                    time.sleep(rng.uniform(0.0, 0.4))
                load.point(None)
                hub.kill9()
        hub.start()
        hub.caught_up()
        check_over_http(client, hub.url, load, memory, rng)
        assert hub.stop() == 0
    check_figures_and_log(folder, load, memory)


def check_over_http(
    client: httpx.Client, url: str, load: Load, memory: Memory, rng: Random
) -> None:
    acknowledged = set(load.acknowledged)
    for unit, subject in rng.sample(sorted({i[:2] for i in acknowledged}), 100):
        found = events_of(client, url, unit, subject)
        assert {i for i in acknowledged if i[:2] == (unit, subject)} <= found.keys()
    for identity, accepted in memory.moments.items():
        assert events_of(client, url, *identity[:2])[identity] == accepted
    for asked, answer in memory.answers:
        assert client.get(f"{url}/v1/figures", params=asked).json() == answer
    memory.answers = [
        (asked, client.get(f"{url}/v1/figures", params=asked | {"by": "unit"}).json())
        for asked in PERIODS
    ]
    audit = client.post(f"{url}/v1/audit").json()
    assert audit["differences"] == []
    assert audit["checked"]["log_events"] >= len(acknowledged)


def check_figures_and_log(folder: Path, load: Load, memory: Memory) -> None:
    rows = rows_of_log(folder)
    assert set(load.acknowledged) <= {row.event.identity for row in rows}
    assert [row.position for row in rows] == sorted({row.position for row in rows})
    assert [row.accepted for row in rows] == sorted(row.accepted for row in rows)
    now, rng = time.time_ns() // 1000, Random(SEED)
    for asked, answer in memory.answers:
        start, end = oracle.period(asked["period"], asked["calendar"])
        found = {(row["key"]["unit"],): row["figures"] for row in answer["rows"]}
        whole = pure.table(rows, start=start, end=end, now=now, by=("unit",))
        assert found == whole.rows, asked
        assert answer["total"] == whole.total
        unit = rng.choice(UNITS)  # the oracle is slow
        log = as_oracle([row for row in rows if row.event.unit == unit])
        expected = oracle.figures(log, start=start, end=end, now=now, by=("unit",))
        assert {key: row for key, row in found.items() if key == (unit,)} == expected.rows, asked


def rows_of_log(folder: Path) -> list[Accepted]:
    log = SqlLog(f"sqlite:///{folder / 'log.db'}", lambda: 0)
    try:
        return log.read({}, 10**9)[0]
    finally:
        log.close()


def stored(folder: Path) -> tuple[list[Any], list[Any]]:
    """All versions of all dossiers, and the set of events, as they lie in the store."""
    engine = ChdbEngine(folder / "store")
    try:
        facts = f"SELECT DISTINCT {', '.join(FACTS)} FROM facts ORDER BY unit, subject, version"
        events = f"SELECT DISTINCT {', '.join(EVENTS)} FROM events ORDER BY position"
        return engine.select(facts, {}), engine.select(events, {})
    finally:
        engine.close()


def run_again(folder: Path) -> None:
    with HubProcess(folder) as hub:
        hub.caught_up()
        audit = httpx.post(f"{hub.url}/v1/audit", timeout=120).json()
        assert audit["differences"] == []
        assert hub.stop() == 0


def test_nothing_is_lost_or_wrong_and_a_replay_from_the_start_changes_nothing(data: Path) -> None:
    before = stored(data)
    registry = open_registry(f"sqlite:///{data / 'registry.db'}")
    registry.cursors.set("facts", {0: 0})
    registry.close()
    run_again(data)
    assert stored(data) == before


def test_a_store_that_was_deleted_is_rebuilt_with_its_history(data: Path) -> None:
    facts, events = stored(data)
    shutil.rmtree(data / "store")
    run_again(data)
    rebuilt_facts, rebuilt_events = stored(data)
    assert rebuilt_events == events
    whole = {(row[0], row[1], row[2]): row for row in facts}
    assert all(whole[row[0], row[1], row[2]] == row for row in rebuilt_facts)
    # a version of a part of a moment, which a batch once ended with, need not come again
    assert last_of_moments(rebuilt_facts) == last_of_moments(facts)


def last_of_moments(facts: list[Any]) -> dict[tuple[str, str, int], Any]:
    return {(row[0], row[1], row[3]): row for row in facts}
