"""The event log as a Kafka topic, keyed by unit, stamped by the broker.

A broker's stamps may step back with its clock; a moment is the highest stamp of its partition up
to then, which whoever reads the partition from its beginning finds again.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from hub.core.batch import Batch
from hub.log.kafka_access import KafkaAccess
from hub.log.kafka_reader import KafkaReader
from hub.log.port import Appended, LogUnavailableError, Position
from hub.log.records import EMPTY, MILLISECOND, pack, partition_of
from schemas.event import Accepted, Event

if TYPE_CHECKING:
    from kafka.producer.kafka import RecordMetadata

_MOST_BYTES = 900_000
"""Of a record's value: below the limit that brokers have unless told otherwise."""

_CLOCKS_DIFFER = 10.0
"""How many seconds the broker's clock may be behind when the log is sealed."""


class KafkaLog:
    """`EventLog` on a topic that `hub migrate` has made.

    `timeout`: seconds after which what is not stored is called unavailable.
    Raises `LogUnavailableError` where the servers or the topic cannot be had.
    """

    def __init__(self, access: KafkaAccess, topic: str, timeout: float = 20.0) -> None:
        self._access, self._topic, self._timeout = access, topic, timeout
        self._producer = kafka_producer(access, timeout)
        self._reader = KafkaReader(access, topic, timeout)
        self._asker: KafkaReader | None = None  # another than reads: it must not lose its place
        self._asking = threading.Lock()
        self._last: dict[int, tuple[int, int]] = {}
        self._lock = threading.Lock()
        self.trouble: str | None = None
        """Why the last record was not stored."""
        self._sender = ThreadPoolExecutor(1, "log-sender")
        self._sealer = ThreadPoolExecutor(1, "log-sealer")
        self._at_start = self._reader.end()

    def append(self, events: Sequence[Event]) -> "Future[Appended]":
        """Store events, in records by unit; those of a record that fails are unavailable."""
        answer: Future[Appended] = Future()
        self._sender.submit(self._send, events, answer, time.monotonic() + self._timeout)
        return answer

    def read(
        self, after: Position, limit: int, timeout: float = 0.0
    ) -> tuple[Batch[Accepted], Position]:
        """About `limit` events after a position (whole records), and the position they reach."""
        return self._reader.read(after, limit, timeout)

    def end(self) -> Position:
        """What lay in the log at the start, and all that was stored since by this process."""
        with self._lock:
            return self._at_start | {partition: at for partition, (at, _) in self._last.items()}

    def newest(self) -> Position:
        """What lies in the log at this moment, by whomever it was stored."""
        with self._asking:
            if self._asker is None:
                self._asker = KafkaReader(self._access, self._topic, self._timeout)
            found = self._asker.newest()
        own = self.end()  # asked after the brokers: what was stored since is among it
        return {p: max(found.get(p, -1), own.get(p, -1)) for p in found | own}

    def seal(self, instant: int) -> "Future[Position]":
        """Let all later moments be after `instant`, by empty records where need be."""
        return self._sealer.submit(self._seal, instant)

    def probe(self) -> "Future[None]":
        """Ask the brokers where the topic ends; where that or the last record failed, see by an
        empty record whether they store one."""
        return self._sealer.submit(self._probe)

    def close(self) -> None:
        """Store what waits, then let go of the brokers."""
        self._sealer.shutdown(cancel_futures=True)
        self._sender.shutdown()
        self._producer.close(self._timeout)
        self._reader.close()
        with self._asking:
            if self._asker is not None:
                self._asker.close()

    def _send(self, events: Sequence[Event], answer: "Future[Appended]", until: float) -> None:
        from kafka.errors import KafkaError

        try:
            records = list(pack(events, _MOST_BYTES))
            batch = _Batch(answer, len(records), len(events))
            for record in records:
                try:
                    if time.monotonic() > until:
                        raise LogUnavailableError(_LATE)
                    sent = self._producer.send(
                        self._topic, record.value, record.unit.encode(),
                        partition=partition_of(record.unit, len(self._reader.partitions)),
                    )  # fmt: skip
                except (KafkaError, LogUnavailableError) as error:
                    self._failed(batch, record.indices, error)
                else:
                    sent.add_callback(partial(self._stored, batch))
                    sent.add_errback(partial(self._failed, batch, record.indices))
        except BaseException as error:  # noqa: BLE001 - it goes to who waits for the answer
            if not answer.done():
                answer.set_exception(error)

    def _failed(self, batch: "_Batch", indices: list[int], error: BaseException) -> None:
        self.trouble = f"Kafka did not store it: {error}"
        batch.failed(indices, error)

    def _probe(self) -> None:
        from kafka.errors import KafkaError

        try:
            if self.trouble is None and self._reader.answers():
                return
            partition = self._reader.partitions[0]
            sent = self._producer.send(self._topic, EMPTY, partition=partition)
            self._note(sent.get(self._timeout))
        except KafkaError as error:
            self.trouble = f"Kafka does not answer: {error}"

    def _stored(self, batch: "_Batch", record: "RecordMetadata") -> None:
        self._note(record)
        batch.stored(record.partition, record.offset)

    def _note(self, record: "RecordMetadata") -> None:
        moment = record.timestamp * MILLISECOND
        with self._lock:
            self.trouble = None
            at, highest = self._last.get(record.partition, (-1, 0))
            self._last[record.partition] = max(at, record.offset), max(highest, moment)

    def _seal(self, instant: int) -> Position:
        from kafka.errors import KafkaError

        until = time.monotonic() + _CLOCKS_DIFFER
        while behind := [p for p in self._reader.partitions if not self._is_after(p, instant)]:
            if time.monotonic() > until:
                raise LogUnavailableError(_CLOCK)
            try:
                sent = [self._producer.send(self._topic, EMPTY, partition=p) for p in behind]
                for record in sent:
                    self._note(record.get(self._timeout))
            except KafkaError as error:
                raise LogUnavailableError(f"the log cannot be sealed: {error}") from error
            time.sleep(MILLISECOND / 1e6)  # stamps differ only from one millisecond to the next
        with self._lock:
            return {partition: self._last[partition][0] for partition in self._reader.partitions}

    def _is_after(self, partition: int, instant: int) -> bool:
        with self._lock:
            return self._last.get(partition, (-1, 0))[1] > instant


