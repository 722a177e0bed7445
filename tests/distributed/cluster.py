"""`hub migrate`, `hub api` and `hub worker` as real processes on real engines."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from hub.log.kafka import KafkaLog
from hub.log.kafka_access import KafkaAccess, servers_of
from hub.log.port import covers, decode_position
from schemas.event import Accepted
from schemas.topics import dossier_events

DEADLINE = 60.0
PARTITIONS = r"partitions of this worker: \[\d"
"""What a worker prints when it has some."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = DEADLINE) -> None:
    """Look until it is so. Raises AssertionError."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"not in {seconds} s: {what}"
        time.sleep(0.05)


class Child:
    """A process of the hub; what it prints is in `output()`."""

    def __init__(self, name: str, env: dict[str, str], folder: Path, *arguments: str) -> None:
        self.name, self._file = name, folder / f"{name}.output"
        with self._file.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def output(self) -> str:
        """All that it printed."""
        return self._file.read_text(errors="replace")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until it prints that. Raises AssertionError with what it printed."""
        limit = time.monotonic() + DEADLINE
        while not (found := re.search(pattern, self.output())):
            ended = self.process.poll() is not None
            assert not ended, f"{self.name} ended:\n{self.output()[-3000:]}"
            assert time.monotonic() < limit, f"{self.name}:\n{self.output()[-3000:]}"
            time.sleep(0.02)
        return found

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(by)
        try:
            return self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait(DEADLINE)

    def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self.process.wait(DEADLINE)


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
        self.url = child.wait_for(r"listens on (http://\S+)")[1]
        wait_until(self._is_ready, "the API is ready")
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
            wait_until(done, f"the figures have {end}", seconds)
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

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=DEADLINE).status_code == 200
        except httpx.TransportError:
            return False

    def start(self, *arguments: str, module: str = "hub") -> Child:
        self._started += 1
        name, command = f"{arguments[0]}-{self._started}", (module, "-v", *arguments)
        child = Child(name, self.env, self.folder, *command)
        self.children.append(child)
        return child
