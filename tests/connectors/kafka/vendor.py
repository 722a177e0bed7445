"""A made-up vendor who writes to a topic."""

import atexit
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from connectors.kafka import KafkaSource, open_source
from connectors.mapping import Document, loads

DOCUMENT = """
connector: made-up
source: /made-up
read: {{kind: kafka, servers: "{servers}", topic: {topic}, times: [epoch-micros], {more}}}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts: {{received: {{at: ngay, channel: {{value: direct}}, field: {{from: tt}}}}}}
"""
PLACEHOLDER = "__debezium_unavailable_value"


def document(servers: str, topic: str, more: str = "shape: row") -> Document:
    return loads(DOCUMENT.format(servers=servers, topic=topic, more=more), "made-up.yaml")


class Record(NamedTuple):
    """A record as the client gives it."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def values(number: int, code: str, state: str = "s1") -> dict[str, Any]:
    """A row of the vendor's table."""
    return {"id": number, "ma": code, "tt": state, "ngay": 1_604_539_800_000_000, "ten": "secret"}


def key(number: int, *, schema: bool = False) -> bytes:
    found: Any = {"id": number}
    return json.dumps(
        {"schema": {"type": "struct"}, "payload": found} if schema else found
    ).encode()


def envelope(
    op: str, before: Any, after: Any, at: int = 0, *, schema: bool = False, **more: Any
) -> bytes:
    """`at`: milliseconds of the vendor's database since 2020-11-05."""
    source = {"connector": "postgresql", "ts_ms": 1_604_534_400_000 + at, "lsn": 1000 + at}
    found = {"op": op, "before": before, "after": after, "source": source, **more}
    return json.dumps({"schema": {}, "payload": found} if schema else found).encode()


@dataclass
class Topic:
    """A topic of the server."""

    servers: str
    name: str

    def make(self, partitions: int = 2) -> "Topic":
        plan = {self.name: {"num_partitions": partitions, "replication_factor": 1}}
        with admin(self.servers) as one:
            one.create_topics(plan, wait_for_metadata=True)
        return self

    def put(
        self, *records: tuple[bytes | None, bytes | None], partition: int | None = None
    ) -> None:
        """Write keys and values, durably."""
        sent = [
            _producer(self.servers, partition).send(
                self.name, key=key, value=value, partition=partition
            )
            for key, value in records
        ]
        for one in sent:
            one.get(timeout=30)

    def source(self, more: str = "shape: row") -> KafkaSource:
        return open_source(document(self.servers, self.name, more))


@cache
def _producer(servers: str, partition: int | None) -> Any:
    """One for all topics, as to begin takes longer than to write; it does not see at once that a
    topic has a partition more, so that each has one of its own."""
    from kafka import KafkaProducer

    made = KafkaProducer(bootstrap_servers=servers.split(","), acks="all")
    atexit.register(made.close)
    return made


@contextmanager
def admin(servers: str) -> Iterator[Any]:
    from kafka import KafkaAdminClient

    opened = KafkaAdminClient(bootstrap_servers=servers.split(","))
    yield opened
    opened.close()
