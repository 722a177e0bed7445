"""From HTTP over Kafka and workers to figures, with processes that come, go and die."""

import signal
import time
from random import Random

import httpx
import orjson
import pytest

pytest.importorskip("kafka")
pytest.importorskip("faust")

from hub.core.time import HOUR
from hub.log.kafka import kafka_producer
from hub.log.kafka_access import KafkaAccess, servers_of
from hub.log.kafka_changes import ChangesReader
from schemas.encoding import to_cloudevent
from schemas.event import Event
from schemas.topics import changes
from tests.distributed.checks import ask, assert_exact, post, question
from tests.distributed.cluster import PARTITIONS
from tests.distributed.conftest import Make
from tests.eventually import eventually
from tests.faults.load import Load, cloud_event
from tests.hub_process import HubProcess
from tests.store.random_log import UNITS, random_log

pytestmark = [
    pytest.mark.faults,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the client's
]


def test_poison_and_misplaced_records_by_the_way(make: Make) -> None:
    hub = make()
    hub.migrate()
    worker, api = hub.worker(), hub.api()
    events = [row.event for row in random_log(400, 21)]
    position = post(hub.url, [cloud_event(event) for event in events[:200]])
    access = KafkaAccess(servers_of(hub.kafka))
    news = ChangesReader(access, changes(hub.prefix))
    producer = kafka_producer(access, 20)
    texts = [orjson.dumps(to_cloudevent(event)) for event in events[200:300]]
    sent = [
        producer.send(hub.topic, text, b"wrong", partition=n % 4) for n, text in enumerate(texts)
    ]
    poison = [(b"H1", b"not json"), (b"H1", None), (None, b"{}"), (b"H1", b"1" * 5_000_000)]
    producer.config["max_request_size"] = 8_000_000
    places = [producer.send(hub.topic, value, key, partition=1).get(20) for key, value in poison]
    for record in sent:
        record.get(20)
    position = post(hub.url, [cloud_event(event) for event in events[300:]])
    ask(hub.url, {"period": "2020-Q1", "min_position": position})
    assert_exact(hub, {event.identity for event in [*events[:200], *events[300:]]})
    eventually(
        lambda: {e.identity for e in events} <= {row.event.identity for row in hub.rows()},
        "what was misplaced is appended again",
    )
    assert_exact(hub, {event.identity for event in events})
    letters = httpx.get(f"{hub.url}/v1/dead-letters", params={"limit": 1000}).json()
    origins = {str(letter["origin"]) for letter in letters["items"]}
    assert {f"kafka:{hub.topic}/{p.partition}/{p.offset}" for p in places} <= origins
    told: set[str] = set()
    eventually(
        lambda: told.update(change.unit for change in news.poll(1.0)) or told >= set(UNITS),
        "watchers are told of all units",
    )
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    as_of = {"period": "2020-Q1", "by": "unit", "as_of": now}
    first = ask(hub.url, as_of)
    post(hub.url, [cloud_event(row.event) for row in random_log(100, 22)])
    assert ask(hub.url, as_of) == first
    news.close()
    producer.close()
    assert (worker.end(), api.end()) == (0, 0)


def test_the_same_topic_read_by_another_hub_gives_the_same_history(make: Make) -> None:
    hub, other = make(), make(HUB_WORKER_GROUP="others")
    hub.migrate()
    hub.worker()
    hub.api()
    events = [row.event for row in random_log(1500, 23)]
    for at in range(0, len(events), 100):
        post(hub.url, [cloud_event(event) for event in events[at : at + 100]])
    for child in hub.children:
        child.end()
    other.migrate()
    workers = [other.worker(), other.worker()]
    for worker in workers:
        worker.wait_for(PARTITIONS)
    other.api()
    hub.api()
    assert_exact(other, {event.identity for event in events})
    hub.worker()
    hub.caught_up()
    rng = Random(24)
    for _ in range(20):
        asked = question(rng)
        assert ask(hub.url, asked) == ask(other.url, asked), asked
    first = events[0]
    dossier = f"/v1/dossiers/{first.unit}/{first.subject}"
    assert httpx.get(hub.url + dossier).json() == httpx.get(other.url + dossier).json()


