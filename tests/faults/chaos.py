"""Kills parts of a distributed hub at random under load: nothing acknowledged may be missing, no
figure may be wrong. `make chaos`; HUB_CHAOS_ROUNDS and HUB_CHAOS_SEED say how long and which.
"""

import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.distributed.checks import assert_exact
from tests.distributed.cluster import Child, Distributed
from tests.engines.clickhouse import ClickHouseServer
from tests.engines.kafka import KafkaCluster
from tests.faults.load import Load
from tests.store.random_log import random_log

FATES = ("worker", "worker", "store", "broker", "api", "join", "leave")


class Chaos:
    """A hub on three brokers and one store, its processes started anew as a supervisor does."""

    def __init__(
        self, kafka: KafkaCluster, store: ClickHouseServer, folder: Path, prefix: str, seed: int
    ) -> None:
        self.kafka, self.store, self.rng = kafka, store, Random(seed)
        self.hub = Distributed(
            kafka.url, store.url, f"sqlite:///{folder / 'registry.db'}", prefix, folder,
            HUB_REPLICAS=str(min(3, len(kafka.nodes))),
        )  # fmt: skip
        self.workers: list[Child] = []
        self.happened: Counter[str] = Counter()
        self.load = Load([row.event for row in random_log(50_000, seed)], 3, seed)

    def run(self, rounds: int) -> None:
        """Raises AssertionError where anything is lost or wrong."""
        with self.hub as hub:
            hub.migrate()
            self.api = hub.api()
            self.workers = [hub.worker(), hub.worker()]
            with self.load:
                self.load.point(hub.url)
                for number in range(rounds):
                    self._round(number)
                self.load.point(None)
            self._supervise()
            assert_exact(hub, set(self.load.acknowledged))

    def _round(self, number: int) -> None:
        assert self.load.wait_for_answers(10, 120), "nothing is accepted any more"
        fate = self.rng.choice(FATES)
        begun = time.monotonic()
        getattr(self, f"_{fate}")()
        self._supervise()
        self.happened[fate] += 1
        said = f"{number + 1}: {fate}, {time.monotonic() - begun:.1f} s"
        print(f"{said}, {len(self.load.acknowledged)} acknowledged", flush=True)

    def _supervise(self) -> None:
        assert self.api.process.poll() is None, self.api.output()[-3000:]
        for worker in [w for w in self.workers if w.process.poll() is not None]:
            print(f"{worker.name} ended by itself: {worker.output()[-300:]}", flush=True)
            self.happened["ended by itself"] += 1
            self.workers.remove(worker)
        while len(self.workers) < 2:
            self.workers.append(self.hub.worker())

    def _worker(self) -> None:
        self.workers.pop(self.rng.randrange(len(self.workers))).end(signal.SIGKILL)

    def _store(self) -> None:
        self.store.kill9()
        time.sleep(self.rng.uniform(0, 2))  # how long the outage lasts
        self.store.start()

    def _broker(self) -> None:
        node = self.rng.choice(self.kafka.nodes)
        self.kafka.kill9(node)
        assert self.load.wait_for_answers(5, 120), "two of three brokers must do"
        self.kafka.start(node)

    def _api(self) -> None:
        self.load.point(None)
        self.api.end(signal.SIGKILL)
        self.api = self.hub.api()
        self.load.point(self.hub.url)

    def _join(self) -> None:
        if len(self.workers) < 4:
            self.workers.append(self.hub.worker())

    def _leave(self) -> None:
        worker = self.workers.pop(self.rng.randrange(len(self.workers)))
        if worker.process.poll() is None and "takes" in worker.output():
            assert worker.end() in (0, -signal.SIGTERM), worker.output()[-3000:]
        else:
            worker.end(signal.SIGKILL)


def main() -> None:
    """A long run."""
    import shutil

    from tests.engines.kafka import kafka_cluster

    rounds = int(os.environ.get("HUB_CHAOS_ROUNDS", "100"))
    seed = int(os.environ.get("HUB_CHAOS_SEED", str(time.time_ns() % 10**6)))
    binary = shutil.which("clickhouse-server")
    assert binary, "install clickhouse-server"
    print(f"{rounds} rounds, HUB_CHAOS_SEED={seed}")
    kafka, store = kafka_cluster(3), ClickHouseServer(binary)
    try:
        kafka.start()
        store.start()
        with tempfile.TemporaryDirectory(prefix="hub-chaos-") as folder:
            chaos = Chaos(kafka, store, Path(folder), "chaos-", seed)
            chaos.run(rounds)
        said = ", ".join(f"{fate} {times}" for fate, times in sorted(chaos.happened.items()))
        print(f"0 differences after {rounds} rounds: {said}")
    finally:
        kafka.remove()
        store.remove()


if __name__ == "__main__":
    main()