class _Batch:
    """Gathers what became of the records of one batch, and answers when all are known."""

    def __init__(self, answer: "Future[Appended]", records: int, events: int) -> None:
        self._answer, self._open, self._events = answer, records, events
        self._position: Position = {}
        self._missing: list[int] = []
        self._lock = threading.Lock()
        if not records:
            answer.set_result(Appended({}))

    def stored(self, partition: int, offset: int) -> None:
        with self._lock:
            self._position[partition] = max(offset, self._position.get(partition, -1))
        self._one_less(None)

    def failed(self, indices: list[int], error: BaseException) -> None:
        with self._lock:
            self._missing += indices
        self._one_less(error)

    def _one_less(self, error: BaseException | None) -> None:
        with self._lock:
            self._open -= 1
            if self._open:
                return
        if len(self._missing) < self._events:
            self._answer.set_result(Appended(self._position, frozenset(self._missing)))
        else:
            self._answer.set_exception(LogUnavailableError(f"Kafka did not store it: {error}"))


def kafka_producer(access: KafkaAccess, timeout: float) -> Any:
    """A producer that stores each record once and in order, or says that it did not in time.

    Raises `LogUnavailableError` where no server answers.
    """
    from kafka import KafkaProducer
    from kafka.codec import has_lz4
    from kafka.errors import KafkaError

    try:
        return KafkaProducer(
            **access.client(),
            acks="all",
            enable_idempotence=True,
            compression_type="lz4" if has_lz4() else "gzip",
            linger_ms=2,
            batch_size=2**18,
            max_block_ms=int(timeout * 500),
            request_timeout_ms=int(timeout * 500),
            delivery_timeout_ms=int(timeout * 1000),
            allow_auto_create_topics=False,
        )
    except KafkaError as error:
        raise LogUnavailableError(f"no Kafka server answers: {error}") from error


_LATE = "it waited too long behind others for Kafka"
_CLOCK = "the clock of a Kafka broker is behind this machine's; set both by NTP"
