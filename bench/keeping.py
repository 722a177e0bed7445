"""Programs of other libraries that keep what the hub promises of a count: each event checked by the
hub's models, each identity counted once, exact after a kill and a replay.

They do less than the worker: no dossier is folded, nothing can be asked as of a moment, no figure
can be traced. Run by its path, with the hub's code on PYTHONPATH:
python bench/keeping.py faust|quix SERVERS TOPIC PARTITIONS EVENTS SECONDS [GROUP]
"""

import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.counting import Clock, Task, listed
from hub.core.check import check_objects
from hub.core.time import date_of, local_day
from schemas.event import Event


def checked(value: Any) -> Iterator[tuple[str, str]]:
    """Identity, and unit and local quarter, of each good event of a record."""
    events = listed(value)
    now = time.time_ns() // 1000
    for event in check_objects(events, [now] * len(events)):
        if isinstance(event, Event):
            day = date_of(local_day(event.time))
            quarter = f"{event.unit} {day.year}-Q{(day.month + 2) // 3}"
            yield f"{event.unit} {event.subject} {event.source} {event.id}", quarter


def faust(task: Task, group: str) -> None:
    """A Table of identities, one write an event; the counts follow from it, so that a kill between
    two writes cannot part them. Faust's own `exactly_once` counted nothing when it was tried."""
    import faust

    app = faust.App(
        group, broker=[f"kafka://{s}" for s in task.servers.split(",")], store="memory://",
        topic_partitions=task.partitions, topic_replication_factor=1,
        consumer_auto_offset_reset="earliest", topic_disable_leader=True,
        table_standby_replicas=0, web_enabled=False, autodiscover=False, key_serializer="raw",
        value_serializer="json", consumer_max_fetch_size=8 * 2**20,
    )  # fmt: skip
    seen = app.Table("seen", default=str, partitions=task.partitions)
    counts: Counter[str] = Counter()
    clock = Clock(task)

    @app.on_rebalance_complete.connect  # type: ignore[untyped-decorator]
    async def recount(*_: Any, **__: Any) -> None:
        counts.clear()
        counts.update(seen.values())

    async def count(stream: Any) -> None:
        async for record in stream.events():
            clock.start()
            for identity, quarter in checked(record.value):
                if not seen[identity]:
                    seen[identity] = quarter
                    counts[quarter] += 1
            clock.counted(len(listed(record.value)))

    app.agent(app.topic(task.topic))(count)
    faust.Worker(
        app, loglevel="ERROR", redirect_stdouts=False, quiet=True
    ).execute_from_commandline()


def quix(task: Task, group: str) -> None:
    """State of a key (the unit) for identities and counts; state and offsets in transactions."""
    from quixstreams import Application  # type: ignore[import-not-found]

    app = Application(
        broker_address=task.servers, consumer_group=group, auto_offset_reset="earliest",
        loglevel="ERROR", processing_guarantee="exactly-once",
    )  # fmt: skip
    clock = Clock(task)

    def count(value: Any, state: Any) -> None:
        clock.start()
        for identity, quarter in checked(value):
            if not state.get(identity):
                state.set(identity, 1)
                state.set(quarter, state.get(quarter, 0) + 1)
        clock.counted(len(listed(value)))

    frame = app.dataframe(app.topic(task.topic, value_deserializer="json"))
    frame.apply(count, stateful=True)
    app.run()


if __name__ == "__main__":
    program, servers, topic, partitions, events, seconds, *named = sys.argv[1:]
    sys.argv[1:] = []  # Faust's worker would read it
    {"faust": faust, "quix": quix}[program](
        Task(servers, topic, int(partitions), int(events), float(seconds)),
        named[0] if named else f"{program}-{uuid.uuid4().hex}",
    )
