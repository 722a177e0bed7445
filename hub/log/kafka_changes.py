"""The topic `changes`: which units' figures are new, for whoever watches them live."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from hub.log.kafka import kafka_producer
from hub.log.kafka_access import KafkaAccess

logger = logging.getLogger(__name__)


class Change(NamedTuple):
    """The store has a unit's events up to a position (of events) since `at` (µs); or, with a
    notice, nothing changed but there is something to tell."""

    unit: str
    position: int
    at: int
    notice: Any = None


class ChangesWriter:
    """Tells of changes, without waiting: who misses one asks the store. `now` gives µs UTC."""

    def __init__(self, access: KafkaAccess, topic: str, now: Callable[[], int]) -> None:
        self._topic, self._now = topic, now
        self._producer = kafka_producer(access, 10.0)

    def tell(self, units: Mapping[str, int]) -> None:
        """The units that changed, each with its last position."""
        at = self._now()
        self._send({"unit": u, "position": position, "at": at} for u, position in units.items())

    def notify(self, notices: Iterable[tuple[str, Any]]) -> None:
        """Notices, each with its unit."""
        at = self._now()
        self._send({"unit": u, "position": 0, "at": at, "notice": told} for u, told in notices)

    def _send(self, values: Iterable[Mapping[str, Any]]) -> None:
        from kafka.errors import KafkaError

        try:
            for value in values:
                self._producer.send(self._topic, orjson.dumps(value), value["unit"].encode())
        except KafkaError as error:
            logger.warning("live readers were not told of a change: %s", error)

    def close(self) -> None:
        """Send what waits."""
        self._producer.close(10.0)


class ChangesReader:
    """Changes from now on, to every reader all of them."""

    def __init__(self, access: KafkaAccess, topic: str) -> None:
        from kafka import KafkaConsumer, TopicPartition

        self._consumer = KafkaConsumer(
            **access.client(),
            enable_auto_commit=False,
            auto_offset_reset="latest",
            allow_auto_create_topics=False,
        )
        numbers = self._consumer.partitions_for_topic(topic) or ()
        partitions = [TopicPartition(topic, number) for number in numbers]
        self._consumer.assign(partitions)
        self._consumer.seek_to_end()
        for partition in partitions:
            self._consumer.position(partition)  # finds the end now, not at the first poll

    def poll(self, timeout: float) -> Iterator[Change]:
        """What came, waiting for it up to `timeout` seconds."""
        for rows in self._consumer.poll(int(timeout * 1000)).values():
            for row in rows:
                try:
                    found = orjson.loads(row.value)
                    at = (found["unit"], found["position"], found["at"])
                    yield Change(*at, found.get("notice"))
                except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                    logger.warning("%s/%d/%d is no change", row.topic, row.partition, row.offset)

    def close(self) -> None:
        """Let go of the brokers."""
        self._consumer.close()
