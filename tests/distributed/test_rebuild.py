"""`hub rebuild` of the distributed set: from the topic, and from `events` where it was trimmed."""

import signal
import time
from random import Random
from typing import Any

import httpx
import pytest

pytest.importorskip("kafka")
pytest.importorskip("faust")

from clickhouse_driver import Client

from hub.core.time import rfc3339
from hub.log.kafka_access import KafkaAccess, servers_of
from tests.distributed.checks import ask, post, question
from tests.distributed.cluster import PARTITIONS, Distributed
from tests.distributed.conftest import Make
from tests.eventually import eventually
from tests.faults.load import cloud_event
from tests.store.random_log import random_log

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the client's
]


def filled(make: Make) -> tuple[Distributed, list[tuple[dict[str, Any], Any]], set[Any]]:
    """A hub with events in several batches, what it answered, and what it accepted."""
    hub = make()
    hub.migrate()
    hub.worker().wait_for(PARTITIONS)
    hub.api()
    events = [row.event for row in random_log(1200, 41)]
    for at in range(0, len(events), 300):
        position = post(hub.url, [cloud_event(event) for event in events[at : at + 300]])
    as_of = {"as_of": rfc3339(time.time_ns() // 1000)}
    rng = Random(41)
    asked = [*(question(rng) for _ in range(10)), {"period": "2020", "by": "unit"} | as_of]
    answers = [(one, ask(hub.url, one | {"min_position": position})) for one in asked]
    return hub, answers, {event.identity for event in events}


def spoil(hub: Distributed, *tables: str) -> None:
    """Empty some tables, and drop what an earlier rebuild put aside."""
    with Client.from_url(hub.env["HUB_STORE"]) as client:
        for table in tables:
            client.execute(f"TRUNCATE TABLE {table}")
        (name,) = client.execute("SELECT currentDatabase()")[0]
        client.execute(f"DROP DATABASE IF EXISTS {name}_old")


def is_filling(hub: Distributed) -> bool:
    """Whether a rebuild has made its tables beside those in use."""
    with Client.from_url(hub.env["HUB_STORE"]) as client:
        (name,) = client.execute("SELECT currentDatabase()")[0]
        asked = {"database": f"{name}_new"}
        return bool(client.execute(
            "SELECT 1 FROM system.tables WHERE database = %(database)s LIMIT 1", asked
        ))  # fmt: skip


def trim(hub: Distributed) -> None:
    """Let the topic forget the first records of each partition, as retention does."""
    from kafka import KafkaAdminClient, TopicPartition

    log = hub.log()
    end = log.end()
    log.close()
    admin = KafkaAdminClient(**KafkaAccess(servers_of(hub.kafka)).client())
    admin.delete_records({TopicPartition(hub.topic, p): last for p, last in end.items() if last})
    admin.close()


def refused(hub: Distributed, reason: str) -> None:
    code, said = hub.run("rebuild")
    assert (code, reason in said) == (2, True), said


def rebuilt(hub: Distributed, answers: list[tuple[dict[str, Any], Any]]) -> None:
    """Kill it once it has begun to fill, do it again: all answers are as they were."""
    child = hub.start("rebuild")
    eventually(lambda: is_filling(hub) or child.process.poll() is not None, "tables beside")
    child.end(signal.SIGKILL)
    spoil(hub)  # it may have ended before
    code, said = hub.run("rebuild")
    assert code == 0, said
    for asked, answer in answers:
        assert ask(hub.url, asked) == answer, asked


def test_a_spoilt_store_is_filled_anew_from_the_topic_or_from_its_events(make: Make) -> None:
    hub, answers, identities = filled(make)
    refused(hub, "workers take records")
    (worker,) = (child for child in hub.children if child.name.startswith("worker"))
    assert worker.end() == 0
    spoil(hub, "events", "facts", "current", "unit_quarters")
    assert ask(hub.url, {"period": "2020"})["total"]["received_total"] == 0
    rebuilt(hub, answers)
    refused(hub, "_old holds the tables")
    trim(hub)
    spoil(hub, "facts", "current", "unit_quarters")
    rebuilt(hub, answers)
    worker = hub.worker()
    more = [row.event for row in random_log(200, 43)]
    post(hub.url, [cloud_event(event) for event in more])
    hub.caught_up()
    audit = httpx.post(f"{hub.url}/v1/audit", timeout=120).json()
    assert audit["differences"] == []
    assert audit["checked"]["events"] >= len(identities)
    assert worker.end() == 0
    spoil(hub, "applied", "events")
    refused(hub, "does not have what was before")
    spoil(hub)