def test_workers_join_leave_and_die_while_events_come(make: Make) -> None:
    hub = make()
    hub.migrate()
    hub.api()
    events = [row.event for row in random_log(6000, 25)]
    rng = Random(26)
    workers = [hub.worker()]
    workers[0].wait_for(PARTITIONS)
    with Load(events, 3, 27) as load:
        load.point(hub.url)
        for fate in ("join", "kill", "join", "leave", "join", "kill", "leave"):
            assert load.wait_for_answers(60, 60)
            if fate == "join" or len(workers) == 1:
                workers.append(hub.worker())
                workers[-1].wait_for(PARTITIONS)
            if fate == "kill":
                workers.pop(rng.randrange(len(workers))).end(signal.SIGKILL)
            if fate == "leave":
                assert workers.pop(rng.randrange(len(workers))).end() == 0
        begun = time.monotonic()
        hub.caught_up()
        assert time.monotonic() - begun < 40, "a dead worker's partitions stood still too long"
        load.point(None)
    assert_exact(hub, set(load.acknowledged))
    assert all(worker.process.poll() is None for worker in workers)


def test_a_worker_asked_to_stop_amid_a_batch_stores_it_first(make: Make) -> None:
    hub = make()
    hub.migrate()
    hub.api()
    events = [row.event for row in random_log(400, 31)]
    alike = [cloud_event(event) for event in events if event.unit == events[0].unit]
    position = post(hub.url, alike)  # one record
    worker = hub.start("worker", "batch", module="tests.distributed.stopping")
    assert worker.ended() == 0, worker.output()[-3000:]
    ask(hub.url, {"period": "2020", "min_position": position})


@pytest.mark.parametrize(
    ("amid", "says"),
    [("assigned", "the store said [(1,)]"), ("rebalance", "metadata while it stops: True")],
)
def test_a_worker_asked_to_stop_while_partitions_move_ends(
    make: Make, amid: str, says: str
) -> None:
    hub = make()
    hub.migrate()
    worker = hub.start("worker", amid, module="tests.distributed.stopping")
    assert worker.ended() == 0, worker.output()[-3000:]
    assert says in worker.output()


def test_one_of_the_workers_tells_what_is_overdue(make: Make) -> None:
    hub = make()
    hub.migrate()
    hub.api()
    workers = [hub.worker(), hub.worker()]
    for worker in workers:
        worker.wait_for(PARTITIONS)
    now = time.time_ns() // 1000

    def received(unit: str) -> object:
        data = {"channel": "direct", "due_at": now - 25 * HOUR, "due_basis": "hour"}
        return cloud_event(Event(unit, "1", "/a", "r", "received", now - 60 * HOUR, 0, data))

    def told(unit: str) -> bool:
        dossier = httpx.get(f"{hub.url}/v1/dossiers/{unit}/1", timeout=30).json()
        return any(event["source"] == "/hub" for event in dossier["events"])

    for units in (UNITS[:4], UNITS[4:]):
        position = post(hub.url, [received(unit) for unit in units])
        ask(hub.url, {"period": "2020", "min_position": position})
        eventually(lambda units=units: all(map(told, units)), f"{units} are told to be overdue")
        workers.pop().end(signal.SIGKILL)
        workers.append(hub.worker())
    assert_exact(hub, set())


def test_a_topic_that_is_not_the_same_any_more_stops_workers_and_the_api(make: Make) -> None:
    from kafka import KafkaAdminClient

    hub = make()
    hub.migrate()
    api, worker = hub.api(), hub.worker()
    post(hub.url, [cloud_event(row.event) for row in random_log(100, 28)])
    hub.caught_up()
    assert (worker.end(), api.end()) == (0, 0)
    admin = KafkaAdminClient(**KafkaAccess(servers_of(hub.kafka)).client())
    admin.create_partitions({hub.topic: 6})
    for command in ("worker", "api", "migrate"):
        code, said = hub.run(command)
        assert code in (1, 2), said
        assert "4 partitions" in said or "6 partitions" in said, said
    admin.delete_topics([hub.topic])
    eventually(lambda: hub.topic not in admin.list_topics(), "the topic is gone")
    admin.close()
    code, said = hub.run("worker")
    assert code in (1, 2), said
    assert "hub migrate" in said
    code, said = hub.run("migrate")
    assert code == 2, said
    assert "made anew" in said


def test_embedded_and_distributed_answer_alike(make: Make) -> None:
    hub = make()
    hub.migrate()
    hub.worker()
    hub.api()
    events = [cloud_event(row.event) for row in random_log(100_000, 29)]
    rng = Random(30)
    with HubProcess(hub.folder / "embedded") as embedded:
        at = 0
        while at < len(events):
            size = rng.choice((1, 50, 5000, 10_000))
            here, there = (post(url, events[at : at + size]) for url in (embedded.url, hub.url))
            at += size
        hub.caught_up(120)
        ask(hub.url, {"period": "2020", "min_position": there})
        ask(embedded.url, {"period": "2020", "min_position": here})
        for _ in range(50):
            asked = question(rng)
            assert ask(hub.url, asked) == ask(embedded.url, asked), asked
