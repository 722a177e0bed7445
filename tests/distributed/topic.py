"""A topic in memory and workers on it: what a worker does, without Kafka and Faust."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from hub.log.port import Appended, LogUnavailableError
from hub.log.records import Record, pack, partition_of, unpack
from hub.registry import Registry
from hub.store.driver import Engine
from hub.store.progress import LogIdentity
from schemas.event import Accepted, Event
from streams.intake import Bounds, Intake
from streams.limits import LetterLimit
from tests.pure import NOW

PARTITIONS = 4
LOG = LogIdentity("t-dossier-events", "one", PARTITIONS)
SINCE = 1_700_000_000_000


class Topic:
    """Partitions in memory: what was written, as workers read it; appends go to the end."""

    def __init__(self) -> None:
        self.records: dict[int, list[Record]] = {p: [] for p in range(PARTITIONS)}
        self.stamp = SINCE * 1000
        self.fails = False

    def put(
        self, key: str | None, value: bytes | None, partition: int | None = None, step: int = 1000
    ) -> Record:
        """A record at the end of a partition (its key's own, if none is given)."""
        where = partition_of(key or "", PARTITIONS) if partition is None else partition
        self.stamp += step
        rows = self.records[where]
        name = None if key is None else key.encode()
        rows.append(Record(where, len(rows), self.stamp, name, value))
        return rows[-1]

    def append(self, events: Sequence[Event]) -> "Future[Appended]":
        """As `KafkaLog` does."""
        answer: Future[Appended] = Future()
        if self.fails:
            answer.set_exception(LogUnavailableError("no broker"))
        else:
            for record in pack(events, 10_000):
                self.put(record.unit, record.value)
            answer.set_result(Appended({}))
        return answer

    def accepted(self) -> list[Accepted]:
        """All events as they count, partition by partition."""
        found: list[Accepted] = []
        for rows in self.records.values():
            moment = 0
            for row in rows:
                moment = max(moment, row.moment)
                found += unpack([row._replace(moment=moment)], PARTITIONS).accepted
        return found

    def bounds(self, *partitions: int) -> dict[int, Bounds]:
        return {p: Bounds(0, len(self.records[p])) for p in partitions or range(PARTITIONS)}

    def since(self, places: Mapping[int, int]) -> dict[int, list[Record]]:
        """All records from these places on."""
        return {p: self.records[p][at:] for p, at in places.items()}


class Workers:
    """Makes intakes on one topic and store."""

    def __init__(self, engine: Engine, registry: Registry, topic: Topic) -> None:
        self.engine, self.registry, self.topic = engine, registry, topic
        self.now = NOW
        self.identity = LOG
        self.told: dict[str, int] = {}

    def start(self, *partitions: int, engine: Engine | None = None, run: int = 0) -> Intake:
        """A worker with these partitions (all if none is named)."""
        intake = Intake(
            engine or self.engine, self.registry.dead_letters, self.topic,  # type: ignore[arg-type]
            lambda: self.identity, self.clock, self.told.update, LetterLimit(run, 1.0),
        )  # fmt: skip
        intake.begin(self.topic.bounds(*partitions))
        return intake

    def clock(self) -> int:
        self.now += 2_000_000
        return self.now

    def everything(self, *, run: int = 0) -> None:
        """A fresh worker reads all that is there."""
        intake = self.start(run=run)
        places = intake.begin(self.topic.bounds())
        while any(rows := self.topic.since(places).values()):
            places |= intake.take(self.topic.since(places))
            assert rows
        intake.aggregate()
