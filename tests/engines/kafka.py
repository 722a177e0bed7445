"""Private Apache Kafkas (KRaft) for tests: import the fixtures into a `conftest.py`.

The server's jars are resolved by Maven (`pom.xml` beside this file) once and kept in the user's
cache. Each node is broker and controller, on free ports of the loopback, in a temporary folder.
All tests of a run share one node, each with topics of its own; tests that kill one have their own.
"""

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import need
from tests.engines.shared import once_a_run

_POM = Path(__file__).with_name("pom.xml")
_DEADLINE_S = 90.0
_JVM = ("-Xmx384m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class KafkaCluster:
    """One or more nodes and their folders; stopped by the ids of the processes started."""

    def __init__(self, jars: Path, nodes: int = 1) -> None:
        self._jars = jars
        self._folder = Path(tempfile.mkdtemp(prefix="hub-kafka-"))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.nodes = tuple(range(1, nodes + 1))
        ports = free_ports(2 * nodes)
        self._ports = dict(zip(self.nodes, ports[:nodes], strict=True))
        self._controllers = dict(zip(self.nodes, ports[nodes:], strict=True))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        for node in self.nodes:
            given = self._properties(node).items()
            self._file(node).write_text("".join(f"{name}={value}\n" for name, value in given))
            arguments = ("format", f"--cluster-id={cluster}", "-c", str(self._file(node)))
            done = subprocess.run(
                self._java("kafka.tools.StorageTool", *arguments, *self._users()),
                capture_output=True,
                text=True,
                timeout=_DEADLINE_S,
                check=False,
            )
            assert done.returncode == 0, done.stderr

    @property
    def servers(self) -> str:
        """All brokers as `host:port,…`."""
        return ",".join(f"127.0.0.1:{port}" for port in self._ports.values())

    @property
    def url(self) -> str:
        """The same as the hub's setting `HUB_LOG`."""
        return f"kafka://{self.servers}"

    def start(self, *nodes: int) -> None:
        """Start nodes (all when none is named) and wait until each answers."""
        for node in nodes or self.nodes:
            with (self._folder / f"{node}.log").open("ab") as log:
                self._processes[node] = subprocess.Popen(
                    self._java("kafka.Kafka", str(self._file(node))), stdout=log, stderr=log
                )
        for node in nodes or self.nodes:
            self._wait(node)

    def stop(self, *nodes: int) -> None:
        """Ask nodes to end."""
        self._end(signal.SIGTERM, nodes)

    def kill9(self, *nodes: int) -> None:
        """End nodes as a power cut would (what they wrote is in the system's cache)."""
        self._end(signal.SIGKILL, nodes)

    def remove(self) -> None:
        """End all and delete their folders."""
        self.kill9()
        shutil.rmtree(self._folder)

    def _end(self, by: signal.Signals, nodes: tuple[int, ...]) -> None:
        running = [self._processes.pop(n) for n in nodes or self.nodes if n in self._processes]
        for process in running:
            process.send_signal(by)
        for process in running:
            process.wait(_DEADLINE_S)

    def _file(self, node: int) -> Path:
        return self._folder / f"{node}.properties"

    def _java(self, main: str, *arguments: str) -> tuple[str, ...]:
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ("java", *_JVM, quiet, "-cp", f"{self._jars}/*", main, *arguments)

    def _users(self) -> tuple[str, ...]:
        """What the storage tool is told of them."""
        return ()

    def _properties(self, node: int) -> dict[str, object]:
        replicas = min(3, len(self.nodes))
        voters = (f"{n}@127.0.0.1:{port}" for n, port in self._controllers.items())
        broker, controller = self._ports[node], self._controllers[node]
        return {
            "process.roles": "broker,controller",
            "node.id": node,
            "controller.quorum.voters": ",".join(voters),
            "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self._folder / f"data-{node}",
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": 3,
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "broker.session.timeout.ms": 4000,
            "broker.heartbeat.interval.ms": 500,
            "controlled.shutdown.max.retries": 1,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 2 * 2**20,
        }

    def _wait(self, node: int) -> None:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        deadline = time.monotonic() + _DEADLINE_S
        while True:
            try:
                admin = KafkaAdminClient(
                    bootstrap_servers=f"127.0.0.1:{self._ports[node]}", bootstrap_timeout_ms=1000
                )
                try:
                    admin.list_topics()
                    return
                finally:
                    admin.close()
            except KafkaError as error:
                ended = self._processes[node].poll() is not None
                if ended or time.monotonic() > deadline:
                    log = (self._folder / f"{node}.log").read_text()
                    raise AssertionError(f"Kafka does not answer: {error}\n{log}") from error
                time.sleep(0.1)


def free_ports(number: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    try:
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def jars() -> Path:
    """The folder of the server's jars; resolved at the first use."""
    version = hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "motcua-hub" / f"kafka-{version}"
    if folder.exists():
        return folder
    for program in ("java", "mvn"):
        if not shutil.which(program):
            need(f"no Apache Kafka: install {program}, or give a server in HUB_TEST_KAFKA")
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    maven = ("mvn", "-q", "-B", "-f", str(_POM), "dependency:copy-dependencies")
    done = subprocess.run(
        (*maven, f"-DoutputDirectory={fresh}", "-DincludeScope=runtime"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        need(f"no Apache Kafka: mvn could not resolve it:\n{done.stdout[-1000:]}")
    try:
        fresh.rename(folder)
    except OSError:  # another run was faster
        shutil.rmtree(fresh)
    return folder


def kafka_cluster(nodes: int = 1) -> KafkaCluster:
    """A cluster that has not been started; the caller removes it."""
    pytest.importorskip("kafka")
    return KafkaCluster(jars(), nodes)


def new_server() -> KafkaCluster:
    """One node; the same as `kafka_cluster()`."""
    return kafka_cluster()


@pytest.fixture(scope="session")
def kafka_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """`kafka://…` of a server that is there (HUB_TEST_KAFKA), or the one of this run."""
    pytest.importorskip("kafka")
    given = os.environ.get("HUB_TEST_KAFKA")
    return given or once_a_run(tmp_path_factory, "kafka", jars)


@pytest.fixture(scope="session")
def own_kafka() -> Iterator[KafkaCluster]:
    """A server that other processes do not use: a test may stop, kill and start it."""
    cluster = kafka_cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="session")
def three_brokers() -> Iterator[KafkaCluster]:
    """Three nodes, of which one may be lost."""
    cluster = kafka_cluster(3)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def topic_prefix() -> str:
    """A prefix of this test's own: topics of tests on one server do not meet."""
    return f"t{uuid.uuid4().hex[:12]}-"
