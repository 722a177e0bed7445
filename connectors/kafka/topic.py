"""One topic, read from offsets that the caller keeps: no consumer group, nothing is committed."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kafka import TopicPartition, errors

from connectors.kafka.client import open_consumer
from connectors.mapping.reads import Kafka
from connectors.port import BrokenSourceError, SourceError

Offsets = dict[int, int]
"""By partition the offset of the next record."""
MOST_RECORDS = 2_000
_ANSWER = 30.0
"""Seconds in which records that are there must come."""


class Topic:
    """A topic that is there."""

    def __init__(self, read: Kafka) -> None:
        self._read = read
        self._consumer: Any = None

    def close(self) -> None:
        """Let go of the servers."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def bounds(self) -> tuple[Offsets, Offsets]:
        """Of each partition the first record that is still there and the end: the offset behind the
        last. Raises `SourceError`, `BrokenSourceError`."""
        with self._told():
            consumer = self._opened()
            partitions = [self._partition(at) for at in self._partitions()]
            wait = int(_ANSWER * 1000)
            first = consumer.beginning_offsets(partitions, timeout_ms=wait)
            ends = consumer.end_offsets(partitions, timeout_ms=wait)
        return {at.partition: offset for at, offset in first.items()}, {
            at.partition: offset for at, offset in ends.items()
        }

    def records(
        self, offsets: Mapping[int, int], ends: Offsets
    ) -> Iterator[tuple[list[Any], Offsets]]:
        """The records from some offsets to the ends, in parts, each with the offsets behind it.
        Raises `SourceError`, `BrokenSourceError`."""
        with self._told():
            consumer = self._opened()
            partitions = {at: self._partition(at) for at in ends}
            consumer.assign(list(partitions.values()))
            for at, partition in partitions.items():
                consumer.seek(partition, offsets[at])
        until = time.monotonic() + _ANSWER
        while True:
            with self._told():
                found = consumer.poll(1000, max_records=MOST_RECORDS)
                reached = {at: consumer.position(one) for at, one in partitions.items()}
            records = [record for part in found.values() for record in part]
            is_end = all(reached[at] >= end for at, end in ends.items())
            if records or is_end:
                until = time.monotonic() + _ANSWER
                yield records, reached
            if is_end:
                return
            if time.monotonic() > until:
                raise SourceError(f"the records of {self._read.topic} do not come; see its servers")

    def _partitions(self) -> list[int]:
        found = self._consumer.partitions_for_topic(self._read.topic)
        if not found:
            raise BrokenSourceError(
                f"there is no topic {self._read.topic}, or it may not be seen; correct `topic`, or "
                "ask its owner for the rights Describe and Read"
            )
        return sorted(found)

    def _partition(self, number: int) -> Any:
        return TopicPartition(self._read.topic, number)

    def _opened(self) -> Any:
        if self._consumer is None:
            self._consumer = open_consumer(self._read)
        return self._consumer

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the client in our words; a new one is opened the next time: an old one may ask
        a lost server for ever."""
        try:
            yield
        except (errors.AuthorizationError, errors.TopicAuthorizationFailedError) as error:
            self.close()
            raise BrokenSourceError(
                f"{self._read.topic} may not be read by who asks; ask its owner for the rights "
                "Describe and Read"
            ) from error
        except errors.SaslAuthenticationFailedError as error:
            self.close()
            raise BrokenSourceError(
                "the Kafka servers refuse the login; correct `login`, or the secret that it names"
            ) from error
        except errors.KafkaError as error:
            self.close()
            raise SourceError(f"Kafka does not answer ({type(error).__name__})") from error
