"""Plain programs beside the worker: each counts events by unit and quarter, and says its rate.

Run by its path, so that an environment without the hub can run it:
python bench/counting.py faust|quix|loop SERVERS TOPIC PARTITIONS EVENTS SECONDS
"""

import asyncio
import os
import sys
import time
import uuid
from collections import Counter
from typing import Any, NamedTuple

import orjson


class Task(NamedTuple):
    """Count this many events of a topic, or as many as can be counted in so many seconds."""

    servers: str
    topic: str
    partitions: int
    events: int
    seconds: float


def key_of(event: dict[str, Any]) -> str:
    """Unit and quarter of the event's own text: no check, no time zone."""
    time_of = event["time"]
    return f"{event['data']['unit']} {time_of[:4]}-Q{(int(time_of[5:7]) + 2) // 3}"


class Clock:
    """Runs from the first record on; ends the process when enough is counted."""

    def __init__(self, task: Task) -> None:
        self._task, self._counted, self._begun = task, 0, 0.0

    def start(self) -> None:
        """A record is here: the first one starts the clock."""
        self._begun = self._begun or time.perf_counter()

    def counted(self, events: int) -> None:
        """Tell of what was counted since the last time."""
        self._counted += events
        seconds = time.perf_counter() - self._begun
        if self._counted >= self._task.events or seconds > self._task.seconds:
            print(f"\n{self._counted / seconds}", flush=True)  # Faust leaves half a line
            os._exit(0)  # what a library does at its end is not measured


def faust(task: Task) -> None:
    """A Table in memory, its changelog in Kafka, one write an event."""
    import faust

    app = faust.App(
        f"faust-{uuid.uuid4().hex}", broker=[f"kafka://{s}" for s in task.servers.split(",")],
        store="memory://", topic_partitions=task.partitions, topic_replication_factor=1,
        consumer_auto_offset_reset="earliest", topic_disable_leader=True,
        table_standby_replicas=0, web_enabled=False, autodiscover=False, key_serializer="raw",
        value_serializer="json", consumer_max_fetch_size=8 * 2**20,
    )  # fmt: skip
    counts = app.Table("counts", default=int, partitions=task.partitions)
    clock = Clock(task)

    async def count(stream: Any) -> None:
        async for record in stream.events():
            clock.start()
            events = listed(record.value)
            for event in events:
                counts[key_of(event)] += 1
            clock.counted(len(events))

    app.agent(app.topic(task.topic))(count)
    faust.Worker(
        app, loglevel="ERROR", redirect_stdouts=False, quiet=True
    ).execute_from_commandline()


def quix(task: Task) -> None:
    """Quix Streams' own state of a key (the unit), as it comes: RocksDB and a changelog."""
    from quixstreams import Application  # type: ignore[import-not-found]

    app = Application(
        broker_address=task.servers, consumer_group=f"quix-{uuid.uuid4().hex}",
        auto_offset_reset="earliest", loglevel="ERROR",
    )  # fmt: skip
    clock = Clock(task)

    def count(value: Any, state: Any) -> None:
        clock.start()
        events = listed(value)
        for event in events:
            key = key_of(event)
            state.set(key, state.get(key, 0) + 1)
        clock.counted(len(events))

    frame = app.dataframe(app.topic(task.topic, value_deserializer="json"))
    frame.apply(count, stateful=True)
    app.run()


def loop(task: Task) -> None:
    """What remains without any framework: aiokafka, JSON, a dictionary. It keeps nothing."""
    asyncio.run(_loop(task))


async def _loop(task: Task) -> None:
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        task.topic, bootstrap_servers=task.servers, group_id=f"loop-{uuid.uuid4().hex}",
        auto_offset_reset="earliest", max_partition_fetch_bytes=8 * 2**20,
    )  # fmt: skip
    counts: Counter[str] = Counter()
    clock = Clock(task)
    await consumer.start()
    while True:
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            clock.start()
            for record in records:
                events = listed(orjson.loads(record.value))
                for event in events:
                    counts[key_of(event)] += 1
                clock.counted(len(events))


def listed(value: Any) -> list[dict[str, Any]]:
    """The events of a record: one, or an array."""
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    program, servers, topic, partitions, events, seconds = sys.argv[1:]
    sys.argv[1:] = []  # Faust's worker would read it
    {"faust": faust, "quix": quix, "loop": loop}[program](
        Task(servers, topic, int(partitions), int(events), float(seconds))
    )
