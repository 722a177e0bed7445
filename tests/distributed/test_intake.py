"""What a worker does with records, without Kafka and Faust: real store, real registry."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from unittest.mock import patch

import orjson
import pytest

pytest.importorskip("kafka")

from hub.core.batch import accepted_of
from hub.dossier.store.quarters import read_quarters
from hub.dossier.store.questions import Moment, figure_rows
from hub.log.port import LogUnavailableError
from hub.log.records import EMPTY, partition_of
from hub.registry import Registry, open_registry
from hub.store.driver import Engine, StoreUnavailableError
from hub.store.progress import FACTS, QUARTERS, read_reached, write_log
from hub.store.scope import Scope
from hub.store.tables import EVENTS
from schemas.encoding import to_cloudevent
from schemas.event import Event
from streams.intake import Bounds, LogLostError
from streams.limits import LetterLimit, TooManyRefusedError
from tests import oracle
from tests.contracts.store import Interrupted, empty
from tests.distributed.topic import LOG, PARTITIONS, Topic, Workers
from tests.engines.chdb import chdb
from tests.faults.load import as_oracle
from tests.pure import NOW
from tests.store.random_log import random_log

__all__ = ["chdb"]


@pytest.fixture
def engine(chdb: Engine) -> Engine:
    empty(chdb)
    write_log(chdb, LOG)
    return chdb


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    yield registry
    registry.close()


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def workers(engine: Engine, registry: Registry, topic: Topic) -> Workers:
    return Workers(engine, registry, topic)


def stored(engine: Engine) -> list[tuple[int, int, Event]]:
    rows = engine.select(f"SELECT {', '.join(EVENTS)} FROM events FINAL", {})
    return sorted((r.position, r.accepted, r.event) for r in map(accepted_of, rows))


def assert_equals_oracle(engine: Engine, topic: Topic) -> None:
    """The figures of a quarter by unit, out of the facts and out of the aggregates."""
    log = as_oracle(topic.accepted())
    start, end = oracle.period("2020-Q1", "civil")
    expected = oracle.figures(log, start=start, end=end, now=NOW, by=("unit",)).rows
    bounds = [oracle.micros(at) for at in oracle.bounds(log, start, end, None, NOW)]
    assert figure_rows(engine, Scope(), Moment(*bounds), ("unit",)) == expected
    quarters = read_quarters(engine, "civil", "2020-Q1", Scope())
    assert {(u,): row for u, row in quarters.items() if any(row.values())} == expected
    assert any(row["received_total"] for row in expected.values())


def sent(topic: Topic, size: int, seed: int) -> list[Event]:
    """A random log in the topic, in records of one or a few events."""
    rng = Random(seed)
    events = [row.event for row in random_log(size, seed)]
    at = 0
    while at < len(events):
        count = rng.choice((1, 1, 2, 20))
        topic.append(events[at : at + count])
        at += count
    return events


class TestIntake:
    @pytest.mark.parametrize("piece", [1, 2**23])
    def test_two_workers_crash_overlap_and_replay_and_the_figures_are_exact(
        self,
        workers: Workers,
        topic: Topic,
        engine: Engine,
        piece: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("streams.intake._PIECE", piece)
        events = sent(topic, 600, 1)
        rng = Random(2)
        for _ in range(25):
            happens = rng.choice(("events", "facts", "applied", ""))

            def crash(table: str, at: str = happens) -> None:
                if table == at:
                    raise StoreUnavailableError("crash")

            some = rng.choice(((0, 1), (2, 3), (0, 1, 2, 3), (1, 2)))
            intake = workers.start(*some, engine=Interrupted(engine, crash))
            places = intake.begin(topic.bounds(*some))
            rows = {p: r[: rng.randint(1, 40)] for p, r in topic.since(places).items()}
            for _ in range(2):
                try:
                    intake.take(rows)
                    intake.aggregate()
                except StoreUnavailableError:
                    continue
        workers.everything()
        assert {e.identity for _, _, e in stored(engine)} == {e.identity for e in events}
        assert_equals_oracle(engine, topic)
        reached = read_reached(engine)
        ends = {p: len(rows) - 1 for p, rows in topic.records.items() if rows}
        assert {p: place.record for p, place in reached[FACTS].items()} == ends
        assert {p: place.record for p, place in reached[QUARTERS].items()} == ends
        assert set(workers.told) == {event.unit for event in events}

    def test_a_pass_of_aggregates_covers_what_was_taken_before_it_began(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        sent(topic, 300, 5)
        intake = workers.start()
        rows = topic.since(intake.begin(topic.bounds()))
        intake.take({p: some[: len(some) // 2] for p, some in rows.items()})
        intake.aggregate(0.0)
        assert intake.rest(1.0) == 0.0
        intake.take(rows)  # of units that are written already, too
        while intake.rest(1.0) == 0.0:
            intake.aggregate(0.0)
        workers.start().aggregate()  # a crash: what the pass did not cover is found again
        assert_equals_oracle(engine, topic)

    def test_read_twice_from_the_start_is_the_same(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        sent(topic, 300, 3)
        topic.stamp -= 60_000_000  # a broker's clock steps back
        sent(topic, 100, 4)
        workers.everything()
        assert workers.told == {row.event.unit: row.position for row in topic.accepted()}
        before = stored(engine)
        engine.command("TRUNCATE TABLE applied")
        workers.everything()
        assert stored(engine) == before
        for partition, rows in topic.records.items():
            moments = [a for p, a, e in before if partition_of(e.unit, PARTITIONS) == partition]
            assert moments == sorted(moments), rows[0].partition
        assert_equals_oracle(engine, topic)

    def test_moments_go_on_where_another_worker_stopped(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        """In pieces by several workers as in one go by one: the clock steps back in between."""
        events = [row.event for row in random_log(80, 5)]
        rng = Random(6)
        for event in events:
            topic.put(
                event.unit, orjson.dumps(to_cloudevent(event)), step=rng.randint(-9, 9) * 1000
            )
        while any(r := topic.since(workers.start().begin(topic.bounds())).values()):
            assert r
            intake = workers.start()
            places = intake.begin(topic.bounds())
            intake.take({p: rows[:3] for p, rows in topic.since(places).items()})
        pieces = stored(engine)
        empty(engine)
        write_log(engine, LOG)
        workers.everything()
        assert stored(engine) == pieces

    def test_poison_goes_to_the_letters_with_its_place_and_the_partition_goes_on(
        self, workers: Workers, topic: Topic, engine: Engine, registry: Registry
    ) -> None:
        good = [row.event for row in random_log(40, 7)]
        topic.append(good[:20])
        bad = [
            topic.put("H1", b"not json"), topic.put("H1", None), topic.put("H1", b"not json"),
            topic.put("H1", b'"' + b"x" * 5_000_000 + b'"'), topic.put(None, b"{}", 2),
            topic.put(None, orjson.dumps(to_cloudevent(good[0])), 1),
        ]  # fmt: skip
        topic.put(None, EMPTY, 3)
        topic.append(good[20:])
        for _ in range(2):
            workers.everything()
            engine.command("TRUNCATE TABLE applied")
        letters, _ = registry.dead_letters.page(100)
        letters = [letter for letter in letters if letter.reason != "conflict"]
        places = {f"kafka:{LOG.name}/{r.partition}/{r.offset}" for r in bad}
        assert {letter.origin for letter in letters} == places
        assert {letter.times for letter in letters} == {1}
        assert {letter.reason for letter in letters} >= {"not-json", "no-value", "no-key"}
        assert {e.identity for _, _, e in stored(engine)} == {e.identity for e in good}

    def test_a_misplaced_event_counts_once_where_it_belongs(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        event = next(row.event for row in random_log(40, 8) if row.event.kind == "received")
        right = partition_of(event.unit, PARTITIONS)
        value = orjson.dumps(to_cloudevent(event))
        topic.put(event.unit, value, (right + 1) % PARTITIONS)
        topic.put("other", value)
        topic.fails = True
        with pytest.raises(LogUnavailableError):
            workers.everything()
        assert not stored(engine)
        topic.fails = False
        workers.everything()
        again = topic.records[right][-1]
        assert again.key == event.unit.encode()
        ((position, accepted, found),) = stored(engine)
        assert found == event
        assert position >> 20 < len(topic.records[right])
        assert accepted >= topic.stamp - 2000

    def test_too_many_refused_stop_the_worker_before_they_are_letters(
        self, workers: Workers, topic: Topic, registry: Registry, engine: Engine
    ) -> None:
        for _ in range(30):
            topic.put("H1", b"{}")
        with pytest.raises(TooManyRefusedError, match=r"10 events in a row.*HUB_DEAD_LETTER_RUN"):
            workers.everything(run=10)
        assert registry.dead_letters.page(100)[0] == []
        intake = workers.start(run=31)  # what is tried again counts once
        for _ in range(3):
            with (
                patch.object(registry.dead_letters, "add", side_effect=StoreUnavailableError),
                pytest.raises(StoreUnavailableError),
            ):
                intake.take(topic.since(intake.begin(topic.bounds())))
        assert read_reached(engine)[FACTS] == {}
        workers.everything(run=31)
        assert len(registry.dead_letters.page(100)[0]) == 30

    def test_a_share_of_refused_stops_it_too(self) -> None:
        limit = LetterLimit(0, 0.5)
        limit.accepted(5000)
        for _ in range(500):
            limit.refused("t/0/1")
        with pytest.raises(TooManyRefusedError, match="501 of the last 1001 events"):
            limit.refused("t/0/1")

    def test_a_topic_that_is_not_the_one_the_store_knows_stops_it(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        sent(topic, 100, 9)
        workers.everything()
        for other in (LOG._replace(id="two"), LOG._replace(partitions=5)):
            workers.identity = other
            with pytest.raises(LogLostError, match="made anew, or its partitions changed"):
                workers.start()
        workers.identity = LOG
        intake = workers.start()
        end = len(topic.records[0])
        with pytest.raises(LogLostError, match="is where the topic ends"):
            intake.begin({0: Bounds(0, end - 1)})
        with pytest.raises(LogLostError, match=f"deleted.*--skip-to 0:{end + 5}"):
            intake.begin({0: Bounds(end + 5, end + 9)})
        assert intake.expects(0) is None, "what was not taken over is not ours"
        assert intake.begin({0: Bounds(end, end)}) == {0: end}
        engine.command("TRUNCATE TABLE logs")
        with pytest.raises(LogLostError, match="hub migrate"):
            workers.start()

    def test_records_of_partitions_that_are_gone_are_passed_over(
        self, workers: Workers, topic: Topic, engine: Engine
    ) -> None:
        sent(topic, 100, 10)
        intake = workers.start(0)
        assert set(intake.take(topic.since(dict.fromkeys(range(PARTITIONS), 0)))) <= {0}
        units = {partition_of(e.unit, PARTITIONS) for _, _, e in stored(engine)}
        assert units == {0}
