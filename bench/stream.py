"""From topic to queryable figures: the worker beside plain programs, on one Kafka, in one run.

python -m bench.stream [--events 100000] [--runs 3] [--seconds 20] [--quix PYTHON]
"""

import argparse
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson

from bench.counting import __file__ as counting
from bench.keeping import __file__ as keeping
from bench.readme import machine, write
from bench.workload import LARGE_SIZE, SMALL_SIZE, dossiers
from hub.log.kafka import kafka_producer
from hub.log.kafka_access import KafkaAccess, servers_of
from hub.log.records import partition_of
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.progress import FACTS, read_reached
from tests.distributed.cluster import Child, Distributed
from tests.engines.clickhouse import ClickHouseServer, new_server, own_database
from tests.engines.kafka import KafkaCluster, kafka_cluster
from tests.eventually import eventually

PARTITIONS = 12
PACKED = 500
"""Events of a unit in one record, at most."""

ROUNDS = 4
"""As many times the same number of events goes into one store."""

PLAIN = {
    "faust": "plain Faust, a Table",
    "quix": "Quix Streams, its state",
    "loop": "bare aiokafka loop, a dict",
}
"""They count and promise nothing."""

KEEPING = {
    "faust": "Faust, checked, each once, exactly-once",
    "quix": "Quix Streams, checked, each once, exactly-once",
}
"""They count and keep what the hub promises of a count (`bench.keeping`)."""

_BASE = "plain Faust, a Table, one event a record"
_OWNED = re.compile(r"partitions of this worker: \[([\d, ]*)\]")
_DEADLINE = 300.0
Rates = dict[str, float]


class Plan(NamedTuple):
    """What to measure; `quix`: a Python that has Quix Streams, if any."""

    events: int = 100_000
    seconds: float = 20.0
    quix: str | None = None


class Engines(NamedTuple):
    """The servers, started once."""

    kafka: KafkaCluster
    clickhouse: ClickHouseServer


class Trial:
    """One hub on a topic and a store of its own; what is measured goes through its workers."""

    def __init__(self, hub: Distributed, store: str, workers: int) -> None:
        self.hub = hub
        hub.migrate()
        self._engine = ClickHouseEngine(store)
        self._producer = kafka_producer(KafkaAccess(servers_of(hub.kafka)), 60.0)
        self._end: dict[int, int] = {}
        self._sent = 0
        self._workers = [hub.worker() for _ in range(workers)]
        eventually(self._is_shared, "the workers share the partitions")

    def measure(self, events: list[tuple[str, bytes]], *, packed: bool) -> float:
        """Events a second, from the first record's fetch to the store's word that all is applied.

        The workers stand still, stopped by a signal, while the topic is filled.
        """
        self._signal(signal.SIGSTOP)
        self._fill(packed_records(events) if packed else events)
        self._sent += len(events)
        begin = time.perf_counter()
        self._signal(signal.SIGCONT)
        eventually(self._is_applied, "all is applied", _DEADLINE)
        seconds = time.perf_counter() - begin
        distinct = "SELECT uniqExact(unit, subject, source, id) FROM events"
        stored = self._engine.select(distinct, {})[0][0]
        assert stored == self._sent, f"{stored} of {self._sent} events are in the store"
        return len(events) / seconds

    def end_workers(self) -> None:
        """Let the machine be others'; the topic stays."""
        for worker in self._workers:
            worker.end(signal.SIGKILL)  # how it ends is not measured
        self._workers = []

    def close(self) -> None:
        """End everything of it."""
        self.end_workers()
        self._producer.close(10.0)
        self._engine.close()

    def _fill(self, records: list[tuple[str, bytes]]) -> None:
        sent = [
            self._producer.send(
                self.hub.topic, value, unit.encode(), partition=partition_of(unit, PARTITIONS)
            )
            for unit, value in records
        ]
        for future in sent:
            record = future.get(60)
            self._end[record.partition] = record.offset

    def _is_applied(self) -> bool:
        reached = read_reached(self._engine)[FACTS]
        return all(p in reached and reached[p].record >= at for p, at in self._end.items())

    def _is_shared(self) -> bool:
        owned = [owned_by(worker) for worker in self._workers]
        return all(owned) and sorted(chain(*owned)) == list(range(PARTITIONS))

    def _signal(self, which: signal.Signals) -> None:
        for worker in self._workers:
            worker.process.send_signal(which)


def owned_by(worker: Child) -> list[int]:
    """The partitions that a worker said last it has."""
    said = _OWNED.findall(worker.output())
    return [int(number) for number in said[-1].split(",")] if said and said[-1] else []


@lru_cache(ROUNDS)
def make_events(part: int, count: int) -> list[tuple[str, bytes]]:
    """Unit and CloudEvent of some events over all units, in the order of their times."""
    first = SMALL_SIZE + LARGE_SIZE + part * count  # the two first units are of another measure
    found = islice(chain.from_iterable(dossiers(first, count)), count)
    rows = sorted(found, key=lambda event: str(event["time"]))
    return [(str(e["source"]).removeprefix("/one-stop/"), orjson.dumps(e)) for e in rows]


