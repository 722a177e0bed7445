"""Reads a topic of events by itself, without a group: for audits and tests."""

import threading
import time
from collections.abc import Iterable
from typing import Any

from hub.core.batch import Batch, joined
from hub.log.kafka_access import KafkaAccess
from hub.log.port import LogUnavailableError, Position
from hub.log.records import MILLISECOND, Record, unpack
from schemas.event import Accepted

_MOST_RECORDS = 500


class KafkaReader:
    """One place in the log, which moves with each reading. Thread-safe.

    A moment depends on the stamps before it, so to read from elsewhere than where the last reading
    ended is to read again from the beginning.
    """

    def __init__(self, access: KafkaAccess, topic: str, timeout: float) -> None:
        self._access, self._topic, self._timeout = access, topic, timeout
        self._lock = threading.Lock()
        self._consumer: Any = None
        self._reached: Position | None = None
        self._moments: dict[int, int] = {}
        self._open()

    def end(self) -> Position:
        """The last record of each partition that has any."""
        with self._lock:
            self._open()
            return {p: offset - 1 for p, offset in self._ends().items() if offset}

    def newest(self) -> Position:
        """The newest position, by the client that is there; after a failure by a new client."""
        with self._lock:
            try:
                if self._consumer is None:
                    self._open()
                return {p: offset - 1 for p, offset in self._ends().items() if offset}
            except LogUnavailableError:
                self.close()
                raise

    def answers(self) -> bool:
        """Whether the brokers tell where the topic ends; an old client may ask in vain."""
        with self._lock:
            try:
                return bool(self._ends())
            except LogUnavailableError:
                return False

    def read(self, after: Position, limit: int, timeout: float) -> tuple[Batch[Accepted], Position]:
        """About `limit` events after a position, of whole records, and the position reached."""
        with self._lock:
            if after != self._reached:
                self._open()
            self._reached = None  # in case that what follows fails
            reached, found, size = dict(after), list[Batch[Accepted]](), 0
            news_until = time.monotonic() + timeout
            answer_until = time.monotonic() + timeout + self._timeout
            ends = self._ends()
            while size < limit:
                at_end = self._is_at(ends)
                if at_end and (reached != after or time.monotonic() >= news_until):
                    break
                if time.monotonic() > answer_until:
                    raise LogUnavailableError("Kafka does not answer to reading")
                wait = max(0.0, news_until - time.monotonic()) if at_end else 1.0
                for records in self._consumer.poll(int(wait * 1000)).values():
                    found.append(self._accepted(records, after, reached))
                    size += len(found[-1])
            self._reached = dict(reached)
            return joined(found), reached

    def moments(self) -> dict[int, int]:
        """The moment (µs) at which each partition stands where the last reading ended."""
        with self._lock:
            return dict(self._moments)

    def close(self) -> None:
        """Let go of the brokers."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _open(self) -> None:
        """Begin at the beginning, with a new client: after the loss of a broker an old one may
        ask it for ever."""
        from kafka import KafkaConsumer, TopicPartition
        from kafka.errors import KafkaError

        self.close()
        try:
            self._consumer = KafkaConsumer(
                **self._access.client(),
                enable_auto_commit=False,
                auto_offset_reset="none",
                allow_auto_create_topics=False,
                max_poll_records=_MOST_RECORDS,
                max_partition_fetch_bytes=2**22,
            )
            found = self._consumer.partitions_for_topic(self._topic)
        except KafkaError as error:
            raise LogUnavailableError(f"no Kafka server answers: {error}") from error
        if not found:
            raise LogUnavailableError(f"there is no topic {self._topic}; make it by `hub migrate`")
        self.partitions = tuple(sorted(found))
        self._topics = {p: TopicPartition(self._topic, p) for p in self.partitions}
        self._consumer.assign(list(self._topics.values()))
        self._consumer.seek_to_beginning()
        self._reached, self._moments = None, {}

    def _accepted(
        self, records: Iterable[Any], after: Position, reached: Position
    ) -> Batch[Accepted]:
        fresh: list[Record] = []
        for row in records:
            stamp = row.timestamp * MILLISECOND
            moment = self._moments[row.partition] = max(stamp, self._moments.get(row.partition, 0))
            if row.offset <= after.get(row.partition, -1):
                continue
            reached[row.partition] = row.offset
            fresh.append(Record(row.partition, row.offset, moment, row.key, row.value))
        return unpack(fresh, len(self.partitions)).accepted

    def _ends(self) -> dict[int, int]:
        from kafka.errors import KafkaError

        try:
            ends = self._consumer.end_offsets(
                list(self._topics.values()), timeout_ms=int(self._timeout * 1000)
            )
        except KafkaError as error:
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        return {topic.partition: offset for topic, offset in ends.items()}

    def _is_at(self, ends: dict[int, int]) -> bool:
        return all(self._consumer.position(t) >= ends[p] for p, t in self._topics.items())
