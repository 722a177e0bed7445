"""`hub migrate`, `hub api` and `hub worker` as real processes on real engines."""

import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from hub.log.kafka import KafkaLog
from hub.log.kafka_access import KafkaAccess, servers_of
from hub.log.port import covers, decode_position
from schemas.event import Accepted
from schemas.topics import dossier_events
from tests.child import Child
from tests.eventually import DEADLINE, eventually

PARTITIONS = r"partitions of this worker: \[\d"
"""What a worker prints when it has some."""


class Distributed:
    """One hub of several processes, with settings of its own on shared engines."""

    def __init__(
        self, kafka: str, store: str, registry: str, prefix: str, folder: Path, **settings: str
    ) -> None:
        self.kafka, self.prefix, self.folder = kafka, prefix, folder
        self.access = KafkaAccess(servers_of(kafka))
        folder.mkdir(exist_ok=True)
        clean = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
        self.env = clean | {
            "HUB_LOG": kafka, "HUB_STORE": store, "HUB_REGISTRY": registry,
            "HUB_TOPIC_PREFIX": prefix, "HUB_PARTITIONS": "4", "HUB_PORT": "0",
            "HUB_WORKER_SESSION": "3", "HUB_WORKER_PATIENCE": "60",
        } | settings  # fmt: skip
        self.children: list[Child] = []
        self._started = 0
        self.url = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for child in self.children:
            child.end(signal.SIGKILL)

    def run(self, *arguments: str) -> tuple[int, str]:
        """A command that ends by itself: its exit code and what it printed."""
        child = self.start(*arguments)
        code = child.ended()
        return code, child.output()

    def migrate(self) -> None:
        code, said = self.run("migrate")
        assert code == 0, said

    def worker(self) -> Child:
        """Another worker; it has its partitions a little later."""
        return self.start("worker")

    def api(self) -> Child:
        """The HTTP interface; `url` is where it listens."""
        child = self.start("api", "--open")
        self.url = child.url_when_ready()
        return child

    def caught_up(self, seconds: float = DEADLINE) -> None:
        """Wait until all that lies in the log is in the figures."""
        log = self.log()
        end = log.end()
        log.close()

        def done() -> bool:
            applied = httpx.get(f"{self.url}/readyz", timeout=30).json()["applied"]
            return covers(decode_position(applied), end)

        try:
            eventually(done, f"the figures have {end}", seconds)
        except AssertionError as error:
            said = "\n".join(f"== {c.name}\n{c.output()[-1500:]}" for c in self.children)
            raise AssertionError(f"{error}\n{said}") from None

    @property
    def topic(self) -> str:
        return dossier_events(self.prefix)

    def log(self) -> KafkaLog:
        """The log itself; the caller closes it."""
        return KafkaLog(self.access, self.topic)

    def rows(self) -> list[Accepted]:
        """All accepted events, as they lie in the log."""
        log = self.log()
        try:
            return list(log.read({}, 10**9)[0])
        finally:
            log.close()

    def start(self, *arguments: str, module: str = "hub") -> Child:
        self._started += 1
        command = (sys.executable, "-m", module, "-v", *arguments)
        printed = self.folder / f"{arguments[0]}-{self._started}.output"
        child = Child(command, printed, self.env)
        self.children.append(child)
        return child