def packed_records(events: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Arrays of one unit's events each."""
    units: defaultdict[str, list[bytes]] = defaultdict(list)
    for unit, event in events:
        units[unit].append(event)
    return [
        (unit, b"[" + b",".join(texts[at : at + PACKED]) + b"]")
        for unit, texts in units.items()
        for at in range(0, len(texts), PACKED)
    ]


@contextmanager
def trial(engines: Engines, workers: int) -> Iterator[Trial]:
    """A hub of its own on these engines."""
    prefix = f"bench-{uuid.uuid4().hex[:8]}-"
    with tempfile.TemporaryDirectory() as name, own_database(engines.clickhouse.url) as store:
        folder = Path(name)
        registry = f"sqlite:///{folder / 'registry.db'}"
        # a worker that is stopped must not be taken for dead
        settings = {"HUB_PARTITIONS": str(PARTITIONS), "HUB_WORKER_SESSION": "50"}
        with (
            Distributed(engines.kafka.url, store, registry, prefix, folder, **settings) as hub,
            closing(Trial(hub, store, workers)) as made,
        ):
            yield made


def other(
    script: str | None, program: str, engines: Engines, topic: str, plan: Plan
) -> float | None:
    """Events a second of another library's program, in a process of its own; None: it cannot be
    had."""
    python = plan.quix if program == "quix" else sys.executable
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, str(script), program, engines.kafka.servers, topic,
             str(PARTITIONS), str(plan.events), str(plan.seconds)],
            capture_output=True, text=True, timeout=_DEADLINE, check=False, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def one_run(engines: Engines, plan: Plan) -> Iterator[tuple[str, float]]:
    """Everything once."""
    for packed, form in ((False, "one event a record"), (True, "packed records")):
        with trial(engines, 1) as ours:
            for part in range(ROUNDS if packed else 1):
                rate = ours.measure(make_events(part, plan.events), packed=packed)
                stored = f", {part * plan.events:,} stored before" if part else ""
                yield f"hub, one worker, {form}{stored}", rate
            ours.end_workers()
            for script, programs in ((counting, PLAIN), (keeping, KEEPING)):
                for program, title in programs.items():
                    counted = other(script, program, engines, ours.hub.topic, plan)
                    if counted is not None:
                        yield f"{title}, {form}", counted
        with trial(engines, 2) as ours:
            rate = ours.measure(make_events(0, plan.events), packed=packed)
            yield f"hub, two workers, {form}", rate


def stream(plan: Plan, runs: int) -> None:
    """Measure on engines of its own, and write the table."""
    head = machine()
    found: list[Rates] = []
    with engines_of_ours() as engines:
        for run in range(runs):
            found.append({})
            for name, rate in one_run(engines, plan):
                found[-1][name] = rate
                print(f"run {run + 1}: {name}: {rate:,.0f} events/s", flush=True)
    rows = [(name, *_said([run[name] for run in found], found)) for name in found[0]]
    title = ("from topic to figures", "events/s", "in times of the plain Faust program")
    several = f"medians of {runs} runs (lowest-highest)" if runs > 1 else "one run"
    load = f"{os.getloadavg()[0]:.1f} at the end"
    head = f"{head} and {load}; {plan.events:,} events, {PARTITIONS} partitions, {several}"
    write("streamed", "end streamed", head, [title, *rows])


def _said(rates: list[float], runs: list[Rates]) -> tuple[str, str]:
    ratios = [rate / run[_BASE] for rate, run in zip(rates, runs, strict=True)]
    spread = f" ({min(ratios):.1f}-{max(ratios):.1f})" if len(runs) > 1 else ""
    return f"{median(rates):,.0f}", f"{median(ratios):.1f}{spread}"


@contextmanager
def engines_of_ours() -> Iterator[Engines]:
    """Kafka and ClickHouse, started here and ended with the run."""
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)  # it waits for the start
    kafka, clickhouse = kafka_cluster(), new_server()
    try:
        kafka.start()
        clickhouse.start()
        yield Engines(kafka, clickhouse)
    finally:
        kafka.remove()
        clickhouse.remove()


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.stream", description=__doc__)
    parser.add_argument("--events", type=int, default=Plan().events, help="in each measure")
    parser.add_argument("--runs", type=int, default=3, help="the medians count")
    parser.add_argument(
        "--seconds", type=float, default=Plan().seconds, help="for each plain program"
    )
    parser.add_argument("--quix", help="a Python with what bench/quix.txt names")
    asked = parser.parse_args()
    stream(Plan(asked.events, asked.seconds, asked.quix), asked.runs)


if __name__ == "__main__":
    main()
